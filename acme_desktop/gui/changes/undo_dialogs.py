"""Before an undo: what it will do. After it: what it did, and what it kept as it is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.changes.undo import UndoReport
from acme_desktop.gui.changes.work import Step
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.notices import Banner, Picture, Tile
from acme_desktop.gui.widgets.records import Column, RecordTable

_TEXT_WIDTH = 440


def change_name(change: ChangeSet) -> str:
    """What a change was, in the middle of a sentence: "the import of p.csv", "“Edit A-1”"."""
    return f"the import of {change.summary}" if change.kind == "import" else f"“{change.summary or change.id}”"


def outlook(target: ChangeSet) -> list[str]:
    """What undoing that change set does, a sentence each."""
    counts = (
        (target.created, "that it created is removed.", "that it created are removed."),
        (target.updated, "gets its earlier values back.", "get their earlier values back."),
        (target.deleted, "that it removed comes back.", "that it removed come back."),
    )
    return [
        f"{formatting.counted(count, 'product', 'products')} {one if count == 1 else many}"
        for count, one, many in counts
        if count
    ]


class UndoDialog(QDialog):
    """Asks before an undo; `confirmed` comes once, then it shows that the undo runs until it is closed."""

    confirmed = Signal()
    cancel_wanted = Signal()

    def __init__(self, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.step = step
        self._running = False
        self._setup_ui()

    def _setup_ui(self) -> None:
        step, change = self.step, self.step.change
        verb = "Bring back" if step.back else "Undo"
        self.setWindowTitle(f"{verb} a change")
        heading = QLabel(f"{verb} {change_name(change)}?", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        heading.setProperty("role", "heading")
        who = QLabel(
            f"{formatting.moment(change.created_at)}, {change.actor}, {change.client}",
            wordWrap=True,
            textFormat=Qt.TextFormat.PlainText,
        )
        who.setProperty("role", "muted")
        lines = "\n".join(f"•  {line}" for line in outlook(step.target)) or "•  Nothing in the catalogue changes."
        self.text = QLabel(lines, objectName="undoOutlook", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        kept = QLabel(
            "Products that someone changed since are kept as they are, and listed afterwards. "
            "This can itself be undone.",
            wordWrap=True,
        )
        words = QVBoxLayout(spacing=8)
        for label in (heading, who, self.text, kept):
            label.setFixedWidth(_TEXT_WIDTH)
            label.setMinimumHeight(label.heightForWidth(_TEXT_WIDTH))
            words.addWidget(label)
        top = QHBoxLayout(spacing=16)
        top.addWidget(Picture("warning", 40, "warning"), alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Undoing")
        self.busy.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton(f"&{verb}", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("confirmUndoButton")
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setProperty("kind", "plain")
        cancel.setDefault(True)
        self.go.setProperty("kind", "primary")
        self.buttons.accepted.connect(self._confirm)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=16)
        spacing.dialog(layout)
        layout.addLayout(top)
        layout.addWidget(self.busy)
        layout.addWidget(self.buttons)

    def _confirm(self) -> None:
        self._running = True
        self.go.setEnabled(False)
        self.busy.show()
        self.confirmed.emit()

    def reject(self) -> None:
        if self._running:
            # Closed by whoever runs it, when it has really ended.
            self.cancel_wanted.emit()
            return
        super().reject()


@dataclass(frozen=True)
class _Row:
    id: int
    sku: str
    why: str


class UndoReportDialog(QDialog):
    """What an undo did, and each product that it kept with the reason."""

    def __init__(self, step: Step, report: UndoReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoReportDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._setup_ui(step, report)

    def _setup_ui(self, step: Step, report: UndoReport) -> None:
        self.setWindowTitle("Undo report")
        on_screen.fit(self, 680, 460 if report.kept else 240)
        self.setMinimumWidth(560)
        done, name = report.change_set, change_name(step.change)
        words = f"{name[0].upper()}{name[1:]} is {'back' if step.back else 'undone'}"
        self.banner = Banner()
        if report.kept:
            kept = formatting.counted(len(report.kept), "product was", "products were")
            self.banner.say("warning", f"{words}; {kept} kept.", "They were changed since, and stay as they are.")
        else:
            self.banner.say("success", f"{words}.", f"It is change set {done.id}, and can be undone like any other.")
        tiles = QHBoxLayout(spacing=8)
        figures = (
            ("Removed", done.deleted, ""),
            ("Values restored", done.updated, ""),
            ("Products restored", done.created, ""),
            ("Kept", len(report.kept), "warning"),
        )
        for title, count, tone in figures:
            tile = Tile(title, f"undo{title.split()[0]}")
            tile.show_figure(formatting.number(count), tone if count else "")
            tiles.addWidget(tile, 1)
        columns = (
            Column("SKU", 190, lambda row: row.sku),
            Column("Why it was kept", 0, lambda row: row.why[:1].upper() + row.why[1:]),
        )
        self.kept = RecordTable(columns, "keptTable", "Products that were kept")
        self.kept.refill([_Row(place, one.sku, one.why) for place, one in enumerate(report.kept)])
        self.kept.setVisible(bool(report.kept))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addLayout(tiles)
        layout.addWidget(self.kept, 1)
        if not report.kept:
            layout.addStretch()
        layout.addWidget(buttons)
