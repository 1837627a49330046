"""The import panel: a row for each file in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui import icons
from acme_desktop.gui.importer.entry import ImportEntry, State
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Picture, repolish

_SHOWN_ROWS = 3
_STEPS = 1000
_PICTURES = {
    State.DONE: ("success", "success"),
    State.FAILED: ("error", "danger"),
    State.CANCELLED: ("cancel", "muted"),
    State.QUEUED: ("waiting", "muted"),
}


class ImportRow(QFrame):
    """One file: its name, how it stands, a bar while it runs, and what can be done with it."""

    cancel_wanted = Signal()
    report_wanted = Signal()
    remove_wanted = Signal()
    ask_wanted = Signal()
    move_wanted = Signal(int)

    def __init__(self, entry: ImportEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = entry
        self._setup_ui()
        entry.changed.connect(self._show)
        self._show()

    def _setup_ui(self) -> None:
        name = self._entry.path.name
        self.setAccessibleName(f"Import of {name}")
        self.picture = Picture("file", 22)
        self.name = ElidedLabel(name, Qt.TextElideMode.ElideMiddle, objectName="importFileName")
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        self.status = ElidedLabel(objectName="importStatusLabel")
        self._words = words = QBoxLayout(QBoxLayout.Direction.TopToBottom, spacing=1)
        words.addWidget(self.name)
        words.addWidget(self.status)
        self.bar = QProgressBar(
            objectName="importProgressBar", maximum=_STEPS, textVisible=False, accessibleName=f"Progress of {name}"
        )
        self.bar.setFixedWidth(180)
        self.percent = QLabel(
            objectName="importPercentLabel", alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.percent.setFixedWidth(self.percent.fontMetrics().horizontalAdvance("100 %") + 6)
        self.choose = self._button("Choose…", "chooseMappingButton", self.ask_wanted)
        self.cancel = self._button("Cancel", "cancelImportButton", self.cancel_wanted)
        self.report = self._button("Report…", "showReportButton", self.report_wanted)
        self.up = self._mover("chevron-up", "Import earlier", "moveUpButton", -1)
        self.down = self._mover("chevron", "Import later", "moveDownButton", 1)
        self.remove = QToolButton(
            objectName="removeImportButton", toolTip="Remove from the list", iconSize=QSize(16, 16)
        )
        self.remove.setAccessibleName(f"Remove {name} from the list")
        self.remove.setProperty("kind", "quiet")
        icons.wear(self.remove, "cancel")
        self.remove.clicked.connect(self.remove_wanted)
        layout = QHBoxLayout(self, spacing=10)
        layout.setContentsMargins(14, 3, 12, 3)
        layout.addWidget(self.picture)
        layout.addLayout(words, 1)
        for widget in (self.bar, self.percent, self.up, self.down, self.choose, self.cancel, self.report, self.remove):
            layout.addWidget(widget)

    def _button(self, text: str, name: str, signal: Signal) -> QPushButton:
        words = text.rstrip("…")
        button = QPushButton(text, objectName=name, accessibleName=f"{words}: {self._entry.path.name}")
        button.clicked.connect(signal)
        return button

    def _mover(self, icon: str, words: str, name: str, steps: int) -> QToolButton:
        button = QToolButton(objectName=name, toolTip=words, iconSize=QSize(16, 16))
        button.setAccessibleName(f"{words}: {self._entry.path.name}")
        button.setProperty("kind", "quiet")
        icons.wear(button, icon)
        button.clicked.connect(lambda: self.move_wanted.emit(steps))
        return button

    def _show(self) -> None:
        entry = self._entry
        running = entry.state in (State.RUNNING, State.STOPPING)
        self.status.setText(entry.status)
        if self.status.property("tone") != entry.tone:
            self.status.setProperty("tone", entry.tone)
            self.status.setProperty("role", "" if entry.tone else "muted")
            repolish(self.status)
        # What is over says itself in one line.
        directions = QBoxLayout.Direction
        self._words.setDirection(directions.LeftToRight if entry.state.over else directions.TopToBottom)
        self._words.setSpacing(12 if entry.state.over else 1)
        picture, colour = _PICTURES.get(entry.state, ("file", "accent_text"))
        self.picture.set_picture("warning" if entry.tone == "warning" else picture, entry.tone or colour)
        self.bar.setVisible(running)
        self.bar.setMaximum(_STEPS if entry.measured else 0)
        self.bar.setValue(round(entry.fraction * _STEPS))
        self.percent.setVisible(running)
        self.percent.setText(formatting.percent(entry.fraction))
        for mover in (self.up, self.down):
            mover.setVisible(entry.state is State.QUEUED)
        self.choose.setVisible(entry.state in (State.ASKING, State.FAILED))
        self.choose.setText("Try again…" if entry.state is State.FAILED else "Choose…")
        self.cancel.setVisible(not entry.state.over)
        self.cancel.setEnabled(entry.state is not State.STOPPING)
        # Outcomes stand below one another, with a report or without.
        room = self.report.sizePolicy()
        room.setRetainSizeWhenHidden(entry.state.over)
        self.report.setSizePolicy(room)
        self.report.setVisible(entry.report is not None or entry.state is State.FAILED)
        self.remove.setVisible(entry.state.over)


class ImportPanel(QFrame):
    """All files of this window's queue, the newest at the end."""

    files_wanted = Signal()
    clear_wanted = Signal()
    resumed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="importPanel")
        self.setAccessibleName("Imports")
        self.setProperty("role", "bar")
        self._rows: dict[ImportEntry, ImportRow] = {}
        self._setup_ui()
        self._fit()

    def _setup_ui(self) -> None:
        title = QLabel("Imports")
        title.setProperty("role", "heading")
        self.hint = ElidedLabel("Drop product files anywhere on this window. Each one is shown before it is imported.")
        self.hint.setProperty("role", "muted")
        self.clear = QPushButton("Clear finishe&d", objectName="clearFinishedButton")
        self.clear.setProperty("kind", "link")
        self.clear.clicked.connect(self.clear_wanted)
        self.pause = QPushButton("Pa&use", objectName="pauseQueueButton", checkable=True)
        self.pause.setToolTip("Let no other file begin; the one that runs is finished")
        self.pause.toggled.connect(self._paused)
        choose = QPushButton("Choose f&iles…", objectName="importPanelButton")
        choose.clicked.connect(self.files_wanted)
        head = QHBoxLayout(spacing=12)
        head.setContentsMargins(14, 6, 12, 6)
        head.addWidget(title)
        head.addWidget(self.hint, 1)
        head.addWidget(self.clear)
        head.addWidget(self.pause)
        head.addWidget(choose)
        inside = QWidget()
        self._list = QVBoxLayout(inside, spacing=0)
        self._list.setContentsMargins(0, 0, 0, 4)
        self._list.addStretch()
        self._scroll = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self._scroll)

    def add(self, entry: ImportEntry) -> ImportRow:
        """Show another file at the end."""
        row = ImportRow(entry)
        self._rows[entry] = row
        self._list.insertWidget(self._list.count() - 1, row)
        entry.changed.connect(self._fit)
        row.destroyed.connect(partial(self._rows.pop, entry, None))
        entry.began.connect(partial(self._scroll.ensureWidgetVisible, row, 0, 0))
        self._fit()
        return row

    @property
    def paused(self) -> bool:
        """Whether no other file may begin."""
        return self.pause.isChecked()

    def _paused(self, paused: bool) -> None:
        self.pause.setText("Go on" if paused else "Pa&use")
        if not paused:
            self.resumed.emit()
        self._fit()

    def arrange(self, entries: Iterable[ImportEntry]) -> None:
        """Show the rows in this order."""
        for place, entry in enumerate(entries):
            self._list.removeWidget(self._rows[entry])
            self._list.insertWidget(place, self._rows[entry])

    def remove(self, entry: ImportEntry) -> None:
        """Show the file no more."""
        row = self._rows.pop(entry, None)
        if row is not None:
            row.hide()
            row.deleteLater()
        self._fit()

    def _fit(self) -> None:
        shown = min(len(self._rows), _SHOWN_ROWS)
        self._scroll.setVisible(bool(shown))
        waiting = sum(not entry.state.over for entry in self._rows)
        self.pause.setVisible(waiting > 1 or self.paused)
        self.clear.setVisible(any(entry.state.over for entry in self._rows))
        if shown:
            heights = sorted((row.sizeHint().height() for row in self._rows.values()), reverse=True)
            self._scroll.setFixedHeight(sum(heights[:shown]) + 6)
