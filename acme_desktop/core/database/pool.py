"""Connections that are lent and given back, so that a question need not wait for a new one.

SQLAlchemy's pool does the same; loading SQLAlchemy takes as long as everything else that a command needs, and only
migrations use the rest of it.
"""

from __future__ import annotations

import selectors
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

_FRESH = 2.0
"""Seconds after which a connection that nobody used is asked whether its server is still there."""

Connection = psycopg.Connection[tuple[object, ...]]


class Pool:
    """Lends each connection to one borrower at a time; safe to use from any thread.

    Args:
        connect: makes a connection.
        keep: how many are kept open while nobody uses them.
        most: how many may be lent at once; who wants one more waits.
    """

    def __init__(self, connect: Callable[[], Connection], *, keep: int = 4, most: int = 16) -> None:
        self._connect = connect
        self._keep = keep
        self._free = threading.Semaphore(most)
        self._lock = threading.Lock()
        self._idle: list[tuple[Connection, float]] = []
        self._emptied = 0

    @contextmanager
    def borrowed(self) -> Iterator[Connection]:
        """A connection that is known to work; what its borrower does not commit is rolled back."""
        with self._free:
            emptied = self._emptied
            connection = self._take() or self._connect()
            try:
                yield connection
            finally:
                self._give_back(connection, keep=emptied == self._emptied)

    def close(self) -> None:
        """Close what is idle, and from now on whatever comes back: a straggler is served, and leaves nothing open."""
        self._keep = 0
        self.empty()

    def empty(self) -> None:
        """Close what is idle now, and what is lent now as soon as it comes back."""
        with self._lock:
            self._emptied += 1
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _take(self) -> Connection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection, since = self._idle.pop()
            if time.monotonic() - since < _FRESH and _silent(connection):
                return connection
            try:
                connection.execute("SELECT 1")
                connection.rollback()
                return connection
            except psycopg.Error:  # the server was restarted meanwhile
                connection.close()

    def _give_back(self, connection: Connection, *, keep: bool) -> None:
        with suppress(psycopg.Error):
            connection.rollback()
        connection.row_factory = psycopg.rows.tuple_row
        with self._lock:
            if keep and not connection.closed and len(self._idle) < self._keep:
                self._idle.append((connection, time.monotonic()))
                return
        connection.close()


def _silent(connection: Connection) -> bool:
    """Whether the server has said nothing since: a server that stops says so, or closes the connection."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        return not selector.select(0)
