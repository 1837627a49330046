"""The saved views of the database in use: read, saved, renamed, moved and deleted off the main thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import saved_views
from acme_desktop.core.products.saved_views import SavedView, View
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane


class Views(QObject):
    """Knows the saved views, and which of them was chosen last.

    Args:
        runner: does the work.
        room: the parent of error dialogs.
    """

    changed = Signal()
    """The list, or which view is the current one, is another."""
    said = Signal(str)

    def __init__(self, runner: JobRunner, room: QWidget) -> None:
        super().__init__(room)
        self._runner, self._room = runner, room
        self._author = Author.here("window")
        self._database: Database | None = None
        self._loading: Job | None = None
        self.all: list[SavedView] = []
        self.current: SavedView | None = None

    def set_database(self, database: Database | None) -> None:
        """Offer the views of this database."""
        self._runner.drop(self._loading)
        self._database, self.all, self.current = database, [], None
        self.changed.emit()
        self.load()

    def find(self, name: str) -> SavedView | None:
        """The view of that name, as last read."""
        return next((view for view in self.all if view.name == name), None)

    def choose(self, view: SavedView | None) -> None:
        """Take a view for the current one; None is the plain catalogue."""
        self.current = view
        self.changed.emit()

    def load(self) -> None:
        """Read the list again; what others saved is in it then."""
        self._runner.drop(self._loading)  # it may have looked too early
        database = self._database
        if database is None:
            return

        def listed(progress: Any) -> list[SavedView]:
            with database.cancellable(progress) as connection:
                return saved_views.listed(connection)

        # A server that is lost is told by the table.
        self._loading = self._runner.start(
            listed, lane=Lane.QUERY, owner=self, succeeded=self._take, failed=lambda _: None
        )

    def _take(self, views: list[SavedView]) -> None:
        current = self.current
        if current is not None:
            # Another may have renamed or replaced it; what this window shows is judged by the newest.
            current = next((view for view in views if view.id == current.id), None)
        if (views, current) != (self.all, self.current):
            self.all, self.current = views, current
            self.changed.emit()

    def save(self, name: str, view: View, *, replace: bool = True) -> None:
        """Keep a view under a name, which then is the current one; `replace` takes the place of one of that name."""

        def saved(kept: SavedView) -> None:
            self.current = kept
            self.said.emit(f"The view {kept.name} was saved.")

        self._do(lambda connection: saved_views.save(connection, name, view, self._author, replace=replace), saved)

    def rename(self, name: str, new: str) -> None:
        """Give a view another name."""
        self._do(lambda connection: saved_views.rename(connection, name, new), lambda _: None)

    def move(self, name: str, places: int) -> None:
        """Move a view down the list, or up where `places` is negative."""
        self._do(lambda connection: saved_views.move(connection, name, places), lambda _: None)

    def delete(self, name: str) -> None:
        """Remove a view; what is shown stays."""
        self._do(
            lambda connection: saved_views.delete(connection, name),
            lambda _: self.said.emit(f"The view {name} was deleted."),
        )

    def _do(self, work: Callable[[Connection[Any]], Any], then: Callable[[Any], object]) -> None:
        database = self._database
        if database is None:
            return

        def run(_progress: object) -> tuple[Any, list[SavedView]]:
            with database.connect() as connection:
                return work(connection), saved_views.listed(connection)

        def done(result: tuple[Any, list[SavedView]]) -> None:
            self._runner.drop(self._loading)  # its list may be older
            then(result[0])
            self.all = []
            self._take(result[1])

        self._runner.start(run, owner=self._room, succeeded=done)
