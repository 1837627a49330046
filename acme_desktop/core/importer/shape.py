"""What the rows of one file look like, so that a doubtful line can be told from a row.

Next to a broken quote a line may fit the file's width by accident: a sentence with two commas inside a description,
say. Only there the shape is asked; elsewhere a record stands on the grammar and its width alone. It is learnt once,
from the file's first rows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from acme_desktop.core.foundation.product_rules import is_blank
from acme_desktop.core.importer.grammar import Grammar, Record, Violation, physical_lines
from acme_desktop.core.importer.rows import Columns

_NUMBER = re.compile(r"[-+]?\d[\d.,]*")
_LETTER = re.compile(r"[^\W\d_]")
_RUN_OF_LETTERS = re.compile(r"a+")
_DIGIT = re.compile(r"\d")
_RUN_OF_DIGITS = re.compile(r"9{4,}")
_SPACE = re.compile(r"\s")
# A trait holds where at most one cell, or one in twenty, of the learnt ones breaks it.
_EXCEPTIONS = 0.05
_ENOUGH = 5
_USUAL = 0.04
_NEARLY_ALL = 0.9
_PADDING = (" ", "\t")


def _build(sku: str) -> str:
    """A SKU's build, to the character: "AB-1204" is "aa-9999"."""
    return _DIGIT.sub("9", _LETTER.sub("a", sku))


def _rough(build: str) -> str:
    """A build without the lengths of its words and of its longer numbers: "a-999"."""
    return _RUN_OF_DIGITS.sub("999", _RUN_OF_LETTERS.sub("a", build))


def _cased(text: str) -> str:
    """A build that tells capitals: "Ab-12" is "Aa-99"."""
    return "".join(
        "A" if char.isupper() else "a" if char.isalpha() else "9" if char.isdigit() else char for char in text
    )


def _rough_cased(text: str) -> str:
    return "".join(char for char, _ in groupby(_cased(text)))


def _usual_builds(skus: Sequence[str]) -> tuple[frozenset[str], bool]:
    """How SKUs are usually built, and whether to the character: so where a few builds make up nearly all."""
    exactly = Counter(map(_build, skus))
    builds = frozenset(build for build, times in exactly.items() if _usual(build, times, len(skus)))
    if sum(exactly[build] for build in builds) >= len(skus) * _NEARLY_ALL:
        return builds, True
    roughly = Counter(_rough(_build(sku)) for sku in skus)
    return frozenset(build for build, times in roughly.items() if _usual(build, times, len(skus))), False


def _marks_of_most(skus: Sequence[str]) -> frozenset[str]:
    times = Counter(char for sku in skus for char in set(sku) if not char.isalnum())
    return frozenset(char for char, count in times.items() if 2 * count > len(skus))


def _usual(build: str, times: int, of: int) -> bool:
    """Whether SKUs are often built so; of a few rows one will do, if it has letters and digits."""
    if of < _ENOUGH and "a" in build and "9" in build:
        return True
    return times >= max(2, of * _USUAL)


def _mostly(count: int, of: int) -> bool:
    return of >= _ENOUGH and of - count <= max(1, of * _EXCEPTIONS)


