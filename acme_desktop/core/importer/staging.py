"""Chunks -> COPY into the import's own staging table.

Each running import has a table ``staging_<import id>`` of its own: unlogged, so that it costs no WAL, and dropped
in the transaction that merges it. The database folds the key (``lower``), so that only one place decides what
"differs only in letter case" means.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv
from psycopg import Connection, sql

from acme_desktop.core.importer.rows import Rejection

# In the order of the COPY below; ordinal is the row's place among the accepted ones, unique where lines are not
# (an archive's members each begin at line 1).
_CREATE = """
CREATE UNLOGGED TABLE {table} (
    ordinal bigint NOT NULL,
    line bigint NOT NULL,
    sku text NOT NULL,
    name text,
    description text,
    active boolean,
    sku_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(sku)) STORED
)
"""

_COPY_ROWS = "COPY {table} (ordinal, line, sku, name, description, active) FROM STDIN (FORMAT csv)"

_COPY_REJECTS = """
COPY import_rejects (import_id, ordinal, line, end_line, field, reason, message, value, cells) FROM STDIN
"""

_QUOTE_ALL_TEXT = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")


def table(import_id: int) -> sql.Identifier:
    """The staging table of an import."""
    return sql.Identifier(f"staging_{import_id}")


def create(connection: Connection[Any], import_id: int) -> None:
    """Make the import's empty staging table."""
    connection.execute(sql.SQL(_CREATE).format(table=table(import_id)))


def drop(connection: Connection[Any], import_id: int) -> None:
    """Remove the import's staging table where it is still there."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table(import_id)))


def count(connection: Connection[Any], import_id: int) -> tuple[int, int]:
    """How many rows of an import are staged, and how many rejected."""
    name = f"staging_{import_id}"
    exists = connection.execute("SELECT to_regclass(%s)", (name,)).fetchone()
    staged = 0
    if exists is not None and exists[0] is not None:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table(import_id))).fetchone()
        assert row is not None
        staged = row[0]
    row = connection.execute("SELECT count(*) FROM import_rejects WHERE import_id = %s", (import_id,)).fetchone()
    assert row is not None
    return staged, row[0]


def clear(connection: Connection[Any], import_id: int) -> None:
    """Begin an import's staging anew."""
    drop(connection, import_id)
    create(connection, import_id)
    connection.execute("DELETE FROM import_rejects WHERE import_id = %s", (import_id,))


def append(connection: Connection[Any], import_id: int, rows: memoryview) -> None:
    """Write encoded rows, in the connection's transaction."""
    with connection.cursor().copy(sql.SQL(_COPY_ROWS).format(table=table(import_id))) as copy:
        copy.write(rows)


def append_rejections(
    connection: Connection[Any], import_id: int, rejections: Sequence[Rejection], first_ordinal: int
) -> None:
    """Keep rejected rows with their cells, so that they can be shown, saved and mended."""
    if not rejections:
        return
    with connection.cursor().copy(_COPY_REJECTS) as copy:
        for ordinal, one in enumerate(rejections, first_ordinal):
            cells = json.dumps(one.cells)
            text = (_storable(one.message), _storable(one.value))
            copy.write_row((import_id, ordinal, one.line, one.end_line, one.column, one.reason, *text, cells))


def encode(rows: pa.RecordBatch, first_ordinal: int) -> memoryview:
    """Accepted rows as the CSV that COPY takes: every text quoted, so that a null and an empty text differ."""
    ordinals = pa.arange(first_ordinal, first_ordinal + rows.num_rows)
    names = ("line", "sku", "name", "description", "active")
    batch = pa.RecordBatch.from_arrays([ordinals, *(rows.column(name) for name in names)], names=["ordinal", *names])
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(batch, sink, _QUOTE_ALL_TEXT)
    return memoryview(sink.getvalue())


def _storable(text: str) -> str:
    """Text that a PostgreSQL text column can hold: no NUL and no lone surrogate."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode("utf-8")
