"""One database and the connections to it: pooled, thread-safe, cancellable, with errors a person can use."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

import psycopg

from acme_desktop.core.database import failures, fitness, sessions
from acme_desktop.core.database.notifications import Listener
from acme_desktop.core.database.pool import Connection, Pool
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.progress import Progress

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

_RESTART_PATIENCE = 5.0  # seconds that the embedded server may be away while its supervisor starts it again
_RECOVERY_PATIENCE = 60.0  # and that it may take from there to put in order what a crash left
_CANCEL_EVERY = 0.2


class Database:
    """One database; safe to use from any thread.

    Attributes:
        url: where it is, with the password where there is one; a URL that psycopg takes.
        embedded: whether it is the embedded PostgreSQL of a data folder.
    """

    def __init__(self, url: DatabaseUrl, *, embedded: bool) -> None:
        self._url = url
        self.embedded = embedded
        self._pool = Pool(self._connect)

    @classmethod
    def open(cls, url: str, *, embedded: bool = False) -> Database:
        """Connect, and check that the server is fit; a missing password is asked of the system's keyring.

        Raises:
            UsageProblem: the URL is none.
            EnvironmentProblem: no connection, or a server or database that the program cannot work with.
        """
        if embedded:
            sessions.forget_surroundings()
        parsed = DatabaseUrl.parse(url)
        if parsed.password is None and not parsed.local and "passfile" not in parsed.parameters:
            from acme_desktop.core.database import passwords

            if kept := passwords.load(parsed):
                parsed = parsed.with_password(kept)
        database = cls(parsed, embedded=embedded)
        try:
            with database.connect() as connection:
                fitness.check(connection, database.in_words)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def url(self) -> str:
        """With the password; for programs, not for people."""
        return str(self._url)

    @property
    def safe_url(self) -> str:
        """Without the password; a URL that psycopg takes where none is needed."""
        return str(self._url.without_password())

    @property
    def display_name(self) -> str:
        """Which database it is, for people; never with a password."""
        return "Embedded database" if self.embedded else self._url.for_people

    @property
    def in_words(self) -> str:
        """Which database it is, in the middle of a sentence; never with a password."""
        return failures.named(self._url, embedded=self.embedded)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A psycopg connection in a transaction: committed at the end, rolled back at an error.

        Raises:
            EnvironmentProblem: no connection, or it was lost on the way.
        """
        with self.translated(), self._pool.borrowed() as connection:
            yield connection
            connection.commit()

    @contextmanager
    def cancellable(self, progress: Progress | None) -> Iterator[Connection]:
        """Like `connect`; ``progress.cancel()``, where there is one, interrupts the statement that runs on the server.

        Raises:
            Cancelled: the progress was cancelled; nothing is committed.
            EnvironmentProblem: no connection, or it was lost on the way.
        """
        with self.translated(), self._pool.borrowed() as connection:
            with interruptible(connection, progress) if progress else nullcontext():
                yield connection
            connection.commit()

    @cached_property
    def engine(self) -> Engine:
        """SQLAlchemy's way to this database, for migrations; its errors are not translated, see `translated`."""
        from sqlalchemy import NullPool, create_engine

        return create_engine("postgresql+psycopg://", creator=self._connect, poolclass=NullPool)

    def listen(self, channel: str) -> Listener:
        """Notifications of a channel, over a connection of their own; iterate in a thread, `stop` from another."""
        return Listener(self._connect, channel)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Make `EnvironmentProblem` of a lost connection, a missing right and the like."""
        try:
            with failures.translated(self._url, embedded=self.embedded):
                yield
        except EnvironmentProblem as problem:
            if not isinstance(refusal := failures.original(problem.__cause__), psycopg.errors.InsufficientPrivilege):
                raise
            from acme_desktop.core.database import rights

            raise rights.explain(refusal, self.in_words, self._connect) or problem from refusal

    def session(self, name: str) -> Connection:
        """A connection of the caller's own in autocommit, that the server lists under a name.

        Raises:
            psycopg.Error: none comes about; see `translated`.
        """
        return sessions.connect(self._url, autocommit=True, application_name=name)

    def renew(self) -> None:
        """Close all pooled connections; new ones are made as they are needed."""
        self._pool.empty()

    def close(self) -> None:
        """Close all pooled connections, and keep none any more."""
        self._pool.close()

    def _connect(self) -> Connection:
        begun = time.monotonic()
        while True:
            try:
                return sessions.connect(self._url)
            except psycopg.OperationalError as error:
                patience = _RECOVERY_PATIENCE if failures.is_starting(error) else _RESTART_PATIENCE
                if not self.embedded or time.monotonic() - begun > patience:
                    raise failures.explain(error, self._url, embedded=self.embedded) from None
                time.sleep(0.1)


@contextmanager
def interruptible(connection: Connection, progress: Progress) -> Iterator[None]:
    """Let ``progress.cancel()`` interrupt the statement that runs on a connection; commit only behind the block.

    Raises:
        Cancelled: the progress was cancelled, before, in or at the end of the block.
    """
    progress.check()
    try:
        with _interrupting(connection, progress):
            yield
        progress.check()
    except psycopg.errors.QueryCanceled:
        progress.check()
        raise


@contextmanager
def _interrupting(connection: Connection, progress: Progress) -> Iterator[None]:
    """Cancel whatever statement the connection runs, from a cancel of the progress to the end of the block."""
    done = threading.Event()
    threads: list[threading.Thread] = []
    begun = threading.Lock()  # a cancel and the end of the block come on two threads, perhaps at one moment

    def interrupt() -> None:
        while not done.is_set():
            try:
                connection.cancel_safe(timeout=5)
            except psycopg.Error:
                return  # the connection is gone, and with it the statement
            done.wait(_CANCEL_EVERY)

    def begin() -> None:
        with begun:
            if not threads and not done.is_set():
                threads.append(threading.Thread(target=interrupt, name="cancel-statement", daemon=True))
                threads[0].start()

    progress.interrupt_with(begin)
    try:
        yield
    finally:
        progress.interrupt_with(None)
        with begun:
            done.set()
        for thread in threads:
            thread.join()