@dataclass(frozen=True)
class Shape:
    """Traits of a file's rows.

    Attributes:
        columns: where the fields stand.
        numeric: indexes of columns that hold numbers only.
        unpadded: indexes of columns whose cells never begin with a space.
        sku_builds: how SKUs are usually built; empty where too few were seen.
        sku_exact: those builds hold to the character, not only roughly.
        sku_longest: characters of the longest SKU seen.
        sku_spaced: SKUs have spaces in them.
        sku_digits: every SKU has a digit.
        sku_marks: characters, neither letters nor digits, that most SKUs have in them.
        quoted: every row begins with a quote.
        few_skus: how the SKUs of a handful of rows are built, capitals told apart; empty where there are more rows.
        last_words: how the words of those rows' last column are built, roughly.
    """

    columns: Columns
    numeric: frozenset[int]
    unpadded: frozenset[int]
    sku_builds: frozenset[str]
    sku_exact: bool
    sku_longest: int
    sku_spaced: bool
    sku_digits: bool
    quoted: bool
    sku_marks: frozenset[str] = frozenset()
    few_skus: frozenset[str] = frozenset()
    last_words: frozenset[str] = frozenset()

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether a record of the right width could well be a row of this file."""
        if len(cells) != len(self.columns.header) or self.columns.clean(cells) is None:
            return False
        if not self.sku_like(cells[self.columns.sku]):
            return False
        if any(cells[i][:1] in _PADDING for i in self.unpadded):
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
        """Whether a cell is built as SKUs of this file usually are; False where too few were seen."""
        build = _build(cell.strip())
        return (build if self.sku_exact else _rough(build)) in self.sku_builds

    def sku_alone(self, cell: str) -> bool:
        """Whether a line of one cell is a SKU by itself, and not the rest of a value; of few rows those must do."""
        text = cell.strip()
        return self.sku_known(text) or (_cased(text) in self.few_skus and _rough_cased(text) not in self.last_words)

    def holds_sku(self, cell: str) -> bool:
        """Whether a cell begins or ends with what is built like a SKU, as where a delimiter was lost."""
        text = cell.strip()
        return any(self.sku_known(text[:n]) or self.sku_known(text[-n:]) for n in range(1, min(len(text), 40) + 1))


def learn(columns: Columns, rows: Sequence[Sequence[str]], *, quoted: bool = False) -> Shape:
    """The traits of some rows of the right width; where there are too few, what most files have in common."""
    width = range(len(columns.header))
    skus = [row[columns.sku].strip() for row in rows]
    builds, exact = _usual_builds(skus)
    few = rows if len(rows) < _ENOUGH else ()
    filled = [[row[i].strip() for row in rows if row[i].strip()] for i in width]
    return Shape(
        columns,
        numeric=frozenset(i for i in width if _mostly(sum(map(_is_number, filled[i])), len(filled[i]))) - {columns.sku},
        unpadded=frozenset(
            i for i in width if sum(row[i][:1] in _PADDING for row in rows) <= max(1, len(rows) * _EXCEPTIONS)
        ),
        sku_builds=builds,
        sku_exact=exact,
        sku_longest=max(map(len, skus), default=0),
        sku_spaced=sum(_SPACE.search(sku) is not None for sku in skus) > max(1, len(rows) * _EXCEPTIONS),
        sku_digits=_mostly(sum(any(char.isdigit() for char in sku) for sku in skus), len(skus)),
        quoted=quoted,
        sku_marks=_marks_of_most(skus),
        few_skus=frozenset(_cased(row[columns.sku].strip()) for row in few),
        last_words=frozenset(_rough_cased(word) for row in few for word in row[-1].split()),
    )


def swallowed_rows(raw: str, grammar: Grammar, shape: Shape) -> int:
    """How many rows a wrong quote seems to have swallowed in a record over lines; 0 for an ordinary record.

    A quoted value that holds rows holds little else, so most of its lines after the first must look like rows, or one
    down to its SKU. One line of a description that looks like a row by accident is not enough. A SKU over several lines
    always is.
    """
    lines = physical_lines(raw)
    ends = list(accumulate(map(len, lines)))
    for index, start, end in grammar.cells_over_lines(raw):
        first, last = bisect_right(ends, start), bisect_right(ends, end - 1)
        inner = [line for line in lines[first + 1 : last] if line.strip()]
        rows, sure = _rows_among(inner, grammar, shape)
        sure |= any(_is_header(line, grammar, shape) for line in lines[first + 1 : last + 1])
        sure |= _complete_at_the_start(lines[first], index, grammar, shape)
        if index > shape.columns.sku:
            more, surely = _row_at_the_end(lines[last], grammar, shape)
        else:
            more, surely = _row_at_the_start(lines[first], grammar, shape)
        rows, sure = rows + more, sure or surely
        if index == shape.columns.sku or sure or (rows and 2 * rows > len(inner) + 1):
            return max(rows, 1)
    return int(_closes_early(raw, grammar, shape))


def _closes_early(raw: str, grammar: Grammar, shape: Shape) -> bool:
    """Whether a value ends at a quote inside a sentence: `at 30", dry flat`, where no cell begins with a space.

    A sentence has no place among the cells of a row that is whole but for those spaces.
    """
    if not any(f'"{grammar.delimiter}{space}' in raw for space in _PADDING):
        return False
    parsed = grammar.parse(raw, 0)
    assert isinstance(parsed, Record)
    cells = parsed.cells
    bare = [cell.lstrip("".join(_PADDING)) for cell in cells]
    if shape.fits(bare) and shape.sku_known(bare[shape.columns.sku]):
        return False
    return any(cells[index][:1] in _PADDING for index in shape.unpadded if index < len(cells))


def _rows_among(lines: list[str], grammar: Grammar, shape: Shape) -> tuple[int, bool]:
    """How many lines inside a value look like rows, and whether one does so down to its SKU."""
    width, sku = len(shape.columns.header), shape.columns.sku
    rows, sure = 0, False
    for line in lines:
        if line.count(grammar.delimiter) >= width - 1 and (not shape.quoted or line.startswith('"')):
            parsed = grammar.parse(line, 0)
            cells = _bare(line, grammar) if isinstance(parsed, Violation) else parsed.cells
            known = len(cells) == width and shape.sku_known(cells[sku])
            fits = shape.fits(cells)
            rows += fits or known
            sure |= fits and known and not cells[sku].isalpha()
        sure |= _begins_a_row(line.split(grammar.delimiter), shape)
    return rows, sure


def _begins_a_row(cells: Sequence[str], shape: Shape) -> bool:
    """Whether a line of too many cells is a row's beginning, up to a quote that opens a value and was doubled."""
    opens = next((index for index, cell in enumerate(cells) if cell.startswith('""')), 0)
    if not shape.columns.sku < opens < len(shape.columns.header) or opens < 2:
        return False
    numbers = (cells[index].strip() for index in shape.numeric if index < opens)
    return shape.sku_known(cells[shape.columns.sku]) and all(not text or _is_number(text) for text in numbers)


