"""What to export and as what; then how far it is, and where the file lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.gui import errors
from acme_desktop.gui.widgets import file_to_save, formatting, on_screen, spacing
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Banner

FORMATS = {
    "csv": ("CSV", "Comma-separated text in UTF-8, for every program"),
    "xlsx": ("Excel workbook", "Up to 1,048,575 products; text stays text, also a SKU such as 007"),
    "parquet": ("Parquet", "Compact and typed, for data tools"),
    "jsonl": ("JSON lines", "One JSON object a line, for programs"),
}
"""By the file's ending: what people call a format, and what it is good for."""

SCOPES = ("all", "filtered", "selected")


@dataclass(frozen=True)
class Choice:
    """What is to be exported.

    Attributes:
        path: the file; its ending tells the format.
        scope: one of `SCOPES`.
        safe: mark what a spreadsheet would calculate.
    """

    path: Path
    scope: str
    safe: bool


@dataclass(frozen=True)
class Offer:
    """What can be exported now.

    Attributes:
        filtered: products that match the filter; None where there is no filter, -1 where they are not counted yet.
        selected: selected products.
        folder: where the last export went.
        format: the ending of the last one.
        safe: whether that was marked for spreadsheets.
    """

    filtered: int | None
    selected: int
    folder: Path
    format: str = "csv"
    safe: bool = False


