"""The table's header: sorts by one column or, with Shift, by several, and shows which counts first."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionHeader, QWidget

from acme_desktop.core.products.filters import Sort
from acme_desktop.gui.products.columns import COLUMNS, place_of

_MARKS = "¹²³⁴⁵⁶⁷⁸⁹"
_ARROWS = {
    Qt.SortOrder.AscendingOrder: QStyleOptionHeader.SortIndicator.SortDown,
    Qt.SortOrder.DescendingOrder: QStyleOptionHeader.SortIndicator.SortUp,
}


class SortHeader(QHeaderView):
    """A click sorts by that column, another one turns it round; with Shift it is added behind those before it.

    `sorted` comes with the whole order that a person asks for.
    """

    sorted = Signal(Sort)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName("Column headers")
        self.setAccessibleDescription("A click sorts by a column, with Shift by one more.")
        self._keys: tuple[Sort, ...] = (Sort("sku"),)
        self._adding = self._showing = False
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(56)
        self.setStretchLastSection(True)
        self.setFixedHeight(self.fontMetrics().height() + 17)
        self.show_sort(Sort("sku"))
        self.sortIndicatorChanged.connect(self._indicated)

    @property
    def keys(self) -> tuple[Sort, ...]:
        """What is sorted by, first the one that counts first."""
        return self._keys

    def show_sort(self, sort: Sort) -> None:
        """Show an order; asks for nothing."""
        self.show_keys(tuple(key for key in sort.keys if key.field != "id"))

    def show_keys(self, keys: tuple[Sort, ...]) -> None:
        """The same of its keys."""
        self._keys = keys
        self._show_first()
        self.viewport().update()

    def ask_for(self, keys: tuple[Sort, ...]) -> None:
        """Show an order and ask for it."""
        self.show_keys(keys)
        self.sorted.emit(Sort.of(*keys))

    def sort_on(self, section: int, *, adding: bool = False) -> None:
        """Do what a click on that column does, with `adding` one with Shift."""
        field, first = COLUMNS[section].field, self._keys[0]
        turned = first.field == field and not first.descending
        self.ask_for(self._with(field) if adding else (Sort(field, turned),))

    def restore(self, state: QByteArray) -> None:
        """Bring back what `saveState` gave, but not the order of rows."""
        self._showing = True
        self.restoreState(state)
        self._showing = False
        self.show_keys(self._keys)

    def _show_first(self) -> None:
        first = self._keys[0] if self._keys else Sort("sku")
        descending = Qt.SortOrder.DescendingOrder if first.descending else Qt.SortOrder.AscendingOrder
        self._showing = True
        self.setSortIndicator(place_of(first.field), descending)
        self._showing = False

    def _indicated(self, section: int, order: Qt.SortOrder) -> None:
        if self._showing or not 0 <= section < len(COLUMNS):
            return
        key = Sort(COLUMNS[section].field, order == Qt.SortOrder.DescendingOrder)
        self.ask_for(self._with(key.field) if self._adding else (key,))

    def _with(self, field: str) -> tuple[Sort, ...]:
        """The order with one more key behind, or with the one that is there already turned round."""
        if any(key.field == field for key in self._keys):
            return tuple(Sort(key.field, key.descending != (key.field == field)) for key in self._keys)
        return (*self._keys, Sort(field))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._adding = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mouseReleaseEvent(event)
        self._adding = False

    def setSelectionModel(self, selection: QItemSelectionModel) -> None:
        # To learn whether a column is selected Qt looks at every row, which takes minutes for ten million of them.
        super().setSelectionModel(QItemSelectionModel(selection.model(), self))

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        field = COLUMNS[section].field
        for number, key in enumerate(self._keys):
            if key.field == field:
                order = Qt.SortOrder.DescendingOrder if key.descending else Qt.SortOrder.AscendingOrder
                option.sortIndicator = _ARROWS[order]
                mark = f" {_MARKS[number]}" if len(self._keys) > 1 else ""
                # The arrow stands at the right, where the text of such a column would run into it.
                option.text += mark + ("\u2003" if COLUMNS[section].right else "")
