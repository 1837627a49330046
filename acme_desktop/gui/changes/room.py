"""The changes room: history, one product's story, the catalogue of then, undo and redo; it is made of dialogs only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from acme_desktop.core.changes import undo
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.undo import UndoReport
from acme_desktop.core.database.connections import Database
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.changes import work
from acme_desktop.gui.changes.as_of_dialog import AsOfDialog
from acme_desktop.gui.changes.difference_dialog import DifferenceDialog
from acme_desktop.gui.changes.history_dialog import HistoryDialog
from acme_desktop.gui.changes.product_history_dialog import ProductHistoryDialog
from acme_desktop.gui.changes.steps import Steps
from acme_desktop.gui.changes.undo_dialogs import UndoDialog, UndoReportDialog, change_name
from acme_desktop.gui.changes.work import Step


class ChangesRoom(QObject):
    """Opens dialogs over `window`. `changed` comes when an undo or a restore changed the catalogue."""

    changed = Signal()
    said = Signal(str)
    bench_wanted = Signal(int)
    resume_wanted = Signal(int, str)
    products_wanted = Signal(int)

    def __init__(self, runner: JobRunner, window: QWidget) -> None:
        super().__init__(window)
        self._runner, self._window = runner, window
        self._author = Author.here("window")
        self._database: Database | None = None
        self._dialogs: dict[type[QDialog], Any] = {}
        self.steps = Steps(runner, self)

    def set_database(self, database: Database | None) -> None:
        """Work with this catalogue from now on."""
        self._database = database
        self.steps.look(database)
        for dialog in list(self._dialogs.values()):
            dialog.close()

    # The dialogs: one of each kind

    def open_history(self) -> None:
        """Open the history, or bring it to the front."""
        self._open(HistoryDialog, self._make_history)

    def open_product_history(self, sku: str = "") -> None:
        """Open what happened to the product with that SKU; without one, ask for it."""
        dialog = self._open(ProductHistoryDialog, self._make_product_history)
        if dialog is not None and sku:
            dialog.show_sku(sku)
        elif dialog is not None:
            dialog.sku.setFocus()

    def open_as_of(self) -> None:
        """Open the catalogue as of a date."""
        self._open(AsOfDialog, self._make_as_of)

    def open_difference(self) -> None:
        """Open the comparison of two dates."""
        self._open(DifferenceDialog, self._make_difference)

    def _open(self, kind: type[QDialog], make: Callable[[Database], QDialog]) -> Any:
        if self._database is None:
            return None
        dialog = self._dialogs.get(kind)
        if dialog is None:
            dialog = self._dialogs[kind] = make(self._database)
            dialog.finished.connect(lambda: self._dialogs.pop(kind, None))
            dialog.show()
        else:
            dialog.refresh()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _make_history(self, database: Database) -> HistoryDialog:
        dialog = HistoryDialog(self._runner, database, self._window)
        dialog.undo_wanted.connect(self.undo)
        dialog.bench_wanted.connect(self.bench_wanted)
        dialog.resume_wanted.connect(self.resume_wanted)
        dialog.products_wanted.connect(self.products_wanted)
        dialog.product_wanted.connect(self.open_product_history)
        dialog.said.connect(self.said)
        return dialog

    def _make_product_history(self, database: Database) -> ProductHistoryDialog:
        dialog = ProductHistoryDialog(self._runner, database, self._author, self._window)
        dialog.changed.connect(self.changed)
        dialog.said.connect(self.said)
        return dialog

    def _make_as_of(self, database: Database) -> AsOfDialog:
        dialog = AsOfDialog(self._runner, database, self._window)
        dialog.history_wanted.connect(self.open_product_history)
        dialog.compare_wanted.connect(self._compare)
        dialog.said.connect(self.said)
        return dialog

    def _make_difference(self, database: Database) -> DifferenceDialog:
        dialog = DifferenceDialog(self._runner, database, self._window)
        dialog.history_wanted.connect(self.open_product_history)
        dialog.said.connect(self.said)
        return dialog

    def _compare(self, start: datetime) -> None:
        self.open_difference()
        self._dialogs[DifferenceDialog].show_span(start, None)

    def refresh(self) -> None:
        """Read again whatever is shown, and what undo and redo are about."""
        self.steps.look(self._database)
        for dialog in list(self._dialogs.values()):
            dialog.refresh()

    @property
    def _front(self) -> QWidget:
        """What a question stands over."""
        return self._dialogs.get(HistoryDialog) or self._window

    # Undo

    def undo(self, change_set_id: int) -> None:
        """Ask, then undo that change; one that is undone is brought back."""
        database = self._database
        if database is not None:
            self._runner.start(
                lambda _: work.step_of(database, change_set_id),
                lane=Lane.QUERY,
                owner=self._front,
                succeeded=self._ask,
            )

    def undo_latest(self) -> None:
        """Ask, then undo the newest change that stands."""
        self._latest("undo")

    def redo_latest(self) -> None:
        """Ask, then bring back the change that was undone last."""
        self._latest("redo")

    def _latest(self, way: Literal["undo", "redo"]) -> None:
        database = self._database
        if database is not None:
            self._runner.start(
                lambda _: work.latest_step(database, way),
                lane=Lane.QUERY,
                owner=self._window,
                succeeded=lambda step: self._ask(step) if step else self.said.emit(f"There is nothing to {way}."),
            )

    def _ask(self, step: Step) -> None:
        dialog = UndoDialog(step, self._front)
        dialog.confirmed.connect(partial(self._carry_out, dialog))
        dialog.open()

    def _carry_out(self, dialog: UndoDialog) -> None:
        database, author, step = self._database, self._author, dialog.step
        if database is None:
            dialog.close()
            return
        job = self._runner.start(
            lambda progress: undo.undo(database, step.target.id, author=author, progress=progress),
            lane=Lane.EDIT,
            owner=self._window,
            succeeded=partial(self._undone, step, dialog),
            failed=partial(self._failed, dialog),
            cancelled=partial(self._cancelled, dialog),
        )
        dialog.cancel_wanted.connect(lambda: self._runner.cancel(job))

    def _undone(self, step: Step, dialog: UndoDialog, report: UndoReport) -> None:
        dialog.accept()
        self.changed.emit()
        self.refresh()
        self.said.emit(f"{'Brought back' if step.back else 'Undone'}: {change_name(step.change)}")
        UndoReportDialog(step, report, self._front).open()

    def _cancelled(self, dialog: UndoDialog) -> None:
        dialog.accept()
        self.said.emit("The undo was cancelled. The catalogue is unchanged.")

    def _failed(self, dialog: UndoDialog, error: Exception) -> None:
        dialog.accept()
        self.refresh()
        errors.show(self._front, error)
