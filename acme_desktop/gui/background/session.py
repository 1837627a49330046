"""Which database the window works with: opened, switched and closed off the main thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.workspace import Workspace
from acme_desktop.gui.background.jobs import JobRunner, Lane


class Session(QObject):
    """Owns the open `Workspace`; the main thread only ever sees its database by signals."""

    opening = Signal()
    opened = Signal(Database)
    failed = Signal(Exception)
    left = Signal()
    closed = Signal()

    def __init__(self, runner: JobRunner, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._data_dir = data_dir
        self._workspace: Workspace | None = None
        self._chosen_url: str | None = None

    @property
    def database(self) -> Database | None:
        """The open and migrated database, or None while there is none."""
        return self._workspace.database if self._workspace is not None else None

    def is_open_at(self, database_url: str | None) -> bool:
        """Whether this is the database in use; None is the embedded one."""
        database = self.database
        if database is None:
            return False
        return database.embedded if database_url is None else database.url == database_url

    def open(self, database_url: str | None = None) -> None:
        """Open the database at the URL given, else the one that environment and settings name."""
        self._chosen_url = database_url
        self.opening.emit()
        self._runner.start(
            lambda progress: open_workspace(self._data_dir, database_url, progress),
            lane=Lane.EDIT,
            succeeded=self._take,
            failed=self.failed.emit,
        )

    def retry(self) -> None:
        """Try the last choice once more."""
        self.open(self._chosen_url)

    def _take(self, workspace: Workspace) -> None:
        former, self._workspace = self._workspace, workspace
        if former is not None:
            self.left.emit()
            # Questions to the former database may still be on their way back with its connections.
            self._runner.when_idle(lambda: self._close(former, lambda _: None))
        self.opened.emit(workspace.database)

    def close(self) -> None:
        """Let go of the database; the last program that used the embedded server stops it. Then `closed` comes."""
        workspace, self._workspace = self._workspace, None
        if workspace is None:
            self.closed.emit()
            return
        self.left.emit()
        # Whoever is told lets go of a question now, or asks a last one; each has a connection until it has ended.
        self._runner.when_idle(lambda: self._close(workspace, lambda _: self.closed.emit()))

    def _close(self, workspace: Workspace, then: Callable[[Any], object]) -> None:
        self._runner.start(lambda _: workspace.close(), lane=Lane.EDIT, succeeded=then, failed=then, must_run=True)


def open_workspace(data_dir: Path, database_url: str | None, progress: Progress) -> Workspace:
    """Open a workspace and its database, which starts the embedded server where that is the choice."""
    progress.stage("Starting the database")
    workspace = Workspace(data_dir, database_url)
    try:
        workspace.database  # noqa: B018  opened and migrated on first use
    except BaseException:
        workspace.close()
        raise
    return workspace
