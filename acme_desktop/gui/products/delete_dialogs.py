"""Asking before products go: once for the selected ones, twice for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.core.products.product import Product
from acme_desktop.gui import errors
from acme_desktop.gui.widgets import formatting, spacing
from acme_desktop.gui.widgets.fields import Field
from acme_desktop.gui.widgets.notices import Picture, repolish

_NAMED = 5
_TEXT_WIDTH = 420


class _AskingDialog(QDialog):
    """A warning sign, a heading, a sentence, room for more, and buttons of which the harmless one is the default."""

    def __init__(self, name: str, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.heading = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.heading.setProperty("role", "heading")
        self.text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        for label in (self.heading, self.text):
            label.setFixedWidth(_TEXT_WIDTH)
        self.body = QVBoxLayout(spacing=8)
        self.body.addWidget(self.heading)
        self.body.addWidget(self.text)
        top = QHBoxLayout(spacing=16)
        top.addWidget(Picture("warning", 40, "danger"), alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(self.body, 1)
        self.buttons = QDialogButtonBox()
        self.cancel_button = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.cancel_button.setProperty("kind", "plain")  # the default, and yet not what stands out
        self.cancel_button.setDefault(True)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=18, sizeConstraint=QLayout.SizeConstraint.SetFixedSize)
        spacing.dialog(layout)
        layout.addLayout(top)
        layout.addWidget(self.buttons)

    def add_danger(self, text: str, name: str) -> QPushButton:
        button = self.buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.setObjectName(name)
        button.setProperty("kind", "danger")
        button.setAutoDefault(False)
        repolish(button)
        return button


class DeleteSelectedDialog(_AskingDialog):
    """Asks once, naming the first few; `accepted` means delete."""

    def __init__(self, products: Sequence[Product], parent: QWidget | None = None) -> None:
        super().__init__("deleteProductsDialog", "Delete products", parent)
        many = len(products)
        self.heading.setText(
            f"Delete {products[0].sku}?" if many == 1 else f"Delete {formatting.number(many)} products?"
        )
        lines = [f"{product.sku} – {product.name[:80]}" for product in products[:_NAMED]]
        if many > _NAMED:
            lines.append(f"… and {formatting.number(many - _NAMED)} more")
        self.text.setText("\n".join([*lines, "", "This can be undone."]))
        button = self.add_danger("&Delete", "confirmDeleteButton")
        button.clicked.connect(self.accept)


class DeleteAllDialog(_AskingDialog):
    """Two confirmations, the second with the count typed; `confirmed` then comes with that count.

    While it deletes it stays open and tells how far that is; a cancel then is `cancel_wanted`.
    """

    confirmed = Signal(int)
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None, database_name: str, *, filtered: bool = False) -> None:
        super().__init__("deleteAllDialog", "Delete all products", parent)
        self._count: int | None = None
        self._what = " that the filter matches" if filtered else ", whatever the filter shows,"
        self._database = database_name
        self._running = False
        self._setup_ui()

    def _setup_ui(self) -> None:
        self.heading.setText("Counting the products…")
        self.typed = QLineEdit(objectName="deleteAllCount", maximumWidth=220)
        self.typed.textChanged.connect(self._compare)
        self._field = Field(self.typed, "Number of products to delete")
        self._ask = QLabel(wordWrap=True)
        self._ask.setBuddy(self.typed)
        self.second = QWidget(objectName="deleteAllSecondStep")
        column = QVBoxLayout(self.second, spacing=6)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self._ask)
        column.addWidget(self._field)
        self.body.addWidget(self.second)
        self.second.hide()
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Deleting")
        self.stage = QLabel(objectName="deleteAllStage")
        self.stage.setProperty("role", "muted")
        for part in (self.busy, self.stage):
            self.body.addWidget(part)
            part.hide()
        self.continue_button = self.add_danger("C&ontinue…", "deleteAllContinueButton")
        self.continue_button.clicked.connect(self._second)
        self.continue_button.setEnabled(False)
        self.delete_button = self.add_danger("&Delete all products", "deleteAllConfirmButton")
        self.delete_button.clicked.connect(self._confirm)
        self.delete_button.setEnabled(False)
        self.delete_button.hide()

    def show_count(self, count: int) -> None:
        """Say how many products would go; they were counted just now."""
        self._count = count
        if count == 0:
            self.heading.setText("There is nothing to delete.")
            self.text.setText("The catalogue has no products.")
            return
        noun = formatting.counted(count, "product", "products")
        self.heading.setText(f"Delete all {noun}?" if count > 1 else "Delete the only product?")
        self.text.setText(
            f"Every product in “{self._database}”{self._what} will be deleted, "
            "for everybody who works with it. This can be undone."
        )
        self.continue_button.setEnabled(True)

    def _second(self) -> None:
        self.heading.setText("Are you sure?")
        count = formatting.number(self._count or 0)
        self._ask.setText(f"To confirm, type the &number of products that will be deleted: {count}")
        self.second.show()
        self.continue_button.hide()
        self.delete_button.show()
        self.typed.setFocus()

    def _number_typed(self) -> int | None:
        digits = "".join(letter for letter in self.typed.text() if letter not in " ,.'\u00a0\u202f\u2019")
        return int(digits) if digits.isdecimal() and digits.isascii() else None

    def _compare(self) -> None:
        self._field.complain("")
        self.delete_button.setEnabled(self._number_typed() == self._count)

    def _confirm(self) -> None:
        if self._number_typed() != self._count or self._count is None:
            return
        self._run(True)
        self.heading.setText(f"Deleting {formatting.counted(self._count, 'product', 'products')}…")
        self.confirmed.emit(self._count)

    def _run(self, running: bool) -> None:
        self._running = running
        self.busy.setVisible(running)
        self.stage.setVisible(running)
        self.second.setVisible(not running)
        self.text.setVisible(not running)
        self.delete_button.setVisible(not running)
        self.cancel_button.setEnabled(True)
        self._compare()
        if running:
            self.delete_button.setEnabled(False)
            self.cancel_button.setFocus()

    def watch(self, snapshot: Snapshot) -> None:
        """Tell how far it is."""
        self.stage.setText(f"{snapshot.stage}, {formatting.duration(snapshot.seconds)}")

    def finish(self) -> None:
        """They are deleted."""
        self._running = False
        self.accept()

    def tell_cancelled(self) -> None:
        """Say that it was cancelled in time."""
        self._run(False)
        self.heading.setText("Cancelled. Nothing was deleted.")

    def refuse(self, error: Exception) -> None:
        """Say why nothing was deleted."""
        self._run(False)
        errors.show(self, error)
        self.heading.setText("Nothing was deleted.")

    def reject(self) -> None:
        # Closed by whoever deletes, when that has really ended.
        if self._running:
            self.cancel_button.setEnabled(False)
            self.stage.setText("Cancelling…")
            self.cancel_wanted.emit()
            return
        super().reject()
