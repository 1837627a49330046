"""A question before something that cannot be taken back; staying is the default."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import spacing, theme
from acme_desktop.gui.widgets.notices import repolish

_PICTURE = 36  # logical pixels


def ask(
    parent: QWidget, name: str, title: str, text: str, go: tuple[str, str], stay: str, then: Callable[[], object]
) -> None:
    """Ask without waiting for the answer; `then` is called if a person says so.

    Args:
        name: the object name of the dialog.
        title: the question.
        text: what it means.
        go: the words on the button that does it, and its object name.
        stay: the words on the button that does nothing.
    """
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setWindowTitle("Acme Product Importer")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    box.setIconPixmap(icons.pixmap("warning", _PICTURE, parent.devicePixelRatioF(), theme.colours().warning))
    yes = box.addButton(go[0], QMessageBox.ButtonRole.DestructiveRole)
    yes.setObjectName(go[1])
    no = box.addButton(stay, QMessageBox.ButtonRole.RejectRole)
    for button, kind in ((yes, "danger"), (no, "plain")):
        button.setProperty("kind", kind)
        repolish(button)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    spacing.dialog(box.layout())
    yes.clicked.connect(lambda: then())
    box.open()
