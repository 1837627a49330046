"""What the rows of one file look like, so that a doubtful line can be told from a row.

Next to a broken quote a line may fit the file's width by accident: a sentence with two commas inside a description,
say. Only there the shape is asked; elsewhere a record stands on the grammar and its width alone. It is learnt once,
from the file's first rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from acme_desktop.core.importer.grammar import Grammar, Violation, physical_lines
from acme_desktop.core.importer.rows import Columns, is_blank

_NUMBER = re.compile(r"[-+]?\d[\d.,]*")
_RUN_OF_LETTERS = re.compile(r"[^\W\d_]+")
_RUN_OF_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s")
# A trait holds where at most one in twenty of the learnt cells breaks it.
_EXCEPTIONS = 0.05
_ENOUGH = 5


def _pattern(sku: str) -> str:
    """A SKU's build: "AB-1204" is "a-9"."""
    return _RUN_OF_DIGITS.sub("9", _RUN_OF_LETTERS.sub("a", sku))


def _mostly(count: int, of: int) -> bool:
    return of >= _ENOUGH and count >= of * (1 - _EXCEPTIONS)


@dataclass(frozen=True)
class Shape:
    """Traits of a file's rows.

    Attributes:
        columns: where the fields stand.
        numeric: indexes of columns that hold numbers only.
        unpadded: indexes of columns whose cells never begin with a space.
        sku_patterns: the builds of SKUs seen; empty where too few were seen.
        sku_longest: characters of the longest SKU seen.
        sku_spaced: SKUs have spaces in them.
        sku_digits: every SKU has a digit.
    """

    columns: Columns
    numeric: frozenset[int]
    unpadded: frozenset[int]
    sku_patterns: frozenset[str]
    sku_longest: int
    sku_spaced: bool
    sku_digits: bool

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether a record of the right width could well be a row of this file."""
        if len(cells) != len(self.columns.header) or self.columns.clean(cells) is None:
            return False
        if not self.sku_like(cells[self.columns.sku]):
            return False
        if any(cells[i][:1].isspace() for i in self.unpadded):
            return False
        return all(not cells[i].strip() or _NUMBER.fullmatch(cells[i].strip()) for i in self.numeric)

    def sku_like(self, cell: str) -> bool:
        """Whether a cell could well be a SKU of this file."""
        sku = cell.strip()
        if is_blank(sku) or sku[0] in "<>" or "\n" in sku or "\r" in sku:
            return False
        if not self.sku_spaced and _SPACE.search(sku):
            return False
        if self.sku_digits and not any(char.isdigit() for char in sku):
            return False
        return len(sku) <= max(40, 2 * self.sku_longest)

    def sku_known(self, cell: str) -> bool:
        """Whether a cell is built like SKUs seen; False where too few were seen."""
        return _pattern(cell.strip()) in self.sku_patterns


def learn(columns: Columns, rows: Sequence[Sequence[str]]) -> Shape:
    """The traits of some rows of the right width; where there are too few, what most files have in common."""
    width = range(len(columns.header))
    skus = [row[columns.sku].strip() for row in rows]
    filled = [[row[i].strip() for row in rows if row[i].strip()] for i in width]
    return Shape(
        columns,
        numeric=frozenset(i for i in width if _mostly(sum(map(_is_number, filled[i])), len(filled[i]))) - {columns.sku},
        unpadded=frozenset(i for i in width if sum(row[i][:1].isspace() for row in rows) <= len(rows) * _EXCEPTIONS),
        sku_patterns=frozenset(map(_pattern, skus)) if len(rows) >= _ENOUGH else frozenset(),
        sku_longest=max(map(len, skus), default=0),
        sku_spaced=sum(_SPACE.search(sku) is not None for sku in skus) > len(rows) * _EXCEPTIONS,
        sku_digits=_mostly(sum(any(char.isdigit() for char in sku) for sku in skus), len(skus)),
    )


def swallows(raw: str, grammar: Grammar, shape: Shape) -> bool:
    """Whether a record over several lines looks like an unclosed quote that swallowed rows.

    So it does where one of its lines after the first would be a row by itself, or where its SKU spans lines. A
    description whose every line is prose or HTML never does.
    """
    width = len(shape.columns.header)
    *inner, last = physical_lines(raw)[1:]
    for line in inner:
        if line.count(grammar.delimiter) >= width - 1:
            parsed = grammar.parse(line, 0)
            cells = _bare(line, grammar) if isinstance(parsed, Violation) else parsed.cells
            if shape.fits(cells):
                return True
    return last.count(grammar.delimiter) >= width - 1 and shape.fits(_bare(last, grammar))


def _bare(line: str, grammar: Grammar) -> list[str]:
    return [cell.strip('"') for cell in line.rstrip("\r\n").split(grammar.delimiter)]


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
