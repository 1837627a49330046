"""Where the keyboard stands in the product table, whatever becomes of the rows, and from where Shift selects."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTableView

from acme_desktop.gui.products.columns import COLUMNS, place_of
from acme_desktop.gui.products.model import ProductModel

_FLAGS = QItemSelectionModel.SelectionFlag


class CurrentCell(QObject):
    """Stays in its column, and with its product where rows move; another question begins in the first row.

    `moving` says that rows are on the move, so that what is selected is not what it was nor what it will be.
    """

    def __init__(self, table: QTableView, model: ProductModel) -> None:
        super().__init__(table)
        self._table, self._model = table, model
        self.moving = False
        self._before: tuple[int | None, int] = (None, 0)
        self._began = QPersistentModelIndex()
        self._column = place_of("name")
        table.selectionModel().currentChanged.connect(self._changed)
        table.selectionModel().selectionChanged.connect(self._begin_anew)

    @property
    def column(self) -> int:
        """The column in which the keyboard stands or stood last; the name's before it stood anywhere."""
        return self._column

    @property
    def product_id(self) -> int | None:
        """The product of the current row, where it is loaded."""
        current = self._table.currentIndex()
        product = self._model.product(current.row()) if current.isValid() else None
        return product.id if product is not None else None

    def move_to(self, row: int) -> QModelIndex:
        """Go to a row and select nothing; returns the cell."""
        index = self._model.index(row, self.column)
        self._table.selectionModel().setCurrentIndex(index, _FLAGS.NoUpdate)
        return index

    def _changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._column = current.column()

    def begin_at_first(self) -> None:
        """Other rows are here, none of them current: the first arrow key would begin wherever Qt thinks."""
        if self._model.rowCount() and not self._table.currentIndex().isValid():
            scrolls = self._table.hasAutoScroll()
            self._table.setAutoScroll(False)  # whoever sorts by a column at the right wants to go on seeing it
            self.move_to(0)
            self._table.setAutoScroll(scrolls)

    # Rows on the move

    def remember(self) -> None:
        """Rows are about to move."""
        self.moving = True
        self._before = (self.product_id, self._table.verticalScrollBar().value())

    def restore(self, shift: int) -> None:
        """What moved among others was taken out and put in anew: the current row is where it is now."""
        current, top = self._before
        self._table.verticalScrollBar().setValue(top + shift)
        here = self._model.row_of(current) if current is not None else None
        if here is not None and here != self._table.currentIndex().row():
            self.move_to(here)
        self.moving = False

    # From where Shift selects

    def leave_for(self, row: int) -> QModelIndex:
        """Go to a row of another page; Shift still selects from where it began. Returns the cell."""
        if not self._began.isValid():
            self._began = QPersistentModelIndex(self._table.currentIndex())
        return self.move_to(row)

    def _begin_anew(self) -> None:
        self._began = QPersistentModelIndex()

    def extend(self, event: QMouseEvent, to: QModelIndex) -> bool:
        """Where another page was gone to, select from where it began; Qt would from the cell that went along."""
        began = QModelIndex(self._began)
        if event.modifiers() != Qt.KeyboardModifier.ShiftModifier or not (began.isValid() and to.isValid()):
            return False
        first, last = sorted((began.row(), to.row()))
        wanted = QItemSelection(self._model.index(first, 0), self._model.index(last, len(COLUMNS) - 1))
        self._table.selectionModel().select(wanted, _FLAGS.ClearAndSelect)
        self._table.selectionModel().setCurrentIndex(to, _FLAGS.NoUpdate)
        self._began = QPersistentModelIndex(began)
        return True
