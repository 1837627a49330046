"""The exact path: physical lines -> clean rows and rejections, row by row.

`csv.reader` does the bulk; a record with a quote in it stands only where the grammar says so too. After a broken quote
the reader goes on with the next physical line, in doubt: until a few rows in a row look like this file's rows, a line
must not only fit, it must look like one.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Literal

from acme_desktop.core.importer.aliases import key
from acme_desktop.core.importer.encoding import is_bad, readable
from acme_desktop.core.importer.grammar import LINE_ENDS, Record, Violation, physical_lines
from acme_desktop.core.importer.layout import Layout
from acme_desktop.core.importer.rows import Rejection, Row, rejection
from acme_desktop.core.importer.shape import swallowed_rows

# A record longer than this is an unclosed quote: no description may be so long.
MAX_RECORD = 8 << 20
_SURE_AFTER = 3
_MANY_SWALLOWED = 3
csv.field_size_limit(4 * MAX_RECORD)


@dataclass
class Rows:
    """Clean rows as columns, each with its first physical line."""

    line: list[int] = field(default_factory=list)
    sku: list[str] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)
    description: list[str | None] = field(default_factory=list)
    active: list[bool | None] = field(default_factory=list)

    def add(self, line: int, row: Row) -> None:
        """Append one row."""
        self.line.append(line)
        self.sku.append(row[0])
        self.name.append(row[1])
        self.description.append(row[2])
        self.active.append(row[3])

    def cut(self, length: int) -> None:
        """Keep the first `length` rows."""
        for column in (self.line, self.sku, self.name, self.description, self.active):
            del column[length:]


@dataclass(frozen=True)
class State:
    """What reading on depends on, at the start of a record.

    Attributes:
        doubt: rows that must still look like rows before the reader is sure of where it is again.
        foreign: line of a header in the middle that orders the columns differently, or 0.
    """

    doubt: int = 0
    foreign: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a text gave.

    Attributes:
        rows: clean rows.
        rejected: rejections, in file order.
        rest: the text that is to be read again with more behind it.
        lines: physical lines dealt with.
        state: to go on from.
    """

    rows: Rows
    rejected: list[Rejection]
    rest: str
    lines: int
    state: State


def read(text: str, first_line: int, layout: Layout, state: State, *, final: bool) -> Outcome:
    """Read the records of a text that begins at a record and ends at a line end.

    Args:
        text: what to read.
        first_line: physical line at its start.
        layout: how.
        state: the state at its start.
        final: nothing follows. Otherwise the last good row and all after it are left for the next call, since what
            follows can show that the row goes on.
    """
    return _Pass(text, first_line, layout, state, final).run()


