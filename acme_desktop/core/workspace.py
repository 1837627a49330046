"""Opens settings, database and services; the window and the command line both start here."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from acme_desktop.core.foundation import milestones, settings
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.settings import Settings

# SQLAlchemy takes a third of a second to load; a command without a database never does.
if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.database.embedded import EmbeddedServer


class Workspace:
    """One data folder and the one database that it works with. Nothing is opened before it is asked for.

    Args:
        data_dir: the data folder; None is ``ACME_DATA_DIR``, else the platform's user folder.
        database_url: None is ``DATABASE_URL``, else the saved default connection, else the embedded PostgreSQL.
    """

    def __init__(self, data_dir: str | Path | None = None, database_url: str | None = None) -> None:
        self.folder = DataFolder.choose(data_dir)
        self._url_asked_for = database_url or os.environ.get("DATABASE_URL") or None
        self._settings: Settings | None = None
        self._server: EmbeddedServer | None = None
        self._database: Database | None = None
        self._opening = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def settings(self) -> Settings:
        """The saved settings."""
        if self._settings is None:
            self._settings = settings.load(self.folder.settings_file)
        return self._settings

    def save_settings(self, changed: Settings) -> None:
        """Write the settings; another database is used after the next start of the workspace."""
        settings.save(self.folder.create().settings_file, changed)
        self._settings = changed

    @property
    def database_url(self) -> str | None:
        """The server asked for, or None for the embedded PostgreSQL."""
        return self._url_asked_for or self.settings.database_url

    @property
    def database(self) -> Database:
        """The database, opened and migrated at the first use; this may take seconds.

        Raises:
            EnvironmentProblem: it cannot be started, reached or migrated.
        """
        with self._opening:
            if self._database is None:
                self._database = self._open()
            return self._database

    def _open(self) -> Database:
        from acme_desktop.core.database import migrations

        milestones.passed("database modules")
        database = self.open_without_migrating()
        milestones.passed("server")
        try:
            migrations.upgrade(database)
            milestones.passed("migrations check")
        except BaseException:
            database.close()
            self._release()
            raise
        return database

    def open_without_migrating(self) -> Database:
        """The database as it is; the caller closes it."""
        from acme_desktop.core.database.connections import Database
        from acme_desktop.core.database.embedded import EmbeddedServer

        url = self.database_url
        if url is not None:
            return Database.open(url)
        self._server = EmbeddedServer(self.folder.create())
        try:
            return Database.open(self._server.start(), embedded=True)
        except BaseException:
            self._release()
            raise

    def close(self) -> None:
        """Close the connections; the last program that uses the embedded server stops it."""
        with self._opening:
            if self._database is not None:
                self._database.close()
                self._database = None
            self._release()

    def _release(self) -> None:
        if self._server is not None:
            self._server.release()
            self._server = None
