"""`acme-desktop import`: bring files into the catalogue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from acme_desktop.cli import output, parsing, receipts
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, Problem, UsageProblem
from acme_desktop.core.foundation.words import quoted
from acme_desktop.core.importer import run as importing
from acme_desktop.core.importer.fill_down import FILLED_FIELDS
from acme_desktop.core.importer.options import BLANK_POLICIES, FIELDS, MODES, ImportOptions
from acme_desktop.core.importer.report import ImportReport


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "import",
        help="bring files into the catalogue",
        description="Each file is one change: all of its rows that are not rejected, or nothing. It can be undone.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="csv, tsv or txt, also in gz or zip; xlsx, parquet or jsonl; - is standard input",
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what would happen, and change nothing")
    parser.add_argument(
        "--mode",
        choices=MODES,
        default="upsert",
        help="upsert creates new products and updates known ones (the default); create takes new ones only, update "
        "known ones only; other rows are skipped",
    )
    add_reading_options(parser)
    parser.add_argument(
        "--max-rejects", type=parsing.count, metavar="N", help="fail and change nothing past N rejected rows"
    )
    parser.add_argument(
        "--rejects",
        metavar="FILE",
        help="where rejected rows are written (default: beside the file, as NAME.rejects.csv)",
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file is to be read."""
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=HEADER",
        help=f"which column is which field ({', '.join(FIELDS)}), where its name does not tell; a column may be named "
        "by position, as #1; repeatable",
    )
    parser.add_argument(
        "--template",
        metavar="NAME",
        help="choose columns as remembered under this name; with --map or --fill-down, remember those under it",
    )
    parser.add_argument(
        "--encoding", metavar="NAME", help="the file's encoding, such as utf-8 or cp1252 (default: found out)"
    )
    parser.add_argument(
        "--delimiter", metavar="CHARACTER", help="what stands between cells: , ; | tab (default: found out)"
    )
    parser.add_argument(
        "--blank",
        choices=BLANK_POLICIES,
        default="clear",
        help="clear: a blank cell clears the description, and a blank name is rejected (the default); keep: "
        "a blank cell leaves the field as it is",
    )
    parser.add_argument(
        "--sheet", metavar="NAME", help="which sheet of a workbook (default: the first that is not hidden)"
    )
    parser.add_argument(
        "--literal-quotes",
        action="store_true",
        help="quotes in this file are plain text, such as inches, and every line is a row",
    )
    parser.add_argument(
        "--fill-down",
        action="append",
        default=[],
        metavar="FIELD=HEADER",
        help="fill a blank name or description from the row above that has the same value in column HEADER, as "
        "name=Handle; repeatable",
    )


def reading_options(options: argparse.Namespace) -> ImportOptions:
    """The options as the importer takes them.

    Raises:
        UsageProblem: a mapping or a delimiter makes no sense.
    """
    return ImportOptions(
        mapping=_pairs("--map", options.map, FIELDS),
        template=options.template,
        encoding=options.encoding,
        delimiter=_delimiter(options.delimiter),
        blank=options.blank,
        sheet=options.sheet,
        literal_quotes=options.literal_quotes,
        fill_down=_pairs("--fill-down", options.fill_down, FILLED_FIELDS),
    )


def run(options: argparse.Namespace, context: Context) -> int:
    """Import each file in its turn; returns the exit status of the worst."""
    chosen = replace(
        reading_options(options), mode=options.mode, max_rejects=options.max_rejects, rejects_file=options.rejects
    )
    if options.rejects and len(options.files) > 1:
        raise UsageProblem(
            "--rejects names one file, but there are several to import.", "Leave it out, or import one at a time."
        )
    try:
        context.workspace.database  # noqa: B018  opened before any file is begun
    except (Cancelled, KeyboardInterrupt):
        return tell_cancelled(options, context)
    except Problem as problem:
        return _tell_unbegun(options.files, options.mode, problem, context)
    statuses = []
    for file in options.files:
        statuses.append(_import(file, chosen, options.dry_run, context))
        if statuses[-1] == output.CANCELLED:
            break
    return output.worst(statuses)


def _import(file: str, chosen: ImportOptions, dry_run: bool, context: Context) -> int:
    if chosen.rejects_file is None and not dry_run:
        chosen = replace(chosen, rejects_file=importing.rejects_beside(file))
    report: ImportReport | None = None
    try:
        database = context.workspace.database
        with context.progress(file) as progress:
            report = importing.import_file(database, file, chosen, progress, context.author, dry_run=dry_run)
    except UsageProblem:
        raise
    except Problem as problem:
        return _tell_unbegun([file], chosen.mode, problem, context)
    except (Cancelled, KeyboardInterrupt):  # before there was anything to keep in the history
        report = report or _cancelled(file, chosen.mode)
    return tell(report, context)


def _tell_unbegun(files: Sequence[str], mode: str, problem: Problem, context: Context) -> int:
    """Tell once why none of these files was begun, and as data for each; returns the exit status."""
    context.complain(problem)
    error = file_names.as_text(str(problem))
    if context.json:
        for file in files:
            context.emit(ImportReport(None, None, file_names.as_text(file), "failed", mode, error=error).to_json())
    return problem.exit_code


def tell_cancelled(options: argparse.Namespace, context: Context) -> int:
    """Tell that an import was cancelled before it began; returns its exit status."""
    return tell(_cancelled(options.files[0], options.mode), context)


def _cancelled(file: str, mode: str) -> ImportReport:
    return ImportReport(None, None, file_names.as_text(file), "cancelled", mode)


def tell(report: ImportReport, context: Context) -> int:
    """Write a report as data and in words; returns its exit status.

    Raises:
        EnvironmentProblem, BrokenPipeError: it can't be written; of an import that was done, stderr says that it was.
    """
    try:
        return _tell(report, context)
    except (EnvironmentProblem, BrokenPipeError):
        if report.status == "completed":
            told = f"The import was done all the same: see `acme-desktop imports show {report.import_id}`."
            print(told, file=sys.stderr, flush=True)
        raise


def _tell(report: ImportReport, context: Context) -> int:
    for warning in report.warnings:
        context.say(f"{report.file}: {warning}")
    if report.error:  # first of all: it is what matters
        complain(report.file, report.error)
    if context.json:
        context.emit(report.to_json())
        if report.status == "cancelled":
            context.say("Cancelled. Nothing was changed.")
    else:
        for line in receipts.lines(report):
            context.print(line)
    return {"failed": output.FAILED, "cancelled": output.CANCELLED}.get(
        report.status, output.SOME_REJECTED if report.rejected else output.DONE
    )


def complain(file: str, error: str) -> None:
    """Tell on stderr why a file was refused."""
    print(f"acme-desktop: {file_names.as_text(file)}: {error}", file=sys.stderr, flush=True)


def _pairs(option: str, pairs: list[str], fields: tuple[str, ...]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        name, separator, header = pair.partition("=")
        if not separator or name not in fields:
            raise UsageProblem(f"{option} {pair} is not FIELD=HEADER.", f"FIELD is one of {', '.join(fields)}.")
        if name in mapping:
            raise UsageProblem(f"{option} names the field {name} twice.", "Name one column for each field.")
        mapping[name] = header
    return mapping


def _delimiter(text: str | None) -> str | None:
    named = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    delimiter = named.get(text.lower(), text) if text else text
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UsageProblem(f"{quoted(text)} cannot be a delimiter.", "Name one character, or tab.")
    return delimiter
