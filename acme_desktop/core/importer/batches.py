"""Clean rows as Arrow batches, bounded in size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from acme_desktop.core.foundation import arrow as _without_pandas  # noqa: F401
from acme_desktop.core.importer.ledger import State
from acme_desktop.core.importer.members import Member, told
from acme_desktop.core.importer.rows import Rejection, Rows

SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("sku", pa.string()),
        ("name", pa.string()),
        ("description", pa.string()),
        ("active", pa.bool_()),
    ]
)
CHUNK_ROWS = 50_000
# Values handed to Arrow at a time: meanwhile no other thread of Python runs, the window's included.
_AT_ONCE = 4_000


@dataclass(frozen=True)
class Chunk:
    """A piece of a file.

    Attributes:
        accepted: clean rows: line int64, sku, name, description string, active bool. Null means that the file does not
            say (no such column, or a blank cell that is to be kept); a blank description that clears is "".
        rejected: rejections, in file order.
        read: records in this piece, accepted and rejected.
        position: bytes of the source used up so far, for progress.
    """

    accepted: pa.RecordBatch
    rejected: tuple[Rejection, ...]
    read: int
    position: int

    def moved(self, bytes_before: int, members: Sequence[Member]) -> Chunk:
        """The same chunk, which is of the last of these tables, counted from the first table on."""
        lines_before = members[-1].lines_before
        line = pc.add(self.accepted.column(0), lines_before)
        accepted = pa.RecordBatch.from_arrays([line, *self.accepted.columns[1:]], schema=SCHEMA)
        rejected = tuple(
            replace(
                row,
                line=row.line + lines_before,
                end_line=row.end_line + lines_before,
                message=told(row.message, row.line + lines_before, members),
            )
            for row in self.rejected
        )
        return Chunk(accepted, rejected, self.read, self.position + bytes_before)


@dataclass(frozen=True)
class Taken:
    """What one block of a text gave.

    Attributes:
        batch: clean rows.
        rejected: rejections, in file order.
        consumed: bytes dealt with; the rest is to be read again with more behind it.
        lines: physical lines in them.
        state: to go on from.
    """

    batch: pa.RecordBatch
    rejected: Sequence[Rejection]
    consumed: int
    lines: int
    state: State


def batch_of(rows: Rows) -> pa.RecordBatch:
    """Clean rows as one batch of `SCHEMA`."""
    columns: tuple[Sequence[object], ...] = (rows.line, rows.sku, rows.name, rows.description, rows.active)
    arrays = [_column(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _column(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    starts = range(0, len(values), _AT_ONCE) or range(1)
    return pa.concat_arrays([pa.array(values[start : start + _AT_ONCE], kind) for start in starts])


def chunks_of(batch: pa.RecordBatch, rejected: Sequence[Rejection], at: int) -> Iterator[Chunk]:
    """A batch and its rejections as chunks of at most 50,000 rows; nothing where both are empty."""
    starts = range(0, batch.num_rows, CHUNK_ROWS) or range(1 if rejected else 0)
    for start in starts:
        piece = batch.slice(start, CHUNK_ROWS)
        last = start + CHUNK_ROWS >= batch.num_rows
        there = tuple(rejected) if last else ()
        yield Chunk(piece, there, piece.num_rows + len(there), at)