class ExportDialog(QDialog):
    """`chosen` comes with what to export; `cancel_wanted` when a running export is to stop."""

    chosen = Signal(Choice)
    cancel_wanted = Signal()
    open_folder_wanted = Signal(Path)

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export products")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        on_screen.fit(self)
        self._folder = offer.folder
        self._running = self._closing = False
        self._path: Path | None = None
        self._setup_ui(offer)
        self._show_format()
        next(button for button in self.scopes.values() if button.isChecked()).setFocus()

    def _setup_ui(self, offer: Offer) -> None:
        self.choices = QWidget()
        column = QVBoxLayout(self.choices, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        self._setup_scopes(column, offer)
        column.addSpacing(8)
        self._setup_formats(column, offer)
        self.banner = Banner()
        self.banner.setObjectName("exportBanner")
        self.status = ElidedLabel(objectName="exportStatus", accessibleName="How far the export is")
        self.status.hide()
        self.bar = QProgressBar(objectName="exportProgressBar", textVisible=False, accessibleName="Export")
        self.bar.hide()
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.choices)
        layout.addWidget(self.banner)
        layout.addWidget(self.status)
        layout.addWidget(self.bar)
        layout.addStretch()
        layout.addWidget(self._setup_buttons())

    def _setup_scopes(self, column: QVBoxLayout, offer: Offer) -> None:
        title = QLabel("Which products")
        title.setProperty("role", "section")
        column.addWidget(title)
        matching = "" if offer.filtered in (None, -1) else f" ({formatting.number(offer.filtered or 0)})"
        selected = f" ({formatting.number(offer.selected)})" if offer.selected else ""
        texts = {
            "all": "&All products of the catalogue",
            "filtered": f"Those that the &filter shows{matching}",
            "selected": f"The &selected ones{selected}",
        }
        self.scopes = {}
        group = QButtonGroup(self)
        for scope, text in texts.items():
            button = QRadioButton(text, objectName=f"export{scope.capitalize()}")
            group.addButton(button)
            column.addWidget(button)
            self.scopes[scope] = button
        self.scopes["filtered"].setEnabled(offer.filtered is not None)
        self.scopes["selected"].setEnabled(offer.selected > 0)
        # One selected row is where the keyboard stands; several are a choice.
        start = "selected" if offer.selected > 1 else ("all" if offer.filtered is None else "filtered")
        self.scopes[start].setChecked(True)

    def _setup_formats(self, column: QVBoxLayout, offer: Offer) -> None:
        label = QLabel("F&ormat")
        label.setProperty("role", "section")
        self.format = QComboBox(objectName="exportFormat", accessibleName="Format of the file")
        for ending, (name, _) in FORMATS.items():
            self.format.addItem(f"{name} (.{ending})", ending)
        self.format.setCurrentIndex(max(0, self.format.findData(offer.format)))
        self.format.currentIndexChanged.connect(self._show_format)
        label.setBuddy(self.format)
        self.about = QLabel(wordWrap=True, objectName="exportFormatHint")
        self.about.setProperty("role", "muted")
        self.safe = QCheckBox("Safe for s&preadsheets", objectName="exportSafe", checked=offer.safe)
        self.safe_hint = QLabel(
            "Texts such as =1+1 get an apostrophe in front, so that no spreadsheet calculates them. "
            "Importing the file here takes it off again.",
            wordWrap=True,
        )
        self.safe_hint.setProperty("role", "muted")
        self.safe.setAccessibleDescription(self.safe_hint.text())
        for widget in (label, self.format, self.about, self.safe, self.safe_hint):
            column.addWidget(widget)

    def _setup_buttons(self) -> QDialogButtonBox:
        self.buttons = QDialogButtonBox()
        self.cancel = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setObjectName("exportCancelButton")
        self.start: QPushButton = self.buttons.addButton("&Export…", QDialogButtonBox.ButtonRole.ActionRole)
        self.start.setObjectName("exportButton")
        self.start.setDefault(True)
        self.start.setProperty("kind", "primary")
        self.start.clicked.connect(self._choose_file)
        self.show_folder = self.buttons.addButton("Open &folder", QDialogButtonBox.ButtonRole.ActionRole)
        self.show_folder.setObjectName("exportOpenFolderButton")
        self.show_folder.clicked.connect(lambda: self.open_folder_wanted.emit(self._path))
        self.show_folder.hide()
        self.buttons.rejected.connect(self.reject)
        return self.buttons

    def _show_format(self) -> None:
        ending = self.format.currentData()
        self.about.setText(FORMATS[ending][1])
        self.safe.setEnabled(ending == "csv")
        self.safe_hint.setEnabled(ending == "csv")

    # Where to

    def _choose_file(self) -> None:
        ending = self.format.currentData()
        proposed = self._folder / f"products-{date.today().isoformat()}.{ending}"
        kinds = f"{FORMATS[ending][0]} (*.{ending});;All files (*)"
        file_to_save.ask(self, "exportFileDialog", "Export products to", proposed, kinds, self.begin)

    def begin(self, path: Path) -> None:
        """Export to this file; an ending that is no format's gets the chosen one."""
        ending = self.format.currentData()
        if path.suffix.lower().removeprefix(".") not in FORMATS:
            path = path.with_name(f"{path.name}.{ending}")
        scope = next(scope for scope, button in self.scopes.items() if button.isChecked())
        safe = self.safe.isChecked() and path.suffix.lower() == ".csv"
        self._running, self._path = True, path
        self.banner.hide()
        self.choices.setEnabled(False)
        self.start.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.status.setText(f"Exporting to {path.name}…")
        self.status.show()
        on_screen.grow(self)
        self.cancel.setFocus()
        self.chosen.emit(Choice(path, scope, safe))

    # How it goes

    def watch(self, snapshot: Snapshot) -> None:
        """Show how far it is."""
        if snapshot.fraction is not None:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(snapshot.fraction * 1000))
        rows = f" · {formatting.counted(snapshot.rows, 'product', 'products')}" if snapshot.rows else ""
        if self._running and self.cancel.isEnabled() and snapshot.stage:
            self.status.setText(f"{snapshot.stage}{rows}")

    def finish(self, count: int) -> None:
        """Say where the file lies."""
        assert self._path is not None
        self._rest()
        self.choices.hide()
        self.start.hide()
        self.show_folder.show()
        self.cancel.setText("&Close")
        self.cancel.setDefault(True)
        self.cancel.setFocus()
        self.banner.say("success", f"{formatting.counted(count, 'product', 'products')} exported", str(self._path))
        self.adjustSize()

    def refuse(self, error: Exception) -> None:
        """Say why there is no file; another try can be made."""
        self._rest()
        told = errors.account(error)
        self.banner.say("danger", told.title, told.advice)
        on_screen.grow(self)

    def stopped(self) -> None:
        """The export was cancelled."""
        self._rest()
        self.banner.say("info", "Cancelled", "No file was written.")
        on_screen.grow(self)
        if self._closing:
            self.close()

    def _rest(self) -> None:
        self._running = False
        self.bar.hide()
        self.status.hide()
        self.choices.setEnabled(True)
        self.start.setEnabled(True)
        self.cancel.setEnabled(True)

    # Going

    def reject(self) -> None:
        if self._running:
            self.cancel.setEnabled(False)
            self.status.setText("Cancelling…")
            self.cancel_wanted.emit()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        # A running export is cancelled first; `stopped` then closes.
        self._closing = self._running
        super().closeEvent(event)
