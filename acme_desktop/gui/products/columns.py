"""The table's columns: what they are called and how a product's values read in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from acme_desktop.core.products.product import FIELDS, Product
from acme_desktop.gui.widgets import formatting

_LONGEST_CELL = 400


def one_line(text: str | None) -> str:
    """Text for one line of a table: line breaks become spaces, and what nobody could see is cut."""
    if not text:
        return ""
    return " ".join(text[: _LONGEST_CELL * 2].split())[:_LONGEST_CELL]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        field: the name that a sort is asked by.
        title: the header.
        width: at first, in logical pixels; 0 is as wide as a moment's text.
        text: the cell.
        whole: the tooltip; "" is none.
        right: whether it is aligned to the right.
    """

    field: str
    title: str
    width: int
    text: Callable[[Product], str]
    whole: Callable[[Product], str]
    right: bool = False

    @property
    def editable(self) -> bool:
        """Whether people write it."""
        return self.field in FIELDS


COLUMNS = (
    Column("sku", "SKU", 112, lambda product: one_line(product.sku), lambda product: product.sku),
    Column("name", "Name", 150, lambda product: one_line(product.name), lambda product: product.name),
    Column(
        "description",
        "Description",
        96,
        lambda product: one_line(product.description),
        lambda product: (product.description or "")[:2000],
    ),
    Column("active", "Active", 68, lambda product: "Yes" if product.active else "No", lambda product: ""),
    Column(
        "created_at",
        "Created",
        0,
        lambda product: formatting.moment(product.created_at),
        lambda product: formatting.exact_moment(product.created_at),
        right=True,
    ),
    Column(
        "updated_at",
        "Updated",
        0,
        lambda product: formatting.moment(product.updated_at),
        lambda product: formatting.exact_moment(product.updated_at),
        right=True,
    ),
)


def place_of(field: str) -> int:
    """The place of a field's column; the first one for a field that has none."""
    return next((place for place, column in enumerate(COLUMNS) if column.field == field), 0)
