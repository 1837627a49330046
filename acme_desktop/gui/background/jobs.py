"""The one way to do work off the main thread.

A job runs a core callable in a QThreadPool with a `Progress` of its own. What comes of it returns on the main
thread by signals; a cancel is an outcome; a failure that nobody handles is shown by `gui.errors`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from acme_desktop.core.foundation.errors import Cancelled, Problem
from acme_desktop.core.foundation.progress import Progress, Snapshot
from acme_desktop.gui import errors

_log = logging.getLogger(__name__)

Work = Callable[[Progress], Any]
SAMPLE_EVERY_MS = 100


class Lane(Enum):
    """Pools of their own, so that a long import never keeps the table waiting. The value is how many run at once."""

    FIRST_ROWS = ("first rows", 2)
    QUERY = ("query", 3)
    EDIT = ("edit", 2)
    IMPORT = ("import", 1)
    PREVIEW = ("preview", 1)
    UPKEEP = ("upkeep", 1)
    EXPORT = ("export", 2)
    LANDMARKS = ("landmarks", 1)


class Job(QObject):
    """One piece of work under way; lives on the main thread."""

    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    progressed = Signal(Snapshot)
    ended = Signal()

    def __init__(self, work: Work, lane: Lane, owner: QObject | None, *, must_run: bool = False) -> None:
        super().__init__()
        self.lane, self.must_run = lane, must_run
        self.progress = Progress()
        self.running = True
        self._work = work
        self._owner = owner
        self._wanted = True
        self._last: Snapshot | None = None
        if owner is not None:
            # Bound to the job and not to the owner: a deleted owner's results go nowhere.
            owner.destroyed.connect(self._disown)

    def perform(self) -> tuple[object, BaseException | None]:
        """Run the work, on the pool's thread; returns what came of it, and touches nothing of the main thread's."""
        try:
            self.progress.check()
            return self._work(self.progress), None
        except BaseException as problem:  # noqa: BLE001  whatever it was, the main thread must hear of the end
            return None, problem

    @Slot()
    def _disown(self) -> None:
        self._wanted = False

    def finish(self, value: object, error: BaseException | None) -> None:
        """Tell what came of it, on the main thread."""
        self.running = False
        if self._wanted:
            if error is None:
                self.succeeded.emit(value)
            elif isinstance(error, Cancelled):
                self.cancelled.emit()
            else:
                if isinstance(error, Problem):
                    _log.info("a background job ended with a problem: %s", error)
                else:
                    _log.error("a background job failed", exc_info=error)
                self.failed.emit(error)
        self.ended.emit()

    def sample(self) -> None:
        """Tell how far it is, where that changed since the last time."""
        now = self.progress.snapshot()
        if self.running and self._wanted and now != self._last:
            self._last = now
            self.progressed.emit(now)

    def forget(self) -> None:
        """Give back nothing any more, whatever comes of it."""
        self._wanted = False


class _Run(QRunnable):
    def __init__(self, perform: Callable[[], object]) -> None:
        super().__init__()
        self._perform = perform

    def run(self) -> None:
        self._perform()


class JobRunner(QObject):
    """Starts jobs, samples their progress and knows when all is quiet."""

    idle = Signal()
    # The runner's and not the job's: a job is deleted when it ends, perhaps before its thread has left the emit.
    _returned = Signal(Job, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._pools = {lane: self._pool(lane.value[1]) for lane in Lane}
        self._cancelling = self._pool(2)
        self._sampler = QTimer(self, interval=SAMPLE_EVERY_MS)
        self._sampler.timeout.connect(self._sample)
        self._returned.connect(self._finish)

    def _pool(self, threads: int) -> QThreadPool:
        pool = QThreadPool(self)
        pool.setMaxThreadCount(threads)
        return pool

    def start(
        self,
        work: Work,
        *,
        lane: Lane = Lane.EDIT,
        owner: QObject | None = None,
        succeeded: Callable[[Any], object] | None = None,
        failed: Callable[[Any], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        progressed: Callable[[Snapshot], object] | None = None,
        must_run: bool = False,
    ) -> Job:
        """Run `work(progress)` in a lane and call back on the main thread.

        Args:
            work: a core callable; it must not touch a widget.
            lane: which pool it queues in.
            owner: once this is deleted nothing is called back; as a widget it is also the parent of the error dialog.
            succeeded: takes what the work returned.
            failed: takes the exception; without it the error is shown in a dialog.
            cancelled: called after a cancel.
            progressed: takes a `Snapshot`, about ten times a second.
            must_run: it gives something back that would be lost otherwise, so no cancel reaches it.
        """
        job = Job(work, lane, owner, must_run=must_run)
        if succeeded is not None:
            job.succeeded.connect(succeeded)
        if cancelled is not None:
            job.cancelled.connect(cancelled)
        if progressed is not None:
            job.progressed.connect(progressed)
        window = owner if isinstance(owner, QWidget) else None
        job.failed.connect(failed or (lambda error: errors.show(window, error)))
        job.ended.connect(self._sweep)
        self._jobs.append(job)
        if not self._sampler.isActive():
            self._sampler.start()
        self._pools[lane].start(_Run(lambda: self._returned.emit(job, *job.perform())))
        return job

    def cancel(self, job: Job) -> None:
        """Ask a job to stop. Interrupting a statement talks to the server, so another thread does it."""
        if job.running and not job.must_run:
            self._cancelling.start(_Run(job.progress.cancel))

    def drop(self, job: Job | None) -> None:
        """Cancel a job whose answer nobody wants any more."""
        if job is not None and job.running:
            job.forget()
            self.cancel(job)

    def cancel_all(self, *lanes: Lane) -> None:
        """Ask every job to stop, or every one in these lanes."""
        for job in list(self._jobs):
            if not lanes or job.lane in lanes:
                self.cancel(job)

    def when_idle(self, then: Callable[[], object]) -> None:
        """Call `then` once, as soon as no job is waiting or running."""
        if not self._jobs:
            then()
            return
        self.idle.connect(lambda: then(), Qt.ConnectionType.SingleShotConnection)

    @property
    def busy(self) -> bool:
        """Whether any job is waiting or running."""
        return bool(self._jobs)

    def wait(self, milliseconds: int = 30_000) -> bool:
        """Block until every thread has ended; for the very end of the program, when nothing is shown any more."""
        return all(pool.waitForDone(milliseconds) for pool in (*self._pools.values(), self._cancelling))

    @Slot(Job, object, object)
    def _finish(self, job: Job, value: object, error: BaseException | None) -> None:
        job.finish(value, error)

    @Slot()
    def _sample(self) -> None:
        for job in list(self._jobs):
            job.sample()

    @Slot()
    def _sweep(self) -> None:
        ended = [job for job in self._jobs if not job.running]
        self._jobs = [job for job in self._jobs if job.running]
        for job in ended:
            job.deleteLater()
        if not self._jobs:
            self._sampler.stop()
            self.idle.emit()
