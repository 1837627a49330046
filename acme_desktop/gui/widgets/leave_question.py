"""The question before a window closes in the middle of something."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_to_leave(window: QWidget, leave: Callable[[], object]) -> None:
    """Ask whether the running import shall be cancelled, and call `leave` if so; staying is the default."""
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        "Import running",
        "An import is running. Cancel it and close the window?",
        parent=window,
    )
    box.setObjectName("closeDialog")
    box.setInformativeText("The catalogue stays as it was before that import.")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    stop = box.addButton("&Cancel the import and close", QMessageBox.ButtonRole.DestructiveRole)
    stop.setObjectName("closeAnywayButton")
    stay = box.addButton("&Go on importing", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    stop.clicked.connect(leave)
    box.open()
