"""What an import would do, row by row: old and new values side by side, a list for each kind of fate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.importer.preview import Difference, Fate
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.importer.difference_rows import ROW_TITLES, UPDATE_TITLES, DifferenceModel, DifferenceRow
from acme_desktop.gui.importer.fates import FATE_HINTS, FATES
from acme_desktop.gui.importer.reasons import REASONS, line_range
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.changed_parts import MarkedCells
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.tables import dress

if TYPE_CHECKING:
    from acme_desktop.core.importer.staged import StagedImport

PAGE = 200
_REJECTS = 1000
_REJECT_TITLES = ("Line", "Column", "Reason", "What is wrong", "Value")
# The order in which people want to see them: what changes first.
_ORDER: tuple[Fate, ...] = ("updated", "created", "superseded", "skipped", "rejected")
_WIDTHS = {"updated": (70, 130, 100, 300, 0), "rejected": (90, 110, 160, 330, 0)}
_OTHER_WIDTHS = (70, 130, 220, 260, 0)


class DifferencesDialog(QDialog):
    """Reads what `StagedImport.preview` found, a page at a time, while it is open."""

    def __init__(
        self, runner: JobRunner, staged: StagedImport, report: ImportReport, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("differencesDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._staged, self._report = runner, staged, report
        self._turn = 0
        self._setup_ui(name)
        self.kinds.currentChanged.connect(lambda _: self._show_kind())
        self.model.more_wanted.connect(self._fetch)
        first = next((place for place, fate in enumerate(_ORDER) if getattr(report, fate)), 0)
        self.kinds.setCurrentIndex(first)
        self._show_kind()

    def _setup_ui(self, name: str) -> None:
        self.setWindowTitle(f"What changes: {name}")
        on_screen.fit(self, 960, 600)
        self.setMinimumSize(640, 320)
        self.banner = Banner()
        self.banner.setObjectName("differencesBanner")
        if self._report.warnings:
            self.banner.say("warning", "Before you import", "\n".join(self._report.warnings))
        self.kinds = QTabBar(objectName="differenceKinds", expanding=False, drawBase=False)
        self.kinds.setAccessibleName("Kind of rows")
        for place, fate in enumerate(_ORDER):
            count = getattr(self._report, fate)
            self.kinds.addTab(f"{FATES[fate]} ({formatting.number(count)})")
            self.kinds.setTabToolTip(place, FATE_HINTS[fate])
            self.kinds.setTabEnabled(place, count > 0)
        self.hint = QLabel(objectName="differencesHint", wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.model = DifferenceModel(self)
        self.table = _Table(self.model)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setProperty("kind", "plain")
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        for widget in (self.banner, self.kinds, self.hint):
            layout.addWidget(widget)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.buttons)

    @property
    def fate(self) -> Fate:
        """The kind that is shown."""
        return _ORDER[self.kinds.currentIndex()]

    def show_fate(self, fate: str) -> None:
        """Show that kind, where there are rows of it."""
        if fate in get_args(Fate) and getattr(self._report, fate):
            self.kinds.setCurrentIndex(_ORDER.index(fate))

    def _show_kind(self) -> None:
        fate = self.fate
        self._turn += 1
        self.hint.setText(self._hint(fate))
        titles = {"updated": UPDATE_TITLES, "rejected": _REJECT_TITLES}.get(fate, ROW_TITLES)
        self.model.start(titles)
        self.table.set_widths(_WIDTHS.get(fate, _OTHER_WIDTHS))

    def _hint(self, fate: Fate) -> str:
        count = getattr(self._report, fate)
        if not count:
            return "No row of this file changes the catalogue."
        if fate == "updated":
            return f"{FATE_HINTS[fate]}. What goes is struck through, what comes is marked."
        if fate == "rejected" and count > _REJECTS:
            return f"{FATE_HINTS[fate]}. The first {formatting.number(_REJECTS)} are shown."
        return f"{FATE_HINTS[fate]}."

    def _fetch(self, after: int) -> None:
        staged, fate, turn = self._staged, self.fate, self._turn
        if fate == "rejected":
            self._runner.start(
                lambda _: (staged.rejections(limit=_REJECTS), staged.differences([fate], limit=_REJECTS)),
                lane=Lane.QUERY,
                owner=self,
                succeeded=lambda found: self._came_rejects(turn, *found),
            )
            return
        self._runner.start(
            lambda _: staged.differences([fate], after=after, limit=PAGE),
            lane=Lane.QUERY,
            owner=self,
            succeeded=lambda found: self._came(turn, found),
        )

    def _came(self, turn: int, found: list[Difference]) -> None:
        if turn == self._turn:
            self.model.add(found, PAGE)

    def _came_rejects(self, turn: int, rejected: Sequence[dict[str, Any]], nameless: Sequence[Difference]) -> None:
        if turn != self._turn:
            return
        rows = [
            (
                line_range(row),
                row["field"] or "",
                REASONS.get(row["reason"], row["reason"]),
                row["message"],
                row["value"],
            )
            for row in rejected
        ]
        rows += [
            (formatting.number(one.line), "name", "No name", "A new product needs a name.", one.sku) for one in nameless
        ]
        self.model.add_last([DifferenceRow(cells) for cells in rows])


class _Table(QTableView):
    """The lines, marked; columns are as wide as the kind wants them."""

    def __init__(self, model: DifferenceModel) -> None:
        super().__init__()
        self.setModel(model)
        dress(self, "differencesTable", "Rows of the file and what changes")
        self.setItemDelegate(MarkedCells(self))
        self.horizontalHeader().setMinimumSectionSize(56)
        self.horizontalHeader().setStretchLastSection(True)

    def set_widths(self, widths: Sequence[int]) -> None:
        """Widths as of a common font; 0 takes the rest."""
        for place, width in enumerate(widths):
            if width:
                self.setColumnWidth(place, spacing.scaled(self, width))
