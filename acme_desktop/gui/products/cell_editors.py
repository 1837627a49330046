"""Editors within a cell, one for each kind of field, and the hint that says beside them what is wrong."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from acme_desktop.core.foundation.product_rules import clean_sku, violation
from acme_desktop.core.products.product import Changes, Product
from acme_desktop.gui.widgets.notices import repolish

_TITLES = {"sku": "SKU", "name": "Name", "description": "Description", "active": "Active"}


class CellEditor:
    """What the editors have in common; `product` is as it was read when they began."""

    product: Product
    field: str

    def begin(self, product: Product, shown: Product, field: str) -> None:
        """Edit this field of this product, which is shown with what is being saved of it already."""
        self.product, self.field = product, field
        self._shown = getattr(shown, field)
        assert isinstance(self, QWidget)
        self.setObjectName(f"cell{field.capitalize()}")
        self.setAccessibleName(f"{_TITLES[field]} of {product.sku}")
        self.setAutoFillBackground(True)
        self.put(self._shown)

    def value(self) -> Any:
        """What is in it now."""
        raise NotImplementedError

    def put(self, value: Any) -> None:
        """Show a value, all of it selected."""
        raise NotImplementedError

    @property
    def problem(self) -> str:
        """What is wrong with the value, or ""."""
        if self.field == "active":
            return ""
        wrong = violation(self.field, self.value())
        return wrong.message if wrong else ""

    @property
    def changes(self) -> Changes:
        """What was changed; an empty `Changes` where nothing was."""
        value = self.value()
        return Changes() if value == ("" if self._shown is None else self._shown) else Changes(**{self.field: value})


class CellLine(QLineEdit, CellEditor):
    """One line, for SKU and name."""

    def put(self, value: Any) -> None:
        self._standing = value or ""
        self.setText(self._standing)
        self.setModified(False)
        self.selectAll()

    def value(self) -> Any:
        # What another program wrote may have letters that a line cannot show; untouched it stays as it is.
        text = self.text() if self.isModified() else self._standing
        return clean_sku(text) if self.field == "sku" and self.isModified() else text

    def type_again(self, text: str) -> None:
        """Show what was typed before, as a person's own."""
        self.setText(text)
        self.setModified(True)


class CellText(QPlainTextEdit, CellEditor):
    """Several lines, for the description; it is higher than its cell."""

    LINES = 5

    def put(self, value: Any) -> None:
        self._standing = value or ""
        self.setTabChangesFocus(True)
        self.setPlainText(self._standing)
        self.document().setModified(False)
        self.selectAll()

    def value(self) -> Any:
        return self.toPlainText() if self.document().isModified() else self._standing

    @property
    def wanted_height(self) -> int:
        """For its lines, its frame and its margins."""
        return self.fontMetrics().lineSpacing() * self.LINES + 22


class CellChoice(QComboBox, CellEditor):
    """Yes or no, for active."""

    def put(self, value: Any) -> None:
        self.clear()
        self.addItems(["Yes", "No"])
        self.setCurrentIndex(0 if value else 1)

    def value(self) -> Any:
        return self.currentIndex() == 0


def editor_for(field: str, parent: QWidget) -> CellLine | CellText | CellChoice:
    """A new editor for that field."""
    kinds = {"description": CellText, "active": CellChoice}
    made: CellLine | CellText | CellChoice = kinds.get(field, CellLine)(parent)
    return made


class CellHint(QLabel):
    """Stands under an editor, or over it where there is no room, and says what is wrong."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cellHint")
        self.setProperty("role", "cell-hint")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def say(self, words: str, editor: QWidget) -> None:
        """Say it beside the editor; "" is all right."""
        editor.setProperty("invalid", bool(words))
        editor.setAccessibleDescription(words)
        repolish(editor)
        self.setText(words)
        self.setVisible(bool(words))
        if words:
            self.adjustSize()
            room = self.parentWidget().rect()
            below = editor.geometry().bottomLeft() + QPoint(0, 2)
            if below.y() + self.height() > room.bottom():
                below.setY(editor.geometry().top() - self.height() - 2)
            below.setX(max(0, min(below.x(), room.right() - self.width())))
            self.move(below)
            self.raise_()
