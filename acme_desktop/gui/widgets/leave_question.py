"""The question before a window closes in the middle of something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


@dataclass(frozen=True)
class Running:
    """Something that closing would cancel.

    Attributes:
        what: "import".
        going_on: "importing".
        without: a sentence on how things are when it is cancelled.
    """

    what: str
    going_on: str
    without: str


IMPORT = Running("import", "importing", "The catalogue stays as it was before that import.")
EXPORT = Running("export", "exporting", "No file is written by that export.")


def ask_to_leave(window: QWidget, running: Sequence[Running], leave: Callable[[], object]) -> None:
    """Ask whether what is running shall be cancelled, and call `leave` if so; staying is the default."""
    things = " and an ".join(one.what for one in running)
    alone = len(running) == 1
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        f"{things.capitalize()} running",
        f"An {things} {'is' if alone else 'are'} running. Cancel {'it' if alone else 'both'} and close the window?",
        parent=window,
    )
    box.setObjectName("closeDialog")
    box.setInformativeText(" ".join(one.without for one in running))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    stop = box.addButton(
        f"&Cancel {f'the {things}' if alone else 'both'} and close", QMessageBox.ButtonRole.DestructiveRole
    )
    stop.setObjectName("closeAnywayButton")
    stay = box.addButton(f"&Go on {' and '.join(one.going_on for one in running)}", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    stop.clicked.connect(leave)
    box.open()
