"""`acme-desktop changes`: who changed what and when; undo."""

from __future__ import annotations

import argparse
from typing import Any

from acme_desktop.cli import output, table
from acme_desktop.cli.output import Context
from acme_desktop.core.changes import change_set
from acme_desktop.core.changes import undo as undoing
from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.products.product import counted

_NAMED = 20


def add_parser(subparsers: Any) -> None:
    """Add the command and its subcommands."""
    parser = subparsers.add_parser("changes", help="list, show and undo changes")
    actions = parser.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="the newest first")
    listed.add_argument("--limit", type=int, default=100, metavar="N", help="at most so many (default: 100)")
    listed.add_argument("--before", type=int, metavar="ID", help="only those older than this one")
    for name, words in (("show", "one change set"), ("undo", "take a change set back; that can be undone in turn")):
        actions.add_parser(name, help=words).add_argument("id", type=int, metavar="ID")


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    if options.action == "undo":
        return undo(options.id, context)
    with context.workspace.database.connect() as connection:
        if options.action == "show":
            _show(change_set.get(connection, options.id), context)
        else:
            _list(change_set.latest(connection, limit=max(options.limit, 0), before=options.before), context)
    return output.DONE


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
            f"Change set {identifier} is undone by change set {made.id}: {counted(made.created)} brought back, "
            f"{made.updated:,} restored, {made.deleted:,} removed."
        )
    if report.kept:
        context.say(f"{counted(len(report.kept))} changed since, and left alone:")
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
            one.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
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
    for name, value in found.to_json().items():
        context.print(f"{name:11} {'' if value is None else value}".rstrip())
