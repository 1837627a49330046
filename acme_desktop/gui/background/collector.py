"""Python's cyclic garbage collector, on the main thread only.

It runs on whichever thread allocates, so that a worker would now and then delete a Qt object of the main thread, whose
timers then fire into nothing. Here it is switched off, and a timer of the main thread does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

CHECK_EVERY_MS = 250


class MainThreadCollector(QObject):
    """Collects each generation when Python would have done so by itself."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # What is loaded by now stays for ever: looking through it again and again would only stall the window.
        gc.freeze()
        self._timer = QTimer(self, interval=CHECK_EVERY_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    @Slot()
    def check(self) -> None:
        """Collect the oldest generation that is due, and with it the younger ones."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return


def install(application: QObject) -> MainThreadCollector:
    """The application's collector; the second call gives the first one's."""
    found = application.findChild(MainThreadCollector)
    return found if found is not None else MainThreadCollector(application)
