"""Rejected rows in words: their reason and their lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acme_desktop.gui.widgets import formatting

REASONS = {
    "missing_sku": "No SKU",
    "missing_name": "No name",
    "too_long": "Too long",
    "bad_active": "Not yes or no",
    "nul_character": "NUL character",
    "field_count": "Wrong number of cells",
    "bad_quoting": "Bad quoting",
    "unclosed_quote": "Quote not closed",
    "bad_encoding": "Bad encoding",
}
"""The reason codes of the contract, as people read them."""


def line_range(row: Mapping[str, Any]) -> str:
    """A rejected row's physical lines: "7", "7–9"."""
    first, last = row["line"], row["end_line"]
    return (
        formatting.number(first) if last in (None, first) else f"{formatting.number(first)}–{formatting.number(last)}"
    )
