"""Copies the selected products to the clipboard, in the form that is asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import clippings
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.products.picked import picked
from acme_desktop.gui.products.room import ProductsRoom
from acme_desktop.gui.widgets import formatting

LIMIT = 100_000
"""How many products a clipboard gets; what takes it elsewhere holds all of them in memory at once."""


class Copying(QObject):
    """`said` comes with what was copied."""

    said = Signal(str)

    def __init__(self, runner: JobRunner, room: ProductsRoom) -> None:
        super().__init__(room)
        self._runner, self._room = runner, room
        self._database: Database | None = None
        self._job: Job | None = None

    def set_database(self, database: Database | None) -> None:
        """Copy from this catalogue."""
        self._database = database

    def copy(self, form: str) -> None:
        """Copy what is selected as "tsv", "csv", "json" or "markdown"; what is loaded at once, the rest soon."""
        database, chosen = self._database, picked(self._room.table, self._room.model.question)
        if database is None or not chosen.count:
            return
        self._runner.drop(self._job)
        if chosen.count > LIMIT:
            problem = InputProblem(
                f"{formatting.number(chosen.count)} products are too many for the clipboard.",
                f"Copy at most {formatting.number(LIMIT)}, or export them to a file.",
            )
            errors.show(self._room, problem)
            return
        called, text = clippings.FORMS[form]
        if chosen.loaded:
            self._copied(called, chosen.count, text(chosen.loaded))
            return

        def work(progress: Progress) -> tuple[str, int, str]:
            products = chosen.products(database, progress)
            return called, len(products), text(products)

        self.said.emit(f"Copying {formatting.counted(chosen.count, 'product', 'products')}…")
        self._job = self._runner.start(
            work, lane=Lane.QUERY, owner=self._room, succeeded=lambda made: self._copied(*made)
        )

    def _copied(self, called: str, count: int, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(f"{formatting.counted(count, 'product', 'products')} copied as {called}.")
