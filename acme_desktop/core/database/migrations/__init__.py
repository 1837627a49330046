"""Bringing a database to the program's schema, step by step, with Alembic.

Alembic and SQLAlchemy are loaded only where a step is due: reading the version costs one small query at every start.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from acme_desktop.core.database.failures import sentence_case
from acme_desktop.core.foundation.errors import EnvironmentProblem

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

    from acme_desktop.core.database.connections import Database

HEAD = "0005"
"""The schema that this program works with: the newest step in ``versions``."""

# Any number that no other program on the server is likely to lock.
_LOCK = 0x61636D65

# What a step meets where tables of its names are there already, or those that it builds upon are not.
_IN_THE_WAY = (
    psycopg.errors.DuplicateTable,
    psycopg.errors.DuplicateObject,
    psycopg.errors.WrongObjectType,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
)
_OURS = re.compile(r"\d{4}")

_log = logging.getLogger(__name__)


def current(database: Database) -> str | None:
    """The schema's version, or None where the database is still empty."""
    with database.connect() as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        try:
            row = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedColumn as error:
            raise _someone_elses(database, str(error)) from None
    return str(row[0]) if row and row[0] else None


def upgrade(database: Database) -> bool:
    """Migrate to `HEAD` in one transaction; returns whether anything was done.

    Several programs may call it at once: one migrates, the others wait.

    Raises:
        EnvironmentProblem: a newer version of the program migrated the database, another program's tables are in the
            way, or the role may not make or change tables.
    """
    if current(database) == HEAD:
        return False
    from sqlalchemy import text
    from sqlalchemy.exc import ProgrammingError

    try:
        with database.translated(), database.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            before = current(database)
            if before == HEAD:
                return False
            _check_ours(database, before)
            from alembic import command

            command.upgrade(configuration(connection), HEAD)
            _log.info("migrated the schema from %s to %s", before, HEAD)
    except ProgrammingError as error:
        if isinstance(error.orig, _IN_THE_WAY):
            raise _someone_elses(database, str(error.orig)) from error
        raise
    return True


def _check_ours(database: Database, before: str | None) -> None:
    """Raise where the version found is none that this program can begin with."""
    if before is None:
        return
    if not _OURS.fullmatch(before):
        raise _someone_elses(database, f"alembic_version holds {before}")
    if before > HEAD:
        raise EnvironmentProblem(
            f"This database has schema {before}, which is newer than this program's ({HEAD}).",
            "Install the newest version of Acme Product Importer on this computer.",
        )


def _someone_elses(database: Database, details: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{sentence_case(database.in_words)} holds tables that another program made.",
        "Nothing was changed. Give the catalogue a database of its own, or a schema: CREATE SCHEMA catalogue; and "
        "options=-csearch_path%3Dcatalogue in the URL.",
        details,
    )


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file, for the given connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
