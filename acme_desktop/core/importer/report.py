"""The receipt: what became of a file, kept with the catalogue and shown to the person.

Conserved: ``read = created + updated + unchanged + superseded + rejected + skipped``, in every status; the rows of an
import that did not happen count as skipped.
"""

from __future__ import annotations

import codecs
import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import EnvironmentProblem, NotFound
from acme_desktop.core.foundation.files import replacing
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.importer import running
from acme_desktop.core.importer.fingerprint import Fingerprint
from acme_desktop.core.importer.members import Member
from acme_desktop.core.importer.options import ImportOptions

Status = Literal["completed", "previewed", "failed", "cancelled"]
_IN_WORDS = ("warnings", "replaced", "members")


@dataclass(frozen=True)
class Superseded:
    """A row that a later row of the same file with the same SKU replaced."""

    line: int
    by_line: int
    sku: str


@dataclass(frozen=True)
class ImportReport:
    """One run of one file. Counts are rows; names are the contract's, but for those in `_IN_WORDS`.

    Attributes:
        warnings: sentences for a person.
        replaced: the first of the superseded rows.
        members: the tables of an archive of several, which the lines count through.
    """

    import_id: int | None
    change_set_id: int | None
    file: str
    status: Status
    mode: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0
    skipped: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    rejects_file: str | None = None
    seconds: float = 0.0
    error: str | None = None
    warnings: tuple[str, ...] = ()
    replaced: tuple[Superseded, ...] = ()
    members: tuple[Member, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether every row that was read is accounted for."""
        fates = self.created + self.updated + self.unchanged + self.superseded + self.rejected + self.skipped
        return self.read == fates

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _IN_WORDS}
        return {**values, "mapping": dict(self.mapping), "seconds": round(self.seconds, 3)}


@dataclass(frozen=True)
class ImportRecord:
    """An import as the history keeps it; `status` is "reading" while it runs and "interrupted" where it was cut off."""

    id: int
    change_set_id: int | None
    file: str
    status: str
    options: dict[str, Any]
    profile: dict[str, Any]
    read: int
    created: int
    updated: int
    unchanged: int
    superseded: int
    rejected: int
    skipped: int
    rejects_file: str | None
    error: str | None
    actor: str
    client: str
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None

    @property
    def source(self) -> dict[str, Any] | None:
        """The file's fingerprint when the import began."""
        return self.profile.get("source")

    @property
    def members(self) -> tuple[Member, ...]:
        """The tables of an archive of several."""
        return tuple(Member(*member) for member in self.profile.get("members") or ())

    def to_json(self) -> dict[str, Any]:
        """All of it; moments in ISO 8601, UTC."""
        moments = {"started_at": self.started_at, "finished_at": self.finished_at}
        texts = {name: moment and iso(moment) for name, moment in moments.items()}
        return {"import_id": self.id, **{k: v for k, v in vars(self).items() if k != "id"}, **texts}


_REJECTS_PAGE = 2000
_REJECTS = """
SELECT ordinal, line, end_line, field, reason, message, value, cells FROM import_rejects
WHERE import_id = %s AND ordinal > %s
ORDER BY ordinal
LIMIT %s
"""

# A running import's session holds a lock; one that is "reading" without it was cut off.
SELECT = """
SELECT i.id, i.change_set_id, i.file, i.options, i.profile, i.read, i.created, i.updated, i.unchanged, i.superseded,
    i.rejected, i.skipped, i.rejects_file, i.error, i.actor, i.client, i.started_at, i.finished_at, i.seconds,
    CASE WHEN i.status = 'reading' AND NOT EXISTS (
        SELECT FROM pg_locks AS l
        WHERE l.locktype = 'advisory' AND l.classid = %(class)s AND l.objid = i.id AND l.granted
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) THEN 'interrupted' ELSE i.status END AS status
FROM imports AS i
"""


def open_receipt(connection: Connection[Any], file: str, options: ImportOptions, author: Author) -> int:
    """Write down that an import begins; returns its id."""
    source = Fingerprint.of(file)
    kept = source and {**vars(source), "path": file_names.as_text(source.path)}
    chosen = options.to_json()
    chosen["rejects_file"] = chosen["rejects_file"] and file_names.as_text(chosen["rejects_file"])
    row = connection.execute(
        "INSERT INTO imports (file, status, options, profile, actor, client) "
        "VALUES (%s, 'reading', %s, %s, %s, %s) RETURNING id",
        (file_names.as_text(file), Jsonb(chosen), Jsonb({"source": kept}), author.actor, author.client),
    ).fetchone()
    assert row is not None
    identifier: int = row[0]
    return identifier


def note_reading(connection: Connection[Any], import_id: int, read: int, rejected: int) -> None:
    """Write down how far a file is staged, so that a cut-off import can go on from there."""
    connection.execute("UPDATE imports SET read = %s, rejected = %s WHERE id = %s", (read, rejected, import_id))


def close_receipt(connection: Connection[Any], report: ImportReport, known: Mapping[str, Any]) -> None:
    """Write down how an import ended, in the connection's transaction; `known` is what to keep of the file."""
    values = report.to_json()
    read = {name: values[name] for name in ("encoding", "delimiter", "header_line", "mapping")}
    connection.execute(
        """
        UPDATE imports SET status = %(status)s, change_set_id = %(change_set_id)s, profile = profile || %(profile)s,
            read = %(read)s, created = %(created)s, updated = %(updated)s, unchanged = %(unchanged)s,
            superseded = %(superseded)s, rejected = %(rejected)s, skipped = %(skipped)s,
            rejects_file = %(rejects_file)s, error = %(error)s, seconds = %(seconds)s, finished_at = clock_timestamp()
        WHERE id = %(import_id)s
        """,
        {**values, "profile": Jsonb({**read, **known})},
    )


def get(connection: Connection[Any], import_id: int) -> ImportRecord:
    """One import.

    Raises:
        NotFound: there is none with that id.
    """
    with connection.cursor(row_factory=class_row(ImportRecord)) as cursor:
        record = cursor.execute(f"{SELECT} WHERE i.id = %(id)s", {"class": running.CLASS, "id": import_id}).fetchone()
    if record is None:
        raise NotFound(f"There is no import {import_id}.", "See `acme-desktop imports list`.")
    return record


def latest(connection: Connection[Any], *, limit: int = 100) -> list[ImportRecord]:
    """The newest imports first."""
    with connection.cursor(row_factory=class_row(ImportRecord)) as cursor:
        parameters = {"class": running.CLASS, "limit": limit}
        return cursor.execute(f"{SELECT} ORDER BY i.id DESC LIMIT %(limit)s", parameters).fetchall()


def abandoned(connection: Connection[Any], *, days: int) -> list[ImportRecord]:
    """The imports that were cut off more than so many days ago."""
    with connection.cursor(row_factory=class_row(ImportRecord)) as cursor:
        parameters = {"class": running.CLASS, "days": days}
        old = f"{SELECT} WHERE i.status = 'reading' AND i.started_at < now() - make_interval(days => %(days)s)"
        return [record for record in cursor.execute(old, parameters) if record.status == "interrupted"]


def abandon(connection: Connection[Any], import_id: int, error: str) -> None:
    """Write down that a cut-off import will not go on; what it had read counts as skipped."""
    connection.execute(
        "UPDATE imports SET status = 'failed', error = %s, skipped = read - rejected, finished_at = now() "
        "WHERE id = %s",
        (error, import_id),
    )


def superseded(connection: Connection[Any], import_id: int, *, limit: int = 1000) -> list[Superseded]:
    """The rows that a later row replaced, in file order."""
    with connection.cursor(row_factory=class_row(Superseded)) as cursor:
        return cursor.execute(
            "SELECT line, by_line, sku FROM import_superseded WHERE import_id = %s ORDER BY ordinal LIMIT %s",
            (import_id, limit),
        ).fetchall()


def rejects(connection: Connection[Any], import_id: int, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The rejected rows in file order: line, end_line, field, reason, message, value, cells (list of text).

    They come in pages by key, so that nothing is left open where the reader stops early.
    """
    after, left = -1, limit if limit is not None else sys.maxsize
    while left > 0:
        size = min(left, _REJECTS_PAGE)
        with connection.cursor(row_factory=dict_row) as cursor:
            page = cursor.execute(_REJECTS, (import_id, after, size)).fetchall()
        for row in page:
            after = row.pop("ordinal")
            yield row
        if len(page) < size:
            return
        left -= size


def write_rejects(stream: TextIO | codecs.StreamWriter, header: list[str], rows: Iterator[dict[str, Any]]) -> int:
    """Write rejected rows as CSV; returns how many.

    The three extra columns come first: a rejected row is often too short or too long, and would otherwise shift them.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["_line", "_reason", "_message", *header])
    count = 0
    for row in rows:
        writer.writerow([row["line"], row["reason"], row["message"], *row["cells"]])
        count += 1
    return count


def save_rejects(connection: Connection[Any], import_id: int, header: list[str], path: Path) -> int:
    """Write an import's rejected rows to a file, whole or not at all; returns how many.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    try:
        with replacing(path) as binary:
            # Without a buffer of its own, which would be written once more where the disk is full.
            stream = codecs.getwriter("utf-8")(binary, "backslashreplace")
            count = write_rejects(stream, header, rejects(connection, import_id))
    except EnvironmentProblem as problem:
        raise EnvironmentProblem(
            f"The rejected rows cannot be written to {path}.",
            f"The import keeps them: `acme-desktop imports rejects {import_id} --out FILE` writes them elsewhere.",
            f"{problem.title} {problem.details}".strip(),
        ) from problem
    connection.execute("UPDATE imports SET rejects_file = %s WHERE id = %s", (file_names.as_text(path), import_id))
    return count


def unhappened(so_far: ImportReport, error: str | None) -> ImportReport:
    """The report of an import that changed nothing: what was read and not rejected counts as skipped."""
    return replace(so_far, skipped=so_far.read - so_far.rejected, error=error and file_names.as_text(error))


def delete(connection: Connection[Any], import_id: int) -> None:
    """Take an import that was only looked at out of the history."""
    connection.execute("DELETE FROM imports WHERE id = %s", (import_id,))
