"""The importer room: takes files, asks about each, imports them one after the other, and reports."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Problem, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.core.importer.report import ImportRecord, ImportReport
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.importer import interrupted, remembered, work
from acme_desktop.gui.importer.comparison import Comparison
from acme_desktop.gui.importer.entry import ImportEntry, State, outcome
from acme_desktop.gui.importer.interrupted import InterruptedNotice
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.panel import ImportPanel
from acme_desktop.gui.importer.preparation import Preparation
from acme_desktop.gui.importer.rejects_bench import RejectsBench, open_bench
from acme_desktop.gui.importer.remembered import FirstLook
from acme_desktop.gui.importer.report_dialog import SHOWN_DETAILS, ImportReportDialog

if TYPE_CHECKING:
    from acme_desktop.core.importer.staged import StagedImport

FILE_TYPES = (
    "Product files (*.csv *.tsv *.txt *.gz *.zip *.xlsx *.parquet *.jsonl)",
    "All files (*)",
)


class ImporterRoom(QWidget):
    """The queue of this window. `changed` comes when an import changed the catalogue."""

    changed = Signal()
    removed = Signal(ImportEntry)
    said = Signal(str)

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._author = Author.here("window")
        self._database: Database | None = None
        self._entries: list[ImportEntry] = []
        self._staged: dict[ImportEntry, StagedImport] = {}
        self._running: ImportEntry | None = None
        self._dialog: MappingDialog | None = None
        self._comparison = Comparison(runner, self._author, self)
        self.panel = ImportPanel()
        self.panel.files_wanted.connect(self.choose_files)
        self.panel.clear_wanted.connect(self._clear_finished)
        self.panel.resumed.connect(self._next)
        self.interrupted = InterruptedNotice()
        self.interrupted.resume_wanted.connect(self.resume)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.interrupted)
        layout.addWidget(self.panel)

    def set_database(self, database: Database | None) -> None:
        """Import into this catalogue from now on."""
        self._comparison.stop()
        self._drop_staged()
        self._database = database
        self.interrupted.show_records(())
        if database is not None:
            self._next()
            self._look_for_cut_off(database)
        if self._dialog is not None:
            self._dialog.reconsider()

    @property
    def busy(self) -> bool:
        """Whether an import is running or waiting for its turn."""
        return any(entry.state in (State.RUNNING, State.STOPPING, State.QUEUED) for entry in self._entries)

    def cancel_all(self) -> None:
        """Cancel every import that is not over; also what was staged for one is given back."""
        for entry in list(self._entries):
            self._cancel(entry)
        self._comparison.stop()
        self._drop_staged()

    # Files come in

    def choose_files(self) -> None:
        """Let the person choose files."""
        chooser = QFileDialog(self, "Choose product files")
        chooser.setObjectName("chooseFilesDialog")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.setNameFilters(list(FILE_TYPES))
        chooser.filesSelected.connect(lambda names: self.add(Path(name) for name in names))
        chooser.open()

    def add(self, paths: Iterable[Path]) -> list[ImportEntry]:
        """Take files into the queue; each is looked at and asked about in turn."""
        entries = [self._enter(path) for path in paths]
        for entry in entries:
            self._look_first(entry)
        return entries

    def resume(self, import_id: int, file: str) -> None:
        """Go on with an import that was cut off; it waits for its turn like any other."""
        self.interrupted.drop(import_id)
        if any(entry.cut_off == import_id and not entry.state.over for entry in self._entries):
            return
        entry = self._enter(Path(file))
        entry.cut_off = import_id
        entry.move(State.QUEUED)
        self._next()

    def _enter(self, path: Path) -> ImportEntry:
        entry = ImportEntry(path, self)
        self._entries.append(entry)
        row = self.panel.add(entry)
        row.cancel_wanted.connect(partial(self._cancel, entry))
        row.cancel_wanted.connect(lambda: self._ask_next())
        row.report_wanted.connect(partial(self._show_outcome, entry))
        row.remove_wanted.connect(partial(self._remove, entry))
        row.ask_wanted.connect(partial(self._ask_or_resume, entry))
        row.move_wanted.connect(partial(self._move, entry))
        return entry

    def _ask_or_resume(self, entry: ImportEntry) -> None:
        if entry.cut_off is None:
            self._ask(entry)
        else:
            entry.move(State.QUEUED)
            self._next()

    def _move(self, entry: ImportEntry, steps: int) -> None:
        """Let a waiting file go before the one that waits above it, or after the one below."""
        waiting = [one for one in self._entries if one.state is State.QUEUED]
        place = waiting.index(entry) + steps if entry in waiting else -1
        if 0 <= place < len(waiting):
            here, there = self._entries.index(entry), self._entries.index(waiting[place])
            self._entries[here], self._entries[there] = self._entries[there], self._entries[here]
            self.panel.arrange(self._entries)

    def _look_for_cut_off(self, database: Database) -> None:
        def tell(records: list[ImportRecord]) -> None:
            if database is self._database:
                self.interrupted.show_records(records)

        self._runner.start(
            lambda _: interrupted.cut_off(database), lane=Lane.QUERY, owner=self, succeeded=tell, failed=lambda _: None
        )

    def _look_first(self, entry: ImportEntry) -> None:
        database, options = self._database, entry.options
        entry.job = self._runner.start(
            lambda _: remembered.first_look(database, entry.path, options),
            lane=Lane.QUERY,
            owner=self,
            succeeded=partial(self._seen_first, entry),
            failed=lambda error: self._seen(entry, None, error),
        )

    def _seen_first(self, entry: ImportEntry, found: FirstLook) -> None:
        entry.options, entry.filled_from = found.options, found.filled_from
        self._seen(entry, found.profile, found.error)

    def _look(self, entry: ImportEntry, options: ImportOptions) -> None:
        self._runner.drop(entry.job)
        entry.options = options
        entry.job = self._runner.start(
            lambda _: work.look(entry.path, options),
            lane=Lane.QUERY,
            owner=self,
            succeeded=lambda found: self._seen(entry, *found),
            failed=lambda error: self._seen(entry, None, error),
        )

    def _seen(self, entry: ImportEntry, profile: Profile | None, error: Exception | None) -> None:
        entry.job = None
        entry.profile = profile
        entry.error = error
        if entry.state is State.LOOKING:
            if error is not None and not isinstance(error, Problem):
                entry.fail(error)
                self._ask_next()
                return
            entry.move(State.ASKING)
        if self._dialog is None:
            self._ask_next()
        elif self._dialog.entry is entry:
            self._show_in_dialog()

    # Each is asked about

    def _ask_next(self) -> None:
        # In the order in which they came: one that is still looked at is waited for.
        waiting = next((entry for entry in self._entries if entry.state in (State.LOOKING, State.ASKING)), None)
        if self._dialog is None and waiting is not None and waiting.state is State.ASKING:
            self._ask(waiting)

    def _ask(self, entry: ImportEntry, again: Exception | None = None) -> None:
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        dialog = self._dialog = MappingDialog(entry, self.window())
        dialog.show_source(f"Filled in as for {entry.filled_from}." if entry.filled_from else "")
        dialog.look_again.connect(partial(self._look, entry))
        dialog.compare.connect(partial(self._compare, entry))
        dialog.files_dropped.connect(self.add)
        dialog.finished.connect(partial(self._answered, entry))
        self._comparison.told.connect(dialog.show_preview)
        self._comparison.failed.connect(dialog.show_failed_comparison)
        self._comparison.progressed.connect(dialog.show_comparing)
        Preparation(self._runner, dialog, self._comparison, self._database)
        self._show_in_dialog()
        if again is not None:
            dialog.say_again(again)
        # Not modal: what is imported meanwhile can be watched and cancelled, and more files dropped.
        dialog.show()

    def _show_in_dialog(self) -> None:
        dialog = self._dialog
        assert dialog is not None
        profile, error = dialog.entry.profile, dialog.entry.error
        if profile is not None:
            dialog.show_profile(profile, error)
        elif error is not None:
            self._comparison.stop()
            dialog.show_refusal(error)

    def _compare(self, entry: ImportEntry, options: ImportOptions) -> None:
        assert self._dialog is not None
        self._comparison.stop()
        if self._database is None:
            self._dialog.show_note("It will be compared when the database is open.")
        elif self.busy:
            self._dialog.show_note("The imports before this one change the catalogue first.")
        else:
            self._comparison.start(self._database, entry.path, options)

    def _answered(self, entry: ImportEntry, answer: int) -> None:
        dialog, self._dialog = self._dialog, None
        assert dialog is not None
        if answer == MappingDialog.DialogCode.Accepted:
            entry.options, entry.profile = dialog.options(), dialog.profile
            staged = self._comparison.take(entry.options)
            if staged is not None:
                self._staged[entry] = staged
            entry.move(State.QUEUED)
            self._next()
        else:
            self._comparison.stop()
            if not entry.state.over:  # one that failed stays so when it is not tried again
                entry.move(State.CANCELLED)
        self._ask_next()

    # One after the other is imported

    def _next(self) -> None:
        waiting = next((entry for entry in self._entries if entry.state is State.QUEUED), None)
        database = self._database
        if self._running is not None or database is None or self.panel.paused:
            return
        if waiting is None:
            if self._dialog is not None:
                self._dialog.reconsider()
            return
        self._running, staged = waiting, self._staged.pop(waiting, None)
        waiting.move(State.RUNNING)
        author, cut_off = self._author, waiting.cut_off

        def carry_out(progress: Progress) -> ImportReport:
            if cut_off is not None:
                return work.go_on(database, cut_off, author, progress)
            return work.carry_out(database, waiting.path, waiting.options, author, progress, staged)

        waiting.job = self._runner.start(
            carry_out,
            lane=Lane.IMPORT,
            succeeded=partial(self._finished, waiting),
            failed=partial(self._went_wrong, waiting),
            cancelled=partial(self._stopped, waiting),
            progressed=waiting.watch,
        )

    def _finished(self, entry: ImportEntry, report: ImportReport) -> None:
        entry.report = report
        entry.move({"cancelled": State.CANCELLED, "failed": State.FAILED}.get(report.status, State.DONE))
        if report.change_set_id is not None:
            self.changed.emit()
        self.said.emit(f"{entry.path.name}: {outcome(report)}" if entry.state is State.DONE else entry.status)
        self._end(entry)

    def _went_wrong(self, entry: ImportEntry, error: Exception) -> None:
        if isinstance(error, Refused) and entry.profile is not None:
            entry.move(State.ASKING)
            self._end(entry)
            self._ask(entry, error)
            return
        entry.fail(error)
        self._end(entry)

    def _stopped(self, entry: ImportEntry) -> None:
        entry.move(State.CANCELLED)
        self._end(entry)

    def _end(self, entry: ImportEntry) -> None:
        entry.job = None
        self._running = None
        last = not any(other.state is State.QUEUED for other in self._entries)
        if last and entry.state in (State.DONE, State.FAILED) and self._dialog is None:
            self._show_outcome(entry)
        self._next()

    def _cancel(self, entry: ImportEntry) -> None:
        if self._dialog is not None and self._dialog.entry is entry:
            self._dialog.reject()
        elif entry.state is State.RUNNING and entry.job is not None:
            entry.move(State.STOPPING)
            self._runner.cancel(entry.job)
        elif entry.state in (State.LOOKING, State.ASKING, State.QUEUED):
            self._runner.drop(entry.job)
            entry.move(State.CANCELLED)
            self._close_staged(entry)

    def _close_staged(self, entry: ImportEntry) -> None:
        staged = self._staged.pop(entry, None)
        if staged is not None:
            self._runner.start(lambda _: staged.close(), lane=Lane.EDIT, must_run=True)

    def _drop_staged(self) -> None:
        for entry in list(self._staged):
            self._close_staged(entry)

    # What came of it

    def _show_outcome(self, entry: ImportEntry) -> None:
        database = self._database
        if entry.report is None:
            if entry.error is not None:
                errors.show(self, entry.error)
            return
        dialog = ImportReportDialog(entry.report, self.window())
        import_id = entry.report.import_id
        if database is not None and import_id is not None:
            self._runner.start(
                lambda _: work.details(database, import_id, SHOWN_DETAILS),
                lane=Lane.QUERY,
                owner=dialog,
                succeeded=lambda found: dialog.show_details(*found),
            )
            header = list(entry.profile.header) if entry.profile is not None else []
            dialog.save_wanted.connect(partial(self._save_rejects, dialog, database, import_id, header))
            dialog.bench_wanted.connect(partial(self.open_bench, import_id))
            dialog.bench_wanted.connect(dialog.close)
        dialog.show()

    def open_bench(self, import_id: int) -> None:
        """Open the bench with the rejected rows of an import."""
        if self._database is not None:
            open_bench(self._runner, self._database, import_id, self._author, self.window(), self._wire_bench)

    def _wire_bench(self, bench: RejectsBench) -> None:
        bench.changed.connect(self.changed)
        bench.said.connect(self.said)

    def _save_rejects(
        self, dialog: ImportReportDialog, database: Database, import_id: int, header: list[str], path: Path
    ) -> None:
        self._runner.start(
            lambda _: work.save_rejects(database, import_id, header, path),
            owner=dialog,
            succeeded=partial(dialog.saved, path),
            failed=dialog.not_saved,
        )

    def _remove(self, entry: ImportEntry) -> None:
        self._entries.remove(entry)
        self.panel.remove(entry)
        self.removed.emit(entry)
        entry.deleteLater()

    def _clear_finished(self) -> None:
        for entry in [entry for entry in self._entries if entry.state.over]:
            self._remove(entry)
