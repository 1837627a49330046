"""Tells every room that the catalogue changed, whoever changed it: this window, another one, a script."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from acme_desktop.core.changes.change_set import CHANNEL
from acme_desktop.core.database.connections import Database

GATHER_MS = 120
_LOOK_SECONDS = 0.2


class ChangeHub(QObject):
    """Listens on a thread of its own and speaks on the main thread, at most every `GATHER_MS`."""

    changed = Signal()
    _heard = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ear: _Ear | None = None
        self._former: list[_Ear] = []
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
        self._ear = _Ear(database, self._heard.emit)
        self._ear.start()

    def stop(self) -> None:
        """Stop listening; does not wait for the thread."""
        if self._ear is not None:
            self._ear.stop()
            self._former.append(self._ear)
            self._ear = None
        self._gather.stop()

    def wait(self, seconds: float = 3.0) -> None:
        """Wait for the threads that were stopped; only when nothing is shown any more."""
        for ear in self._former:
            ear.join(seconds)
            ear.herald.join(seconds)
        self._former.clear()


class _Ear(threading.Thread):
    """Waits for notices on a connection of its own, which the core's listener renews when it is lost."""

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        super().__init__(name="change-listener", daemon=True)
        self._listener = database.listen(CHANNEL)
        self._heard = heard
        self._deaf = False
        self.herald = threading.Thread(target=self._tell_when_ready, name="change-listener-ready", daemon=True)

    def stop(self) -> None:
        """Hear nothing any more; the thread ends by itself."""
        self._deaf = True
        self._listener.stop()

    def _tell_when_ready(self) -> None:
        """What changed between the first look at the catalogue and the first moment of listening is news as well."""
        while not self._deaf:
            if self._listener.wait_until_ready(_LOOK_SECONDS):
                self._heard()
                return

    def run(self) -> None:
        self.herald.start()
        for _ in self._listener:
            if not self._deaf:
                self._heard()
