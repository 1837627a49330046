"""What the rejects bench runs off the main thread; nothing here knows Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, retry
from acme_desktop.core.importer.report import ImportRecord, ImportReport

MOST_ROWS = 10_000
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Bench:
    """An import and its rejected rows, at most `MOST_ROWS`."""

    record: ImportRecord
    rows: list[dict[str, Any]]

    @property
    def header(self) -> list[str]:
        """The file's own columns; empty where the file was refused as a whole."""
        return list(self.record.profile.get("header") or [])


def load(database: Database, import_id: int) -> Bench:
    """Read an import's rejected rows.

    Raises:
        NotFound: there is no such import.
    """
    with database.connect() as connection:
        record = report.get(connection, import_id)
        with closing(report.rejects(connection, import_id)) as rows:
            return Bench(record, list(islice(rows, MOST_ROWS)))


def try_again(
    database: Database, bench: Bench, rows: Sequence[Sequence[str]], author: Author, progress: Progress
) -> tuple[ImportReport, dict[int, dict[str, Any]]]:
    """Import mended rows; returns the report, and what is still wrong: place among `rows` -> the new rejection."""
    ended = retry.retry(database, bench.record.id, rows, progress, author)
    if ended.import_id is None or not ended.rejected:
        return ended, {}
    places = dict(zip(_first_lines(bench, rows), range(len(rows)), strict=True))
    again = load(database, ended.import_id).rows
    return ended, {places[row["line"]]: row for row in again if row["line"] in places}


def _first_lines(bench: Bench, rows: Sequence[Sequence[str]]) -> list[int]:
    """The physical line on which each row begins in the file that the retry writes."""
    line = 1 if bench.record.profile.get("header_line") == 0 else 1 + _lines(bench.header)
    first = []
    for row in rows:
        first.append(line)
        line += _lines(row)
    return first


def _lines(cells: Sequence[str]) -> int:
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in cells)


def save(bench: Bench, rows: Sequence[dict[str, Any]], path: Path) -> int:
    """Write rows to a file as the rejects file is written; returns how many.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            return report.write_rejects(stream, bench.header, iter(rows))
    except OSError as error:
        raise EnvironmentProblem(
            f"The rows cannot be written to {path}.", "Choose another folder.", str(error)
        ) from error
