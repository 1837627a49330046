"""What an import would do to the catalogue: a tile for each fate of a row, and the way to the rows themselves."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from acme_desktop.core.importer.report import ImportReport
from acme_desktop.gui.importer.fates import FATE_HINTS, FATES, fate_tone
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.notices import Tile


class Outlook(QWidget):
    """Shows the counts of a comparison; `differences_wanted` asks for the rows behind them."""

    differences_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = {}
        row = QHBoxLayout(spacing=8)
        for fate, name in FATES.items():
            tile = Tile(name, f"preview{name}")
            tile.setToolTip(FATE_HINTS[fate])
            self.tiles[fate] = tile
            row.addWidget(tile, 1)
        title = QLabel("What would happen to the catalogue", objectName="previewLabel")
        title.setProperty("role", "section")
        self.differences = QPushButton("See &what changes…", objectName="showDifferencesButton", enabled=False)
        self.differences.setProperty("kind", "link")
        self.differences.setAutoDefault(False)
        self.differences.clicked.connect(lambda: self.differences_wanted.emit())
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(self.differences)
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addLayout(row)

    def show_report(self, report: ImportReport) -> None:
        """Show what a comparison found."""
        for fate, tile in self.tiles.items():
            count = getattr(report, fate)
            tile.show_figure(formatting.number(count), fate_tone(fate, count))
        self.differences.setEnabled(report.read > report.unchanged)

    def show_nothing(self) -> None:
        """Nothing is known: not yet, or not any more."""
        self.differences.setEnabled(False)
        for tile in self.tiles.values():
            tile.show_figure("–")
