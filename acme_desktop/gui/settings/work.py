"""What the settings dialog reads, tries and saves, off the main thread; nothing here knows Qt."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from acme_desktop.core.database import passwords
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation import settings, updates
from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.foundation.settings import Settings
from acme_desktop.core.foundation.updates import Look, Source


@dataclass(frozen=True)
class Choice:
    """What a person chose; `database_url` has no password, and None is the embedded database."""

    database_url: str | None
    password: str
    theme: str
    updates: bool = False
    update_url: str = ""
    update_key: str = ""

    @property
    def full_url(self) -> str:
        """The server's URL with the password that was typed; without one the keyring is asked when connecting."""
        url = DatabaseUrl.parse(self.database_url or "")
        return str(url.with_password(self.password) if self.password else url)


@dataclass(frozen=True)
class Read:
    """What the dialog shows at first; `override` says what goes before the saved database, or ""."""

    settings: Settings
    has_password: bool
    has_keyring: bool
    override: str
    last_look: Look = field(default_factory=Look)


class Store:
    """The saved settings of one data folder.

    Args:
        folder: the data folder.
        started_with: the URL that this window was started with, or None.
    """

    def __init__(self, folder: DataFolder, started_with: str | None = None) -> None:
        self._folder = folder
        self._started_with = started_with

    def read(self) -> Read:
        """The settings as they are saved."""
        saved = settings.load(self._folder.settings_file)
        override = ""
        if self._started_with:
            override = "This window was started with --database-url."
        elif os.environ.get("DATABASE_URL"):
            override = "The environment variable DATABASE_URL names the database."
        known = saved.database_url is not None and passwords.load(DatabaseUrl.parse(saved.database_url)) is not None
        return Read(saved, known, has_keyring(), override, updates.last(self._folder))

    def test(self, choice: Choice, progress: Progress) -> str:
        """Connect as chosen; returns a sentence about the server.

        Raises:
            EnvironmentProblem: it cannot be reached, or is no server that the program can work with.
        """
        if choice.database_url is None:
            raise InputProblem("The embedded database needs no test.", "It starts with the program.")
        started = time.monotonic()
        database = Database.open(choice.full_url)
        try:
            with database.cancellable(progress) as connection:
                row = connection.execute("SELECT current_setting('server_version'), current_database()").fetchone()
            assert row is not None
            milliseconds = round((time.monotonic() - started) * 1000)
            return f"PostgreSQL {str(row[0]).split()[0]}, database “{row[1]}”, answered in {milliseconds} ms."
        finally:
            database.close()

    def look(self, where: Source, progress: Progress) -> Look:
        """Look for a new version now, at an address that a person just asked for."""
        return updates.look(self._folder, where, progress)

    def save(self, choice: Choice) -> str | None:
        """Save the choice, the password in the keyring where there is one.

        Returns:
            The URL to open now, with the password, which is so kept for this session in any case; None is embedded.
        """
        saved = settings.load(self._folder.settings_file)
        changed = saved.with_(
            database_url=choice.database_url,
            theme=choice.theme,
            updates=choice.updates,
            update_url=choice.update_url,
            update_key=choice.update_key,
        )
        settings.save(self._folder.create().settings_file, changed)
        if choice.database_url is None:
            return None
        if choice.password:
            passwords.save(DatabaseUrl.parse(choice.full_url))
        return choice.full_url


def has_keyring() -> bool:
    """Whether the system has a keyring that keeps passwords; asking may talk to the desktop's services."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_keyring().priority >= 1
    except (KeyringError, RuntimeError):
        return False
