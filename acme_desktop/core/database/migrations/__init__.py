"""Bringing a database to the program's schema, step by step, with Alembic.

Alembic and SQLAlchemy are loaded only where a step is due: reading the version costs one small query at every start.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from acme_desktop.core.foundation.errors import EnvironmentProblem

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

    from acme_desktop.core.database.connections import Database

HEAD = "0005"
"""The schema that this program works with: the newest step in ``versions``."""

# Any number that no other program on the server is likely to lock.
_LOCK = 0x61636D65

_log = logging.getLogger(__name__)


def current(database: Database) -> str | None:
    """The schema's version, or None where the database is still empty."""
    with database.connect() as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    return str(row[0]) if row and row[0] else None


def upgrade(database: Database) -> bool:
    """Migrate to `HEAD` in one transaction; returns whether anything was done.

    Several programs may call it at once: one migrates, the others wait.

    Raises:
        EnvironmentProblem: the database was migrated by a newer version of the program.
    """
    if current(database) == HEAD:
        return False
    from sqlalchemy import text

    with database.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = current(database)
        if before == HEAD:
            return False
        if before is not None and before > HEAD:
            raise EnvironmentProblem(
                f"This database has schema {before}, which is newer than this program's ({HEAD}).",
                "Install the newest version of Acme Product Importer on this computer.",
            )
        from alembic import command

        command.upgrade(configuration(connection), HEAD)
        _log.info("migrated the schema from %s to %s", before, HEAD)
    return True


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file, for the given connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
