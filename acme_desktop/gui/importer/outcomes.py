"""Shows what came of an import: its report, the bench for its rejected rows, or why it failed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.importer import work
from acme_desktop.gui.importer.entry import ImportEntry
from acme_desktop.gui.importer.rejects_bench import RejectsBench, open_bench
from acme_desktop.gui.importer.report_dialog import SHOWN_DETAILS, ImportReportDialog


class Outcomes(QObject):
    """`changed` comes when the bench changed the catalogue.

    Attributes:
        database: where the imports are; None while there is none.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(self, runner: JobRunner, author: Author, parent: QWidget) -> None:
        super().__init__(parent)
        self._runner, self._author, self._room = runner, author, parent
        self.database: Database | None = None

    def show(self, entry: ImportEntry) -> None:
        """Show a file's report, or the error that it ended with."""
        if entry.report is None:
            if entry.error is not None:
                errors.show(self._room, entry.error)
            return
        dialog = ImportReportDialog(entry.report, self._room.window())
        database, import_id = self.database, entry.report.import_id
        if database is not None and import_id is not None:
            self._runner.start(
                lambda _: work.details(database, import_id, SHOWN_DETAILS),
                lane=Lane.QUERY,
                owner=dialog,
                succeeded=lambda found: dialog.show_details(*found),
            )
            header = list(entry.profile.header) if entry.profile is not None else []
            dialog.save_wanted.connect(partial(self._save_rejects, dialog, database, import_id, header))
            dialog.bench_wanted.connect(partial(self.open_bench, import_id))
            dialog.bench_wanted.connect(dialog.close)
        dialog.show()

    def open_bench(self, import_id: int) -> None:
        """Open the bench with the rejected rows of an import."""
        if self.database is not None:
            open_bench(self._runner, self.database, import_id, self._author, self._room.window(), self._wire_bench)

    def _wire_bench(self, bench: RejectsBench) -> None:
        bench.changed.connect(self.changed)
        bench.said.connect(self.said)

    def _save_rejects(
        self, dialog: ImportReportDialog, database: Database, import_id: int, header: list[str], path: Path
    ) -> None:
        self._runner.start(
            lambda _: work.save_rejects(database, import_id, header, path),
            owner=dialog,
            succeeded=partial(dialog.saved, path),
            failed=dialog.not_saved,
        )
