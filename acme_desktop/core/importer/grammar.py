"""RFC 4180 on text: physical lines, and records with or without quotes.

A physical line ends in LF, CR, CR LF or CR CR LF. U+2028, NEL, VT and FF are ordinary characters here.
"""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import dataclass
from functools import lru_cache

_LINE = re.compile(r"[^\r\n]*+(?:\r\r\n|\r\n|\r|\n)|[^\r\n]++\Z")
LINE_ENDS = "\r\n"


def physical_lines(text: str) -> list[str]:
    """The physical lines of a text, each with its line end; together they are the text."""
    if "\r\r\n" in text:
        return _LINE.findall(text)
    return io.StringIO(text, newline="").readlines()


@dataclass(frozen=True)
class Record:
    """A record that keeps to the grammar: its cells, and where in the text it ends (after its line end)."""

    cells: list[str]
    end: int


@dataclass(frozen=True)
class Violation:
    """Where a record breaks the grammar.

    Attributes:
        column: index of the cell that breaks it.
        opened: position of the quote that opened the cell, or -1 for a quote inside an unquoted cell.
        at: position of the character that does not fit; the length of the text where it ends inside quotes.
        open_ended: the text ends inside quotes, more text could still close them.
    """

    column: int
    opened: int
    at: int
    open_ended: bool = False


@dataclass(frozen=True)
class Grammar:
    """The patterns for one delimiter."""

    delimiter: str
    strict: re.Pattern[str]
    quoted: re.Pattern[str]
    unquoted: re.Pattern[str]
    opening: re.Pattern[str]
    line_end: re.Pattern[str]

    def is_strict(self, raw: str) -> bool:
        """Whether one whole record (with its line end) keeps to RFC 4180 without any padding around quotes."""
        return self.strict.fullmatch(raw) is not None

    def parse(self, text: str, start: int) -> Record | Violation:
        """One record from `start`; spaces and tabs around a quoted cell are padding and not part of it."""
        cells: list[str] = []
        at = start
        while True:
            match = self.quoted.match(text, at)
            if match:
                cells.append(match[1].replace('""', '"'))
            else:
                match = self.unquoted.match(text, at)
                if not match:
                    return self._violation(text, at, len(cells))
                cells.append(match[0])
            at = match.end()
            if text.startswith(self.delimiter, at):
                at += 1
                continue
            return Record(cells, self.line_end.match(text, at).end())  # type: ignore[union-attr]

    def cells_over_lines(self, raw: str) -> list[tuple[int, int, int]]:
        """Index, begin and end of the cells that span lines, in a record that keeps to the grammar."""
        found, at = [], 0
        for index in itertools.count():
            match = self.quoted.match(raw, at)
            if match and ("\n" in match[1] or "\r" in match[1]):
                found.append((index, *match.span()))
            match = match or self.unquoted.match(raw, at)
            if not match or not raw.startswith(self.delimiter, match.end()):
                return found
            at = match.end() + 1
        return found

    def _violation(self, text: str, at: int, column: int) -> Violation:
        opening = self.opening.match(text, at)
        if opening is None:
            return Violation(column, -1, text.index('"', at))
        opened = opening.end(1) - 1
        if opening.end() == len(text):
            return Violation(column, opened, opening.end(), open_ended=True)
        return Violation(column, opened, opening.end())


@lru_cache(maxsize=32)
def grammar(delimiter: str) -> Grammar:
    """The grammar for a delimiter of one character."""
    d = re.escape(delimiter)
    pad = "[ ]" if delimiter == "\t" else ("[\t]" if delimiter == " " else "[ \t]")
    inside = '[^"]*+(?:""[^"]*+)*+'
    stop = rf"(?={d}|[\r\n]|\Z)"
    plain = rf'[^"{d}\r\n]*+'
    cell = rf'(?:"{inside}"|{plain})'
    end = r"(?:\r\r\n|\r\n|\r|\n|\Z)"
    return Grammar(
        delimiter,
        strict=re.compile(rf"{cell}(?:{d}{cell})*+{end}"),
        quoted=re.compile(rf'{pad}*+"({inside})"{pad}*+{stop}'),
        unquoted=re.compile(rf"{plain}{stop}"),
        opening=re.compile(rf'({pad}*+"){inside}"?+'),
        line_end=re.compile(end),
    )
