"""About: what this is, which versions it is made of, and where its data lies."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from acme_desktop import __version__
from acme_desktop.gui import errors, icons


class AboutDialog(QDialog):
    """Versions to read and to copy."""

    def __init__(self, data_folder: Path, database_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._facts = f"{errors.diagnostics()}\nDatabase: {database_name}\nData folder: {data_folder}"
        self._setup_ui()

    def _setup_ui(self) -> None:
        self.setWindowTitle("About Acme Product Importer")
        self.setMinimumWidth(500)
        picture = QLabel()
        picture.setPixmap(icons.application_icon().pixmap(72, 72))
        title = QLabel("Acme Product Importer")
        title.setProperty("role", "title")
        version = QLabel(f"Version {__version__}")
        version.setProperty("role", "muted")
        text = QLabel("Drop a supplier's file, see what it changes, import it.", wordWrap=True)
        facts = QLabel(self._facts, objectName="aboutFacts", wordWrap=True)
        facts.setTextFormat(Qt.TextFormat.PlainText)
        facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        facts.setAccessibleName("Versions and places")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        copy = buttons.addButton("&Copy diagnostics", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        icons.wear(copy, "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._facts))
        words = QVBoxLayout(spacing=6)
        for label in (title, version, text):
            words.addWidget(label)
        words.addSpacing(8)
        words.addWidget(facts)
        top = QHBoxLayout(spacing=20)
        top.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self, spacing=18)
        layout.setContentsMargins(24, 22, 24, 16)
        layout.addLayout(top)
        layout.addWidget(buttons)
