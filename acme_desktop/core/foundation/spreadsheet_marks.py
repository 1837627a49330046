"""Texts that a spreadsheet would take for a formula, how an export marks them, and how an import takes the mark off.

A marked text has an apostrophe in front, and the column `COLUMN` of its row names the fields that were marked. Only
those lose their apostrophe again, so that a text that begins with one by itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

COLUMN = "_marked"
MARK = "'"
FIELDS = ("sku", "name", "description")
"""The fields that can be marked."""

RISKY = "^[[:space:]]*[=+@\uff1d\uff0b\uff0d\uff20-]|^[\t\r\n]"
"""PostgreSQL's pattern of a text that a spreadsheet may calculate; the signs in full width count too."""


def unmarked(cells: Sequence[str], columns: Iterable[int]) -> list[str]:
    """A row's cells with the mark taken off in these columns, where it is still there."""
    plain = list(cells)
    for column in columns:
        plain[column] = plain[column].removeprefix(MARK)
    return plain
