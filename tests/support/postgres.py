"""An embedded server for a test run, and fast clones of a migrated database."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from acme_desktop.core.database import embedded, migrations
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.paths import DataFolder

TEMPLATE = "migrated"
_numbers = itertools.count()


@contextmanager
def server(root: Path) -> Iterator[str]:
    """A server of its own in the data folder `root`, gone without a trace at the end."""
    folder = DataFolder(root)
    running = embedded.EmbeddedServer(folder)
    url = running.start(keep=True)  # so that the end of the run does not wait for latecomers
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            # The test data may be lost at a crash of the machine.
            for setting in ("fsync = off", "full_page_writes = off", "autovacuum = off", "max_connections = 100"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        running.release()
        embedded.delete(folder)


def url_of(server_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return str(DatabaseUrl({**DatabaseUrl.parse(server_url).parameters, "dbname": name}))


def make_template(server_url: str) -> None:
    """Create the migrated database that tests clone."""
    create(server_url, TEMPLATE, template="template0")
    database = Database.open(url_of(server_url, TEMPLATE))
    try:
        migrations.upgrade(database)
    finally:
        database.close()


def create(server_url: str, name: str, *, template: str = "template0") -> None:
    """Create a database on the server."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


@contextmanager
def clone(server_url: str, template: str = TEMPLATE) -> Iterator[str]:
    """The URL of a new database made from a template, dropped at the end whoever still uses it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    create(server_url, name, template=template)
    try:
        yield url_of(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
