"""A question's answer as a file: csv, xlsx, parquet or jsonl, from one consistent snapshot.

The columns are the four that an import reads, so that importing the file again changes nothing; a csv that is safe for
spreadsheets has one more, see `spreadsheet_marks`. A file appears whole or not at all; memory does not grow with the
number of products.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from psycopg import Connection

from acme_desktop.core.foundation import spreadsheet_marks
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.files import replacing
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import as_of, file_formats
from acme_desktop.core.products.file_formats import Write
from acme_desktop.core.products.filters import Clause, Filter, Sort, order_by, where
from acme_desktop.core.products.places import Runs, standing_in

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

_WRITERS: dict[str, Write] = {
    ".xlsx": file_formats.write_xlsx,
    ".parquet": file_formats.write_parquet,
    ".jsonl": file_formats.write_jsonl,
}
FORMATS = ("csv", *(suffix[1:] for suffix in _WRITERS))
"""The endings of a file's name that tell its format."""

_BATCH = 5_000


def export(
    database: Database,
    question: Filter,
    sort: Sort,
    target: Path | BinaryIO,
    progress: Progress | None = None,
    *,
    when: datetime | None = None,
    ids: Sequence[int] | None = None,
    runs: Runs | None = None,
    safe: bool = False,
) -> int:
    """Write every product that matches; returns how many.

    Args:
        target: a file, replaced where it exists, its format told by its name; or a binary stream that takes CSV.
        when: the catalogue as it was then; None is as it stands.
        ids: only the products with these ids; None is all.
        runs: only the products in these runs of the question's answer as it is now; None is all.
        safe: mark texts that a spreadsheet would calculate; for CSV, the other formats keep text as text anyway.

    Raises:
        UsageProblem: the name tells no format, or one that cannot be `safe`.
        NotTheSame: other products are in the runs than were; the file is as it was.
        EnvironmentProblem: the file cannot be written.
        InputProblem: the format cannot hold these products.
        Cancelled: through `progress`; the file is as it was.
    """
    progress = progress or Progress()

    def asked(connection: Connection[Any]) -> _Asked:
        condition = _condition(question, ids) if runs is None else standing_in(connection, question, sort, runs)
        return _Asked(_source(connection, when), condition, sort, safe)

    if not isinstance(target, Path):
        with _snapshot(database, progress) as connection:
            return _copy_csv(connection, asked(connection), target, progress)
    suffix = _suffix(target, safe)
    with replacing(target) as stream, _snapshot(database, progress) as connection:
        wanted = asked(connection)
        if suffix == ".csv":
            return _copy_csv(connection, wanted, stream, progress)
        total = _begin(connection, wanted, progress)
        # A cancelled writer leaves them unread: their cursor has to end before its connection is given back.
        with closing(_batches(connection, wanted, progress)) as batches:
            return _WRITERS[suffix](stream, batches, total)


def _suffix(target: Path, safe: bool) -> str:
    suffix = target.suffix.lower()
    if suffix not in (".csv", *_WRITERS):
        raise UsageProblem(
            f"{target.name} does not tell its format.",
            f"Let its name end in .{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}.",
        )
    if safe and suffix != ".csv":
        raise UsageProblem(
            "Only a csv file can be marked for spreadsheets.", f"A {suffix[1:]} file keeps every text as text anyway."
        )
    return suffix


def _source(connection: Connection[Any], when: datetime | None) -> str:
    return "products" if when is None else as_of.relation(connection, when)


def _condition(question: Filter, ids: Sequence[int] | None) -> Clause:
    condition = where(question)
    if ids is None:
        return condition
    return Clause(f"{condition.sql} AND id = ANY(%s::bigint[])", (*condition.values, list(ids)))


@dataclass(frozen=True)
class _Asked:
    """What is exported.

    Attributes:
        source: the table, or what stands for it.
        condition: which of its rows.
        sort: in which order.
        safe: texts are marked for spreadsheets.
    """

    source: str
    condition: Clause
    sort: Sort
    safe: bool

    def rows(self) -> Clause:
        """The query of the four columns."""
        return self._select("sku, name, description, active", 0)

    def texts(self) -> Clause:
        """The query of the columns of a CSV."""
        if not self.safe:
            return self._select("sku, name, description, active::text AS active", 0)
        risky = {field: f"{field} ~ %s" for field in spreadsheet_marks.FIELDS}
        mark = spreadsheet_marks.MARK * 2  # as a literal doubles it
        shown = [
            f"CASE WHEN {test} THEN '{mark}' || {field} ELSE {field} END AS {field}" for field, test in risky.items()
        ]
        names = ", ".join(f"CASE WHEN {test} THEN '{field}' END" for field, test in risky.items())
        marked = f"nullif(concat_ws(' ', {names}), '') AS {spreadsheet_marks.COLUMN}"
        return self._select(", ".join((*shown, "active::text AS active", marked)), 2 * len(risky))

    def _select(self, columns: str, patterns: int) -> Clause:
        sql = f"SELECT {columns} FROM {self.source} WHERE {self.condition.sql} ORDER BY {order_by(self.sort)}"
        return Clause(sql, (*[spreadsheet_marks.RISKY] * patterns, *self.condition.values))


@contextmanager
def _snapshot(database: Database, progress: Progress) -> Iterator[Connection[Any]]:
    with database.cancellable(progress) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


def _begin(connection: Connection[Any], asked: _Asked, progress: Progress) -> int:
    progress.stage("Counting products")
    query = f"SELECT count(*) FROM {asked.source} WHERE {asked.condition.sql}"
    row = connection.execute(query, asked.condition.values).fetchone()
    assert row is not None
    total: int = row[0]
    progress.stage("Exporting", total)
    return total


def _copy_csv(connection: Connection[Any], asked: _Asked, stream: BinaryIO, progress: Progress) -> int:
    _begin(connection, asked, progress)
    query = asked.texts()
    done = -1  # the header comes first
    statement = f"COPY ({query.sql}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')"
    with connection.cursor() as cursor, cursor.copy(statement, query.values) as copy:
        for line in copy:  # one message a row
            stream.write(line)
            done += 1
            if done % _BATCH == 0:
                progress.update(done, done)
    progress.update(done, done)
    return done


def _batches(connection: Connection[Any], asked: _Asked, progress: Progress) -> Generator[list[Any]]:
    query = asked.rows()
    done = 0
    with connection.cursor("export") as cursor:
        cursor.execute(query.sql, query.values)
        while rows := cursor.fetchmany(_BATCH):
            yield rows
            done += len(rows)
            progress.update(done, done)
