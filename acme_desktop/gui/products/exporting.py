"""Exports from the window: asks, works off the main thread, and remembers where the last one went."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products.export import export
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.products.export_dialog import Choice, ExportDialog, Offer
from acme_desktop.gui.products.picked import Picked, picked
from acme_desktop.gui.products.room import ProductsRoom
from acme_desktop.gui.widgets import formatting


class Exporting(QObject):
    """`said` comes with what was exported."""

    said = Signal(str)

    def __init__(self, runner: JobRunner, room: ProductsRoom, remembered: QSettings) -> None:
        super().__init__(room)
        self._runner, self._room, self._remembered = runner, room, remembered
        self._database: Database | None = None
        self._under_way = 0

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return self._under_way > 0

    def set_database(self, database: Database | None) -> None:
        """Export from this catalogue."""
        self._database = database

    def open(self) -> None:
        """Ask what to export; it is exported in the order in which the table shows it."""
        if self._database is None:
            return
        question, chosen = self._room.model.question, picked(self._room.table, self._room.model.question)
        count = -1 if self._room.model.count is None else self._room.model.count
        dialog = ExportDialog(
            Offer(
                None if question.filter.empty else count,
                chosen.count,
                Path(str(self._remembered.value("export/folder", _documents()))),
                str(self._remembered.value("export/format", "csv")),
                self._remembered.value("export/safe", "false") == "true",
            ),
            self._room.window(),
        )
        dialog.chosen.connect(partial(self._begin, dialog, self._database, chosen))
        dialog.open_folder_wanted.connect(_open_folder)
        # Not modal: a long export goes on beside the work.
        dialog.show()

    def _begin(self, dialog: ExportDialog, database: Database, chosen: Picked, choice: Choice) -> None:
        self._remembered.setValue("export/folder", str(choice.path.parent))
        self._remembered.setValue("export/format", choice.path.suffix.lower().removeprefix("."))
        self._remembered.setValue("export/safe", "true" if choice.safe else "false")

        def work(progress: Progress) -> int:
            sort = chosen.question.sort
            if choice.scope == "all":
                return export(database, Filter(), sort, choice.path, progress, safe=choice.safe)
            if choice.scope == "filtered" or chosen.whole:
                return export(database, chosen.question.filter, sort, choice.path, progress, safe=choice.safe)
            if chosen.loaded:
                ids = [product.id for product in chosen.loaded]
                return export(database, Filter(), sort, choice.path, progress, ids=ids, safe=choice.safe)
            # Many are named by where they begin and end: a selection of millions never becomes a list of ids.
            question, runs = chosen.question.filter, chosen.stretches()
            return export(database, question, sort, choice.path, progress, runs=runs, safe=choice.safe)

        job = self._runner.start(
            work,
            lane=Lane.EXPORT,
            owner=dialog,
            succeeded=dialog.finish,
            failed=dialog.refuse,
            cancelled=dialog.stopped,
            progressed=dialog.watch,
        )
        self._under_way += 1
        job.ended.connect(self._ended)
        job.succeeded.connect(partial(self._exported, choice.path))
        self._cancel_with(dialog, job)

    def _cancel_with(self, dialog: ExportDialog, job: Job) -> None:
        dialog.cancel_wanted.connect(lambda: self._runner.cancel(job))

    def _ended(self) -> None:
        self._under_way -= 1

    def _exported(self, path: Path, count: int) -> None:
        self.said.emit(f"{formatting.counted(count, 'product', 'products')} exported to {path.name}.")


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _open_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
