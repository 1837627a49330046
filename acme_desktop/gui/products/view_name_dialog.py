"""Asks for the name of a view, and says beside it whether that name is taken."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from acme_desktop.core.foundation.product_rules import is_blank, storable
from acme_desktop.core.products.saved_views import NAME_MAX
from acme_desktop.gui.widgets import on_screen, spacing
from acme_desktop.gui.widgets.fields import Field


class ViewNameDialog(QDialog):
    """`named` comes with the name, trimmed, and whether a view of that name is to be replaced.

    Args:
        title: of the window.
        name: at first.
        taken: the names of the other views.
        parent: the window.
        replace: whether a view of the same name may be replaced.
    """

    named = Signal(str, bool)

    def __init__(
        self, title: str, name: str, taken: Sequence[str], parent: QWidget | None = None, *, replace: bool = True
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._first, self._taken, self._replace = name, set(taken), replace
        self._setup_ui(name)
        self.accepted.connect(self._tell)
        self._judge()

    def _setup_ui(self, name: str) -> None:
        self.name = QLineEdit(name, objectName="viewName", maxLength=NAME_MAX)
        self.name.selectAll()
        self._hint = "Keeps filters, order and columns for everybody who uses this database." if self._replace else ""
        self.field = Field(self.name, "Name of the view", self._hint)
        label = QLabel("&Name of the view")
        label.setBuddy(self.name)
        self.buttons = QDialogButtonBox()
        self.save = self.buttons.addButton("&Save", QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setObjectName("saveViewButton")
        self.save.setDefault(True)
        self.buttons.addButton("&Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._judge)
        layout = QVBoxLayout(self, spacing=6)
        spacing.dialog(layout)
        layout.addWidget(label)
        layout.addWidget(self.field)
        layout.addSpacing(8)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(420)
        on_screen.fit(self)

    def _tell(self) -> None:
        name = self.name.text().strip()
        self.named.emit(name, name in self._taken)

    def _judge(self) -> None:
        name = self.name.text().strip()
        taken = name in self._taken
        self.field.say_hint("A view of this name exists; it is replaced." if taken and self._replace else self._hint)
        if taken and not self._replace:
            self.field.complain("Another view has this name.")
        else:
            self.field.complain("" if storable(name) else "This is not text.")
        self.save.setText("&Replace" if taken and self._replace else "&Save")
        self.save.setEnabled(not is_blank(name) and not self.field.problem and name != self._first)
