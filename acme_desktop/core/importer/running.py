"""Which imports are running: each holds an advisory lock of its session, freed by the server when the session dies."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

# The first key of the locks; the second is the import's id.
CLASS = 0x696D70


def lock(connection: Connection[Any], import_id: int) -> bool:
    """Mark an import as running for as long as the session lives; False where another session runs it."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (CLASS, import_id)).fetchone()
    return row is not None and bool(row[0])


def unlock(connection: Connection[Any], import_id: int) -> None:
    """Mark an import as no longer running."""
    if not connection.closed:
        connection.execute("SELECT pg_advisory_unlock(%s, %s)", (CLASS, import_id))
