"""How a session with the server begins: what it speaks, and what it does not leave to the server's defaults.

A role or a database may come with settings of its own, made with other programs in mind. What the program depends on
is set for each session; the rest is the administrator's choice. `LIMITS` are lifted because an import or an export is
one statement or one transaction for as long as it takes, and the person can cancel each of them; where a statement
has a limit, the program sets it for that statement. A limit that stands in the URL's own ``options`` is meant for
this program, and stays.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from acme_desktop.core.database.urls import DatabaseUrl

Connection = psycopg.Connection[tuple[object, ...]]

OLDEST_SERVER = 14
_DEFAULTS: dict[str, str | int] = {
    "application_name": "acme-desktop",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")
_LIMIT_SINCE_17 = "transaction_timeout"
# Merges lock what they read and look at it again: a snapshot that is older than the lock would hide the other's work.
# The styles are those that psycopg reads; indexes are compared by their definitions.
_NEEDED = {
    "default_transaction_isolation": "read committed",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "standard_conforming_strings": "on",
    "quote_all_identifiers": "off",
}


def connect(url: DatabaseUrl, *, autocommit: bool = False, application_name: str | None = None) -> Connection:
    """A new session.

    Raises:
        psycopg.Error: it does not come about.
    """
    conninfo = make_conninfo(url.conninfo(**_DEFAULTS), application_name=application_name)
    connection: Connection = psycopg.connect(conninfo, autocommit=True)
    try:
        if connection.info.server_version >= OLDEST_SERVER * 10000:
            _settle(connection, url)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


def forget_surroundings() -> None:
    """Take libpq's variables (PGPORT, PGSERVICE, PGOPTIONS ...) out of this process's environment, for good.

    They lead to a server of the person's, and several of them cannot be overruled by a connection string. A program
    that opens the embedded database has no other use for them.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _settle(connection: psycopg.Connection[Any], url: DatabaseUrl) -> None:
    """Set what `LIMITS` and `_NEEDED` name, in one question."""
    asked_for = url.parameters.get("options") or os.environ.get("PGOPTIONS", "")
    limits = [*LIMITS, _LIMIT_SINCE_17] if connection.info.server_version >= 170000 else LIMITS
    chosen = {name: "0" for name in limits if name not in asked_for} | _NEEDED
    # The session's, not the transaction's; the names and values are those above.
    calls = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in chosen.items())
    connection.execute(f"SELECT {calls}", prepare=False)
