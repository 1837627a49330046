"""`acme-desktop imports`: the history of imports, their rejected rows, their undo."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from acme_desktop.cli import changes, importer, output, parsing, receipts, table
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.importer import report
from acme_desktop.core.importer import run as run_importer
from acme_desktop.core.importer.report import ImportRecord


def add_parser(subparsers: Any) -> None:
    """Add the command and its subcommands."""
    parser = subparsers.add_parser("imports", help="list, show, undo and resume imports; save their rejected rows")
    actions = parsing.add_actions(parser)
    listed = actions.add_parser("list", help="list the imports, the newest first")
    parsing.add_limit(listed)
    for name, words in (
        ("show", "show an import with its settings, its counts and the lines that were replaced"),
        ("rejects", "print the rejected rows of an import as csv"),
        ("undo", "take an import back; products that were changed since are kept"),
        ("resume", "go on with an import that was cut off"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("id", type=parsing.number_of, metavar="ID", help="the import's number; see `imports list`")
        if name == "rejects":
            action.add_argument("--out", metavar="FILE", help="write them to this file instead")


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    actions = {"list": _list, "show": _show, "rejects": _rejects, "undo": _undo, "resume": _resume}
    return actions[options.action](options, context)


def _list(options: argparse.Namespace, context: Context) -> int:
    with context.workspace.database.connect() as connection:
        found = report.latest(connection, limit=options.limit)
    if context.json:
        for record in found:
            context.emit(record.to_json())
        return output.DONE
    header = ("ID", "WHEN", "STATUS", "READ", "CREATED", "UPDATED", "REJECTED", "FILE")
    for line in table.lines(header, list(map(_row, found))):
        context.print(line)
    return output.DONE


def _show(options: argparse.Namespace, context: Context) -> int:
    with context.workspace.database.connect() as connection:
        record = report.get(connection, options.id)
        superseded = report.superseded(connection, options.id)
    if context.json:
        context.emit({**record.to_json(), "superseded_lines": [vars(one) for one in superseded]})
        return output.DONE
    for line in table.facts(receipts.facts(record, superseded)):
        context.print(line)
    return output.DONE


def _rejects(options: argparse.Namespace, context: Context) -> int:
    with context.workspace.database.connect() as connection:
        record = report.get(connection, options.id)
        header = list(record.profile.get("header", []))
        if options.out:
            run_importer.check_rejects_apart(record.source["path"] if record.source else record.file, options.out)
            count = report.save_rejects(connection, options.id, header, Path(options.out))
            context.say(f"{count:,} rejected rows are in {options.out}.")
        elif context.json:
            for row in report.rejects(connection, options.id):
                context.emit(_rejected(row))
        else:
            with output.stdout() as stream:
                report.write_rejects(stream, header, report.rejects(connection, options.id))
    return output.DONE


def _undo(options: argparse.Namespace, context: Context) -> int:
    with context.workspace.database.connect() as connection:
        record = report.get(connection, options.id)
    if record.change_set_id is None:
        raise Refused(f"Import {options.id} changed nothing.", "There is nothing to undo.")
    return changes.undo(record.change_set_id, context)


def _resume(options: argparse.Namespace, context: Context) -> int:
    database = context.workspace.database
    with context.progress(f"import {options.id}") as progress:
        resumed = run_importer.resume(database, options.id, progress, context.author)
    return importer.tell(resumed, context)


def _rejected(row: dict[str, Any]) -> dict[str, Any]:
    """A rejected row under the contract's names, as `check` gives it, and its cells."""
    return {"column" if name == "field" else name: value for name, value in row.items()} | {
        "column": row["field"] or None
    }


def _row(record: ImportRecord) -> tuple[str, ...]:
    counts = (record.read, record.created, record.updated, record.rejected)
    return str(record.id), iso(record.started_at), record.status, *(f"{count:,}" for count in counts), record.file
