"""The history of imports: each with its file, person, counts and settings, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui.changes.import_facts import facts
from acme_desktop.gui.changes.work import SHOWN, PastImport
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.fields import ElidedLabel, form
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.records import Column, RecordTable


def _count(name: str) -> Column:
    return Column(name.capitalize(), 98, lambda past: formatting.number(getattr(past.record, name)), right=True)


_COLUMNS = (
    Column("When", 140, lambda past: formatting.moment(past.record.started_at)),
    Column("File", 0, lambda past: past.name),
    Column("By", 84, lambda past: past.record.actor),
    Column("Status", 88, lambda past: past.state, tone=lambda past: past.tone),
    _count("created"),
    _count("updated"),
    _count("unchanged"),
    _count("rejected"),
)


class HistoryDialog(QDialog):
    """Every import, the newest first; undo, bench and resume are asked for by signals."""

    undo_wanted = Signal(int)
    bench_wanted = Signal(int)
    resume_wanted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._past: list[PastImport] = []
        self._setup_ui()
        self.table.picked.connect(self._show_picked)
        self.filter.textChanged.connect(lambda _: self._fill())
        self._show_picked()

    def _setup_ui(self) -> None:
        self.setWindowTitle("Import history")
        self.resize(960, 620)
        self.setMinimumSize(760, 420)
        self.banner = Banner()
        self.filter = QLineEdit(objectName="historyFilter", placeholderText="Find by file, person or status")
        self.filter.setAccessibleName("Find imports")
        self.filter.setClearButtonEnabled(True)
        self.table = RecordTable(_COLUMNS, "historyTable", "Imports")
        self._details = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="importDetails")
        self._details.setAccessibleName("Details of the import")
        halves = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        halves.addWidget(self.table)
        halves.addWidget(self._details)
        halves.setSizes([330, 190])
        layout = QVBoxLayout(self, spacing=10)
        layout.setContentsMargins(20, 16, 20, 14)
        layout.addWidget(self.banner)
        layout.addWidget(self.filter)
        layout.addWidget(halves, 1)
        layout.addWidget(self._setup_buttons())

    def _setup_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.undo = self._button(buttons, "&Undo import…", "undoImportButton")
        self.bench = self._button(buttons, "&Mend rejects…", "openBenchButton")
        self.resume = self._button(buttons, "&Resume", "resumeImportButton")
        self.undo.clicked.connect(lambda: self.undo_wanted.emit(self._picked().record.change_set_id))
        self.bench.clicked.connect(lambda: self.bench_wanted.emit(self._picked().id))
        self.resume.clicked.connect(self._resume)
        return buttons

    def _button(self, buttons: QDialogButtonBox, text: str, name: str) -> QPushButton:
        button = buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    # What is shown

    def show_imports(self, past: Sequence[PastImport]) -> None:
        """Show these; the one that is picked stays so."""
        self._past = list(past)
        if not past:
            self.banner.say("info", "Nothing was imported yet.", "Drop a product file on the window to begin.")
        elif len(past) >= SHOWN:
            self.banner.say("info", "", f"The newest {formatting.number(SHOWN)} imports are shown.")
        else:
            self.banner.hide()
        self._fill()
        if not self.table.selected() and self._past:
            self.table.selectRow(0)
        self._show_picked()

    def _fill(self) -> None:
        words = self.filter.text().casefold().split()
        self.table.refill(
            [
                one
                for one in self._past
                if all(word in f"{one.record.file} {one.record.actor} {one.state}".casefold() for word in words)
            ]
        )
        self._show_picked()

    def _picked(self) -> PastImport:
        return self.table.selected()[0]

    def _show_picked(self) -> None:
        past = self._picked() if self.table.selected() else None
        record = past.record if past is not None else None
        standing = past.standing if past is not None else None
        self.undo.setEnabled(record is not None and record.change_set_id is not None)
        self.undo.setText("&Bring back…" if standing is not None and standing.undone else "&Undo import…")
        self.bench.setEnabled(record is not None and record.rejected > 0 and record.status != "reading")
        self.resume.setVisible(record is not None and record.status == "interrupted")
        inside = QWidget()
        rows = form()
        rows.setContentsMargins(4, 8, 4, 4)
        rows.setVerticalSpacing(5)
        if past is not None:
            self._add_facts(rows, past)
        inside.setLayout(rows)
        self._details.setWidget(inside)

    def _add_facts(self, rows: QFormLayout, past: PastImport) -> None:
        for name, text in facts(past):
            caption = QLabel(name)
            caption.setProperty("role", "muted")
            if name in ("Error", "Settings", "Columns", "Rows"):
                value = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
            else:
                value = ElidedLabel(text, Qt.TextElideMode.ElideMiddle)
            value.setObjectName(f"fact{name.replace(' ', '').replace('-', '')}")
            value.setAccessibleName(f"{name}: {text}")
            if not isinstance(value, ElidedLabel):
                value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            rows.addRow(caption, value)

    def _resume(self) -> None:
        past = self._picked()
        self.resume_wanted.emit(past.id, past.record.file)
        self.close()
