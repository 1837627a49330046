"""Writing a large part of a table: its indexes are built again afterwards, from what is there, in a third of the
time."""

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

# Without its key a table that is published refuses updates; a distributed one is changed on other servers too.
_FREE = """
SELECT to_regclass('pg_dist_partition') IS NULL AND NOT EXISTS (
    SELECT FROM pg_publication_tables WHERE format('%%I.%%I', schemaname, tablename)::regclass = %s::regclass
)
"""

# An index of a part of the table (see `catalogue_indexes`) stays: what is written now is in none of those parts.
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = %s::regclass AND indpred IS NULL AND indisvalid
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""

# A table that is emptied in the transaction that fills it needs no log of its own where nobody replays the log. Only
# one that holds no page at all is: an older transaction may still see rows that are deleted, and would find none.
_UNUSED = """
SELECT pg_relation_size(%s::regclass) = 0 AND current_setting('wal_level') = 'minimal'
"""

# Dropping needs the table for itself; a reader that stays longer is not waited for.
_PATIENCE = "SET LOCAL lock_timeout = '200ms'"

# An entry at the place of its key costs several times what it costs to build it. Below the first number of rows that
# is no matter; above the second readers would wait for longer than a few seconds while the indexes are built again.
_MANY = 20_000
_FEW_ENOUGH = 1_000_000
_PART = 4

_COUNT = "SELECT count(*) FROM (SELECT FROM {} LIMIT %s) AS counted"


@contextmanager
def indexes_afterwards(connection: Connection[Any], table: str, rows: int) -> Iterator[bool]:
    """Take a table's keys and indexes away for the block and build them again behind it, in one transaction.

    The block runs with them in place where it writes too few `rows` to be worth it, and where they cannot be taken
    away: someone reads, something depends on them. Else readers wait until the transaction ends, so this is for the
    last and quick part of it. Older transactions go on seeing what they saw. The block is told whether they are away.

    Raises:
        psycopg.errors.UniqueViolation: what the block wrote breaks a key.
    """
    if not _worthwhile(connection, table, rows):
        yield False
        return
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
            if connection.execute(_UNUSED, (table,)).fetchone() == (True,):
                connection.execute(sql.SQL("TRUNCATE {}").format(name))
            connection.execute("SET LOCAL lock_timeout = 0")
    except psycopg.errors.QueryCanceled:
        raise
    except psycopg.DatabaseError as error:
        _log.info("the indexes of %s stay in place: %s", table, error)
        yield False
        return
    yield True
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for key, definition in keys:
        statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(statement.format(name, sql.Identifier(key), sql.SQL(definition)))
    for _, definition in indexes:
        connection.execute(definition)


def _worthwhile(connection: Connection[Any], table: str, rows: int) -> bool:
    """Whether to write that many rows of a table is less work with its indexes built again afterwards."""
    if rows < _MANY:
        return False
    limit = min(_FEW_ENOUGH, _PART * rows)
    if connection.execute(_FREE, (table,)).fetchone() != (True,):
        return False
    row = connection.execute(sql.SQL(_COUNT).format(sql.Identifier(table)), (limit + 1,)).fetchone()
    return row is not None and row[0] <= limit
