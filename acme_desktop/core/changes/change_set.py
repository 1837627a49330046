"""The change set: who changed what, when and how much, written with the rows that it changes."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes import outbox
from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.moments import iso

CHANNEL = "acme_changes"
"""The NOTIFY channel; its payload is the change set's id."""

Kind = Literal["create", "update", "delete", "bulk_edit", "import", "undo", "restore"]


@dataclass(frozen=True)
class Author:
    """Who makes a change.

    Attributes:
        actor: the person, by the name that the computer knows.
        client: the program and the computer ("window on lab-3").
    """

    actor: str
    client: str

    @classmethod
    def here(cls, program: str) -> Author:
        """The person at this computer, working through `program`."""
        try:
            actor = getpass.getuser()
        except (KeyError, OSError):  # a user id without a name, as in many containers
            actor = "unknown"
        return cls(actor, f"{program} on {platform.node() or 'this computer'}")


@dataclass(frozen=True)
class ChangeSet:
    """One change to the catalogue; counts are products, and `created_at` is when it was finished."""

    id: int
    kind: str
    actor: str
    client: str
    created_at: datetime
    created: int
    updated: int
    deleted: int
    undoes: int | None
    summary: str

    @property
    def empty(self) -> bool:
        """Whether it touched no product at all."""
        return not (self.created or self.updated or self.deleted)

    def to_json(self) -> dict[str, Any]:
        """One change set as an object."""
        return {**asdict(self), "created_at": iso(self.created_at)}


@dataclass(frozen=True)
class Wanted:
    """Which change sets; what is None, blank or empty does not restrict.

    Attributes:
        kinds: one of these.
        actor: by that person, exactly so written.
        text: each of its words is in the summary, the person's or the client's name.
        start, end: finished then or between; both ends included.
    """

    kinds: tuple[str, ...] = ()
    actor: str | None = None
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None

    def conditions(self, texts: str, time: str) -> list[tuple[str, Any]]:
        """SQL conditions, each with its value, on the columns named; not those on the kind."""
        found: list[tuple[str, Any]] = [(f"({texts}) ILIKE %s", _containing(word)) for word in self.text.split()]
        for sql, value in (("actor = %s", self.actor), (f"{time} >= %s", self.start), (f"{time} <= %s", self.end)):
            if value is not None:
                found.append((sql, value))
        return found


def _containing(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, "\\" + special)
    return f"%{word}%".replace("\0", "")


_COLUMNS = "id, kind, actor, client, created_at, created, updated, deleted, undoes, summary"

# Nobody saw anything of it before its end, however long it waited for others: that is when it happened.
_FINISH = f"""
UPDATE change_sets SET created = %s, updated = %s, deleted = %s, created_at = clock_timestamp()
WHERE id = %s
RETURNING {_COLUMNS}
"""


def begin(
    connection: Connection[Any], kind: Kind, author: Author, *, summary: str = "", undoes: int | None = None
) -> int:
    """Open a change set in the connection's transaction; returns its id for the rows to carry."""
    row = connection.execute(
        "INSERT INTO change_sets (kind, actor, client, summary, undoes) VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (kind, author.actor, author.client, summary, undoes),
    ).fetchone()
    assert row is not None
    identifier: int = row[0]
    return identifier


def finish(
    connection: Connection[Any], identifier: int, *, created: int = 0, updated: int = 0, deleted: int = 0
) -> ChangeSet:
    """Write the counts and the events; every open window is told when the transaction commits."""
    with connection.cursor(row_factory=class_row(ChangeSet)) as cursor:
        change_set = cursor.execute(_FINISH, (created, updated, deleted, identifier)).fetchone()
    assert change_set is not None
    outbox.record(connection, identifier)
    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(identifier)))
    return change_set


def get(connection: Connection[Any], identifier: int) -> ChangeSet:
    """One change set.

    Raises:
        NotFound: there is none with that id.
    """
    with connection.cursor(row_factory=class_row(ChangeSet)) as cursor:
        change_set = cursor.execute(f"SELECT {_COLUMNS} FROM change_sets WHERE id = %s", (identifier,)).fetchone()
    if change_set is None:
        raise NotFound(f"There is no change set {identifier}.", "See `acme-desktop changes list`.")
    return change_set


def by_ids(connection: Connection[Any], identifiers: Collection[int]) -> dict[int, ChangeSet]:
    """Those change sets; unknown ids are left out."""
    with connection.cursor(row_factory=class_row(ChangeSet)) as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM change_sets WHERE id = ANY(%s)", (list(identifiers),))
        return {found.id: found for found in cursor}


def latest(
    connection: Connection[Any], *, limit: int = 100, before: int | None = None, wanted: Wanted | None = None
) -> list[ChangeSet]:
    """The newest change sets first; `before` is the last id of the page above."""
    wanted = wanted or Wanted()
    conditions = wanted.conditions("summary || ' ' || actor || ' ' || client", "created_at")
    if wanted.kinds:
        conditions.append(("kind = ANY(%s)", list(wanted.kinds)))
    conditions.append(("id < coalesce(%s, 9223372036854775807)", before))
    with connection.cursor(row_factory=class_row(ChangeSet)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM change_sets WHERE {' AND '.join(sql for sql, _ in conditions)} "
            "ORDER BY id DESC LIMIT %s",
            (*(value for _, value in conditions), limit),
        ).fetchall()


def actors(connection: Connection[Any]) -> list[str]:
    """Everybody who ever changed or imported something, by name."""
    return [name for (name,) in connection.execute(_ACTORS)]


_ACTORS = "SELECT DISTINCT actor FROM change_sets UNION SELECT DISTINCT actor FROM imports ORDER BY 1"
