"""The notice that an import was cut off, with the button that goes on with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer import report
from acme_desktop.core.importer.report import ImportRecord
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Picture

_LOOKED_AT = 50


def cut_off(database: Database) -> list[ImportRecord]:
    """The imports of late that were cut off, the newest first."""
    with database.connect() as connection:
        return [record for record in report.latest(connection, limit=_LOOKED_AT) if record.status == "interrupted"]


class InterruptedNotice(QFrame):
    """Tells of the newest import that was cut off; `resume_wanted` comes with its number and file."""

    resume_wanted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="interruptedNotice")
        self.setProperty("role", "banner")
        self.setProperty("tone", "warning")
        self._records: list[ImportRecord] = []
        self._setup_ui()
        self.hide()

    def _setup_ui(self) -> None:
        self.words = ElidedLabel(objectName="interruptedLabel")
        self.resume = QPushButton("R&esume", objectName="resumeButton")
        self.later = QPushButton("Not now", objectName="resumeLaterButton")
        self.later.setProperty("kind", "link")
        row = QHBoxLayout(self, spacing=10)
        row.setContentsMargins(14, 6, 12, 6)
        row.addWidget(Picture("warning", 20, "warning"), alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words, 1)
        row.addWidget(self.later)
        row.addWidget(self.resume)
        self.resume.clicked.connect(self._resume)
        self.later.clicked.connect(self._put_off)

    def show_records(self, records: Sequence[ImportRecord]) -> None:
        """Tell of these, one after the other."""
        self._records = list(records)
        self.setVisible(bool(records))
        if records:
            name, rows = Path(records[0].file).name, formatting.counted(records[0].read, "row", "rows")
            words = f"The import of {name} was cut off after {rows}. The catalogue is as it was before."
            self.words.setText(words)
            self.setAccessibleName(words)
            self.resume.setAccessibleName(f"Resume the import of {name}")

    def drop(self, import_id: int) -> None:
        """Tell of that one no more."""
        self.show_records([record for record in self._records if record.id != import_id])

    def _resume(self) -> None:
        record = self._records[0]
        self.drop(record.id)
        self.resume_wanted.emit(record.id, record.file)

    def _put_off(self) -> None:
        self.show_records(self._records[1:])
