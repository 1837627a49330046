"""What one pass over a text has found so far: rows, rejections, and what stands next to what.

Indexes count the text's physical lines from 0; lines that people see count the file's from 1.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate

from acme_desktop.core.importer.encoding import is_bad, readable
from acme_desktop.core.importer.fill_down import Seen
from acme_desktop.core.importer.grammar import LINE_ENDS, Record, physical_lines
from acme_desktop.core.importer.layout import Layout
from acme_desktop.core.importer.rows import Rejection, Rows, rejection

# A record longer than this is an unclosed quote: no description may be so long.
MAX_RECORD = 8 << 20


@dataclass(frozen=True)
class State:
    """What reading on depends on, at the start of a record.

    Attributes:
        doubt: rows that must still look like rows before the reader is sure of where it is again.
        foreign: line of a header in the middle that orders the columns differently, or 0.
        trusted: the first record was found good together with what stands above it.
        seen: what blank values may be filled with.
    """

    doubt: int = 0
    foreign: int = 0
    trusted: bool = False
    seen: Seen = ()


class NeedMore(Exception):  # noqa: N818  a signal
    """The record that starts at a line can be judged only with more text behind it."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start


class Ledger:
    """The rows and rejections of one pass, and the marks that later records are judged by.

    Attributes:
        _doubt: rows that must still look like rows.
        _foreign: line of a header in another order, or 0.
        _seen: what blank values may be filled with; nothing past a record that can't be read.
        _torn: index of the rejection that further lines of a broken value are counted to.
        _begun: since the last good row a broken line seemed to begin a row.
        _broken_since: since the last good row a quote was broken.
        _last_end: index after the last good row.
        _loose_end: index after the last broken line; `_loose_short` where that has fewer cells than a row.
        _fragment_end: index after the last line of one cell.
        _broken_end: index after the last line with a broken quote.
    """

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
        self._seen = state.seen
        self._torn: int | None = None
        self._begun = False
        self._broken_since = False
        self._last_end = -1
        self._fragment_end = -1
        self._loose_end = -1
        self._loose_short = False
        self._broken_end = -1
        self._quotes = not layout.literal_quotes and '"' in text
        self._stray = layout.stray_returns and "\r" in text and text.count("\r") > text.count("\r\n")
        self._odd = self._stray or "\0" in text or "\ufeff" in text or is_bad(text)
        self._others = tuple(char for char in layout.other_delimiters if char in text)

    def _take_back(self, goes_on: int) -> bool:
        """Reject the last good row since its last value seems to go on below; True where it looks like a row.

        The reason is a quote where there is one in the row or in what it goes on in, otherwise a line cut in two.
        """
        line = self._rows.line[-1]
        parsed = self._layout.grammar.parse(self._text, self._starts[line - self._first_line])
        assert isinstance(parsed, Record)
        self._rows.cut(len(self._rows.line) - 1)
        self._states.pop()
        text = f"Its last value seems to go on in line {self._first_line + goes_on}."
        end_line = self._first_line + self._index(parsed.end - 1)
        quote = self._quotes and '"' in self._raw(line - self._first_line, goes_on + 1)
        reason = "bad_quoting" if quote else "field_count"
        title = self._title(self._layout.width - 1)
        self._rejected.append(rejection(line, end_line, reason, text, parsed.cells, title, parsed.cells[-1]))
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

    def _reject(
        self, start: int, end: int, reason: str, text: str, cells: list[str], column: str = "", value: str | None = None
    ) -> None:
        """Reject a record; the value is the line as it stands in the file unless one cell's is given."""
        first, last = self._first_line + start, self._first_line + end - 1
        self._torn = None
        if value is None:
            value = self._raw(start, end).rstrip(LINE_ENDS)
        self._rejected.append(rejection(first, last, reason, text, cells, column, value))

    def _raw(self, start: int, end: int) -> str:
        return self._lines[start] if end == start + 1 else self._text[self._starts[start] : self._starts[end]]

    def _index(self, position: int) -> int:
        return min(bisect_right(self._starts, position) - 1, len(self._lines) - 1)

    def _title(self, index: int) -> str:
        return self._layout.columns.title(index) if index < self._layout.width else f"#{index + 1}"
