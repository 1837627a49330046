"""What a view reads of the table's rows: their texts, their looks, and which of them are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor

from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.cache import RowCache
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.pages import PAGE
from acme_desktop.gui.products.realigning import Step, moved
from acme_desktop.gui.widgets import theme

PRODUCT_ROLE = Qt.ItemDataRole.UserRole + 1
NOT_LOADED = "…"
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
# Made once: a view asks for them at every cell that it paints.
_PLAIN = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable


class Rows(QAbstractTableModel):
    """Rows of products, some of them loaded; the others are placeholders. `realigning` comes before rows move.

    `_wishes` fires once the event loop turns after rows were looked at; their pages are in `_looked_at` then.
    """

    realigning = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._cache = RowCache()
        self._rows = 0
        self._looked_at: set[int] = set()
        self.shifting = False  # while rows come and go that no person selects or lets go
        self._wishes = QTimer(self, interval=0, singleShot=True)

    def product(self, row: int) -> Product | None:
        """The product of a row, or None where it is not loaded."""
        return self._cache.product(row)

    def loaded(self, blocks: Iterable[tuple[int, int]]) -> list[Product]:
        """The loaded products of blocks of rows (first, last), in order; costs what is loaded, not what is asked."""
        return [self._cache.products[row] for row in self._cache.within(blocks)]

    def loaded_rows(self, blocks: Iterable[tuple[int, int]]) -> list[int]:
        """The rows of these products."""
        return self._cache.within(blocks)

    def row_of(self, product_id: int) -> int | None:
        """The row of a product, where its page is loaded."""
        return self._cache.row_of(product_id)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        editable = COLUMNS[index.column()].editable and self.product(index.row()) is not None
        return _EDITABLE if editable else _PLAIN

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(COLUMNS[section].right)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.right)
        product = self.product(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            self.look_at(index.row())
            return column.text(product) if product is not None else NOT_LOADED
        if role == PRODUCT_ROLE:
            return product
        if role == Qt.ItemDataRole.ToolTipRole and product is not None:
            return column.whole(product) or None
        if role == Qt.ItemDataRole.ForegroundRole and (product is None or not product.active):
            return QColor(theme.colours().muted)
        return None

    def look_at(self, row: int) -> Product | None:
        """The product of a row that is being shown; where it is not loaded, it will be soon."""
        number = row // PAGE
        self._cache.touch(number)
        if not self._wishes.isActive():
            self._looked_at.clear()
            self._wishes.start()
        self._looked_at.add(number)
        return self._cache.product(row)

    # Rows come and go

    def _keep(self, first: int, products: list[Product]) -> None:
        changed = self._cache.put(first, products)
        if changed and changed[0] < self._rows:
            last = min(changed[-1], self._rows - 1)
            self.dataChanged.emit(self.index(changed[0], 0), self.index(last, len(COLUMNS) - 1))

    def _resize(self, rows: int) -> None:
        self.shifting = True
        if rows > self._rows:
            self.beginInsertRows(_NOWHERE, self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()
        elif rows < self._rows:
            self.beginRemoveRows(_NOWHERE, rows, self._rows - 1)
            self._rows = rows
            self._cache.cut(rows)
            self.endRemoveRows()
        self.shifting = False

    def reach(self, rows: int) -> None:
        """There are at least so many rows, whatever the count says that is still on its way."""
        self._resize(max(self._rows, rows))

    def _realign(self, to_take: list[Step], anchor: int | None) -> int | None:
        """Take the steps; returns how far the anchor's row has moved, None without any step."""
        if not to_take:
            return None
        self.realigning.emit()
        self.shifting = True
        for step in to_take:
            if step.removed:
                self.beginRemoveRows(_NOWHERE, step.first, step.first + step.removed - 1)
                self._cache.shift(step)
                self._rows -= step.removed
                self.endRemoveRows()
            else:
                self.beginInsertRows(_NOWHERE, step.first, step.first + step.inserted - 1)
                self._cache.shift(step)
                self._rows += step.inserted
                self.endInsertRows()
        self.shifting = False
        self._cache.shifted()
        after = moved(anchor, to_take) if anchor is not None else None
        return after - anchor if after is not None and anchor is not None else 0


def _alignment(right: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
