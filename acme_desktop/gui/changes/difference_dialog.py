"""What became of the catalogue between two moments, chosen by a person."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products.difference import Between
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.changes.difference_view import DifferenceView
from acme_desktop.gui.changes.moment_field import MomentField
from acme_desktop.gui.widgets import on_screen, spacing


class DifferenceDialog(QDialog):
    """Two moments and what lies between them; the second may be now."""

    said = Signal(str)
    history_wanted = Signal(str)

    def __init__(self, runner: JobRunner, database: Database, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("differenceDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._setup_ui(runner, database)
        self.start.changed.connect(self._compare)
        self.end.changed.connect(self._compare)
        self.show_span(_yesterday(), None)

    def _setup_ui(self, runner: JobRunner, database: Database) -> None:
        self.setWindowTitle("Compare two dates")
        on_screen.fit(self, 980, 620)
        self.setMinimumSize(760, 420)
        self.start = MomentField("differenceStart", "From", at_end=False)
        self.end = MomentField("differenceEnd", "To", at_end=True)
        row = QHBoxLayout(spacing=10)
        for text, field in (("&From", self.start), ("&To", self.end)):
            label = QLabel(text)
            label.setBuddy(field)
            # The underlined letter is drawn by itself, and "To" is wider that way than Qt measures it.
            label.setMinimumWidth(label.sizeHint().width() + 3)
            row.addWidget(label)
            row.addWidget(field)
            row.addSpacing(8)
        row.addStretch(1)
        self.view = DifferenceView(runner, database, "difference", "Then", "Later")
        self.view.said.connect(self.said)
        self.view.history_wanted.connect(self.history_wanted)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        layout.addWidget(buttons)

    def show_span(self, start: datetime | None, end: datetime | None) -> None:
        """Compare these moments; None is now."""
        self.start.set_value(start)
        self.end.set_value(end)
        self._compare()

    def _compare(self) -> None:
        self.view.show_between(Between(self.start.value, self.end.value))

    def refresh(self) -> None:
        """Read again what is shown, where it goes as far as now."""
        now = datetime.now().astimezone()
        if self.end.value is None or self.end.value >= now:
            self.view.refresh()


def _yesterday() -> datetime:
    day = datetime.now().astimezone().date() - timedelta(days=1)
    return datetime.combine(day, time.min).astimezone()
