"""Create or edit one product; what is wrong stands beside the field, and a conflict is told as what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.product_rules import clean_sku, violation
from acme_desktop.core.products.product import Changes, InvalidProduct, Product
from acme_desktop.gui import errors
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.fields import Field, Form
from acme_desktop.gui.widgets.notices import Banner


class ProductDialog(QDialog):
    """`save_wanted` comes with the `Changes`; whoever saves answers with `accept`, or with `refuse`.

    `history_wanted` comes with the SKU, once the dialog is out of the way.
    """

    save_wanted = Signal(Changes)
    history_wanted = Signal(str)

    def __init__(self, product: Product | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("productDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.product = product
        self._setup_ui()
        self.show_product(product)

    def _setup_ui(self) -> None:
        self.setWindowTitle("New product" if self.product is None else "Edit product")
        self.setMinimumSize(520, 400)
        on_screen.fit(self)
        self.banner = Banner()
        self.sku = QLineEdit(objectName="productSku")
        self.name = QLineEdit(objectName="productName")
        self.description = QPlainTextEdit(objectName="productDescription", tabChangesFocus=True)
        self.active = QCheckBox("This product is act&ive", objectName="productActive", accessibleName="Active")
        self._fields = {
            "sku": Field(self.sku, "SKU", "Capital and small letters count as the same."),
            "name": Field(self.name, "Name"),
            "description": Field(self.description, "Description"),
        }
        self.sku.textEdited.connect(lambda: self._check("sku"))
        self.name.textEdited.connect(lambda: self._check("name"))
        self.description.textChanged.connect(lambda: self._check("description"))
        rows = Form()
        for label, key in (("S&KU", "sku"), ("&Name", "name"), ("&Description", "description")):
            caption = QLabel(label)
            caption.setBuddy(self._fields[key].control)
            rows.add(caption, self._fields[key])
        rows.addRow("", self.active)
        self.footnote = QLabel(objectName="productFootnote", wordWrap=True)
        self.footnote.setProperty("role", "muted")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save_button.setObjectName("saveProductButton")
        self.save_button.setText("&Create" if self.product is None else "&Save")
        self.save_button.setDefault(True)
        self.history_button = self.buttons.addButton("&History…", QDialogButtonBox.ButtonRole.ResetRole)
        self.history_button.setObjectName("productHistoryButton")
        self.history_button.setAutoDefault(False)
        self.history_button.setVisible(self.product is not None)
        self.history_button.clicked.connect(self._show_history)
        self.buttons.accepted.connect(self._save)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._save_by_key)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=14)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addLayout(rows, 1)
        layout.addWidget(self.footnote)
        layout.addWidget(self.buttons)

    def show_product(self, product: Product | None) -> None:
        """Fill the fields with a product as it stands in the catalogue; None is a new one."""
        self.product = product
        self.banner.hide()
        self._wait(False)
        self.sku.setText(product.sku if product else "")
        self.name.setText(product.name if product else "")
        self.description.setPlainText((product.description or "") if product else "")
        self.active.setChecked(product.active if product else True)
        self.footnote.setVisible(product is not None)
        if product is not None:
            self.footnote.setText(
                f"Created {formatting.moment(product.created_at)} · updated {formatting.moment(product.updated_at)}"
            )
        for field in self._fields.values():
            field.complain("")
        (self.sku if product is None else self.name).setFocus()

    def go_on(self, theirs: Product, changes: Changes, why: str = "You see their change with yours in it.") -> None:
        """Go on editing over someone else's change: what they changed is taken in, what is mine is not saved yet."""
        self.show_product(theirs)
        mine = changes.applied_to(theirs)
        self.sku.setText(mine.sku)
        self.name.setText(mine.name)
        self.description.setPlainText(mine.description or "")
        self.active.setChecked(mine.active)
        self.banner.say("info", why, "Nothing of yours is saved yet.")

    def type_on(self, changes: Changes) -> None:
        """Put the keyboard behind what was typed, where a dialog that opens would have the next letter replace it."""
        control = next((self._fields[key].control for key in self._fields if getattr(changes, key) is not None), None)
        if isinstance(control, QLineEdit):
            control.setFocus()
            control.end(False)
        elif isinstance(control, QPlainTextEdit):
            control.setFocus()
            control.moveCursor(QTextCursor.MoveOperation.End)

    def _values(self) -> dict[str, str]:
        return {
            "sku": clean_sku(self.sku.text()),
            "name": self.name.text(),
            "description": self.description.toPlainText(),
        }

    def _check(self, key: str) -> bool:
        wrong = violation(key, self._values()[key])
        self._fields[key].complain(wrong.message if wrong else "")
        return wrong is None

    def changes(self) -> Changes:
        """What the fields differ in from the product shown; for a new product, all of them."""
        values, old = self._values(), self.product
        active = self.active.isChecked()
        if old is None:
            return Changes(values["sku"], values["name"], values["description"], active)
        return Changes(
            sku=values["sku"] if values["sku"] != old.sku else None,
            name=values["name"] if values["name"] != old.name else None,
            description=values["description"] if values["description"] != (old.description or "") else None,
            active=active if active != old.active else None,
        )

    def _save(self) -> None:
        wrong = [key for key in self._fields if not self._check(key)]
        if wrong:
            self._fields[wrong[0]].control.setFocus()
            return
        changes = self.changes()
        if self.product is not None and changes == Changes():
            self.accept()
            return
        self._wait(True)
        self.save_wanted.emit(changes)

    def _save_by_key(self) -> None:
        if self.save_button.isEnabled():
            self._save()

    def _show_history(self) -> None:
        if self.product is None:
            return
        if self.changes() != Changes():
            self.banner.say("info", "Save or cancel first.", "The history opens in the place of this window.")
            return
        self.reject()
        self.history_wanted.emit(self.product.sku)

    def _wait(self, waiting: bool) -> None:
        self.save_button.setEnabled(not waiting)
        for field in self._fields.values():
            field.setEnabled(not waiting)
        self.active.setEnabled(not waiting)

    def refuse(self, error: Exception) -> None:
        """Show why it was not saved; the fields keep what was typed."""
        self._wait(False)
        if isinstance(error, InvalidProduct):
            for wrong in error.violations:
                self._fields[wrong.field].complain(wrong.message)
            return
        if not isinstance(error, Refused):
            errors.show(self, error)
            return
        self.banner.say("warning", error.title, error.advice)
        if self.product is None or self._values()["sku"] != self.product.sku:
            self._fields["sku"].complain("Another product has this SKU.")
            self.sku.setFocus()
