"""What happened to a product, a line a field: old beside new, with the changed parts marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from acme_desktop.gui.widgets.changed_parts import Span, changed_parts
from acme_desktop.gui.widgets.records import Column

FIELDS = (("sku", "SKU"), ("name", "Name"), ("description", "Description"), ("active", "Active"))
KIND_WORDS = {
    "created": "Created",
    "changed": "Changed",
    "deleted": "Deleted",
    "updated": "Changed",
    "restored": "Brought back",
}
_TONES = {"created": "success", "restored": "success", "deleted": "danger"}
_LONGEST = 2_000


@dataclass(frozen=True)
class Line:
    """One field of one product; `first` is the product's first line."""

    id: tuple[Any, str]
    kind: str
    sku: str
    field: str
    before: str
    after: str
    gone: tuple[Span, ...]
    come: tuple[Span, ...]
    first: bool

    @property
    def tone(self) -> str:
        """The colour of what became of the product."""
        return _TONES.get(self.kind, "")


def lines_of(identifier: Any, kind: str, before: Any, after: Any) -> list[Line]:
    """The fields that differ; of a product that came or went, every one that is not blank.

    Args:
        before, after: what has the four fields as attributes; None where the product was not there.
    """
    found: list[Line] = []
    sku = (before if before is not None else after).sku  # as the lines are ordered
    for name, title in FIELDS:
        old, new = _text(before, name), _text(after, name)
        if old == new:
            continue
        gone, come = changed_parts(old, new) if before is not None and after is not None else ((), ())
        shown_old = old if before is None else old or "(none)"
        shown_new = new if after is None else new or "(cleared)"
        found.append(
            Line((identifier, name), kind, sku, title, shown_old, shown_new, tuple(gone), tuple(come), not found)
        )
    return found


def _text(side: Any, name: str) -> str:
    if side is None:
        return ""
    value = getattr(side, name)
    if name == "active":
        return "Yes" if value else "No"
    return " ".join((value or "")[:_LONGEST].split())


def value_columns(before: str, after: str) -> Sequence[Column]:
    """The columns of the field and its two values."""
    return (
        Column("Field", 100, lambda line: line.field, tone=lambda _: "muted"),
        Column(before, 280, lambda line: line.before, marks=lambda line: (line.gone, False) if line.gone else None),
        Column(after, 0, lambda line: line.after, marks=lambda line: (line.come, True) if line.come else None),
    )
