"""Editing in the table: which keys and clicks open a cell, what is saved, and what becomes of a refusal."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.products.product import Changes, InvalidProduct, Product
from acme_desktop.gui.products.cell_delegate import CellDelegate
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.rows import PRODUCT_ROLE
from acme_desktop.gui.products.saving import Outcomes, Saved, Saving
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.products.underway import Underway, merged

_PLAIN = Qt.KeyboardModifier.NoModifier


class CellEditing(QObject):
    """F2 and a double click edit a cell, Tab goes on to the next, Space switches the Active cell.

    `said` comes with words for the status bar, `dialog_wanted` with a product as it is and what a person wants of it,
    `row_gone` likewise with a product as it was, where its row is gone with the cell that was being edited, and
    `refused` where that could not be saved, with why.
    """

    said = Signal(str)
    dialog_wanted = Signal(Product, Changes)
    row_gone = Signal(Product, Changes)
    refused = Signal(Product, Changes, Exception)

    def __init__(self, table: ProductTable, saving: Saving) -> None:
        super().__init__(table)
        self._table, self._saving = table, saving
        self._underway = Underway(self)
        self._delegate = CellDelegate(table, self._underway)
        self._delegate.edited.connect(self._edited)
        self._delegate.step_wanted.connect(self._step)
        self._delegate.left.connect(self.said)
        # Later: the rows are on the move now.
        self._delegate.cut_off.connect(self._cut_off, Qt.ConnectionType.QueuedConnection)
        table.products_model.asked.connect(self._delegate.leave)
        triggers = QAbstractItemView.EditTrigger
        table.setItemDelegate(self._delegate)
        table.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        table.installEventFilter(self)

    def forget(self) -> None:
        """Another catalogue: what was under way is none of its business."""
        self._underway.forget()

    def leave(self) -> bool:
        """Take what is typed, as where a person clicks elsewhere; a wrong value stays, and False is returned."""
        if self._delegate.problem:
            return False
        self._delegate.leave()
        return True

    def edit_cell(self) -> None:
        """Open the current cell, or the name of its row where the cell cannot be edited."""
        index = self._table.currentIndex()
        if not index.isValid() or self._table.state() == QAbstractItemView.State.EditingState:
            return
        if not COLUMNS[index.column()].editable:
            index = index.siblingAtColumn(_column("name"))
        self._open(index)

    def toggle_active(self) -> None:
        """Switch the current product active or inactive."""
        product = self._table.currentIndex().data(PRODUCT_ROLE)
        if product is not None:
            shown = self._underway.of(product).product
            self._edited(product, Changes(active=not shown.active))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and event.key() == Qt.Key.Key_Space and event.modifiers() == _PLAIN and not event.isAutoRepeat():
            index = self._table.currentIndex()
            if index.isValid() and COLUMNS[index.column()].field == "active":
                self.toggle_active()
                return True
        return super().eventFilter(watched, event)

    # From cell to cell

    def _open(self, index: QModelIndex) -> None:
        self._table.setCurrentIndex(index)
        self._table.scrollTo(index)
        self._table.edit(index)

    def _step(self, index: QModelIndex, step: int) -> None:
        """Go on to the next cell that can be edited, over the end of the row to the next one."""
        header, model = self._table.horizontalHeader(), self._table.model()
        shown = [header.logicalIndex(place) for place in range(header.count())]
        columns = [one for one in shown if not header.isSectionHidden(one) and COLUMNS[one].editable]
        if index.column() not in columns:
            return
        row, place = index.row(), columns.index(index.column()) + step
        if not 0 <= place < len(columns):
            row, place = row + step, place % len(columns)
        if 0 <= row < model.rowCount():
            self._open(model.index(row, columns[place]))

    def _cut_off(self, product: Product, changes: Changes) -> None:
        # Qt gives the keyboard to whatever comes next.
        self._table.setFocus()
        if changes != Changes():
            self.row_gone.emit(product, changes)

    # Saving

    def _edited(self, product: Product, changes: Changes) -> None:
        self._save(self._underway.add(product, changes))

    def _save(self, now: tuple[Product, Changes] | None) -> None:
        if now is None:
            return
        product, changes = now
        outcomes = Outcomes(
            saved=self._saved,
            failed=partial(self._failed, product, changes),
            dropped=lambda _: self._drop(product),
            edit=partial(self._go_on, product),
        )
        self._saving.save(product, changes, self._table, outcomes)

    def _saved(self, saved: Saved) -> None:
        self._save(self._underway.saved(saved.product))

    def _drop(self, product: Product) -> None:
        self._underway.drop(product.id)
        self.said.emit(f"{product.sku} stays as someone else changed it.")

    def _go_on(self, product: Product, theirs: Product, changes: Changes) -> None:
        self.dialog_wanted.emit(theirs, merged(changes, self._underway.drop(product.id)))

    def _failed(self, product: Product, changes: Changes, error: Exception) -> None:
        wanted = merged(changes, self._underway.drop(product.id))
        row = self._table.model().row_of(product.id)
        editing = self._table.state() == QAbstractItemView.State.EditingState
        wrong_sku = changes.sku is not None and isinstance(error, (Refused, InvalidProduct))
        if not wrong_sku or row is None or editing:
            self.refused.emit(product, wanted, error)
            return
        self._delegate.type_again(product.id, "sku", changes.sku or "", str(error))
        self._open(self._table.model().index(row, _column("sku")))


def _column(field: str) -> int:
    return next(place for place, column in enumerate(COLUMNS) if column.field == field)
