"""The rejects bench: mend rejected rows in a grid, one or all alike, and import only those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.gui import errors, icons
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.importer import bench_work
from acme_desktop.gui.importer.bench_work import Bench
from acme_desktop.gui.importer.entry import outcome
from acme_desktop.gui.importer.mending import MendingBar, RejectsTable
from acme_desktop.gui.importer.reasons import REASONS
from acme_desktop.gui.importer.rejects_model import Reject, RejectsModel
from acme_desktop.gui.widgets import file_to_save, formatting, on_screen, spacing
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Banner

_REASON = Qt.ItemDataRole.UserRole


class RejectsBench(QDialog):
    """The rejected rows of one import. `changed` comes when mended rows changed the catalogue."""

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, runner: JobRunner, database: Database, bench: Bench, author: Author, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rejectsBench")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._database, self._bench, self._author = runner, database, bench, author
        self._job: Job | None = None
        self.model = RejectsModel(bench.header, self)
        self._setup_ui()
        self._show([Reject(row) for row in bench.rows])
        self._say_start()

    def _setup_ui(self) -> None:
        name = Path(self._bench.record.file).name
        self.setWindowTitle(f"Rejected rows: {name}")
        on_screen.fit(self, 980, 620)
        self.setMinimumSize(700, 420)
        self.banner = Banner()
        self.banner.setObjectName("benchBanner")
        self.reasons = QListWidget(objectName="benchReasons")
        self.reasons.setAccessibleName("Reasons")
        self.reasons.setMinimumWidth(150)
        self.reasons.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # it elides instead
        self.table = RejectsTable(self.model)
        self.mending = MendingBar(self.model, self.table, self._bench.record.profile.get("delimiter") or ",")
        self.mending.said.connect(lambda words: self.note.setText(words))
        right = QWidget()
        inside = QVBoxLayout(right, spacing=8)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.mending)
        halves = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        halves.addWidget(self.reasons)
        halves.addWidget(right)
        halves.setStretchFactor(1, 1)
        halves.setSizes([spacing.scaled(self, 190), 760])
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addWidget(halves, 1)
        layout.addLayout(self._setup_buttons())
        self.reasons.currentItemChanged.connect(lambda *_: self._filter())
        self.model.edited.connect(self._count)

    def _setup_buttons(self) -> QHBoxLayout:
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Importing the mended rows")
        self.busy.setFixedWidth(110)
        self.busy.hide()
        self.note = ElidedLabel(objectName="benchNote")
        self.note.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.save = buttons.addButton("&Save to a file…", QDialogButtonBox.ButtonRole.ActionRole)
        self.save.setObjectName("saveBenchButton")
        self.save.setAutoDefault(False)
        icons.wear(self.save, "save")
        self.save.clicked.connect(self._choose_target)
        self.retry = buttons.addButton("&Import mended rows", QDialogButtonBox.ButtonRole.ActionRole)
        self.retry.setObjectName("retryButton")
        self.retry.setProperty("kind", "primary")
        self.retry.setAutoDefault(False)
        self.retry.clicked.connect(self._try_again)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        row = QHBoxLayout(spacing=10)
        row.addWidget(self.busy)
        row.addWidget(self.note, 1)
        row.addWidget(buttons)
        return row

    def _say_start(self) -> None:
        if not self._bench.header:
            self.banner.say("warning", "Nothing is known of this file's columns.", "Mend the file, and import it.")
        elif self._bench.record.rejected > len(self._bench.rows):
            count, all_ = formatting.number(len(self._bench.rows)), formatting.number(self._bench.record.rejected)
            self.banner.say("info", f"The first {count} of {all_} rejected rows are here.")

    # What is shown

    def _show(self, rejects: list[Reject]) -> None:
        reason = self._reason()
        counts = Counter(one.record["reason"] for one in rejects)
        self.reasons.blockSignals(True)
        self.reasons.clear()
        self._add_reason("All reasons", None, len(rejects))
        for code, count in counts.most_common():
            self._add_reason(REASONS.get(code, code), code, count)
        kept = next((row for row in range(self.reasons.count()) if self.reasons.item(row).data(_REASON) == reason), 0)
        self.reasons.setCurrentRow(kept)
        self.reasons.blockSignals(False)
        self.model.show(rejects, self._reason())
        self.mending.show_columns()
        self._count()

    def _add_reason(self, words: str, code: str | None, count: int) -> None:
        item = QListWidgetItem(f"{words} ({formatting.number(count)})")
        item.setData(_REASON, code)
        self.reasons.addItem(item)

    def _reason(self) -> str | None:
        item = self.reasons.currentItem()
        return item.data(_REASON) if item is not None else None

    def _filter(self) -> None:
        self.model.show(self.model.rejects, self._reason())
        self.mending.show_columns()

    def _count(self) -> None:
        mended = sum(one.mended for one in self.model.rejects)
        self.retry.setText(
            f"&Import {formatting.counted(mended, 'mended row', 'mended rows')}" if mended else "&Import mended rows"
        )
        self.retry.setEnabled(mended > 0 and self._job is None and bool(self._bench.header))
        self.save.setEnabled(bool(self.model.rejects))
        self.mending.setEnabled(bool(self.model.rejects) and self._job is None)

    # Trying again

    def _try_again(self) -> None:
        sent = [one for one in self.model.rejects if one.mended]
        rows = [list(one.cells) for one in sent]
        database, bench, author = self._database, self._bench, self._author
        self.busy.show()
        self.note.setText("Importing the mended rows…")
        self._job = self._runner.start(
            lambda progress: bench_work.try_again(database, bench, rows, author, progress),
            lane=Lane.IMPORT,
            owner=self,
            succeeded=lambda found: self._tried(sent, *found),
            failed=self._not_tried,
            cancelled=partial(self._not_tried, None),
        )
        self.table.setEnabled(False)
        self._count()

    def _end(self) -> None:
        self._job = None
        self.busy.hide()
        self.note.setText("")
        self.table.setEnabled(True)

    def _tried(self, sent: list[Reject], report: ImportReport, wrong: dict[int, dict[str, Any]]) -> None:
        self._end()
        if report.status != "completed":
            self._count()
            self.banner.say("danger", "The mended rows were not imported.", report.error or "")
            return
        for place, record in wrong.items():
            one = sent[place]
            # It stays where its own file has it, with what is wrong now.
            one.record = {**record, "line": one.record["line"], "end_line": one.record["end_line"], "cells": one.cells}
            one.mended = False
        taken = {one for place, one in enumerate(sent) if place not in wrong}
        if len(wrong) != report.rejected:  # not every one could be told apart: none is taken off the bench
            taken = set()
        self._show([one for one in self.model.rejects if one not in taken])
        self._say_tried(report, len(wrong))
        if report.change_set_id is not None:
            self.changed.emit()
        self.said.emit(f"Mended rows: {outcome(report)}")

    def _say_tried(self, report: ImportReport, wrong: int) -> None:
        imported = formatting.counted(report.read - report.rejected, "mended row was", "mended rows were")
        if wrong:
            still = formatting.counted(wrong, "row is", "rows are")
            self.banner.say("warning", f"{imported} imported; {still} still rejected.", "They are still here.")
        elif self.model.rejects:
            self.banner.say("success", f"{imported} imported.", outcome(report))
        else:
            self.banner.say("success", f"{imported} imported. No row is left on the bench.", outcome(report))

    def _not_tried(self, error: Exception | None) -> None:
        self._end()
        self._count()
        if error is not None:
            errors.show(self, error)

    def done(self, result: int) -> None:
        if self._job is not None:
            self._runner.cancel(self._job)
        super().done(result)

    # Saving

    def _choose_target(self) -> None:
        source = Path(self._bench.record.file)
        proposed = source.with_name(f"{source.stem}.rejects.csv")
        file_to_save.ask(self, "saveBenchDialog", "Save the rows", proposed, "CSV files (*.csv)", self.save_to)

    def save_to(self, path: Path) -> None:
        """Write every row of the bench, as mended so far, to a file."""
        rows = [{**one.record, "cells": list(one.cells)} for one in self.model.rejects]
        bench = self._bench
        self._runner.start(
            lambda _: bench_work.save(bench, rows, path), owner=self, succeeded=partial(self._saved, path)
        )

    def _saved(self, path: Path, count: int) -> None:
        self.banner.say("success", f"{formatting.counted(count, 'row', 'rows')} saved.", str(path))


def open_bench(
    runner: JobRunner,
    database: Database,
    import_id: int,
    author: Author,
    parent: QWidget,
    made: Callable[[RejectsBench], object],
) -> None:
    """Read an import's rejected rows, then open the bench; `made` gets it before it is shown."""

    def show(bench: Bench) -> None:
        dialog = RejectsBench(runner, database, bench, author, parent)
        made(dialog)
        dialog.show()

    runner.start(lambda _: bench_work.load(database, import_id), lane=Lane.QUERY, owner=parent, succeeded=show)
