"""Raw record -> clean product, or a named rejection with its line."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from acme_desktop.core.foundation import spreadsheet_marks, words
from acme_desktop.core.foundation.product_rules import DESCRIPTION_MAX, NAME_MAX, SKU_MAX, is_blank
from acme_desktop.core.importer.encoding import readable

_VALUE_SHOWN = 1_000
_MESSAGE_SHOWN = 500
_TITLE_SHOWN = 100

REASONS = (
    "missing_sku",
    "missing_name",
    "too_long",
    "bad_active",
    "nul_character",
    "field_count",
    "bad_quoting",
    "unclosed_quote",
    "bad_encoding",
)

ACTIVE_WORDS = {
    **dict.fromkeys(("true", "yes", "y", "1", "on", "active", "published"), True),
    **dict.fromkeys(("false", "no", "n", "0", "off", "inactive", "draft"), False),
}


@dataclass(frozen=True)
class Rejection:
    """A record that does not enter the catalogue.

    Attributes:
        line: its first physical line, from 1.
        end_line: its last physical line.
        column: the source's name of the column at fault, at most 100 characters of it; "" for the whole record.
        reason: one of `REASONS`.
        message: a sentence for a person; at most 500 characters.
        value: the offending cell's text, or the raw line's; at most 1,000 characters.
        cells: the source's own cells, or the raw text in one cell where it can't be split.
    """

    line: int
    end_line: int
    column: str
    reason: str
    message: str
    value: str
    cells: tuple[str, ...]


def rejection(
    line: int,
    end_line: int,
    reason: str,
    message: str,
    cells: Sequence[str],
    column: str = "",
    value: str | None = None,
) -> Rejection:
    """A rejection whose texts can be shown and stored: undecodable bytes as U+FFFD, none too long but the cells."""
    kept = tuple(readable(cell) for cell in cells)
    shown = readable(value) if value is not None else " ".join(kept)
    column, message = words.shortened(column, _TITLE_SHOWN), words.shortened(readable(message), _MESSAGE_SHOWN)
    return Rejection(line, end_line, column, reason, message, shown[:_VALUE_SHOWN], kept)


Row = tuple[str, str | None, str | None, bool | None]


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
class Columns:
    """Where the fields stand in a record, and what a blank cell means.

    Attributes:
        header: the header's cells.
        sku, name: index of the column.
        description, active: index of the column, or None where the file does not have it.
        keep_blank: a blank cell leaves the field alone instead of clearing it.
        fill: (index of a column, index of the column that groups rows) for columns that are filled down.
        marked: index of the column that names the fields which an export marked for spreadsheets, or None.
    """

    header: tuple[str, ...]
    sku: int
    name: int
    description: int | None = None
    active: int | None = None
    keep_blank: bool = False
    fill: tuple[tuple[int, int], ...] = ()
    marked: int | None = None

    def title(self, index: int) -> str:
        """What a person calls a column, as long as a person reads."""
        return words.shortened(self.header[index].strip(), _TITLE_SHOWN) or f"#{index + 1}"

    def clean(self, cells: Sequence[str]) -> Row | None:
        """(sku, name, description, active) of a record of the right width, or None: `why` then says what is wrong."""
        if self.marked is not None:
            cells = self._unmarked(cells, self.marked)
        sku = cells[self.sku].strip()
        name: str | None = cells[self.name]
        description = None if self.description is None else cells[self.description]
        active = None
        if not sku.isascii():
            sku = unicodedata.normalize("NFC", sku)
        if len(sku) > SKU_MAX or is_blank(sku):
            return None
        if not name or is_blank(name):
            if not self.keep_blank:
                return None
            name = None
        elif len(name) > NAME_MAX:
            return None
        if description is not None:
            if not description or description.isspace():
                description = None if self.keep_blank else ""
            elif len(description) > DESCRIPTION_MAX:
                return None
        if self.active is not None:
            word = cells[self.active].strip()
            if word:
                active = ACTIVE_WORDS.get(word.lower())
                if active is None:
                    return None
        return sku, name, description, active

    def why(self, cells: Sequence[str]) -> tuple[str, str, int]:
        """(reason, message, index of the column) for a record that `clean` does not take."""
        if self.marked is not None:
            cells = self._unmarked(cells, self.marked)
        sku = unicodedata.normalize("NFC", cells[self.sku].strip())
        if is_blank(sku):
            return "missing_sku", "The SKU is blank.", self.sku
        if len(sku) > SKU_MAX:
            return "too_long", f"The SKU has {len(sku):,} characters; {SKU_MAX} are allowed.", self.sku
        name = cells[self.name]
        if is_blank(name) and not self.keep_blank:
            return "missing_name", "The name is blank.", self.name
        if len(name) > NAME_MAX and not is_blank(name):
            return "too_long", f"The name has {len(name):,} characters; {NAME_MAX:,} are allowed.", self.name
        if self.description is not None and len(cells[self.description]) > DESCRIPTION_MAX:
            length = len(cells[self.description])
            text = f"The description has {length:,} characters; {DESCRIPTION_MAX:,} are allowed."
            return "too_long", text, self.description
        assert self.active is not None
        word = readable(cells[self.active].strip())[:60]
        text = f"“{word}” does not say whether the product is active; true/false, yes/no, 1/0 and the like do."
        return "bad_active", text, self.active

    def _unmarked(self, cells: Sequence[str], marked: int) -> Sequence[str]:
        fields = cells[marked].split()
        places = {"sku": self.sku, "name": self.name, "description": self.description}
        columns = [column for field in fields if (column := places.get(field)) is not None]
        return spreadsheet_marks.unmarked(cells, columns) if columns else cells
