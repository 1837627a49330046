"""Names for undo and redo: which change each of them would be about, kept up with the catalogue."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.changes.titles import title
from acme_desktop.core.database.connections import Database
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.changes import work


class Steps(QObject):
    """`named` comes with what undo and what redo would be about; "" where there is nothing."""

    named = Signal(str, str)

    def __init__(self, runner: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None

    def look(self, database: Database | None) -> None:
        """Look again which changes there are."""
        self._runner.drop(self._job)
        if database is None:
            self.named.emit("", "")
            return
        self._job = self._runner.start(
            lambda _: _titles(database), lane=Lane.QUERY, owner=self, succeeded=lambda both: self.named.emit(*both)
        )


def _titles(database: Database) -> tuple[str, str]:
    undo, redo = work.latest_step(database, "undo"), work.latest_step(database, "redo")
    return title(undo.change) if undo else "", title(redo.change) if redo else ""
