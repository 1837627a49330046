"""What is done to products from the window: in their cells and in the dialogs that create, change and delete."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.bulk_edit import Which
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes, Product
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.products.bulk_edit_dialog import BulkEditDialog
from acme_desktop.gui.products.cell_editing import CellEditing
from acme_desktop.gui.products.delete_dialogs import DeleteAllDialog, DeleteSelectedDialog
from acme_desktop.gui.products.pages import Question
from acme_desktop.gui.products.picked import picked
from acme_desktop.gui.products.product_dialog import ProductDialog
from acme_desktop.gui.products.saving import Outcomes, Saving
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.widgets import formatting

# More than so many selected here and there are not looked up one by one to be deleted.
_MOST_BY_HAND = 50_000


class Doing(QObject):
    """Opens dialogs over the room and does what is confirmed in them.

    `done` comes with a sentence for the status bar when the catalogue was changed, `said` with any other one.

    Args:
        runner: does the work.
        table: whose selection is meant.
        room: the dialogs' parent.
    """

    done = Signal(str)
    said = Signal(str)
    history_wanted = Signal(str)

    def __init__(self, runner: JobRunner, table: ProductTable, room: QWidget) -> None:
        super().__init__(room)
        self._runner, self._table, self._room = runner, table, room
        self._author = Author.here("window")
        self._database: Database | None = None
        self.saving = Saving(runner, room)
        self.saving.done.connect(self.done)
        self.cells = CellEditing(table, self.saving)
        self.cells.said.connect(self.said)
        self.cells.dialog_wanted.connect(self._go_on_in_dialog)
        self.cells.row_gone.connect(self._go_on_without_row)
        self.cells.refused.connect(self._go_on_after)

    def set_database(self, database: Database | None) -> None:
        """Work on this catalogue."""
        self._database = database
        self.saving.set_database(database)
        self.cells.forget()

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
        self._open_dialog(self.saving.newest(products[0])).open()

    def _open_dialog(self, product: Product) -> ProductDialog:
        dialog = ProductDialog(product, self._room)
        dialog.save_wanted.connect(lambda changes: self._update(dialog, changes))
        dialog.history_wanted.connect(self.history_wanted)
        return dialog

    def _go_on_in_dialog(self, product: Product, changes: Changes, *why: str) -> ProductDialog | None:
        if self._database is None or not self._room.isEnabled():  # the window is being closed
            return None
        dialog = self._open_dialog(product)
        dialog.go_on(product, changes, *why)
        dialog.open()
        dialog.type_on(changes)
        return dialog

    def _go_on_without_row(self, product: Product, changes: Changes) -> None:
        newest = self.saving.newest(product)
        self._go_on_in_dialog(newest, changes, f"{newest.sku} is not among the products shown any more.")

    def _go_on_after(self, product: Product, changes: Changes, error: Exception) -> None:
        newest = self.saving.newest(product)
        if dialog := self._go_on_in_dialog(newest, changes, f"What you typed for {newest.sku} was not saved."):
            dialog.refuse(error)

    def _create(self, dialog: ProductDialog, changes: Changes) -> None:
        def create(database: Database) -> object:
            return edits.create(
                database,
                sku=changes.sku or "",
                name=changes.name or "",
                description=changes.description or None,
                active=changes.active is not False,
                author=self._author,
            )

        database = self._database
        if database is None:
            return
        job = self._runner.start(
            lambda _: create(database), owner=dialog, succeeded=lambda _: dialog.accept(), failed=dialog.refuse
        )
        job.succeeded.connect(lambda _: self.done.emit(f"{changes.sku} was created."))

    def _update(self, dialog: ProductDialog, changes: Changes) -> None:
        original = dialog.product
        assert original is not None
        outcomes = Outcomes(
            saved=lambda _: dialog.accept(),
            failed=dialog.refuse,
            dropped=lambda _: dialog.accept(),
            edit=dialog.go_on,
        )
        self.saving.save(original, changes, dialog, outcomes)

    # Several, or all of a filter

    def bulk_edit(self, question: Question, rows: int) -> None:
        """Open the dialog that changes the selected products, or all that the table shows, at once.

        Args:
            question: what the table shows.
            rows: how many products that is.
        """
        database, chosen = self._database, picked(self._table, question)
        if database is None:
            return
        everything = Which(question.filter)
        words = "All products" if question.filter.empty else "All that the filter matches"
        choices = [(f"{words} ({formatting.number(rows)})", everything)]
        if chosen.whole or not chosen.count:
            self._open_bulk_edit(database, choices)
            return

        def with_selected(ids: list[int]) -> None:
            if self._database is database:
                selected = (f"The selected ones ({formatting.number(len(ids))})", Which(ids=tuple(ids)))
                self._open_bulk_edit(database, [selected, *choices])

        if chosen.loaded:
            with_selected([product.id for product in chosen.loaded])
            return
        self._runner.start(
            lambda progress: chosen.ids(database, progress),
            lane=Lane.QUERY,
            owner=self._room,
            succeeded=with_selected,
        )

    def _open_bulk_edit(self, database: Database, choices: list[tuple[str, Which]]) -> None:
        dialog = BulkEditDialog(self._runner, database, self._author, choices, self._room)
        dialog.applied.connect(lambda made: self.done.emit(f"{made.summary}."))
        dialog.open()

    def delete_selected(self, question: Question) -> None:
        """Ask, then delete the selected products; `question` is what the table shows."""
        database, chosen = self._database, picked(self._table, question)
        if database is None or not chosen.count:
            return
        if chosen.loaded:
            self._ask_to_delete(list(chosen.loaded))
        elif chosen.whole:
            self.delete_all(question.filter)
        elif chosen.count > _MOST_BY_HAND:
            problem = InputProblem(
                f"{formatting.number(chosen.count)} products are selected, which is too many to delete one by one.",
                "Filter what you want to delete, and select all of it with Ctrl+A.",
            )
            errors.show(self._room, problem)
        else:
            self._runner.start(
                lambda progress: chosen.products(database, progress),
                lane=Lane.QUERY,
                owner=self._room,
                succeeded=self._ask_to_delete,
            )

    def _ask_to_delete(self, products: list[Product]) -> None:
        if products:
            dialog = DeleteSelectedDialog(products, self._room)
            dialog.accepted.connect(lambda: self._delete(products))
            dialog.open()

    def _delete(self, products: list[Product]) -> None:
        database = self._database
        if database is None:
            return
        skus, ids = [product.sku for product in products], [product.id for product in products]
        words = f"{formatting.counted(len(skus), 'product was', 'products were')} deleted."
        self._runner.start(
            lambda _: edits.delete(database, skus, author=self._author, ids=ids),
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
            succeeded=lambda _: dialog.finish(),
            failed=dialog.refuse,
            cancelled=dialog.tell_cancelled,
            progressed=dialog.watch,
        )
        dialog.cancel_wanted.connect(lambda: self._runner.cancel(job))
        words = f"{formatting.counted(count, 'product was', 'products were')} deleted."
        job.succeeded.connect(lambda _: self.done.emit(words))
