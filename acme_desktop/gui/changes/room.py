"""The changes room: the history of imports, undo and redo. It has no place in the window, only dialogs."""

from __future__ import annotations

from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes import undo
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.undo import UndoReport
from acme_desktop.core.database.connections import Database
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.changes import work
from acme_desktop.gui.changes.history_dialog import HistoryDialog
from acme_desktop.gui.changes.undo_dialogs import UndoDialog, UndoReportDialog, change_name
from acme_desktop.gui.changes.work import Step


class ChangesRoom(QObject):
    """Opens dialogs over `window`. `changed` comes when an undo changed the catalogue."""

    changed = Signal()
    said = Signal(str)
    bench_wanted = Signal(int)
    resume_wanted = Signal(int, str)

    def __init__(self, runner: JobRunner, window: QWidget) -> None:
        super().__init__(window)
        self._runner, self._window = runner, window
        self._author = Author.here("window")
        self._database: Database | None = None
        self._dialog: HistoryDialog | None = None

    def set_database(self, database: Database | None) -> None:
        """Work with this catalogue from now on."""
        self._database = database
        if self._dialog is not None:
            self._dialog.close()

    # The history

    def open_history(self) -> None:
        """Open the history of imports, or bring it to the front."""
        if self._dialog is None:
            dialog = self._dialog = HistoryDialog(self._window)
            dialog.undo_wanted.connect(self.undo)
            dialog.bench_wanted.connect(self.bench_wanted)
            dialog.resume_wanted.connect(self.resume_wanted)
            dialog.finished.connect(self._closed)
            dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self.refresh()

    def _closed(self) -> None:
        self._dialog = None

    def refresh(self) -> None:
        """Read the history again, where it is shown."""
        database, dialog = self._database, self._dialog
        if database is not None and dialog is not None:
            self._runner.start(
                lambda _: work.imports(database), lane=Lane.QUERY, owner=dialog, succeeded=dialog.show_imports
            )

    # Undo

    def undo(self, change_set_id: int) -> None:
        """Ask, then undo that change; one that is undone is brought back."""
        database = self._database
        if database is not None:
            self._runner.start(
                lambda _: work.step_of(database, change_set_id),
                lane=Lane.QUERY,
                owner=self._dialog or self._window,
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
        dialog = UndoDialog(step, self._dialog or self._window)
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
        UndoReportDialog(step, report, self._dialog or self._window).open()

    def _cancelled(self, dialog: UndoDialog) -> None:
        dialog.accept()
        self.said.emit("The undo was cancelled. The catalogue is unchanged.")

    def _failed(self, dialog: UndoDialog, error: Exception) -> None:
        dialog.accept()
        self.refresh()
        errors.show(self._dialog or self._window, error)
