"""Products as text for the clipboard: what a spreadsheet, a program or a page of Markdown takes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from acme_desktop.core.products.file_formats import COLUMNS
from acme_desktop.core.products.product import Product


def _delimited(products: Sequence[Product], delimiter: str) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(product) for product in products)
    return stream.getvalue()


def as_csv(products: Sequence[Product]) -> str:
    """The columns of an export, with a header."""
    return _delimited(products, ",")


def as_tsv(products: Sequence[Product]) -> str:
    """The same between tabs, as spreadsheets copy and paste; a cell with a tab, a quote or a line end is quoted."""
    return _delimited(products, "\t")


def as_json(products: Sequence[Product]) -> str:
    """An array of the contract's objects."""
    return json.dumps([product.to_json() for product in products], ensure_ascii=False, indent=2) + "\n"


def as_markdown(products: Sequence[Product]) -> str:
    """A table; a line end in a cell becomes a space, and what Markdown would read as its own is escaped."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    lines += [f"| {' | '.join(map(_escaped, _cells(product)))} |" for product in products]
    return "\n".join(lines) + "\n"


def _cells(product: Product) -> tuple[str, str, str, str]:
    return product.sku, product.name, product.description or "", "true" if product.active else "false"


def _escaped(text: str) -> str:
    for special in "\\`*_[]<>|":
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split())


FORMS: dict[str, tuple[str, Callable[[Sequence[Product]], str]]] = {
    "tsv": ("TSV", as_tsv),
    "csv": ("CSV", as_csv),
    "json": ("JSON", as_json),
    "markdown": ("Markdown", as_markdown),
}
"""By its name: what people call a form, and what makes it."""
