"""The fast path: a block in which nothing is doubtful, all at once and mostly without the interpreter's lock.

A block goes this way only where every quote in it stands as RFC 4180 has it; Arrow then cuts it, and every check that
the exact path makes on a row is made on whole columns. Rows that fail such a check are few: they go through the exact
path one by one. Anything else that is unusual sends the whole block there. Both paths give the same rows and
rejections, which a property test holds.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from acme_desktop.core.foundation.product_rules import (
    BLANKS,
    DESCRIPTION_MAX,
    NAME_MAX,
    SKU_MAX,
    WHITE_SPACE,
    is_blank,
)
from acme_desktop.core.importer import exact
from acme_desktop.core.importer.batches import SCHEMA, Taken
from acme_desktop.core.importer.grammar import Violation
from acme_desktop.core.importer.layout import Layout
from acme_desktop.core.importer.ledger import State
from acme_desktop.core.importer.rows import ACTIVE_WORDS, Rejection
from acme_desktop.core.importer.shape import swallowed_rows

_QUOTE, _NEWLINE, _RETURN = ord('"'), ord("\n"), ord("\r")
_MARK = "\ufeff".encode()
# Past this share of rows that need a closer look the exact path is the faster one.
_FEW = 0.02
_FIRST_OF_BLANK = pa.array(["", *BLANKS])


@dataclass(frozen=True)
class _Cut:
    """Where the records of a block stand.

    Attributes:
        starts: byte at which each record begins, and after them the byte after the last record.
        lines: physical lines before each record, and after them those before the end.
        over_lines: a record spans lines.
    """

    starts: np.ndarray
    lines: np.ndarray
    over_lines: bool


def read(text: bytes, line: int, layout: Layout, state: State, *, final: bool) -> Taken | None:
    """The rows of a block that begins at a record and ends at a line end, or None where the exact path must read it."""
    prepared = layout.columns.fill or layout.columns.marked is not None
    unusual = state.doubt or state.foreign or layout.literal_quotes or prepared
    if unusual or len(layout.delimiter.encode()) > 1 or not _plain(text):
        return None
    whole = text if text.endswith(b"\n") else text + b"\n"
    cut = _cut(whole, layout)
    if cut is None:
        return None
    count = len(cut.starts) - 1
    if final and cut.starts[count] != len(whole):
        return None
    if not final:
        count = _last_row(whole, cut, layout)
    if count <= 0 or (cut.over_lines and _swallowed(whole, cut, count, layout)):
        return None
    end = int(cut.starts[count])
    columns = _columns(whole[:end], layout, cut.over_lines, quotes=b'"' in whole)
    if columns is None or any(len(column) != count for column in columns.values()):
        return None
    checked = _checked(columns, whole, cut, line, layout)
    if checked is None:
        return None
    batch, rejected = checked
    return Taken(batch, rejected, min(end, len(text)), int(cut.lines[count]), State())


def _plain(text: bytes) -> bool:
    """Whether a block holds no NUL, no mark, no bad byte, and no line end but LF and CR LF."""
    # One byte is looked for many times faster than two or three, so those come only where one is there.
    if not text or b"\0" in text or (b"\xef" in text and _MARK in text):
        return False
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        return False
    return text.isascii() or _is_utf8(text)


def _is_utf8(text: bytes) -> bool:
    offsets = np.array([0, len(text)], np.int32)
    try:
        pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(offsets), pa.py_buffer(text)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _cut(text: bytes, layout: Layout) -> _Cut | None:
    """Find the records of a block; None where a line is blank, or a quote does not stand as RFC 4180 has it."""
    chars = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(chars == _NEWLINE) + 1
    begins = np.concatenate(([0], ends[:-1]))
    # A blank line may be inside a quoted value all the same; there are too few of those to bother.
    if np.isin(chars[begins], (_NEWLINE, _RETURN)).any():
        return None
    before = np.arange(1, len(ends) + 1)
    over_lines = False
    if b'"' in text:
        quotes = np.flatnonzero(chars == _QUOTE)
        outside = np.searchsorted(quotes, ends) % 2 == 0
        over_lines = not outside.all()
        if over_lines:
            ends, before = ends[outside], before[outside]
        if not len(ends) or not _well_placed(chars, quotes[quotes < ends[-1]], ord(layout.delimiter)):
            return None
    return _Cut(np.concatenate(([0], ends)), np.concatenate(([0], before)), over_lines)


def _well_placed(chars: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether quotes open after a delimiter or a line end and close before one, or stand doubled inside a value."""
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = opening[1:] == closing[:-1] + 1
    left = chars[opening - 1]
    opens = (left == delimiter) | (left == _NEWLINE)
    if len(opening) and opening[0] == 0:
        opens[0] = True
    opens[1:] |= doubled
    right = chars[closing + 1]
    closes = (right == delimiter) | (right == _NEWLINE) | (right == _RETURN)
    closes[:-1] |= doubled
    return bool(opens.all() and closes.all())


def _last_row(text: bytes, cut: _Cut, layout: Layout) -> int:
    """Index of the last record that looks like a row: it and what follows are left to be read with what comes next."""
    for index in range(len(cut.starts) - 2, -1, -1):
        parsed = layout.grammar.parse(_record(text, cut, index), 0)
        if isinstance(parsed, Violation) or layout.shape.fits(parsed.cells):
            return index
    return 0


