"""Edits cells in place: opens their editors, keeps wrong values from being taken, and shows what is on its way."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QStyleOptionViewItem,
    QWidget,
)

from acme_desktop.core.products.product import Changes, Product
from acme_desktop.gui.products.cell_editors import (
    CellChoice,
    CellEditor,
    CellHint,
    CellLine,
    CellText,
    editor_for,
)
from acme_desktop.gui.products.columns import COLUMNS, Column
from acme_desktop.gui.products.marking import MarkingDelegate
from acme_desktop.gui.products.rows import PRODUCT_ROLE
from acme_desktop.gui.products.underway import Underway
from acme_desktop.gui.widgets import theme

_Index = QModelIndex | QPersistentModelIndex
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CellDelegate(MarkingDelegate):
    """The product table's delegate.

    `edited` comes with the product as it was when the editor opened, and what was made of it; `step_wanted` when Tab
    leaves an editor, with its cell and +1 or -1; `left` with the words for a value that was not taken; `cut_off` with
    the product and what was being made of it where an editor goes with its row, which nobody but others took away.
    """

    edited = Signal(Product, Changes)
    step_wanted = Signal(QModelIndex, int)
    left = Signal(str)
    cut_off = Signal(Product, Changes)

    def __init__(self, view: QAbstractItemView, underway: Underway) -> None:
        super().__init__(view)
        self._view, self._underway = view, underway
        self._hint = CellHint(view.viewport())
        self._typed: tuple[int, str, str, str] | None = None
        self._open: Any = None
        self.closeEditor.connect(self._closed)
        underway.changed.connect(view.viewport().update)

    def type_again(self, product_id: int, field: str, text: str, words: str) -> None:
        """Let the next editor of this field begin with what was typed before, and say what is wrong with it."""
        self._typed = (product_id, field, text, words)

    # How a cell looks

    def shown(self, product: Product, column: Column) -> tuple[str, bool]:
        pending = self._underway.of(product)
        if column.field in pending.fields:
            return column.text(pending.product), not pending.saved
        return column.text(product), False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        if index == self._view.currentIndex() and self._view.hasFocus():
            painter.save()
            painter.setPen(QPen(QColor(theme.colours().focus), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
            painter.restore()

    # Editing

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: _Index) -> QWidget | None:
        product, column = index.data(PRODUCT_ROLE), COLUMNS[index.column()]
        if product is None or not column.editable:
            return None
        field = column.field
        editor = editor_for(field, parent)
        editor.begin(product, self._underway.of(product).product, field)
        if isinstance(editor, CellLine):
            editor.textChanged.connect(lambda: self._check(editor))
            if self._typed is not None and self._typed[:2] == (product.id, field):
                editor.type_again(self._typed[2])
        elif isinstance(editor, CellText):
            editor.textChanged.connect(lambda: self._check(editor))
        self._open = editor
        return editor

    @property
    def problem(self) -> str:
        """Why what is in the open editor cannot be taken, or ""."""
        return self._open.problem if self._open is not None else ""

    def leave(self) -> None:
        """Take what is in the open editor, if there is one, as where a person clicks elsewhere."""
        if self._open is not None:
            self._end(self._open)

    def _end(self, editor: Any) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def _closed(self) -> None:
        self._open = None

    def setEditorData(self, _editor: QWidget, _index: _Index) -> None:
        """Nothing: an editor is filled once, and news about the product must not overwrite what is being typed."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: _Index) -> None:
        rect = QRect(option.rect)
        if isinstance(editor, CellText):
            room = self._view.viewport().rect()
            rect.setHeight(min(max(editor.wanted_height, rect.height()), room.height()))
            rect.setWidth(min(max(rect.width(), 280), room.width()))
            if rect.bottom() > room.bottom():
                rect.moveBottom(room.bottom())
            if rect.right() > room.right():
                rect.moveRight(room.right())
        editor.setGeometry(rect)
        if self._typed is not None and isinstance(editor, CellLine):
            typed, self._typed = self._typed, None
            if typed[:2] == (editor.product.id, editor.field):
                self._hint.say(typed[3], editor)

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, _index: _Index) -> None:
        # The editor's own product and not the row's: the rows may have moved meanwhile.
        if not isinstance(editor, CellEditor):
            return
        if editor.problem:
            self.left.emit(f"{editor.product.sku} was not changed: {editor.problem}")
        elif editor.changes != Changes():
            self.edited.emit(editor.product, editor.changes)

    def destroyEditor(self, editor: QWidget, index: _Index) -> None:
        self._hint.hide()
        if self._open is editor and isinstance(editor, CellEditor):
            self._open = None
            self.cut_off.emit(editor.product, editor.changes)
        super().destroyEditor(editor, index)

    def _check(self, editor: CellLine | CellText) -> None:
        self._hint.say(editor.problem, editor)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, CellEditor) and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            taken = self._key(watched, event)
            if taken is not None:
                return taken
        return super().eventFilter(watched, event)

    def _key(self, editor: Any, event: QKeyEvent) -> bool | None:
        """Whether the key was dealt with; None leaves it to Qt."""
        key = event.key()
        if key in _ENTER:
            if isinstance(editor, CellText) and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                editor.insertPlainText("\n")
                return True
            if isinstance(editor, CellChoice) and editor.view().isVisible():
                return None
            self._finish(editor, 0)
            return True
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._finish(editor, -1 if key == Qt.Key.Key_Backtab else 1)
            return True
        return None

    def _finish(self, editor: Any, step: int) -> None:
        if editor.problem:
            self._hint.say(editor.problem, editor)
            return
        place = self._view.currentIndex()
        self._end(editor)
        if step:
            self.step_wanted.emit(place, step)
