"""A question's answer as a file: csv, xlsx, parquet or jsonl, from one consistent snapshot.

The columns are the four that an import reads, so that importing the file again changes nothing. A file appears whole or
not at all; memory does not grow with the number of products.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from psycopg import Connection

from acme_desktop.core.foundation.errors import EnvironmentProblem, UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import file_formats
from acme_desktop.core.products.file_formats import Batches, Write
from acme_desktop.core.products.filters import Clause, Filter, Sort, order_by, where

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
    database: Database, question: Filter, sort: Sort, target: Path | BinaryIO, progress: Progress | None = None
) -> int:
    """Write every product that matches; returns how many.

    Args:
        target: a file, replaced where it exists, its format told by its name; or a binary stream that takes CSV.

    Raises:
        UsageProblem: the name tells no format.
        EnvironmentProblem: the file cannot be written.
        InputProblem: the format cannot hold these products.
        Cancelled: through `progress`; the file is as it was.
    """
    progress = progress or Progress()
    if not isinstance(target, Path):
        with _snapshot(database, progress) as connection:
            return _copy_csv(connection, question, sort, target, progress)
    suffix = target.suffix.lower()
    if suffix not in (".csv", *_WRITERS):
        raise UsageProblem(
            f"{target.name} does not tell its format.",
            f"Let its name end in .{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}.",
        )
    with _replacing(target) as stream, _snapshot(database, progress) as connection:
        if suffix == ".csv":
            return _copy_csv(connection, question, sort, stream, progress)
        total = _begin(connection, question, progress)
        return _WRITERS[suffix](stream, _batches(connection, question, sort, progress), total)


@contextmanager
def _snapshot(database: Database, progress: Progress) -> Iterator[Connection[Any]]:
    with database.cancellable(progress) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


def _begin(connection: Connection[Any], question: Filter, progress: Progress) -> int:
    progress.stage("Counting products")
    condition = where(question)
    row = connection.execute(f"SELECT count(*) FROM products WHERE {condition.sql}", condition.values).fetchone()
    assert row is not None
    total: int = row[0]
    progress.stage("Exporting", total)
    return total


def _copy_csv(connection: Connection[Any], question: Filter, sort: Sort, stream: BinaryIO, progress: Progress) -> int:
    _begin(connection, question, progress)
    query = _query(question, sort, active="active::text AS active")
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


def _batches(connection: Connection[Any], question: Filter, sort: Sort, progress: Progress) -> Batches:
    query = _query(question, sort)
    done = 0
    with connection.cursor("export") as cursor:
        cursor.execute(query.sql, query.values)
        while rows := cursor.fetchmany(_BATCH):
            yield rows
            done += len(rows)
            progress.update(done, done)


def _query(question: Filter, sort: Sort, *, active: str = "active") -> Clause:
    condition = where(question)
    sql = f"SELECT sku, name, description, {active} FROM products WHERE {condition.sql} ORDER BY {order_by(sort)}"
    return Clause(sql, condition.values)


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """A stream whose contents take the target's place at the end, all at once, and only if all went well."""
    target = target.resolve()  # a link goes on pointing to the file
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a pipe or a device: there is nothing to replace
            with target.open("wb") as stream:
                yield stream
            return
        with partial.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        raise EnvironmentProblem(
            f"{target} cannot be written.", "Choose another place, or see to the folder and the disk.", str(error)
        ) from error
    finally:
        partial.unlink(missing_ok=True)
