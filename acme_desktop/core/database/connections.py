"""One PostgreSQL database: its pool of connections, statements that can be cancelled, notifications.

Whatever goes wrong between here and the server becomes a `Problem` with a next step; no message ever shows a password.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import sqlalchemy
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import Engine

from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, UsageProblem
from acme_desktop.core.foundation.progress import Progress

OLDEST_VERSION = 14
_POOL_SIZE = 8
_LISTEN_SECONDS = 0.5

_SESSION = {
    "application_name": "acme-desktop",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "client_encoding": "utf8",
}


class Database:
    """One database, for any number of threads.

    Attributes:
        url: the libpq URL, with its password.
        embedded: whether it is this program's own server.
        engine: SQLAlchemy's engine on the same pool.
    """

    def __init__(self, url: str, *, embedded: bool = False) -> None:
        self.url = _libpq_url(url)
        self.embedded = embedded
        self._parameters = _parameters(self.url)
        self.engine: Engine = sqlalchemy.create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=_POOL_SIZE,
            max_overflow=2 * _POOL_SIZE,
            pool_pre_ping=True,
        )

    @classmethod
    def open(cls, url: str, *, embedded: bool = False) -> Database:
        """Connect for the first time and see whether the server will do.

        Raises:
            UsageProblem: the URL is none.
            EnvironmentProblem: the server cannot be reached, is too old, or folds letters otherwise than we need.
        """
        database = cls(url, embedded=embedded)
        try:
            with database.connect() as connection:
                _check_server(connection)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def display_name(self) -> str:
        """What people call it: no password."""
        if self.embedded:
            return "Embedded database"
        name, host = self._parameters.get("dbname", "postgres"), self._parameters.get("host", "localhost")
        port = self._parameters.get("port")
        return f"{name} on {host}:{port}" if port and port != "5432" else f"{name} on {host}"

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection[Any]]:
        """A psycopg connection in a transaction: committed at the end, rolled back on an error.

        Raises:
            EnvironmentProblem: the server cannot be reached or is lost on the way.
        """
        with translated(self.display_name):
            pooled = self.engine.raw_connection()
            try:
                connection = pooled.driver_connection
                assert isinstance(connection, Connection)
                with contextlib.ExitStack() as undo:
                    undo.callback(connection.rollback)
                    yield connection
                    undo.pop_all()
                connection.commit()
            finally:
                pooled.close()

    @contextlib.contextmanager
    def cancellable(self, progress: Progress) -> Iterator[Connection[Any]]:
        """Like `connect`, with statements that the progress's cancel interrupts on the server.

        Raises:
            Cancelled: as asked.
        """
        with self.connect() as connection, interruptible(connection, progress):
            yield connection

    @contextlib.contextmanager
    def listen(self, channel: str, stop: threading.Event) -> Iterator[Iterator[str]]:
        """The payloads notified on a channel, on a connection of its own, until `stop` is set."""
        with translated(self.display_name), self._connect(autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))

            def payloads() -> Iterator[str]:
                while not stop.is_set():
                    for notify in connection.notifies(timeout=_LISTEN_SECONDS):
                        yield notify.payload

            yield payloads()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    def _connect(self, *, autocommit: bool = False) -> Connection[Any]:
        return psycopg.connect(make_conninfo(**self._parameters), autocommit=autocommit)


@contextlib.contextmanager
def interruptible(connection: Connection[Any], progress: Progress) -> Iterator[None]:
    """Let the progress's cancel interrupt the connection's running statement on the server.

    Raises:
        Cancelled: as asked.
    """
    progress.check()
    progress.interrupt_with(lambda: connection.cancel_safe(timeout=5.0))
    try:
        yield
    except psycopg.errors.QueryCanceled:
        if progress.cancelled:
            raise Cancelled from None
        raise
    finally:
        progress.interrupt_with(None)


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the driver's errors about the surroundings into problems that a person can act on."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        raise _problem(error.orig or error, name) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        if isinstance(error, psycopg.errors.QueryCanceled):
            raise
        raise _problem(error, name) from error


def _problem(error: BaseException, name: str) -> EnvironmentProblem:
    """The sentence and the advice for what a driver says."""
    told = str(error).strip()
    known = [
        (
            "password authentication failed",
            "The server does not accept this user and password",
            "Check both in the settings.",
        ),
        ("no password supplied", "The server asks for a password", "Type it in the settings, or put it into the URL."),
        (
            "does not exist",
            "The server has no such database or user",
            "Check the names, or create the database there first.",
        ),
        ("Connection refused", "Nothing answers there", "Check host and port, and whether the server runs."),
        ("could not translate host name", "There is no computer of that name", "Check the host's name."),
        ("failed to resolve host", "There is no computer of that name", "Check the host's name."),
        ("timeout", "The server does not answer", "Check host and port, and the network between."),
        ("No space left", "The server's disk is full", "Free some space there, then try again."),
        ("could not extend file", "The server's disk is full", "Free some space there, then try again."),
        ("too many clients", "The server has no free connection", "Close other programs that use it, then try again."),
    ]
    for sign, sentence, advice in known:
        if sign in told:
            return EnvironmentProblem(f"{sentence}: {name}.", advice, told)
    return EnvironmentProblem(
        f"The connection to the database failed: {name}.", "Try again; nothing was changed.", told
    )


def _check_server(connection: Connection[Any]) -> None:
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise EnvironmentProblem(
            f"The server is PostgreSQL {version}; version {OLDEST_VERSION} or newer is needed.",
            "Ask whoever runs it for a newer one, or use the embedded database.",
        )
    row = connection.execute("SELECT lower('ÄŻΣ') = 'äżσ'").fetchone()
    if row is None or row[0] is not True:
        raise EnvironmentProblem(
            "This database does not know that Ä and ä are one letter, so SKUs could not be told apart reliably.",
            "Create the database with a UTF-8 locale, for example: CREATE DATABASE catalogue TEMPLATE template0 "
            "ENCODING 'UTF8' LOCALE 'C.UTF-8'.",
        )


def _libpq_url(url: str) -> str:
    for prefix in ("postgresql+psycopg://", "postgresql+psycopg2://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql://" + url.removeprefix(prefix)
    return url


def _parameters(url: str) -> dict[str, Any]:
    try:
        named = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise UsageProblem(
            "The database's address cannot be understood.",
            "It looks like postgresql://user@host:5432/database.",
        ) from error
    return {**_SESSION, **{key: value for key, value in named.items() if value is not None}}
