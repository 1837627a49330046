"""The comparison of one file with the catalogue, while its choices are being made: the newest choice wins."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.importer import work

if TYPE_CHECKING:
    from acme_desktop.core.importer.staged import StagedImport


class Comparison(QObject):
    """Stages a file and keeps what was staged until it is taken or no longer fits the choices."""

    told = Signal(ImportReport)
    failed = Signal(Exception)
    progressed = Signal(Snapshot)
    dropped = Signal()

    def __init__(self, runner: JobRunner, author: Author, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._author = author
        self._job: Job | None = None
        self._turn = 0
        self._staged: StagedImport | None = None
        self._fits: ImportOptions | None = None
        self.report: ImportReport | None = None

    @property
    def staged(self) -> StagedImport | None:
        """What is staged and compared now, to be looked at; it stays this object's own."""
        return self._staged

    def start(self, database: Database, path: Path, options: ImportOptions) -> None:
        """Compare with these options, and forget the comparison before."""
        self.stop()
        turn = self._turn
        # Without an owner: what was staged must come back and be closed, also when nobody wants it any more.
        self._job = self._runner.start(
            lambda progress: work.compare(database, path, options, self._author, progress),
            lane=Lane.PREVIEW,
            succeeded=lambda result: self._came(turn, options, *result),
            failed=partial(self._went_wrong, turn),
            progressed=partial(self._watch, turn),
        )

    def stop(self) -> None:
        """Forget the comparison, under way or done."""
        self._turn += 1
        if self._job is not None:
            self._runner.cancel(self._job)
            self._job = None
        if self._staged is not None:
            self._close(self._staged)
        self._staged = self._fits = self.report = None
        self.dropped.emit()

    def take(self, options: ImportOptions) -> StagedImport | None:
        """Hand over what was staged with exactly these options; None where there is nothing such."""
        staged = self._staged if self._fits == options else None
        if staged is not None:
            self._staged = None
        self.stop()
        return staged

    def _came(self, turn: int, options: ImportOptions, staged: StagedImport, report: ImportReport) -> None:
        if turn != self._turn:
            self._close(staged)
            return
        self._job, self._staged, self._fits, self.report = None, staged, options, report
        self.told.emit(report)

    def _went_wrong(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self._job = None
            self.failed.emit(error)

    def _watch(self, turn: int, snapshot: Snapshot) -> None:
        if turn == self._turn:
            self.progressed.emit(snapshot)

    def _close(self, staged: StagedImport) -> None:
        self._runner.start(lambda _: staged.close(), lane=Lane.EDIT, must_run=True)
