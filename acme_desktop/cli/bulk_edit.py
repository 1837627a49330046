"""`acme-desktop products bulk-edit`: one change to many products, previewed unless its count is confirmed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from acme_desktop.cli import parsing, table
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation import words
from acme_desktop.core.foundation.errors import Refused, UsageProblem
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.products import bulk_edit, listing
from acme_desktop.core.products.bulk_changes import BulkChange, ExtendName, ReplaceText, SetActive, SetDescription
from acme_desktop.core.products.bulk_edit import REFUSALS, Difference, Preview, Which
from acme_desktop.core.products.filters import Filter

_SHOWN = 20
_WHY = {"missing_name": "the name would be blank", "too_long": "the text would be too long"}


def add_parser(actions: Any, add_filter_options: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the subcommand."""
    parser = actions.add_parser(
        "bulk-edit",
        help="change many products at once, as one change set",
        description="Without --confirm nothing is changed: what would change is listed, and the count to confirm.",
    )
    parser.add_argument(
        "skus", nargs="*", metavar="SKU", help="these products; without any, all that the filters match"
    )
    add_filter_options(parser)
    kinds = parser.add_argument_group("the change").add_mutually_exclusive_group(required=True)
    kinds.add_argument("--set-active", choices=("yes", "no"), help="make them active, or not")
    kinds.add_argument("--set-description", metavar="TEXT", help='give them this description; "" is none')
    kinds.add_argument("--replace", nargs=2, metavar=("TEXT", "BY"), help='replace a text by another, which may be ""')
    kinds.add_argument(
        "--extend-name",
        nargs=2,
        metavar=("BEFORE", "BEHIND"),
        help='put texts before and behind the name; either may be ""',
    )
    parser.add_argument("--in", dest="field", choices=("name", "description"), help="where to replace (default: name)")
    parser.add_argument("--any-case", action="store_true", help="find the text to replace in any letter case")
    parser.add_argument("--whole-words", action="store_true", help="replace whole words only")
    parser.add_argument("--confirm", type=parsing.count, metavar="COUNT", help="change them: how many there are")


def run(options: argparse.Namespace, context: Context, question: Filter) -> None:
    """Preview the change, or make it where its count is confirmed.

    Raises:
        Refused: another number of products than the confirmed one would be changed; nothing is changed.
    """
    database = context.workspace.database
    which = Which(question)
    if options.skus:
        if not question.empty:
            raise UsageProblem("SKUs and filters were given.", "Name either the SKUs or the filters.")
        which = Which(ids=tuple(listing.get(database, sku).id for sku in options.skus))
    with context.progress("Comparing") as progress:
        seen = bulk_edit.preview(database, which, _change(options), progress)
    if options.confirm is None:
        _show(seen, context)
        return
    if options.confirm != seen.changed:
        raise Refused(
            f"{counted(seen.changed, 'product')} would be changed, not the {options.confirm:,} that were confirmed. "
            "Nothing is changed.",
            f"To change them, confirm the number {seen.changed}.",
        )
    with context.progress("Changing") as progress:
        made = bulk_edit.apply(database, seen, author=context.author, progress=progress)
    if context.json:
        context.emit({"change_set_id": made.id if made else None, **_counts(seen)})
        return
    context.print(
        f"{counted(seen.changed, 'product')} changed, {seen.unchanged:,} unchanged, {_refused(seen):,} refused."
    )
    if made:
        context.say(f"To take it back: acme-desktop changes undo {made.id}")


def _change(options: argparse.Namespace) -> BulkChange:
    if options.replace is None and (options.field or options.any_case or options.whole_words):
        raise UsageProblem("--in, --any-case and --whole-words belong to --replace.", "Leave them out.")
    if options.set_active is not None:
        return SetActive(options.set_active == "yes")
    if options.set_description is not None:
        return SetDescription(options.set_description)
    if options.extend_name is not None:
        return ExtendName(*options.extend_name)
    find, by = options.replace
    return ReplaceText(options.field or "name", find, by, any_case=options.any_case, whole_words=options.whole_words)


def _show(seen: Preview, context: Context) -> None:
    """The preview: with --json every product that would be changed or refused, else the first of them."""
    verdicts = ("changed", *REFUSALS)
    if context.json:
        after = ""
        while page := bulk_edit.differences(context.workspace.database, seen, verdicts, after=after):
            for one in page:
                context.emit({"sku": one.sku, "old": one.old, "new": one.new, "verdict": one.verdict})
            after = page[-1].sku_key
    else:
        first = bulk_edit.differences(context.workspace.database, seen, verdicts, size=_SHOWN)
        rows = [(one.sku, _words(one.old), _after(one)) for one in first]
        for line in table.lines(("SKU", "NOW", "AFTERWARDS"), rows):
            context.print(line)
    context.say(
        f"{counted(seen.changed, 'product')} would be changed, {seen.unchanged:,} unchanged, {_refused(seen):,} "
        f"refused. Nothing is changed; to do so, add --confirm {seen.changed}."
    )


def _after(one: Difference) -> str:
    return f"({_WHY[one.verdict]})" if one.verdict in _WHY else _words(one.new)


def _words(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "active" if value else "inactive"
    return words.plain(value)


def _refused(seen: Preview) -> int:
    return sum(seen.refused.values())


def _counts(seen: Preview) -> dict[str, int]:
    return {"changed": seen.changed, "unchanged": seen.unchanged, "refused": _refused(seen)}
