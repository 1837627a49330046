"""Chunks -> COPY into the import's own staging table.

Each running import has a table ``staging_<import id>`` of its own: unlogged, so that it costs no WAL, and dropped
in the transaction that merges it. Rows go there in COPY's binary format: nothing to quote, nothing for the server to
take apart. The database folds the key (`KEY`), so that only one place decides what "differs only in letter case"
means.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
    active boolean
)
"""

KEY = 'lower(sku) COLLATE "C"'
"""The ``sku_key`` of a staged row."""

_COPY_ROWS = "COPY {table} (ordinal, line, sku, name, description, active) FROM STDIN (FORMAT binary)"

_COPY_REJECTS = """
COPY import_rejects (import_id, ordinal, line, end_line, field, reason, message, value, cells) FROM STDIN
"""

_TEXTS = ("sku", "name", "description")

# The binary format as PostgreSQL's documentation of COPY has it: a signature, no flags, no extension; then for each
# row the number of its fields, and before each field its length in bytes (big-endian, -1 for a null).
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_LENGTH = np.dtype(">i4")
_START = np.dtype([("fields", ">i2"), ("length", ">i4"), ("ordinal", ">i8"), ("length_2", ">i4"), ("line", ">i8")])
_FALSE, _TRUE, _NULL = b"\0\0\0\1\0", b"\0\0\0\1\1", b"\xff\xff\xff\xff"


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


def append(connection: Connection[Any], import_id: int, rows: pa.RecordBatch, first_ordinal: int) -> None:
    """Write accepted rows, in the connection's transaction."""
    encoded = encode(rows, first_ordinal)
    with connection.cursor().copy(sql.SQL(_COPY_ROWS).format(table=table(import_id))) as copy:
        copy.write(_HEADER)
        copy.write(encoded)
        copy.write(_TRAILER)


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
    """Accepted rows as the binary COPY takes them, without its header; all at once, column by column."""
    count = rows.num_rows
    start = np.empty(count, _START)
    start["fields"], start["length"], start["length_2"] = 6, 8, 8
    start["ordinal"] = np.arange(first_ordinal, first_ordinal + count)
    start["line"] = rows.column("line").to_numpy()
    parts = [_as_binary(start)]
    for name in _TEXTS:
        text = rows.column(name)
        length = pc.fill_null(pc.binary_length(text), -1)
        parts += [_as_binary(length.to_numpy().astype(_LENGTH)), pc.fill_null(text, "").cast(pa.binary())]
    active = pc.fill_null(rows.column("active").cast(pa.int8()), 2)
    parts.append(pa.array([_FALSE, _TRUE, _NULL], pa.binary()).take(active))
    joined = pc.binary_join_element_wise(*parts, b"")
    offsets = np.frombuffer(joined.buffers()[1], np.int32)[joined.offset :]
    return memoryview(joined.buffers()[2])[offsets[0] : offsets[count]]


def _as_binary(items: np.ndarray) -> pa.Array:
    """Each item's bytes as a binary value."""
    ends = np.arange(0, (len(items) + 1) * items.itemsize, items.itemsize, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), len(items), [None, pa.py_buffer(ends), pa.py_buffer(items.tobytes())])


def _storable(text: str) -> str:
    """Text that a PostgreSQL text column can hold: no NUL and no lone surrogate."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode("utf-8")
