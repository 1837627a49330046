"""After an import: what became of every row, and the rows that were not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.importer.report import ImportReport, Superseded
from acme_desktop.gui import errors, icons
from acme_desktop.gui.importer.fates import FATE_HINTS, FATES, fate_tone
from acme_desktop.gui.importer.reasons import REASONS, line_range
from acme_desktop.gui.widgets import file_to_save, formatting, on_screen, spacing
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Banner, Tile
from acme_desktop.gui.widgets.records import Column, RecordTable

SHOWN_DETAILS = 1000


@dataclass(frozen=True)
class _Row:
    """A rejected or superseded row, and its place in the table."""

    id: int
    record: Any


_REJECT_COLUMNS = (
    Column("Line", 84, lambda row: line_range(row.record), right=True),
    Column("Column", 96, lambda row: row.record["field"] or ""),
    Column("Reason", 156, lambda row: REASONS.get(row.record["reason"], row.record["reason"])),
    Column("What is wrong", 0, lambda row: row.record["message"]),
    Column("Value", 150, lambda row: row.record["value"]),
)
_SUPERSEDED_COLUMNS = (
    Column("Line", 90, lambda row: formatting.number(row.record.line), right=True),
    Column("Superseded by line", 160, lambda row: formatting.number(row.record.by_line), right=True),
    Column("SKU", 0, lambda row: row.record.sku),
)


class ImportReportDialog(QDialog):
    """The receipt of one import; it does not keep the window from working on."""

    save_wanted = Signal(Path)
    bench_wanted = Signal()

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("importReportDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report = report
        self._setup_ui()

    def _setup_ui(self) -> None:
        report, name = self.report, Path(self.report.file).name
        self.setWindowTitle(f"Import report: {name}")
        on_screen.fit(self)
        self.setMinimumWidth(720)
        self.banner = Banner()
        self._say_outcome()
        source = ElidedLabel(report.file, Qt.TextElideMode.ElideMiddle, objectName="reportFile")
        source.setProperty("role", "muted")
        facts = QLabel(
            f"{formatting.counted(report.read, 'row', 'rows')} read in {formatting.duration(report.seconds)}",
            objectName="reportFacts",
        )
        head = QHBoxLayout(spacing=12)
        head.addWidget(source, 1)
        head.addWidget(facts)
        tiles = QHBoxLayout(spacing=8)
        for fate, title in FATES.items():
            tile = Tile(title, f"report{title}")
            count = getattr(report, fate)
            tile.show_figure(formatting.number(count), fate_tone(fate, count))
            tile.setToolTip(FATE_HINTS[fate])
            tiles.addWidget(tile, 1)
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addLayout(head)
        layout.addLayout(tiles)
        self._setup_details(layout)
        layout.addWidget(self._setup_buttons())
        # A clean import has nothing to list: its receipt is as high as its words.
        self.resize(860, 540 if self.tabs.count() else self.sizeHint().height())

    def _setup_details(self, layout: QVBoxLayout) -> None:
        report = self.report
        self.tabs = QTabWidget(objectName="reportTabs", documentMode=True)
        self.rejects = RecordTable(_REJECT_COLUMNS, "rejectsTable", "Rejected rows", several=True)
        self.superseded = RecordTable(_SUPERSEDED_COLUMNS, "supersededTable", "Superseded rows", several=True)
        pages = (
            (report.rejected, "&Rejected rows", self.rejects),
            (report.superseded, "&Superseded rows", self.superseded),
        )
        for count, title, table in pages:
            if count:
                page = QWidget()
                inside = QVBoxLayout(page, spacing=6)
                inside.setContentsMargins(0, 10, 0, 0)
                if count > SHOWN_DETAILS:
                    inside.addWidget(QLabel(f"The first {formatting.number(SHOWN_DETAILS)} are shown."))
                inside.addWidget(table)
                self.tabs.addTab(page, f"{title} ({formatting.number(count)})")
            else:
                table.setParent(self)
                table.hide()
        self.tabs.setVisible(self.tabs.count() > 0)
        layout.addWidget(self.tabs, 1 if self.tabs.count() else 0)

    def _setup_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        self.save = buttons.addButton("Sa&ve rejects…", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setObjectName("saveRejectsButton")
        self.save.setAutoDefault(False)
        icons.wear(self.save, "save")
        self.save.setVisible(self.report.rejected > 0 and self.report.import_id is not None)
        self.save.clicked.connect(self._choose_target)
        self.mend = buttons.addButton("&Mend rejects…", QDialogButtonBox.ButtonRole.ActionRole)
        self.mend.setObjectName("mendRejectsButton")
        self.mend.setAutoDefault(False)
        self.mend.setVisible(self.save.isVisibleTo(buttons))
        self.mend.clicked.connect(self.bench_wanted)
        return buttons

    def _say_outcome(self) -> None:
        report = self.report
        if report.status == "completed" and report.rejected:
            rows = formatting.counted(report.rejected, "row was", "rows were")
            self.banner.say(
                "warning",
                f"Imported, but {rows} rejected.",
                "Mend them here, or save them, mend the file elsewhere and drop it back in.",
            )
        elif report.status == "completed":
            changed = report.created + report.updated
            words = (
                "Every row was imported." if changed else "Nothing had to be changed: the catalogue has it all already."
            )
            self.banner.say("success", words)
        elif report.status == "cancelled":
            self.banner.say("info", "The import was cancelled.", "The catalogue is as it was before.")
        else:
            self.banner.say("danger", "The import failed. The catalogue is as it was before.", report.error or "")

    def show_details(self, rejects: Sequence[dict[str, Any]], superseded: Sequence[Superseded]) -> None:
        """Fill the tables; they hold at most `SHOWN_DETAILS` rows each."""
        for table, found in ((self.rejects, rejects), (self.superseded, superseded)):
            table.refill([_Row(place, record) for place, record in enumerate(found)])

    def _choose_target(self) -> None:
        source = Path(self.report.file)
        proposed, title = source.with_name(f"{source.stem}.rejects.csv"), "Save the rejected rows"
        file_to_save.ask(self, "saveRejectsDialog", title, proposed, "CSV files (*.csv)", self.save_wanted.emit)

    def saved(self, path: Path, count: int) -> None:
        """Say that the rejects are saved."""
        rows = formatting.counted(count, "rejected row", "rejected rows")
        self.banner.say("success", f"{rows} saved.", str(path))

    def not_saved(self, error: Exception) -> None:
        """Say why the rejects could not be saved."""
        errors.show(self, error)
