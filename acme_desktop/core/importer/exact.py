"""The exact path: physical lines -> clean rows and rejections, row by row.

`csv.reader` does the bulk; a record with a quote in it stands only where the grammar says so too.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import Literal

from acme_desktop.core.importer.aliases import key
from acme_desktop.core.importer.doubt import SURE_AFTER, Doubt, called
from acme_desktop.core.importer.encoding import is_bad
from acme_desktop.core.importer.fill_down import Seen, fill
from acme_desktop.core.importer.grammar import LINE_ENDS, Violation
from acme_desktop.core.importer.layout import Layout
from acme_desktop.core.importer.ledger import MAX_RECORD, NeedMore, State
from acme_desktop.core.importer.rows import Rejection, Rows
from acme_desktop.core.importer.shape import swallowed_rows

_MANY_SWALLOWED = 3
_SURE = State()
csv.field_size_limit(4 * MAX_RECORD)


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


class _Pass(Doubt):
    """One pass over one text."""

    def run(self) -> Outcome:
        at, stop = 0, len(self._lines)
        try:
            while at < stop:
                at = self._bulk(at)
                if at < stop:
                    at = self._single(at)
        except NeedMore as need:
            at = need.start
        return self._finish(at)

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
                    and not layout.columns.fill
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
                raise NeedMore(at)
            after = self._broken(at, parsed)
            self._seen = ()
            return after
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
        text = f"A quote opens in line {line} and closes in line {line + end - at - 1}; that is hardly one value."
        self._reject(at, end, "unclosed_quote", text, [self._raw(at, end).rstrip(LINE_ENDS)])
        self._doubt, self._seen = SURE_AFTER, ()
        return end

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
        damaged = self._odd and self._damaged(raw, cells, start, end)
        self._seen = () if damaged else self._judge(raw, cells, start, end)
        if self._stray and raw.endswith("\r"):
            self._fragment_end = end

    def _judge(self, raw: str, cells: list[str], start: int, end: int) -> Seen:
        """Take or reject a record of sound characters; what later blank values may be filled with."""
        layout, columns = self._layout, self._layout.columns
        if not any(map(str.strip, cells)):
            column = columns.title(columns.sku)
            self._reject(start, end, "missing_sku", "The line holds nothing but blanks.", cells, column, "")
            if len(cells) == 1 and cells[0].strip(" \t"):
                self._fragment_end = end
            return ()
        if len(cells) != layout.width:
            self._misfit(cells, start, end)
            return ()
        if self._is_header(cells, start, end):
            return ()
        if self._foreign:
            text = f"It stands under another header, in line {self._foreign}, whose columns are in a different order."
            self._reject(start, end, "field_count", text, cells)
            return ()
        filled, after = fill(cells, columns.fill, self._seen) if columns.fill else (cells, ())
        row = columns.clean(filled)
        if row is None:
            reason, text, index = columns.why(filled)
            self._reject(start, end, reason, text, cells, columns.title(index), cells[index])
            return after
        cuts = layout.width - 1
        other = next(
            (char for char in self._others if char in row[0] and cuts in (raw.count(char), row[0].count(char))), None
        )
        if other or (layout.blank_last and cells[-1].strip()):
            text = (
                f"The line can be cut by {called(other)} as well as by {called(layout.delimiter)}."
                if other
                else ("There is a value after the delimiter that ends every other line.")
            )
            self._reject(start, end, "field_count", text, cells)
            return ()
        trusted = start == 0 and self._initial.trusted
        doubt = "" if trusted else self._doubtful(raw, cells, start, end)
        if doubt:
            quote = self._doubt or (self._quotes and '"' in raw)
            self._reject(start, end, "bad_quoting" if quote else "field_count", doubt, cells)
            if not self._row_by_itself(cells) and 0 in (columns.name, columns.description):
                self._loose_end, self._loose_short = end, True
            return ()
        self._rows.add(self._first_line + start, row)
        self._states.append(State(self._doubt, self._foreign, seen=self._seen))
        self._doubt = max(0, self._doubt - 1)
        self._torn, self._begun, self._broken_since, self._last_end = None, False, False, end
        return after

    def _damaged(self, raw: str, cells: list[str], start: int, end: int) -> bool:
        if is_bad(raw):
            index = next((i for i, cell in enumerate(cells) if is_bad(cell)), 0)
            text = "Some bytes of the line are not in the file's encoding."
        elif raw.startswith("\ufeff"):
            index, text = 0, "The line begins with a byte order mark, as where files were joined."
        elif "\0" in raw:
            index = next((i for i, cell in enumerate(cells) if "\0" in cell), 0)
            self._reject(
                start, end, "nul_character", "The line holds a NUL character.", cells, self._title(index), cells[index]
            )
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

    def _finish(self, at: int) -> Outcome:
        state = State(self._doubt, self._foreign, seen=self._seen)
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
                state = replace(self._states[index], trusted=True)
                rows.cut(index)
                return start, state
        if self._starts[at] > MAX_RECORD:
            return at, state
        rows.cut(0)
        self._rejected.clear()
        return 0, self._initial
