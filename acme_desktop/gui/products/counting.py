"""How many products the table's question matches: about, at once, and exactly as soon as they are counted."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import listing
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane

AFTER_MS = 60
"""What is counted within this time is never told as an estimate first."""
PATIENCE_MS = 100
"""So long the count waits for the first products, which it would take the processor from."""


class Counting(QObject):
    """Counts one question at a time, once its first products are here or take their time.

    `estimated` comes where the exact count takes a while, `counted` with that.
    """

    estimated = Signal(int)
    counted = Signal(int)
    failed = Signal(Exception)
    ended = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._database: Database | None = None
        self._filter = Filter()
        self._counting: Job | None = None
        self._estimating: Job | None = None
        self._again = False
        self.count: int | None = None
        self.estimate: int | None = None
        self._soon = QTimer(self, interval=AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self._guess)
        self._patience = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._begin)

    @property
    def running(self) -> bool:
        """Whether the exact count is on its way."""
        return self._counting is not None or self._patience.isActive()

    def set_database(self, database: Database | None) -> None:
        """Count in another database."""
        self.stop()
        self.count = self.estimate = None
        self._database = database

    def ask(self, asked: Filter) -> None:
        """Count what this matches, soon, and forget the question before."""
        self.stop()
        self._filter, self.count, self.estimate = asked, None, None
        if self._database is not None:
            self._soon.start()
            self._patience.start()

    def begin(self) -> None:
        """Count at once what was asked for: its first products are here."""
        if self._patience.isActive():
            self._patience.stop()
            self._begin()

    def again(self) -> None:
        """Count the same once more; while it is being counted, after that: a stream of changes must not starve it."""
        if self._counting is not None:
            self._again = True
        else:
            self._patience.stop()
            self._begin()

    def stop(self) -> None:
        """Cancel what is asked for, on the server too."""
        self._soon.stop()
        self._patience.stop()
        self._again = False
        for job in (self._counting, self._estimating):
            self._runner.drop(job)
        self._counting = self._estimating = None

    def _begin(self) -> None:
        database, asked = self._database, self._filter
        if database is None:
            return
        self._counting = self._start(lambda progress: listing.count(database, asked, progress), self._count_came)
        self._counting.ended.connect(partial(self._count_ended, self._counting))

    def _guess(self) -> None:
        database, asked = self._database, self._filter
        if database is not None and self.count is None:
            self._estimating = self._start(lambda _: listing.estimate(database, asked), self._estimate_came)

    def _start(self, work: Any, came: Any) -> Job:
        return self._runner.start(work, lane=Lane.QUERY, owner=self, succeeded=came, failed=self.failed.emit)

    def _estimate_came(self, about: int) -> None:
        if self.count is None:
            self.estimate = about
            self.estimated.emit(about)

    def _count_came(self, count: int) -> None:
        self.count = count
        self.counted.emit(count)

    def _count_ended(self, job: Job) -> None:
        if self._counting is not job:
            return
        self._counting = None
        if self._again:
            self._again = False
            self._begin()
        self.ended.emit()
