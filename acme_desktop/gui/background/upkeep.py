"""Keeps the catalogue's indexes up while the window is open: what was imported lately is brought under them.

Nobody waits for it: it begins some seconds after the window has a catalogue or hears of a change, stays out of the
way of this window's imports, gives way to all others, and is cancelled when the window closes or takes another
catalogue. What was not done then is done the next time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from acme_desktop.core.database import catalogue_indexes
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress, Snapshot
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane

# Milliseconds from a change to the look; until it is tried again; until it is worth a word in the status bar.
SOON = 2_000
LATER = 60_000
LONG = 3_000

_log = logging.getLogger(__name__)


class Upkeep(QObject):
    """Looks after the indexes of one catalogue at a time. `said` tells what it does, "" when it has ended."""

    said = Signal(str)

    def __init__(self, runner: JobRunner, importing: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._importing = importing
        self._database: Database | None = None
        self._job: Job | None = None
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._begin)
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(lambda: self.said.emit("Preparing search…"))

    @property
    def busy(self) -> bool:
        """Whether it is at work now."""
        return self._job is not None

    def set_database(self, database: Database | None) -> None:
        """Look after this catalogue from now on; None after none."""
        self._runner.drop(self._job)
        self._rest()
        self._next.stop()
        self._database = database
        if database is not None:
            self.look_soon()

    @Slot()
    def look_soon(self) -> None:
        """Have a look in a moment; called for every change, however many there are."""
        # A timer that runs is not started again, or a stream of changes would put the look off for ever.
        if self._database is not None and self._job is None and not self._is_near():
            self._next.start(SOON)

    def _is_near(self) -> bool:
        return self._next.isActive() and self._next.remainingTime() <= SOON

    def _begin(self) -> None:
        if self._database is None:
            return
        if self._importing():
            self._next.start(LATER)
            return
        database = self._database
        self._job = job = self._runner.start(
            lambda progress: _keep_up(database, progress),
            lane=Lane.UPKEEP,
            owner=self,
            succeeded=self._done,
            failed=self._failed,
            cancelled=lambda: self._next.start(LATER),
            progressed=self._tell,
        )
        job.ended.connect(lambda: self._rest() if self._job is job else None)
        self._patience.start(LONG)

    def _done(self, in_order: bool) -> None:
        if not in_order:
            self._next.start(LATER)

    def _failed(self, error: Exception) -> None:
        # Nothing is wrong for the person: search is slower, and the next question tells of a lost server.
        _log.info("the catalogue's indexes are not kept up for now: %s", error)
        self._next.start(LATER)

    def _tell(self, now: Snapshot) -> None:
        if not self._patience.isActive() and now.total:
            self.said.emit(f"Preparing search… {min(now.done, now.total)} of {now.total}")

    def _rest(self) -> None:
        self._job = None
        self._patience.stop()
        self.said.emit("")


def _keep_up(database: Database, progress: Progress) -> bool:
    """Whether the indexes are in order, at last."""
    return not catalogue_indexes.due(database) or catalogue_indexes.maintain(database, progress)
