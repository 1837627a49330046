"""What became of products, in a span of time or by one change: counts, rows side by side, and both as a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabBar, QVBoxLayout, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import difference
from acme_desktop.core.products.difference import Between, Counts, Difference, Kind
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.changes.feed import Feed, last
from acme_desktop.gui.changes.lines import KIND_WORDS, Line, lines_of, value_columns
from acme_desktop.gui.widgets import file_to_save, formatting
from acme_desktop.gui.widgets.endless import EndlessTable
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.records import Column

_KINDS: tuple[Kind | None, ...] = (None, *difference.KINDS)


def columns(before: str, after: str) -> tuple[Column, ...]:
    """What became of the product, its SKU, and a field with its two values."""
    return (
        Column("What", 92, lambda line: KIND_WORDS[line.kind] if line.first else "", tone=lambda line: line.tone),
        Column("SKU", 150, lambda line: line.sku if line.first else ""),
        *value_columns(before, after),
    )


class DifferenceView(QWidget):
    """Shows a `Between`; `history_wanted` comes with the SKU of a product that was double-clicked.

    Args:
        name: what the object names of its parts begin with.
        before, after: what the columns of the two values are called.
    """

    said = Signal(str)
    history_wanted = Signal(str)

    def __init__(
        self,
        runner: JobRunner,
        database: Database,
        name: str,
        before: str = "Before",
        after: str = "After",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._database, self._name = runner, database, name
        self._between: Between | None = None
        self._counting: Job | None = None
        self._setup_ui(before, after)
        self.feed = Feed(runner, self.table, self.banner, lambda one: lines_of(one.id, one.kind, one.before, one.after))
        self.feed.answered.connect(self._show_state)
        self.kinds.currentChanged.connect(lambda _: self._ask())
        self.table.activated.connect(self._open)

    def _setup_ui(self, before: str, after: str) -> None:
        name = self._name
        self.banner = Banner()
        self.kinds = QTabBar(objectName=f"{name}Kinds", expanding=False, drawBase=False)
        self.kinds.setAccessibleName("Kind of difference")
        for kind in _KINDS:
            self.kinds.addTab(KIND_WORDS[kind] if kind else "All")
        self.table = EndlessTable(columns(before, after), f"{name}Table", "What became of products")
        self.label = QLabel(objectName=f"{name}Label")
        self.label.setProperty("role", "muted")
        self.save = QPushButton("&Save as CSV…", objectName=f"{name}SaveButton", autoDefault=False)
        self.save.clicked.connect(self.choose_file)
        top = QHBoxLayout()
        top.addWidget(self.kinds, 1)
        top.addWidget(self.label)
        top.addWidget(self.save)
        layout = QVBoxLayout(self, spacing=8)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.banner)
        layout.addWidget(self.table, 1)
        self.setTabOrder(self.kinds, self.save)
        self.setTabOrder(self.save, self.table)

    @property
    def kind(self) -> Kind | None:
        """The one that is shown; None is all."""
        return _KINDS[self.kinds.currentIndex()]

    def show_between(self, between: Between | None) -> None:
        """Show what became of products there; None shows nothing."""
        self._between = between
        self._count()
        self._ask()

    def refresh(self) -> None:
        """Read again what is shown."""
        if self._between is not None:
            self._count()
            self.feed.refresh()

    def _ask(self) -> None:
        database, between, kind = self._database, self._between, self.kind
        self.banner.hide()
        self.save.setEnabled(between is not None)
        if between is None:
            self.feed.stop()
        else:
            self.feed.ask(
                lambda there, size, progress: difference.page(database, between, kind, last(there), size, progress)
            )

    def _count(self) -> None:
        database, between = self._database, self._between
        self._runner.drop(self._counting)
        self._counting = None
        self._show_counts(None)
        if between is not None:
            self._counting = self._runner.start(
                lambda progress: difference.counts(database, between, progress),
                lane=Lane.QUERY,
                owner=self,
                succeeded=self._show_counts,
                failed=lambda _: None,  # the rows fail for the same reason, and tell it
            )

    def _show_counts(self, counts: Counts | None) -> None:
        for place, kind in enumerate(_KINDS):
            words = KIND_WORDS[kind] if kind else "All"
            number = 1
            if counts is not None:
                number = getattr(counts, kind) if kind else counts.created + counts.changed + counts.deleted
                words = f"{words} ({formatting.number(number)})"
            self.kinds.setTabText(place, words)
            # To find that there is none of a kind is the slowest question of all, and this answers it.
            self.kinds.setTabEnabled(place, number > 0 or place in (0, self.kinds.currentIndex()))

    def _show_state(self) -> None:
        nothing = not self.feed.records
        self.save.setEnabled(self._between is not None and not nothing)
        if nothing:
            kind = f"{KIND_WORDS[self.kind].lower()}" if self.kind else "created, changed or deleted"
            self.banner.say("info", "", f"No product was {kind}.")
        else:
            self.banner.hide()

    def _open(self) -> None:
        picked: list[Line] = self.table.selected()
        if picked:
            self.history_wanted.emit(picked[0].sku)

    def picked(self) -> Difference | None:
        """The product whose line is selected."""
        lines: list[Line] = self.table.selected()
        return next((one for one in self.feed.records if lines and one.id == lines[0].id[0]), None)

    # The file

    def choose_file(self) -> None:
        """Ask for a file, then write the differences that are shown into it."""
        proposed, name = Path("differences.csv"), f"{self._name}FileDialog"
        file_to_save.ask(self, name, "Save the differences", proposed, "CSV files (*.csv)", self.save_to)

    def save_to(self, path: Path) -> None:
        """Write the differences that are shown to a CSV file."""
        database, between, kind = self._database, self._between, self.kind
        if between is None:
            return
        self.save.setEnabled(False)
        self.label.setText("Saving…")
        job = self._runner.start(
            lambda progress: difference.save(database, between, kind, path, progress),
            lane=Lane.EDIT,
            owner=self,
            succeeded=lambda count: self._saved(count, path),
        )
        job.ended.connect(self._end_saving)

    def _saved(self, count: int, path: Path) -> None:
        self.said.emit(f"{formatting.counted(count, 'difference was', 'differences were')} saved in {path.name}.")

    def _end_saving(self) -> None:
        self.label.setText("")
        self.save.setEnabled(True)