def _swallowed(text: bytes, cut: _Cut, count: int, layout: Layout) -> bool:
    several = np.flatnonzero(np.diff(cut.lines[: count + 1]) > 1)
    return any(swallowed_rows(_record(text, cut, int(i)), layout.grammar, layout.shape) for i in several)


def _record(text: bytes, cut: _Cut, index: int) -> str:
    return text[cut.starts[index] : cut.starts[index + 1]].decode()


def _columns(text: bytes, layout: Layout, over_lines: bool, quotes: bool) -> dict[int, pa.Array] | None:
    """The columns that matter, by index; None where a record does not have the header's width."""
    wanted = {layout.columns.sku, layout.columns.name, layout.columns.description, layout.columns.active}
    if layout.blank_last:
        wanted.add(layout.width - 1)
    names = [str(index) for index in range(layout.width)]
    include = [str(index) for index in sorted(wanted - {None})]  # type: ignore[type-var]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(text),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
            pyarrow.csv.ParseOptions(
                delimiter=layout.delimiter, quote_char='"' if quotes else False, newlines_in_values=over_lines
            ),
            pyarrow.csv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(include, pa.string()), include_columns=include
            ),
        )
    except pa.ArrowInvalid:
        return None
    return {int(name): table.column(name).combine_chunks() for name in include}


def _checked(
    columns: dict[int, pa.Array], text: bytes, cut: _Cut, line: int, layout: Layout
) -> tuple[pa.RecordBatch, list[Rejection]] | None:
    """Clean columns and the rejections of single rows; None where the exact path must look at the block."""
    where = layout.columns
    count = len(columns[where.sku])
    sku = _clean_sku(columns[where.sku])
    if _odd_skus(sku, text, layout) or (layout.blank_last and _any(pc.not_equal(columns[layout.width - 1], ""))):
        return None
    good = np.ones(count, bool)
    _forbid_blank(good, sku)
    _forbid_long(good, sku, SKU_MAX)
    name = columns[where.name]
    if where.keep_blank:
        name = _without(name, _blank_rows(name, is_blank), None)
    else:
        _forbid_blank(good, name)
    _forbid_long(good, name, NAME_MAX)
    description = pa.nulls(count, pa.string())
    if where.description is not None:
        description = columns[where.description]
        _forbid_long(good, description, DESCRIPTION_MAX)
        description = _without(description, _blank_rows(description, str.isspace), None if where.keep_blank else "")
    active = pa.nulls(count, pa.bool_())
    if where.active is not None:
        active = _clean_active(columns[where.active], good)
    lines = pa.array(cut.lines[:count] + line, pa.int64())
    batch = pa.RecordBatch.from_arrays([lines, sku, name, description, active], schema=SCHEMA)
    bad = np.flatnonzero(~good)
    if not len(bad):
        return batch, []
    if len(bad) > max(10, count * _FEW):
        return None
    rejected = []
    for index in map(int, bad):
        outcome = exact.read(_record(text, cut, index), line + int(cut.lines[index]), layout, State(), final=True)
        if len(outcome.rejected) != 1:
            return None
        rejected += outcome.rejected
    return batch.filter(pa.array(good)), rejected


def _clean_sku(column: pa.Array) -> pa.Array:
    sku = pc.utf8_trim(column, characters=WHITE_SPACE)
    if _any(pc.invert(pc.string_is_ascii(sku))):
        sku = pa.array([unicodedata.normalize("NFC", value) for value in sku.to_pylist()], pa.string())
    return sku


def _odd_skus(sku: pa.Array, text: bytes, layout: Layout) -> bool:
    """Whether a SKU may be the header's, or has another delimiter in it."""
    if _any(pc.is_in(sku, value_set=pa.array(sorted(layout.header_words), pa.string()))):
        return True
    others = [char for char in layout.other_delimiters if char.encode() in text]
    return any(_any(pc.match_substring(sku, char)) for char in others)


def _clean_active(column: pa.Array, good: np.ndarray) -> pa.Array:
    """True, false or null (blank); marks rows with another word as not good."""
    encoded = pc.dictionary_encode(column)
    words = [word.strip().lower() for word in encoded.dictionary.to_pylist()]
    known = np.array([not word or word in ACTIVE_WORDS for word in words], bool)
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    if not known.all():
        good &= known[indices]
    return pa.array([ACTIVE_WORDS.get(word) for word in words], pa.bool_()).take(encoded.indices)


def _forbid_blank(good: np.ndarray, column: pa.Array) -> None:
    good[_blank_rows(column, is_blank)] = False


def _forbid_long(good: np.ndarray, column: pa.Array, limit: int) -> None:
    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is not None and longest > limit:
        good &= ~pc.greater(pc.utf8_length(column), limit).fill_null(False).to_numpy(zero_copy_only=False)


def _blank_rows(column: pa.Array, blank: object) -> np.ndarray:
    """Indexes of blank values; only those that begin with a blank are looked at one by one."""
    begins = pc.is_in(pc.utf8_slice_codeunits(column, 0, 1), value_set=_FIRST_OF_BLANK)
    rows = np.flatnonzero(begins.to_numpy(zero_copy_only=False))
    values = column.take(pa.array(rows)).to_pylist()
    return rows[[not value or blank(value) for value in values]] if len(rows) else rows  # type: ignore[operator]


def _without(column: pa.Array, rows: np.ndarray, instead: str | None) -> pa.Array:
    """The column with `instead` at some rows."""
    if not len(rows):
        return column
    mask = np.zeros(len(column), bool)
    mask[rows] = True
    return pc.if_else(pa.array(mask), pa.scalar(instead, pa.string()), column)


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())