class _NeedMore(Exception):  # noqa: N818  a signal
    """The record that starts at a line can be judged only with more text behind it."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start


class _Pass:
    """One pass over one text. Indexes count the text's physical lines from 0."""

    def __init__(self, text: str, first_line: int, layout: Layout, state: State, final: bool) -> None:
        self._text = text
        self._first_line = first_line
        self._layout = layout
        self._final = final
        self._lines = physical_lines(text)
        self._starts = [0, *accumulate(map(len, self._lines))]
        self._rows = Rows()
        self._rejected: list[Rejection] = []
        self._states: list[State] = []
        self._doubt = state.doubt
        self._foreign = state.foreign
        self._initial = state
        self._torn: int | None = None
        self._begun = False
        self._broken_since = False
        self._last_end = -1
        self._fragment_end = -1
        self._loose_end = -1
        self._loose_short = False
        self._quotes = not layout.literal_quotes and '"' in text
        self._stray = layout.stray_returns and "\r" in text and text.count("\r") > text.count("\r\n")
        self._odd = self._stray or "\0" in text or "\ufeff" in text or is_bad(text)
        self._others = tuple(char for char in layout.other_delimiters if char in text)

    def run(self) -> Outcome:
        at, stop = 0, len(self._lines)
        try:
            while at < stop:
                at = self._bulk(at)
                if at < stop:
                    at = self._single(at)
        except _NeedMore as need:
            at = need.start
        return self._finish(at)

    # --- the bulk -----------------------------------------------------------------------------------------------

    def _bulk(self, at: int) -> int:
        """Read on while csv.reader and the grammar agree; the index of the first record where they may not."""
        layout, lines = self._layout, self._lines
        width, clean, add, words = layout.width, layout.columns.clean, self._rows.add, layout.header_words
        quotes, others, blank_last, base = self._quotes, self._others, layout.blank_last, self._first_line
        quoting: Literal[0, 3] = csv.QUOTE_NONE if layout.literal_quotes else csv.QUOTE_MINIMAL
        reader = csv.reader(
            map(lines.__getitem__, range(at, len(lines))), delimiter=layout.delimiter, quoting=quoting, strict=True
        )
        start = at
        try:
            for cells in reader:
                end = at + reader.line_num
                if quotes and not self._agreed(start, end):
                    return start
                first, start = start, end
                if (
                    len(cells) == width
                    and not self._odd
                    and not self._doubt
                    and not self._foreign
                    and self._loose_end != first
                    and self._fragment_end != first
                ):
                    row = clean(cells)
                    if (
                        row is not None
                        and row[0] not in words
                        and not (blank_last and cells[-1].strip())
                        and not any(char in row[0] for char in others)
                    ):
                        add(base + first, row)
                        self._states.append(_SURE)
                        self._torn, self._begun, self._broken_since, self._last_end = None, False, False, end
                        continue
                self._record(cells, first, end)
        except csv.Error:
            return start
        return start

    def _agreed(self, start: int, end: int) -> bool:
        if end == start + 1:
            line = self._lines[start]
            return '"' not in line or self._layout.grammar.is_strict(line)
        raw = self._raw(start, end)
        return self._layout.grammar.is_strict(raw) and not swallowed_rows(raw, self._layout.grammar, self._layout.shape)

    def _single(self, at: int) -> int:
        """Read one record by the grammar alone; the index after it."""
        if self._layout.literal_quotes:
            self._record(self._lines[at].rstrip(LINE_ENDS).split(self._layout.delimiter), at, at + 1)
            return at + 1
        parsed = self._layout.grammar.parse(self._text, self._starts[at])
        if isinstance(parsed, Violation):
            if parsed.open_ended and not self._final and len(self._text) - self._starts[at] < MAX_RECORD:
                raise _NeedMore(at)
            return self._broken(at, parsed)
        end = self._index(parsed.end - 1) + 1 if parsed.end > self._starts[at] else at + 1
        if end > at + 1:
            swallowed = swallowed_rows(self._raw(at, end), self._layout.grammar, self._layout.shape)
            if swallowed:
                return self._swallowing(at, end, swallowed)
        self._record(parsed.cells, at, end)
        return end

    def _swallowing(self, at: int, end: int, rows: int) -> int:
        """A value over several lines that holds rows: its rows are read where there are many, else nobody can tell."""
        if rows >= _MANY_SWALLOWED and rows >= end - at - 2:
            return self._broken(at, Violation(0, self._text.index('"', self._starts[at]), self._starts[end]))
        line = self._first_line + at
        text = f"A quote opens in line {line} and closes in line {line + end - at - 1}, over what look like rows."
        self._reject(at, end, "unclosed_quote", text, [self._raw(at, end).rstrip(LINE_ENDS)])
        self._doubt = _SURE_AFTER
        return end

    # --- one record that needs a closer look ----------------------------------------------------------------------

    def _record(self, cells: list[str], start: int, end: int) -> None:
        """Take or reject a record that keeps to the grammar."""
        raw = self._raw(start, end)
        if not raw.strip(LINE_ENDS):
            self._extend_torn(start, end)
            if self._loose_end == start:
                self._loose_end = end
            if self._fragment_end == start:
                self._fragment_end = end
            return
        if not (self._odd and self._damaged(raw, cells, start, end)):
            self._judge(raw, cells, start, end)
        if self._stray and raw.endswith("\r"):
            self._fragment_end = end

    def _judge(self, raw: str, cells: list[str], start: int, end: int) -> None:
        """Take or reject a record of sound characters."""
        layout, columns = self._layout, self._layout.columns
        if not any(map(str.strip, cells)):
            column = columns.title(columns.sku)
            self._reject(start, end, "missing_sku", "The line holds nothing but blanks.", cells, column, "")
            if len(cells) == 1 and cells[0].strip(" \t"):
                self._fragment_end = end
            return
        if len(cells) != layout.width:
            self._misfit(cells, start, end)
            return
        if self._is_header(cells, start, end):
            return
        if self._foreign:
            text = f"It stands under another header, in line {self._foreign}, whose columns are in a different order."
            self._reject(start, end, "field_count", text, cells)
            return
        row = columns.clean(cells)
        if row is None:
            reason, text, index = columns.why(cells)
            self._reject(start, end, reason, text, cells, columns.title(index), cells[index])
            return
        other = next((char for char in self._others if char in row[0] and raw.count(char) == layout.width - 1), None)
        if other or (layout.blank_last and cells[-1].strip()):
            text = (
                f"The line can be cut by {_called(other)} as well as by {_called(layout.delimiter)}."
                if other
                else ("There is a value after the delimiter that ends every other line.")
            )
            self._reject(start, end, "field_count", text, cells)
            return
        doubt = self._doubtful(raw, cells, start, end)
        if doubt:
            self._reject(start, end, "bad_quoting", doubt, cells)
            return
        self._rows.add(self._first_line + start, row)
        self._states.append(State(self._doubt, self._foreign))
        self._doubt = max(0, self._doubt - 1)
        self._torn, self._begun, self._broken_since, self._last_end = None, False, False, end

    def _doubtful(self, raw: str, cells: list[str], start: int, end: int) -> str:
        """Why a row that is good by itself can't be trusted where it stands, or ""."""
        if self._stray and raw.endswith("\r"):
            return "It ends in a carriage return by itself, so that its last value may go on in the next line."
        if (self._doubt or self._fragment_end == start) and self._may_begin_above(cells, start):
            return "Its first value may have begun in the line above."
        if (self._doubt or self._loose_end == start) and not self._sure_of(cells, start, end):
            return "It can't be told from the rest of the broken line before it."
        return ""

    def _damaged(self, raw: str, cells: list[str], start: int, end: int) -> bool:
        if is_bad(raw):
            index = next((i for i, cell in enumerate(cells) if is_bad(cell)), 0)
            text = "Some bytes of the line are not in the file's encoding."
        elif raw.startswith("\ufeff"):
            index, text = 0, "The line begins with a byte order mark, as where files were joined."
        elif "\0" in raw:
            index = next((i for i, cell in enumerate(cells) if "\0" in cell), 0)
            self._reject(start, end, "nul_character", "The line holds a NUL character.", cells, self._title(index))
            return True
        else:
            return False
        value = cells[index] if cells else ""
        self._reject(start, end, "bad_encoding", text, cells, self._title(index), value)
        return True

    def _is_header(self, cells: list[str], start: int, end: int) -> bool:
        columns = self._layout.columns
        if not self._layout.header_line or cells[columns.sku].strip() not in self._layout.header_words:
            return False
        here, header = [key(cell) for cell in cells], [key(cell) for cell in columns.header]
        same = here[columns.sku] == header[columns.sku] and here[columns.name] == header[columns.name]
        if not same and sorted(here) != sorted(header):
            return False
        self._foreign = 0 if same else self._first_line + start
        text = f"It repeats the header of line {self._layout.header_line}."
        if not same:
            text = f"It repeats the header of line {self._layout.header_line} in a different order."
        self._reject(start, end, "missing_sku", text, cells, columns.title(columns.sku), cells[columns.sku])
        return True

    def _sure_of(self, cells: list[str], start: int, end: int) -> bool:
        """Whether a record near a broken one is a row: it looks like one, and so does its SKU or what follows."""
        shape = self._layout.shape
        if shape.quoted and not self._lines[start].startswith('"'):
            return False
        known, loose = shape.sku_known(cells[self._layout.columns.sku]), self._loose_end == start
        if known and not (loose and self._doubt):
            return True
        if not shape.fits(cells):
            return False
        if known or not self._doubt:
            return True
        return not (shape.sku_patterns and loose) and self._run_of_rows(start, end)

    def _run_of_rows(self, start: int, end: int) -> bool:
        """Whether the next records look like rows too."""
        at, rows = self._starts[end], 0
        while rows < _SURE_AFTER - 1:
            parsed = self._layout.grammar.parse(self._text, at)
            cut_off = parsed.end == len(self._text) if isinstance(parsed, Record) else parsed.open_ended
            if cut_off and not self._final and len(self._text) - self._starts[start] < MAX_RECORD:
                raise _NeedMore(start)
            if at == len(self._text):
                break
            if isinstance(parsed, Violation):
                return False
            if self._text[at : parsed.end].strip(LINE_ENDS):
                if not self._layout.shape.fits(parsed.cells):
                    return False
                rows += 1
            at = parsed.end
        return rows > 0

    def _may_begin_above(self, cells: list[str], start: int) -> bool:
        """Whether a row may be the rest of a record that begins above: its first value is text that was cut in two."""
        columns, shape = self._layout.columns, self._layout.shape
        if self._fragment_end == start:
            above = self._lines[start - 1].strip()
            if columns.sku == 0 and shape.sku_known(cells[0]):
                return above[:1] != "<" and not shape.holds_sku(above) and (shape.sku_spaced or len(above.split()) == 1)
            return columns.sku == 0 or (0 in (columns.name, columns.description, columns.active))
        sure = self._lines[start].startswith('"') and not self._loose_short
        return self._loose_end == start and not sure and 0 in (columns.name, columns.description)

    def _misfit(self, cells: list[str], start: int, end: int) -> None:
        layout, raw = self._layout, self._raw(start, end).rstrip(LINE_ENDS)
        other = next((char for char in self._others if layout.shape.fits(raw.split(char))), None)
        known = len(cells) > 1 and self._names_a_sku(cells)
        self._loose_end, self._loose_short = end, len(cells) < layout.width
        if self._quotes and '"' in raw:
            self._doubt = _SURE_AFTER
        if len(cells) == 1 and not other:
            self._fragment_end = end
            holds_sku = layout.shape.holds_sku(cells[0])
            if not holds_sku and self._extend_torn(start, end):
                return
            known |= self._take_back_above(start, end, holds_sku)
        self._begun |= known
        cut = "cell" if len(cells) == 1 else "cells"
        text = f"The line has {len(cells)} {cut} where the header has {layout.width}."
        if other:
            text += f" It is cut by {_called(other)}, not by {_called(layout.delimiter)}."
        self._reject(start, end, "field_count", text, cells, value=raw)

    def _names_a_sku(self, cells: list[str]) -> bool:
        """Whether a broken line seems to be the beginning of a row, since a SKU stands in it."""
        shape, index = self._layout.shape, min(self._layout.columns.sku, len(cells) - 1)
        return any(map(shape.sku_known, cells)) if shape.sku_patterns else shape.sku_like(cells[index])

    def _take_back_above(self, start: int, end: int, holds_sku: bool) -> bool:
        """Reject the row right above a line of one cell where its last value may go on; a last line is a footer."""
        if self._last_end != start or (self._final and end == len(self._lines)):
            return False
        columns, last = self._layout.columns, self._layout.width - 1
        sku_cut = last == columns.sku and not self._layout.shape.sku_known(self._rows.sku[-1])
        active_cut = last == columns.active and self._rows.active[-1] is None
        text_cut = last in (columns.sku, columns.name, columns.description) and not holds_sku
        if not (sku_cut or active_cut or text_cut):
            return False
        self._take_back(start)
        return True

    # --- broken quotes ----------------------------------------------------------------------------------------------

    def _broken(self, at: int, violation: Violation) -> int:
        """Reject the physical line at which a record with a broken quote begins, and go on in doubt behind it."""
        line = self._lines[at]
        bare = line.rstrip(LINE_ENDS)
        cells = bare.split(self._layout.delimiter)
        short = len(cells) < self._layout.width
        closing = violation.opened < 0 and self._closing(violation.at)
        if closing and not self._row_by_itself([cell.strip('"') for cell in cells]):
            self._lost_opening(at)
        if not (short and self._extend_torn(at, at + 1)):
            self._begun |= len(cells) > 1 and self._names_a_sku([cell.strip('"') for cell in cells])
            self._torn = len(self._rejected)
            self._rejected.append(self._describe(at, violation, bare))
        self._doubt = _SURE_AFTER
        self._broken_since = True
        self._loose_end, self._loose_short = at + 1, short
        return at + 1

    def _describe(self, at: int, violation: Violation, bare: str) -> Rejection:
        line = self._first_line + at
        column = self._title(violation.column)
        if is_bad(bare):
            text = "Some bytes of the line are not in the file's encoding."
            return rejection(line, line, "bad_encoding", text, (bare,), column, bare)
        if violation.opened < 0:
            text = f"A quote stands in the middle of the value of “{column}”, which is not quoted."
            return rejection(line, line, "bad_quoting", text, (bare,), column, bare)
        opened = self._first_line + self._index(violation.opened)
        stop = self._first_line + self._index(max(0, violation.at - 1))
        if violation.open_ended or stop > opened:
            text = f"A quote opens a value of “{column}” in line {opened} and is never properly closed."
            return rejection(line, line, "unclosed_quote", text, (bare,), column, bare)
        text = f"There is text after the quote that closes the value of “{column}”."
        return rejection(line, line, "bad_quoting", text, (bare,), column, bare)

    def _row_by_itself(self, cells: list[str]) -> bool:
        shape = self._layout.shape
        return shape.fits(cells) and (not shape.sku_patterns or shape.sku_known(cells[self._layout.columns.sku]))

    def _closing(self, at: int) -> bool:
        return self._text[at + 1 : at + 2] in ("", self._layout.delimiter, "\r", "\n")

    def _lost_opening(self, at: int) -> None:
        """A value ends in a quote that nothing opened: the row just above may be its beginning, cut off.

        Rows above that don't look like rows may be parts of it too.
        """
        if self._begun or self._broken_since:
            return
        while self._rows.line and not self._take_back(at):
            pass

    def _take_back(self, goes_on: int) -> bool:
        """Reject the last good row since its last value seems to go on below; True where it looks like a row."""
        line = self._rows.line[-1]
        parsed = self._layout.grammar.parse(self._text, self._starts[line - self._first_line])
        assert isinstance(parsed, Record)
        self._rows.cut(len(self._rows.line) - 1)
        self._states.pop()
        text = f"Its last value seems to go on in line {self._first_line + goes_on}."
        end_line = self._first_line + self._index(parsed.end - 1)
        title = self._title(self._layout.width - 1)
        self._rejected.append(rejection(line, end_line, "bad_quoting", text, parsed.cells, title, parsed.cells[-1]))
        return self._layout.shape.fits(parsed.cells)

    def _extend_torn(self, start: int, end: int) -> bool:
        """Count a line that can't be a row to the broken record right before it."""
        if self._torn is None:
            return False
        torn = self._rejected[self._torn]
        if torn.end_line != self._first_line + start - 1:
            return False
        cells = (*torn.cells[:-1], torn.cells[-1] + "\n" + self._raw(start, end).rstrip(LINE_ENDS))
        self._rejected[self._torn] = replace(
            torn, end_line=self._first_line + end - 1, cells=tuple(map(readable, cells))
        )
        return True

    # --- bookkeeping --------------------------------------------------------------------------------------------------

    def _reject(
        self, start: int, end: int, reason: str, text: str, cells: list[str], column: str = "", value: str | None = None
    ) -> None:
        first, last = self._first_line + start, self._first_line + end - 1
        self._torn = None
        self._rejected.append(rejection(first, last, reason, text, cells, column, value))

    def _raw(self, start: int, end: int) -> str:
        return self._lines[start] if end == start + 1 else self._text[self._starts[start] : self._starts[end]]

    def _index(self, position: int) -> int:
        return min(bisect_right(self._starts, position) - 1, len(self._lines) - 1)

    def _title(self, index: int) -> str:
        return self._layout.columns.title(index) if index < self._layout.width else f"#{index + 1}"

    def _finish(self, at: int) -> Outcome:
        state = State(self._doubt, self._foreign)
        if not self._final:
            at, state = self._hold_back(at, state)
        last = self._first_line + at - 1
        rejected = sorted((r for r in self._rejected if r.line <= last), key=lambda r: r.line)
        return Outcome(self._rows, rejected, self._text[self._starts[at] :], at, state)

    def _hold_back(self, at: int, state: State) -> tuple[int, State]:
        """Leave the last good row that looks like one, and all after it, to be read again with what follows."""
        rows, shape = self._rows, self._layout.shape
        for index in range(len(rows.line) - 1, -1, -1):
            start = rows.line[index] - self._first_line
            parsed = self._layout.grammar.parse(self._text, self._starts[start])
            if isinstance(parsed, Violation) or shape.fits(parsed.cells):
                state = self._states[index]
                rows.cut(index)
                return start, state
        if self._starts[at] > MAX_RECORD:
            return at, state
        rows.cut(0)
        self._rejected.clear()
        return 0, self._initial


_SURE = State()


def _called(delimiter: str | None) -> str:
    return {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "pipes"}.get(delimiter or "", f"“{delimiter}”")
