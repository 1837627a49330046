"""Which import a change set was: what "changed by import 12" asks for, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.foundation.errors import NotFound


@dataclass(frozen=True)
class ChangingImport:
    """An import that changed products.

    Attributes:
        import_id: the number that people know it by.
        change_set_id: what a `Filter` takes as `changed_in`.
        changed: how many products it created or updated.
    """

    import_id: int
    change_set_id: int
    file: str
    started_at: datetime
    changed: int


_SELECT = "SELECT id AS import_id, change_set_id, file, started_at, created + updated AS changed FROM imports"


def latest(connection: Connection[Any], *, limit: int = 50) -> list[ChangingImport]:
    """The newest imports that changed anything, newest first."""
    with connection.cursor(row_factory=class_row(ChangingImport)) as cursor:
        cursor.execute(
            f"{_SELECT} WHERE change_set_id IS NOT NULL AND created + updated > 0 ORDER BY id DESC LIMIT %s", (limit,)
        )
        return cursor.fetchall()


def by_number(connection: Connection[Any], import_id: int) -> ChangingImport:
    """The import of that number.

    Raises:
        NotFound: there is none, or it changed nothing.
    """
    with connection.cursor(row_factory=class_row(ChangingImport)) as cursor:
        cursor.execute(f"{_SELECT} WHERE id = %s::numeric AND change_set_id IS NOT NULL", (import_id,))
        found = cursor.fetchone()
    if found is not None:
        return found
    if connection.execute("SELECT 1 FROM imports WHERE id = %s::numeric", (import_id,)).fetchone():
        raise NotFound(f"Import {import_id} changed nothing.")
    raise NotFound(f"There is no import {import_id}.", "See `acme-desktop imports list`.")


def by_change_set(connection: Connection[Any], change_set_id: int) -> ChangingImport | None:
    """The import that the change set was, or None where it was something else."""
    with connection.cursor(row_factory=class_row(ChangingImport)) as cursor:
        return cursor.execute(f"{_SELECT} WHERE change_set_id = %s", (change_set_id,)).fetchone()
