"""Lets a person choose the files to import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

FILE_TYPES = (
    "Product files (*.csv *.tsv *.txt *.gz *.zip *.xlsx *.parquet *.jsonl)",
    "All files (*)",
)


def choose_files(parent: QWidget, then: Callable[[list[Path]], object]) -> None:
    """Open the chooser; `then` gets the files, if any are chosen."""
    chooser = QFileDialog(parent, "Choose product files")
    chooser.setObjectName("chooseFilesDialog")
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
    chooser.setNameFilters(list(FILE_TYPES))
    chooser.filesSelected.connect(lambda names: then([Path(name) for name in names]))
    chooser.open()
