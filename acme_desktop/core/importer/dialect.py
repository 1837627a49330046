"""Text -> delimiter and header line.

The delimiter is the one under which a line names a SKU and a product name; a sample's statistics only decide where no
line does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from acme_desktop.core.foundation.errors import InputProblem, UsageProblem
from acme_desktop.core.importer import mapping
from acme_desktop.core.importer.grammar import Record, grammar, physical_lines

DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 60
_SAMPLE_LINES = 200
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


@dataclass(frozen=True)
class Dialect:
    """How a text is cut into cells.

    Attributes:
        delimiter: one character.
        header_line: physical line of the header, from 1; 0 where there is none.
        header: its cells; "#1", "#2", ... where there is none.
        start: position in the text of the first record after the header.
        first_line: physical line at that position.
    """

    delimiter: str
    header_line: int
    header: tuple[str, ...]
    start: int
    first_line: int


def parse_delimiter(chosen: str | None) -> str | None:
    """The character a person means by "tab", "\\t" or ";".

    Raises:
        UsageProblem: it is not one character, or one that can't delimit.
    """
    if not chosen:
        return None
    delimiter = _NAMED.get(chosen.lower(), chosen)
    if len(delimiter) != 1 or delimiter in '"\r\n\0\ufeff':
        raise UsageProblem(f"“{chosen}” can't be a delimiter.", "Name one character, or tab.")
    return delimiter


def find(text: str, delimiter: str | None, chosen: Mapping[str, str], *, literal_quotes: bool = False) -> Dialect:
    """The dialect of a text.

    Args:
        text: the beginning of the file, cut at a line end.
        delimiter: what a person chose, or None.
        chosen: header names chosen by hand; they count as known.
        literal_quotes: quotes are plain text.

    Raises:
        InputProblem: the text is empty.
    """
    lines = physical_lines(text)
    skipped = _separator_line(lines)
    if skipped:
        delimiter = delimiter or skipped
    positions = _positions(lines)
    first = next((i for i, line in enumerate(lines) if line.strip() and not (skipped and i == 0)), None)
    if first is None:
        raise InputProblem("The file is empty.", "A file needs a header with a SKU and a name column, and rows.")
    candidates = [delimiter] if delimiter else list(DELIMITERS)
    found = _known_header(text, lines, positions, first, candidates, chosen, literal_quotes)
    if found:
        return found
    best = delimiter or _likeliest(lines[first : first + _SAMPLE_LINES])
    cells, end = header_cells(text, positions[first], best, literal_quotes)
    if mapping.by_position(chosen):
        names = tuple(f"#{index}" for index in range(1, len(cells) + 1))
        return Dialect(best, 0, names, positions[first], first + 1)
    return _dialect(best, first, cells, end, positions)


def header_cells(text: str, start: int, delimiter: str, literal_quotes: bool = False) -> tuple[list[str], int]:
    """The header's cells and where it ends; where its quotes are broken, its line is cut at every delimiter."""
    if not literal_quotes:
        parsed = grammar(delimiter).parse(text, start)
        if isinstance(parsed, Record):
            return parsed.cells, parsed.end
    line = physical_lines(text[start : start + (1 << 16)])[0]
    cells = line.rstrip("\r\n").split(delimiter)
    return [cell if literal_quotes else cell.strip(' "') for cell in cells], start + len(line)


def _dialect(delimiter: str, line: int, cells: list[str], end: int, positions: list[int]) -> Dialect:
    lines_taken = sum(1 for position in positions[line:] if position < end)
    return Dialect(delimiter, line + 1, tuple(cells), end, line + 1 + lines_taken)


def _separator_line(lines: list[str]) -> str | None:
    """Excel's first line "sep=;" (perhaps quoted) names the delimiter."""
    first = lines[0].rstrip("\r\n") if lines else ""
    if first.startswith('"') and first.endswith('"'):
        first = first[1:-1]
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else None


def _positions(lines: list[str]) -> list[int]:
    positions, at = [], 0
    for line in lines:
        positions.append(at)
        at += len(line)
    return positions


def _known_header(
    text: str,
    lines: list[str],
    positions: list[int],
    first: int,
    candidates: list[str],
    chosen: Mapping[str, str],
    literal_quotes: bool,
) -> Dialect | None:
    """The first line that names sku and name; of several delimiters that read it so, the one that knows more names."""
    for index in range(first, min(len(lines), first + HEADER_WITHIN)):
        best: tuple[int, int, Dialect] | None = None
        for delimiter in candidates:
            if delimiter not in lines[index]:
                continue
            cells, end = header_cells(text, positions[index], delimiter, literal_quotes)
            score = (mapping.names_both(cells, chosen), len(cells))
            if score[0] and (best is None or score > best[:2]):
                best = (*score, _dialect(delimiter, index, cells, end, positions))
        if best:
            return best[2]
    return None


def _likeliest(lines: list[str]) -> str:
    """The delimiter that most lines have equally often; of equals the one that occurs more."""
    lines = [line for line in lines if line.strip()]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = Counter(line.count(delimiter) for line in lines)
        counts.pop(0, None)
        if not counts:
            return 0, 0
        often, lines_agreeing = counts.most_common(1)[0]
        return lines_agreeing, often

    return max(DELIMITERS, key=agreement)
