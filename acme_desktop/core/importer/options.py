"""What a person or a script chooses for one import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

FIELDS = ("sku", "name", "description", "active")
REQUIRED_FIELDS = ("sku", "name")
MODES = ("upsert", "create", "update")
BLANK_POLICIES = ("clear", "keep")

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class ImportOptions:
    """How a file is to be read and what its rows may do to the catalogue.

    Attributes:
        mode: "upsert", "create" (only new products) or "update" (only known ones).
        mapping: field -> header chosen by hand. A header may be named by position, "#1" being the first column.
        template: name of a remembered mapping.
        encoding: a Python codec name, or None to find it out.
        delimiter: one character, or None to find it out.
        blank: "clear" (a blank cell clears the field) or "keep" (it leaves the field alone).
        max_rejects: fail and change nothing past so many rejected rows; None is no limit.
        rejects_file: where rejected rows are written.
        sheet: the sheet of a workbook; None is the first.
        literal_quotes: quotes are plain text in this file, every physical line is a row.
        fill_down: field (name or description) -> header of the column that groups rows: a blank value takes the last
            one above it in the same group.
    """

    mode: str = "upsert"
    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    template: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    blank: str = "clear"
    max_rejects: int | None = None
    rejects_file: str | None = None
    sheet: str | None = None
    literal_quotes: bool = False
    fill_down: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        """What the history keeps of them; `from_json` takes it back."""
        return {**vars(self), "mapping": dict(self.mapping), "fill_down": dict(self.fill_down)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The options that the history kept; names that are no longer known are ignored."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})
