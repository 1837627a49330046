"""What is done to products from the window: the dialogs that create, change and delete, and the work behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import InputProblem, NotFound
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes, Product
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.products.delete_dialogs import DeleteAllDialog, DeleteSelectedDialog
from acme_desktop.gui.products.product_dialog import ProductDialog
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.widgets import formatting


class Doing(QObject):
    """Opens dialogs over the room and does what is confirmed in them; `done` comes with a sentence for the status bar.

    Args:
        runner: does the work.
        table: whose selection is meant.
        room: the dialogs' parent.
    """

    done = Signal(str)

    def __init__(self, runner: JobRunner, table: ProductTable, room: QWidget) -> None:
        super().__init__(room)
        self._runner, self._table, self._room = runner, table, room
        self._author = Author.here("window")
        self._database: Database | None = None

    def set_database(self, database: Database | None) -> None:
        """Work on this catalogue."""
        self._database = database

    # One product

    def new_product(self) -> None:
        """Open the dialog for a new product."""
        dialog = ProductDialog(None, self._room)
        dialog.save_wanted.connect(lambda changes: self._create(dialog, changes))
        dialog.open()

    def edit_selected(self) -> None:
        """Open the dialog for the product that is selected."""
        products = self._table.selected_products()
        if len(products) != 1:
            return
        dialog = ProductDialog(products[0], self._room)
        dialog.save_wanted.connect(lambda changes: self._update(dialog, changes))
        dialog.reload_wanted.connect(lambda: self._reload(dialog))
        dialog.open()

    def _create(self, dialog: ProductDialog, changes: Changes) -> None:
        def create(database: Database, _progress: Progress) -> object:
            return edits.create(
                database,
                sku=changes.sku or "",
                name=changes.name or "",
                description=changes.description or None,
                active=changes.active is not False,
                author=self._author,
            )

        self._save(dialog, create, f"{changes.sku} was created.")

    def _update(self, dialog: ProductDialog, changes: Changes) -> None:
        original = dialog.product
        assert original is not None
        self._save(
            dialog,
            lambda database, _: edits.update(database, original.sku, changes, author=self._author, original=original),
            f"{changes.sku or original.sku} was saved.",
        )

    def _save(self, dialog: ProductDialog, work: Callable[[Database, Progress], Any], words: str) -> None:
        database = self._database
        if database is None:
            return
        job = self._runner.start(
            lambda progress: work(database, progress),
            owner=dialog,
            succeeded=lambda _: dialog.accept(),
            failed=dialog.refuse,
        )
        job.succeeded.connect(lambda _: self.done.emit(words))

    def _reload(self, dialog: ProductDialog) -> None:
        database, product = self._database, dialog.product
        if database is None or product is None:
            return

        def newest(progress: Progress) -> Product:
            found = listing.by_ids(database, [product.id], progress).get(product.id)
            if found is None:
                raise NotFound(f"{product.sku} is not in the catalogue any more.", "Someone deleted it meanwhile.")
            return found

        self._runner.start(newest, lane=Lane.QUERY, owner=dialog, succeeded=dialog.show_product)

    # Several, or all of a filter

    def delete_selected(self, question: Filter, rows: int) -> None:
        """Ask, then delete the selected products.

        Args:
            question: what the table shows.
            rows: how many products that is; all of them selected is the question's whole answer.
        """
        products, selected = self._table.selected_products(), self._table.selected_count
        if not products:
            return
        if selected == len(products):
            dialog = DeleteSelectedDialog(products, self._room)
            dialog.accepted.connect(lambda: self._delete(products))
            dialog.open()
        elif selected == rows:
            self.delete_all(question)
        else:
            problem = InputProblem(
                f"{formatting.number(selected)} products are selected, and not all of them are loaded.",
                "Select fewer, or filter what you want to delete and select all of it with Ctrl+A.",
            )
            errors.show(self._room, problem)

    def _delete(self, products: list[Product]) -> None:
        database = self._database
        if database is None:
            return
        skus = [product.sku for product in products]
        words = f"{formatting.counted(len(skus), 'product was', 'products were')} deleted."
        self._runner.start(
            lambda _: edits.delete(database, skus, author=self._author),
            owner=self._room,
            succeeded=lambda _: self.done.emit(words),
        )

    def delete_all(self, question: Filter) -> None:
        """Ask twice, then delete every product that the question matches."""
        database = self._database
        if database is None:
            return
        dialog = DeleteAllDialog(self._room, database.display_name, filtered=not question.empty)
        self._runner.start(
            lambda progress: listing.count(database, question, progress),
            lane=Lane.QUERY,
            owner=dialog,
            succeeded=dialog.show_count,
        )
        dialog.confirmed.connect(lambda count: self._delete_all(dialog, database, count, question))
        dialog.open()

    def _delete_all(self, dialog: DeleteAllDialog, database: Database, count: int, question: Filter) -> None:
        job = self._runner.start(
            lambda progress: edits.delete_all(
                database, confirm=count, author=self._author, question=question, progress=progress
            ),
            owner=dialog,
            succeeded=lambda _: dialog.accept(),
            failed=dialog.refuse,
        )
        words = f"{formatting.counted(count, 'product was', 'products were')} deleted."
        job.succeeded.connect(lambda _: self.done.emit(words))
