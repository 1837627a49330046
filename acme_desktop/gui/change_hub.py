"""Tells every room that the catalogue changed, whoever changed it: this window, another one, a script."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from acme_desktop.core.changes.change_set import CHANNEL
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Problem

_log = logging.getLogger(__name__)

RECONNECT_AFTER_SECONDS = 2.0
GATHER_MS = 120


class ChangeHub(QObject):
    """Listens on a thread of its own and speaks on the main thread, at most every `GATHER_MS`."""

    changed = Signal()
    _heard = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listener: _Listener | None = None
        # Not restarted by each new notice: a stream of them must not hold the news back for ever.
        self._gather = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._gather.timeout.connect(self.changed)
        self._heard.connect(self.announce)

    @Slot()
    def announce(self) -> None:
        """Say soon that something changed; also for changes that no notice tells of."""
        if not self._gather.isActive():
            self._gather.start()

    def listen(self, database: Database) -> None:
        """Listen to this database instead of the one before."""
        self.stop()
        self._listener = _Listener(database, self._heard.emit)
        self._listener.start()

    def stop(self) -> None:
        """Stop listening; does not wait for the thread."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        self._gather.stop()


class _Listener(threading.Thread):
    """Waits for notices on a connection of its own, and connects again when it is lost."""

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        super().__init__(name="change-listener", daemon=True)
        self._database, self._heard = database, heard
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                for _ in self._database.listen(CHANNEL, self._stopped.is_set):
                    self._heard()
            except Problem:
                _log.warning("the connection that hears of changes was lost", exc_info=True)
            self._stopped.wait(RECONNECT_AFTER_SECONDS)
