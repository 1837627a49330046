"""Asks about one file at a time: the mapping dialog, with the comparison and the templates around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.importer.comparison import Comparison
from acme_desktop.gui.importer.entry import ImportEntry
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.preparation import Preparation


class Questions(QObject):
    """`accepted` comes with a file that is to be imported and what was staged of it, or None; `left` with one that is
    not. `look_again` wants a file looked at with other options, and then `show`.

    Args:
        busy: whether imports that go before change the catalogue first.
    """

    accepted = Signal(ImportEntry, object)
    left = Signal(ImportEntry)
    look_again = Signal(ImportEntry, ImportOptions)
    files_dropped = Signal(list)

    def __init__(self, runner: JobRunner, author: Author, busy: Callable[[], bool], parent: QWidget) -> None:
        super().__init__(parent)
        self._runner, self._busy, self._room = runner, busy, parent
        self._database: Database | None = None
        self._comparison = Comparison(runner, author, self)
        self.dialog: MappingDialog | None = None

    def set_database(self, database: Database | None) -> None:
        """Compare with this catalogue from now on; `reconsider` begins."""
        self._comparison.stop()
        self._database = database

    def stop(self) -> None:
        """Give back what is staged."""
        self._comparison.stop()

    def reconsider(self) -> None:
        """Compare again, if a file is asked about: the catalogue is another one, or no import goes before any more."""
        if self.dialog is not None:
            self.dialog.reconsider()

    def about(self, entry: ImportEntry) -> bool:
        """Whether this file is being asked about."""
        return self.dialog is not None and self.dialog.entry is entry

    def ask(self, entry: ImportEntry, again: Exception | None = None) -> None:
        """Ask about a file, unless another is being asked about; `again` is why once more."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        dialog = self.dialog = MappingDialog(entry, self._room.window())
        dialog.show_source(f"Filled in as for {entry.filled_from}." if entry.filled_from else "")
        dialog.look_again.connect(partial(self.look_again.emit, entry))
        dialog.compare.connect(partial(self._compare, entry))
        dialog.files_dropped.connect(self.files_dropped)
        dialog.finished.connect(partial(self._answered, entry))
        self._comparison.told.connect(dialog.show_preview)
        self._comparison.failed.connect(dialog.show_failed_comparison)
        self._comparison.progressed.connect(dialog.show_comparing)
        Preparation(self._runner, dialog, self._comparison, self._database)
        # In another turn of the loop: to make the dialog and to fill it at once would be felt as a stall.
        QTimer.singleShot(0, dialog, partial(self._open, dialog, again))

    def _open(self, dialog: MappingDialog, again: Exception | None) -> None:
        if dialog is not self.dialog:  # answered already, as when the window closes
            return
        self.show()
        if again is not None:
            dialog.say_again(again)
        # Not modal: what is imported meanwhile can be watched and cancelled, and more files dropped.
        dialog.show()

    def show(self) -> None:
        """Show what is known of the file that is asked about."""
        dialog = self.dialog
        assert dialog is not None
        profile, error = dialog.entry.profile, dialog.entry.error
        if profile is not None:
            dialog.show_profile(profile, error)
        elif error is not None:
            self._comparison.stop()
            dialog.show_refusal(error)

    def _compare(self, entry: ImportEntry, options: ImportOptions) -> None:
        assert self.dialog is not None
        self._comparison.stop()
        if self._database is None:
            self.dialog.show_note("It will be compared when the database is open.")
        elif self._busy():
            self.dialog.show_note("The imports before this one change the catalogue first.")
        else:
            self._comparison.start(self._database, entry.path, options)

    def _answered(self, entry: ImportEntry, answer: int) -> None:
        dialog, self.dialog = self.dialog, None
        assert dialog is not None
        if answer == MappingDialog.DialogCode.Accepted:
            entry.options, entry.profile = dialog.options(), dialog.profile
            self.accepted.emit(entry, self._comparison.take(entry.options))
        else:
            self._comparison.stop()
            self.left.emit(entry)
