"""Records that come already cut into cells (sheets, Parquet, JSON lines) -> chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from acme_desktop.core.importer.batches import CHUNK_ROWS, Chunk, batch_of
from acme_desktop.core.importer.encoding import is_bad
from acme_desktop.core.importer.fill_down import Seen, fill
from acme_desktop.core.importer.rows import Columns, Rejection, Row, Rows, rejection

_CHUNK_TEXT = 8 << 20


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes:
        line: physical line, sheet row or row number, from 1.
        cells: texts in the header's order; None where the record does not have the column at all.
        broken: why it can't be read, or "".
        reason: the reason's code where it is broken.
        faults: why single cells have no value, by index; cells of columns that are not imported do no harm.
    """

    line: int
    cells: Sequence[str | None]
    broken: str = ""
    reason: str = "bad_quoting"
    faults: Mapping[int, str] | None = None


def chunks(records: Iterable[tuple[Record, int]], columns: Columns, header_line: int) -> Iterator[Chunk]:
    """Check records, each given with the source's position after it, and gather them into bounded chunks."""
    rows, rejected, text, at = Rows(), list[Rejection](), 0, 0
    seen: Seen = ()
    for record, position in records:
        at = position
        checked, seen = check(record, columns, header_line, seen)
        if isinstance(checked, Rejection):
            rejected.append(checked)
            text += sum(map(len, checked.cells))
        else:
            rows.add(record.line, checked)
            text += len(checked[0]) + len(checked[1] or "") + len(checked[2] or "")
        if len(rows.line) + len(rejected) >= CHUNK_ROWS or text >= _CHUNK_TEXT:
            yield _chunk(rows, rejected, at)
            rows, rejected, text = Rows(), [], 0
    if rows.line or rejected:
        yield _chunk(rows, rejected, at)


def check(record: Record, columns: Columns, header_line: int, seen: Seen) -> tuple[Row | Rejection, Seen]:
    """A record as a clean row, or why it is rejected; and what blank values after it may be filled with."""
    cells = [cell or "" for cell in record.cells]
    found = _fault(record, cells, columns, header_line)
    after: Seen = ()
    if found is None:
        filled, after = fill(cells, columns.fill, seen) if columns.fill else (cells, ())
        row = columns.clean(filled)
        if row is not None:
            where = columns.description
            absent = where is not None and record.cells[where] is None and not filled[where]
            return ((row[0], row[1], None, row[3]) if absent else row), after
        found = columns.why(filled)
    reason, text, index = found
    if index is None:
        raw = " ".join(cell for cell in cells if cell)  # a line that cannot be read stands in the first cell alone
        return rejection(record.line, record.line, reason, text, cells, value=raw), after
    return rejection(record.line, record.line, reason, text, cells, columns.title(index), cells[index]), after


def _fault(record: Record, cells: list[str], columns: Columns, header_line: int) -> tuple[str, str, int | None] | None:
    if record.broken:
        return record.reason, record.broken, None
    for index, told in (record.faults or {}).items():
        if reason := _reason(columns, index):
            return reason, told, index
    for index, cell in enumerate(cells):
        if "\0" in cell:
            return "nul_character", "The value holds a NUL character.", index
        if is_bad(cell):
            return "bad_encoding", "The value holds half a character.", index
    if header_line and tuple(map(str.strip, cells)) == tuple(map(str.strip, columns.header)):
        return "missing_sku", f"It repeats the header of line {header_line}.", columns.sku
    return None


def _reason(columns: Columns, index: int) -> str | None:
    """The code of a cell without a value; None where its column is not imported."""
    reasons = {columns.description: "bad_encoding", columns.active: "bad_active", columns.name: "missing_name"}
    return "missing_sku" if index == columns.sku else reasons.get(index)


def _chunk(rows: Rows, rejected: list[Rejection], at: int) -> Chunk:
    return Chunk(batch_of(rows), tuple(rejected), len(rows.line) + len(rejected), at)
