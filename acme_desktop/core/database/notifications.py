"""Listening to a channel of NOTIFY, across restarts of the server."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator

import psycopg
from psycopg import sql

from acme_desktop.core.foundation.errors import EnvironmentProblem

RECONNECT_AFTER = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each new attempt after a lost connection; the last one is repeated."""


class Listener:
    """The payloads of one channel, one by one: iterate in one thread, `stop` from any.

    After a lost connection it connects anew and gives an empty payload: something may have been missed.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[tuple[object, ...]]], channel: str) -> None:
        self._connect = connect
        self._listen = sql.SQL("LISTEN {}").format(sql.Identifier(channel))
        self._wake, self._woken = socket.socketpair()
        self._stopped = threading.Event()
        self._ready = threading.Event()

    def stop(self) -> None:
        """End the iteration, now."""
        if not self._stopped.is_set():
            self._stopped.set()
            with contextlib.suppress(OSError):  # the iteration may see the event first, end and close the socket
                self._wake.send(b"x")

    def wait_until_ready(self, timeout: float) -> bool:
        """Whether it listens within `timeout` seconds: what is notified from then on is not missed."""
        return self._ready.wait(timeout)

    def __iter__(self) -> Iterator[str]:
        failures = 0
        interrupted = False
        try:
            while not self._stopped.is_set():
                try:
                    with self._connect() as connection:
                        connection.autocommit = True
                        connection.execute(self._listen)
                        self._ready.set()
                        failures = 0
                        if interrupted:
                            yield ""
                        yield from self._payloads(connection)
                except (psycopg.OperationalError, EnvironmentProblem):
                    interrupted = True
                    self._stopped.wait(RECONNECT_AFTER[min(failures, len(RECONNECT_AFTER) - 1)])
                    failures += 1
        finally:
            self._stopped.set()
            self._wake.close()
            self._woken.close()

    def _payloads(self, connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[str]:
        while not self._stopped.is_set():
            for notification in connection.notifies(timeout=0):
                yield notification.payload
            select.select([connection.fileno(), self._woken.fileno()], [], [])
