"""Progress that is sampled, never pushed, and a cancel that works.

The worker writes into a `Progress`; whoever watches takes a `snapshot` about ten times a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from acme_desktop.core.foundation.errors import Cancelled


@dataclass(frozen=True)
class Snapshot:
    """One look at a running job.

    Attributes:
        stage: what it is doing, as a person would say it ("Reading").
        done: work done so far, in the stage's own unit (bytes, rows).
        total: the whole work in that unit, or None where it is not known.
        rows: rows handled so far, over all stages.
        seconds: since the job began.
    """

    stage: str
    done: int
    total: int | None
    rows: int
    seconds: float

    @property
    def fraction(self) -> float | None:
        """Between 0 and 1, or None where the total is not known."""
        if not self.total:
            return None
        return min(1.0, self.done / self.total)


class Progress:
    """Written by one worker, read and cancelled by any thread."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._stage = ""
        self._done = 0
        self._total: int | None = None
        self._rows = 0
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._on_cancel: Callable[[], None] | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; raises `Cancelled` where a cancel came before it."""
        self.check()
        with self._lock:
            self._stage, self._done, self._total = name, 0, total

    def update(self, done: int, rows: int | None = None) -> None:
        """Say how far the stage is; raises `Cancelled` after a cancel."""
        self.check()
        with self._lock:
            self._done = done
            if rows is not None:
                self._rows = rows

    def check(self) -> None:
        """Raise `Cancelled` after a cancel."""
        if self._cancelled.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the worker to stop; a statement that runs on the server is interrupted."""
        self._cancelled.set()
        with self._lock:
            interrupt = self._on_cancel
        if interrupt is not None:
            interrupt()

    @property
    def cancelled(self) -> bool:
        """Whether a cancel was asked for."""
        return self._cancelled.is_set()

    def interrupt_with(self, interrupt: Callable[[], None] | None) -> None:
        """Set what `cancel` calls to interrupt a blocking statement; None takes it away.

        `interrupt` runs on the cancelling thread, so it must not block for long.
        """
        with self._lock:
            self._on_cancel = interrupt

    def snapshot(self) -> Snapshot:
        """How far the job is now."""
        with self._lock:
            return Snapshot(self._stage, self._done, self._total, self._rows, time.monotonic() - self._started)


def begin_stage(progress: Progress | None, name: str, total: int | None = None) -> None:
    """Begin a stage where anybody follows the work; raises `Cancelled` where a cancel came before it."""
    if progress is not None:
        progress.stage(name, total)
