"""The importer room: takes files, asks about each, imports them one after the other, and reports."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Problem, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import Profile
from acme_desktop.core.importer.report import ImportRecord, ImportReport
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.importer import file_chooser, interrupted, remembered, work
from acme_desktop.gui.importer.entry import ImportEntry, State, outcome
from acme_desktop.gui.importer.interrupted import InterruptedNotice
from acme_desktop.gui.importer.outcomes import Outcomes
from acme_desktop.gui.importer.panel import ImportPanel
from acme_desktop.gui.importer.questions import Questions
from acme_desktop.gui.importer.remembered import FirstLook

if TYPE_CHECKING:
    from acme_desktop.core.importer.staged import StagedImport


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
        self._questions = Questions(runner, self._author, lambda: self.busy, self)
        self._questions.accepted.connect(self._accepted)
        self._questions.left.connect(self._left)
        self._questions.look_again.connect(self._look)
        self._questions.files_dropped.connect(self.add)
        self._outcomes = Outcomes(runner, self._author, self)
        self._outcomes.changed.connect(self.changed)
        self._outcomes.said.connect(self.said)
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
        self._questions.set_database(database)
        self._drop_staged()
        self._database = self._outcomes.database = database
        self.interrupted.show_records(())
        if database is not None:
            self._next()
            self._look_for_cut_off(database)
        self._questions.reconsider()

    @property
    def busy(self) -> bool:
        """Whether an import is running or waiting for its turn."""
        return any(entry.state in (State.RUNNING, State.STOPPING, State.QUEUED) for entry in self._entries)

    def cancel_all(self) -> None:
        """Cancel every import that is not over; also what was staged for one is given back."""
        for entry in list(self._entries):
            self._cancel(entry)
        self._questions.stop()
        self._drop_staged()

    # Files come in

    def choose_files(self) -> None:
        """Let the person choose files."""
        file_chooser.choose_files(self, self.add)

    def add(self, paths: Iterable[Path]) -> list[ImportEntry]:
        """Take files into the queue; each is looked at and asked about in turn."""
        entries = [self._enter(path) for path in paths]
        for entry in entries:
            self._look_first(entry)
        return entries

    def open_bench(self, import_id: int) -> None:
        """Open the bench with the rejected rows of an import."""
        self._outcomes.open_bench(import_id)

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
        row.report_wanted.connect(partial(self._outcomes.show, entry))
        row.remove_wanted.connect(partial(self._remove, entry))
        row.ask_wanted.connect(partial(self._ask_or_resume, entry))
        row.move_wanted.connect(partial(self._move, entry))
        return entry

    def _ask_or_resume(self, entry: ImportEntry) -> None:
        if entry.cut_off is None:
            self._questions.ask(entry)
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
        if self._questions.about(entry):
            self._questions.show()
        else:
            self._ask_next()

    # Each is asked about

    def _ask_next(self) -> None:
        # In the order in which they came: one that is still looked at is waited for.
        waiting = next((entry for entry in self._entries if entry.state in (State.LOOKING, State.ASKING)), None)
        if self._questions.dialog is None and waiting is not None and waiting.state is State.ASKING:
            self._questions.ask(waiting)

    def _accepted(self, entry: ImportEntry, staged: StagedImport | None) -> None:
        if staged is not None:
            self._staged[entry] = staged
        entry.move(State.QUEUED)
        self._next()
        self._ask_next()

    def _left(self, entry: ImportEntry) -> None:
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
            self._questions.reconsider()
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
            self._questions.ask(entry, error)
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
        if last and entry.state in (State.DONE, State.FAILED) and self._questions.dialog is None:
            self._outcomes.show(entry)
        self._next()

    def _cancel(self, entry: ImportEntry) -> None:
        if self._questions.dialog is not None and self._questions.about(entry):
            self._questions.dialog.reject()
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

    def _remove(self, entry: ImportEntry) -> None:
        self._entries.remove(entry)
        self.panel.remove(entry)
        self.removed.emit(entry)
        entry.deleteLater()

    def _clear_finished(self) -> None:
        for entry in [entry for entry in self._entries if entry.state.over]:
            self._remove(entry)
