"""`acme-desktop changes`: who changed what and when, what became of products between two dates; undo."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from acme_desktop.cli import moments, output, parsing, table
from acme_desktop.cli.output import Context
from acme_desktop.core.changes import change_set, moment
from acme_desktop.core.changes import undo as undoing
from acme_desktop.core.changes.change_set import ChangeSet, Wanted
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.words import counted, quoted
from acme_desktop.core.products import difference
from acme_desktop.core.products.difference import Between, Difference

_NAMED = 20
_PAGE = 5_000


def add_parser(subparsers: Any) -> None:
    """Add the command and its subcommands."""
    parser = subparsers.add_parser("changes", help="list, show, compare and undo changes")
    actions = parsing.add_actions(parser)
    listed = actions.add_parser("list", help="list the changes, the newest first")
    parsing.add_page(listed)
    listed.add_argument(
        "--kind", action="append", choices=get_args(change_set.Kind), help="only changes of this kind; repeatable"
    )
    listed.add_argument("--who", metavar="NAME", help="only those by this person")
    listed.add_argument(
        "--text", default="", help="only those with each of these words in what was done, or in who did it"
    )
    _add_span(listed)
    for name, words in (("show", "show a change"), ("undo", "take a change back; that can be undone in turn")):
        actions.add_parser(name, help=words).add_argument(
            "id", type=parsing.number_of, metavar="ID", help="the change's number; see `changes list`"
        )
    compared = actions.add_parser("diff", help="show what became of products between two dates, or by one change")
    compared.add_argument(
        "id",
        type=parsing.number_of,
        nargs="?",
        metavar="ID",
        help="the change's number instead of dates; see `changes list`",
    )
    _add_span(compared)
    compared.add_argument("--kind", choices=difference.KINDS, help="only products that were so")
    compared.add_argument(
        "--out", type=Path, metavar="FILE", help="write them to this file as csv, old and new values side by side"
    )


def _add_span(parser: argparse.ArgumentParser) -> None:
    for name, words in (("from", "the start of that day in UTC"), ("to", "the end of that day in UTC")):
        parser.add_argument(
            f"--{name}",
            dest=f"{name}_",
            type=moments.day_or_time,
            metavar="DATE",
            help=f"{words}, as 2026-11-23, or a time, as 2026-11-23T14:30+01:00",
        )


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    if options.action == "undo":
        return undo(options.id, context)
    if options.action == "diff":
        _compare(options, context)
        return output.DONE
    with context.workspace.database.connect() as connection:
        if options.action == "show":
            _show(change_set.get(connection, options.id), context)
        else:
            limit, before = options.limit, options.before
            _list(change_set.latest(connection, limit=limit, before=before, wanted=_wanted(options)), context)
    return output.DONE


def _wanted(options: argparse.Namespace) -> Wanted:
    start, end = _span(options)
    return Wanted(tuple(options.kind or ()), options.who, options.text, start, end)


def _span(options: argparse.Namespace) -> tuple[datetime | None, datetime | None]:
    start = None if options.from_ is None else moment.start_of(options.from_)
    return start, None if options.to_ is None else moment.end_of(options.to_)


def _compare(options: argparse.Namespace, context: Context) -> None:
    start, end = _span(options)
    if (options.id is None) == (start is None):
        raise UsageProblem("Say what to compare.", "Give --from DATE, and --to DATE unless it is now; or a change set.")
    if options.id is not None and end is not None:
        raise UsageProblem("A change set has no --to.", "Give either a change set, or --from and --to.")
    between = Between(start, end, options.id)
    with context.progress("Comparing") as progress:
        database = context.workspace.database
        if options.out is not None:
            number = difference.save(database, between, options.kind, options.out, progress)
            if context.json:
                context.emit({"file": str(options.out), "differences": number})
            context.say(f"{counted(number, 'product')} written to {options.out}.")
            return
        counts = difference.counts(database, between, progress)
        last: Difference | None = None
        while page := difference.page(database, between, options.kind, last, _PAGE, progress):
            for one in page:
                context.emit(one.to_json()) if context.json else _tell(one, context)
            last = page[-1]
    context.say(f"{counts.created:,} created, {counts.changed:,} changed, {counts.deleted:,} deleted.")


def _tell(one: Difference, context: Context) -> None:
    side = one.before or one.after
    assert side is not None
    context.print(f"{one.kind:8}  {side.sku}  {'' if one.changed else side.name}".rstrip())
    for name in one.changed:
        old, new = quoted(getattr(one.before, name)), quoted(getattr(one.after, name))
        context.print(f"    {name}: {old} -> {new}")


def undo(identifier: int, context: Context) -> int:
    """Take a change set back and tell what was done; products that were touched since are kept, which is status 3."""
    with context.progress(f"Undo {identifier}") as progress:
        report = undoing.undo(context.workspace.database, identifier, author=context.author, progress=progress)
    made = report.change_set
    if context.json:
        counts = {"created": made.created, "updated": made.updated, "deleted": made.deleted}
        kept = [{"sku": one.sku, "reason": one.why} for one in report.kept]
        context.emit({"change_set_id": made.id, "undoes": identifier, **counts, "kept": kept})
    else:
        context.print(
            f"Change set {identifier} is undone by change set {made.id}: {counted(made.created, 'product')} brought "
            f"back, {made.updated:,} restored, {made.deleted:,} removed."
        )
    if report.kept:
        context.say(f"{counted(len(report.kept), 'product')} changed since, and left alone:")
        for one in report.kept[:_NAMED]:
            context.say(f"  {one.sku}: {one.why}")
        if len(report.kept) > _NAMED:
            context.say("  ... (all of them with --json)")
    return output.SOME_REJECTED if report.kept else output.DONE


def _list(found: list[ChangeSet], context: Context) -> None:
    if context.json:
        for one in found:
            context.emit(one.to_json())
        return
    rows = [
        (
            str(one.id),
            iso(one.created_at),
            one.actor,
            f"+{one.created:,} ~{one.updated:,} -{one.deleted:,}",
            one.summary,
        )
        for one in found
    ]
    for line in table.lines(("ID", "WHEN", "WHO", "PRODUCTS", "WHAT"), rows):
        context.print(line)


def _show(found: ChangeSet, context: Context) -> None:
    if context.json:
        context.emit(found.to_json())
        return
    for line in table.facts(found.to_json().items()):
        context.print(line)
