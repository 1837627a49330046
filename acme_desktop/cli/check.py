"""`acme-desktop check`: read and validate files exactly as an import would, without any database."""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Iterable
from typing import Any

from acme_desktop.cli import output
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import InputProblem, NotFound, Problem, UsageProblem
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.importer.options import ImportOptions


def add_parser(subparsers: Any) -> None:
    """Add the command and its options."""
    from acme_desktop.cli.importer import add_reading_options

    parser = subparsers.add_parser("check", help="read and validate files without any database")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="csv, tsv or txt, also in gz or zip; xlsx, parquet or jsonl; - is standard input",
    )
    parser.add_argument(
        "--rows", action="store_true", help="with --json, also list every accepted and every rejected row"
    )
    add_reading_options(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Check each file in its turn; returns the exit status of the worst."""
    from acme_desktop.cli.importer import reading_options

    chosen = reading_options(options)
    return output.worst([_check(file, chosen, options.rows, context) for file in options.files])


def _check(file: str, chosen: ImportOptions, rows: bool, context: Context) -> int:
    from acme_desktop.cli.importer import complain

    started = time.monotonic()
    status = output.DONE
    try:
        found = report(file, chosen, rows=rows and context.json)
    except NotFound as missing:
        context.complain(missing)
        found, status = _refused(file, missing, rows=rows), output.NOT_FOUND
    found["seconds"] = round(time.monotonic() - started, 3)
    refused = status == output.DONE and found["error"]
    if refused:
        complain(file, found["error"])
    if context.json:
        context.emit(found)
    elif found["error"]:
        context.print(f"{found['file']}: failed")
    else:
        context.print(
            f"{found['file']}: {found['status']}; {counted(found['read'], 'row')} read: "
            f"{found['accepted_count']:,} accepted, {found['rejected_count']:,} rejected"
        )
    if refused:
        return output.FAILED
    for warning in found["warnings"]:
        context.say(f"{file}: {warning}")
    return status or (output.SOME_REJECTED if found["rejected_count"] else output.DONE)


def report(path: str, options: ImportOptions, rows: bool) -> dict[str, Any]:
    """What is in a file.

    Args:
        path: a path, or "-" for standard input.
        options: how to read it.
        rows: list the rows; otherwise `accepted` and `rejected` are counts.

    Returns:
        file, status ("completed" or "failed"), read, accepted_count, rejected_count, encoding, delimiter, header_line,
        mapping, warnings, accepted and rejected (see `rows`), error (None or why the file is refused as a whole).

    Raises:
        NotFound: there is no such file.
        UsageProblem: an option makes no sense.
    """
    from acme_desktop.core.importer import chunks, spool

    accepted: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    read = refused = 0
    try:
        with spool.kept(path), chunks.open_source(path, options) as reader:
            for chunk in reader:
                read += chunk.read
                refused += len(chunk.rejected)
                if rows:
                    accepted.extend(chunk.accepted.to_pylist())
                    rejected.extend(map(_rejected_row, chunk.rejected))
    except (NotFound, UsageProblem):
        raise
    except Problem as problem:
        return _refused(path, problem, rows=rows)
    profile = reader.profile
    return {
        "file": file_names.as_text(path),
        "status": "completed",
        "read": read,
        "accepted_count": read - refused,
        "rejected_count": refused,
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "header_line": profile.header_line,
        "mapping": dict(profile.mapping),
        "warnings": list(profile.warnings),
        "accepted": accepted if rows else read - refused,
        "rejected": rejected if rows else refused,
        "error": None,
    }


def _rejected_row(rejection: Any) -> dict[str, Any]:
    row = dataclasses.asdict(rejection)
    del row["cells"]
    row["column"] = row["column"] or None
    return row


def _refused(path: str, problem: Problem, *, rows: bool) -> dict[str, Any]:
    nothing: Iterable[Any] | int = [] if rows else 0
    profile = getattr(problem, "profile", None) if isinstance(problem, InputProblem) else None
    return {
        "file": file_names.as_text(path),
        "status": "failed",
        "read": 0,
        "accepted_count": 0,
        "rejected_count": 0,
        "encoding": profile.encoding if profile else None,
        "delimiter": profile.delimiter if profile else None,
        "header_line": profile.header_line if profile else None,
        "mapping": dict(profile.mapping) if profile else {},
        "warnings": [],
        "accepted": nothing,
        "rejected": nothing,
        "error": file_names.as_text(str(problem)),
    }
