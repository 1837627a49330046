"""Asks for the file that something is to be saved in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask(owner: QWidget, name: str, title: str, proposed: Path, kinds: str, chosen: Callable[[Path], object]) -> None:
    """Open the file dialog without waiting for it.

    Args:
        owner: over this it opens.
        name: its object name.
        title: of its window.
        proposed: the file at first; a name without an ending gets that of this one.
        kinds: what it offers, as in "CSV files (*.csv);;All files (*)".
        chosen: takes the file; not called where none is chosen.
    """
    chooser = QFileDialog(owner, title, str(proposed), kinds)
    chooser.setObjectName(name)
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setDefaultSuffix(proposed.suffix.removeprefix("."))
    chooser.fileSelected.connect(lambda path: chosen(Path(path)))
    chooser.open()
