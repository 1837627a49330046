"""A filter in words: one chip for each thing that it asks for."""

from __future__ import annotations

from datetime import date, datetime

from acme_desktop.core.foundation.date_ranges import PRESETS, DateRange
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.chips import Chip

TEXTS = {"search": "Anything", "sku": "SKU", "name": "Name", "description": "Description"}
"""The fields that contain a text, in the order of the panel, and what chips call them."""

DATES = {"created": "Created", "updated": "Updated"}
"""What is restricted by a range of days, and what chips call it."""


def chips(asked: Filter, ranges: dict[str, DateRange], changed_by: str) -> list[Chip]:
    """What is asked for, as chips by the panel's fields.

    Args:
        asked: what is filtered; its dates are told by `ranges`.
        ranges: by "created" and "updated".
        changed_by: what `changed_in` is called.
    """
    loosely = ", with any accents" if asked.ignore_accents else ""
    found = [
        Chip(field, f"{words} contains “{one_line(text)}”{loosely}")
        for field, words in TEXTS.items()
        if (text := getattr(asked, field))
    ]
    if asked.active is not None:
        found.append(Chip("active", "Active" if asked.active else "Inactive"))
    found += [Chip(name, f"{words} {_range(ranges[name])}") for name, words in DATES.items() if not ranges[name].empty]
    if asked.changed_in is not None:
        found.append(Chip("changed_in", f"Changed by {changed_by}"))
    return found


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())


def _range(days: DateRange) -> str:
    if days.preset is not None:
        words = PRESETS[days.preset].lower()
        return f"in the {words}" if words.startswith("last") else words
    first, last = (_bound(bound) for bound in (days.first, days.last))
    if first and last:
        return f"on {first}" if first == last else f"from {first} to {last}"
    return f"since {first}" if first else f"until {last}"


def _bound(bound: date | datetime | None) -> str:
    if isinstance(bound, datetime):
        return formatting.moment(bound)
    return "" if bound is None else formatting.day(bound)
