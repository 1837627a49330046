"""All that is settled about a delimited text before its rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from acme_desktop.core.importer.grammar import Grammar, grammar
from acme_desktop.core.importer.rows import Columns
from acme_desktop.core.importer.shape import Shape


@dataclass(frozen=True)
class Layout:
    """How rows are cut and checked.

    Attributes:
        delimiter: one character.
        columns: where the fields stand.
        shape: what this file's rows look like.
        literal_quotes: quotes are plain text.
        blank_last: every line ends in a delimiter, so nothing may stand after it.
        header_line: physical line of the header, 0 where there is none.
        stray_returns: a CR by itself is no line end of this file: a record that ends in one was cut in two.
    """

    delimiter: str
    columns: Columns
    shape: Shape
    literal_quotes: bool = False
    blank_last: bool = False
    header_line: int = 1
    stray_returns: bool = False

    @property
    def width(self) -> int:
        """Cells in a row."""
        return len(self.columns.header)

    @cached_property
    def grammar(self) -> Grammar:
        """The grammar of the delimiter."""
        return grammar(self.delimiter)

    @cached_property
    def header_words(self) -> frozenset[str]:
        """The header's cells: a SKU that is one of them may be a header in the middle."""
        if not self.header_line:
            return frozenset()
        words = {cell.strip() for cell in self.columns.header} - {""}
        return frozenset(form(word) for word in words for form in (str, str.lower, str.upper, str.title))

    @cached_property
    def other_delimiters(self) -> tuple[str, ...]:
        """The usual delimiters that this file uses neither between cells nor in most of its SKUs."""
        return tuple(char for char in ",;\t|" if char != self.delimiter and char not in self.shape.sku_marks)
