"""Python's cyclic garbage collector, on the main thread only.

It runs on whichever thread allocates, so that a worker would now and then delete a Qt object of the main thread, whose
timers then fire into nothing. Here it is switched off, and a timer of the main thread does its work: what is young
often, since a collection takes the longer the more has come together, and the oldest, which takes tens of milliseconds,
while the window rests.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

CHECK_EVERY_MS = 100
BUSY_SHARE = 0.1
"""Of the time between two checks; a window that works more than that is being used."""
REST_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
"""How long the oldest generation waits for such a rest."""
_OLDEST = 2


class MainThreadCollector(QObject):
    """Collects each generation when Python would have done so by itself, the oldest one when the window rests."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # What is loaded by now stays for ever: looking through it again and again would only stall the window.
        gc.freeze()
        self._worked = time.thread_time()
        self._checked = self._busy = time.monotonic()
        self._due: float | None = None
        self._timer = QTimer(self, interval=CHECK_EVERY_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    @Slot()
    def check(self) -> None:
        """Collect the oldest generation that is due, and with it the younger ones."""
        now = self._look()
        for generation in (_OLDEST, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                if generation == _OLDEST and not self._may_stall(now):
                    continue
                gc.collect(generation)
                self._worked = time.thread_time()  # which is no use that anybody makes of the window
                return

    def _look(self) -> float:
        """Note whether the window has worked since the last look; returns the time."""
        now, worked = time.monotonic(), time.thread_time()
        if worked - self._worked > BUSY_SHARE * (now - self._checked):
            self._busy = now
        self._checked, self._worked = now, worked
        return now

    def _may_stall(self, now: float) -> bool:
        """Whether it is the moment for what takes long and is due."""
        if self._due is None:
            self._due = now
        if now - self._busy < REST_SECONDS and now - self._due < PATIENCE_SECONDS:
            return False
        self._due = None
        return True


def install(application: QObject) -> MainThreadCollector:
    """The application's collector; the second call gives the first one's."""
    found = application.findChild(MainThreadCollector)
    return found if found is not None else MainThreadCollector(application)
