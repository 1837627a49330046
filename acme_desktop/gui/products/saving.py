"""Saves edits of products off the main thread; someone else's newer change opens the conflict dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.product import Changes, Product
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.products.conflict_dialog import ConflictDialog


@dataclass(frozen=True)
class Saved:
    """What an edit left behind, and whether it wrote anything."""

    product: Product
    changed: bool


@dataclass(frozen=True)
class Outcomes:
    """What to call when an edit has ended, one of them once.

    Args:
        saved: takes what was saved.
        failed: takes any error but a conflict.
        dropped: takes the product as it is; the person took what someone else had made of it.
        edit: takes the product as it is and what the person wants of it now, to go on editing.
    """

    saved: Callable[[Saved], object]
    failed: Callable[[Exception], object]
    dropped: Callable[[Product], object]
    edit: Callable[[Product, Changes], object]


class Saving(QObject):
    """`done` comes with a sentence for the status bar when a product was saved."""

    done = Signal(str)
    _settled = Signal(bool)

    def __init__(self, runner: JobRunner, room: QWidget) -> None:
        super().__init__(room)
        self._runner, self._room = runner, room
        self._author = Author.here("window")
        self._database: Database | None = None
        # Which state of a product led to which: what this window saved itself is no news to it.
        self._led_to: dict[tuple[int, int | None], Product] = {}
        self._under_way = 0
        self._all_taken = True

    def set_database(self, database: Database | None) -> None:
        """Save into this catalogue."""
        self._database = database
        self._led_to.clear()

    def when_settled(self, then: Callable[[bool], object]) -> None:
        """Call `then` as soon as no save is on its way, with whether all that were on their way now came to be."""
        if self._under_way:
            self._all_taken = True
            self._settled.connect(lambda well: then(well), Qt.ConnectionType.SingleShotConnection)
        else:
            then(True)

    def newest(self, product: Product) -> Product:
        """The product as this window itself has saved it since it was read; else the same."""
        while newer := self._led_to.get((product.id, product.change_set_id)):
            product = newer
        return product

    def save(self, original: Product, changes: Changes, owner: QWidget, outcomes: Outcomes) -> None:
        """Save what a person made of the product that they saw.

        Args:
            original: the product as they saw it.
            changes: what they made of it.
            owner: over this the conflict dialog opens; once it is deleted nothing is called back.
            outcomes: what to call in the end.
        """
        database, author = self._database, self._author
        if database is None:
            return
        original = self.newest(original)

        def saved(what: Saved) -> None:
            if what.changed:
                self._led_to[original.id, original.change_set_id] = what.product
                self.done.emit(f"{what.product.sku} was saved.")

        def work(_: object) -> Saved:
            made = edits.update(database, original.sku, changes, author=author, original=original)
            wanted = changes.clean().applied_to(original)
            if made is None:
                return Saved(wanted, changed=False)
            return Saved(replace(wanted, updated_at=made.created_at, change_set_id=made.id), changed=True)

        def failed(error: Exception) -> None:
            self._all_taken = False
            if isinstance(error, Conflict):
                self._ask(error, owner, outcomes)
            else:
                outcomes.failed(error)

        # A window that closes waits for it: what was typed would be lost otherwise.
        job = self._runner.start(work, owner=owner, succeeded=saved, failed=failed, must_run=True)
        job.succeeded.connect(outcomes.saved)
        job.ended.connect(self._ended)
        self._under_way += 1

    def _ended(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._settled.emit(self._all_taken)

    def _ask(self, conflict: Conflict, owner: QWidget, outcomes: Outcomes) -> None:
        if not self._room.isEnabled():  # the window is being closed
            return
        theirs = conflict.theirs
        dialog = ConflictDialog(conflict, owner.window())
        dialog.save_wanted.connect(lambda changes: self.save(theirs, changes, owner, outcomes))
        dialog.theirs_taken.connect(lambda: outcomes.dropped(theirs))
        dialog.edit_wanted.connect(lambda changes: outcomes.edit(theirs, changes))
        dialog.open()
