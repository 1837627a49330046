"""The table's columns as a saved view keeps them: their order, which are hidden or frozen, the rest in one piece."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray

from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.table import ProductTable


def state(table: ProductTable) -> dict[str, Any]:
    """JSON values for `restore`."""
    header = table.horizontalHeader()
    order = [COLUMNS[header.logicalIndex(place)].field for place in range(header.count())]
    return {
        "order": order,
        "hidden": sorted(column.field for place, column in enumerate(COLUMNS) if header.isSectionHidden(place)),
        "frozen": table.frozen_count,
        "layout": table.layout_state().toBase64().toStdString(),
    }


def restore(table: ProductTable, columns: Any) -> None:
    """Arrange the columns as a view says; one without columns, or of a program with others, changes nothing."""
    if isinstance(columns, dict) and sorted(columns.get("order", ())) == sorted(column.field for column in COLUMNS):
        table.restore_layout(QByteArray.fromBase64(columns["layout"].encode()))


def same(one: Any, other: Any) -> bool:
    """Whether two states show the same columns in the same order; widths follow the window, so they do not count."""
    if one is None or other is None:
        return True
    return all(one.get(key) == other.get(key) for key in ("order", "hidden", "frozen"))