def _is_header(line: str, grammar: Grammar, shape: Shape) -> bool:
    """Whether a line repeats the header."""
    return [cell.strip() for cell in _bare(line, grammar)] == [cell.strip() for cell in shape.columns.header]


def _complete_at_the_start(line: str, index: int, grammar: Grammar, shape: Shape) -> bool:
    """Whether the line on which the value at `index` begins is a whole row by itself, down to its word for active."""
    active = shape.columns.active
    if active is None or active <= index:
        return False
    cells = _bare(line, grammar)
    return shape.fits(cells) and cells[active].strip().isalpha() and shape.sku_known(cells[shape.columns.sku])


def _row_at_the_end(line: str, grammar: Grammar, shape: Shape) -> tuple[bool, bool]:
    """Whether the line on which a value ends looks like a row, and surely so; the record's own SKU stands further up.

    The line has a quote too many, so its cells can't be counted; its SKU may still stand at the right place.
    """
    if shape.quoted and not line.startswith('"'):
        return False, False
    width, sku = len(shape.columns.header), shape.columns.sku
    cells = _bare(line, grammar)
    if not shape.sku_builds:
        return shape.fits(cells) or (len(cells) >= width and shape.sku_like(cells[sku])), False
    # A value whose last line is one word is not a row that begins with a SKU: `line 2"` closes right behind it.
    first = line.split(grammar.delimiter, 1)[0].rstrip()
    whole = len(cells) >= width or (sku == 0 and (first[:1] == '"' or first[-1:] != '"'))
    begun = len(cells) > max(1, sku) and shape.sku_known(cells[sku]) and whole
    ended = len(cells) >= width and shape.sku_known(cells[sku - width])
    unpadded = not any(cell[:1] in _PADDING for cell in cells)
    fits = shape.fits(cells)
    return begun or fits or (ended and unpadded), fits and shape.sku_known(cells[sku])


def _row_at_the_start(line: str, grammar: Grammar, shape: Shape) -> tuple[bool, bool]:
    """Whether the line on which a value begins looks like a row, and surely so; its own SKU is further down."""
    cells = _bare(line, grammar)
    known = len(cells) == len(shape.columns.header) and shape.sku_known(cells[shape.columns.sku])
    return known or shape.fits(cells), known


def _bare(line: str, grammar: Grammar) -> list[str]:
    return [cell.strip('"') for cell in line.rstrip("\r\n").split(grammar.delimiter)]


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
