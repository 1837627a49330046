"""The products room: filter panel, table, pages, and the dialogs that change products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

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
from acme_desktop.gui.products.filter_panel import FilterPanel
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.products.pager import Pager
from acme_desktop.gui.products.product_dialog import ProductDialog
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.notices import Banner, EmptyPage


class ProductsRoom(QWidget):
    """Everything about the catalogue on screen. Changes announce themselves; what they mean for the table comes back
    through `refresh`.
    """

    import_wanted = Signal()
    changed = Signal()
    picked = Signal(list)
    said = Signal(str)

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._database: Database | None = None
        self._author = Author.here("window")
        self.model = ProductModel(runner, self)
        self._setup_ui()
        self.filters.asked.connect(self._filter)
        self.table.place.connect(self.pager.show_place)
        self.table.picked.connect(self.picked)
        self.table.activated.connect(self.edit_selected)
        self.pager.go.connect(self.table.go_to_page)
        self.model.counted.connect(self._show_state)
        self.model.answered.connect(self._show_state)
        self.model.loader.busy.connect(self.pager.busy.setVisible)
        self.model.loader.failed.connect(self._failed)

    def _setup_ui(self) -> None:
        self.filters = FilterPanel()
        self.table = ProductTable(self.model)
        self.pager = Pager()
        self.first_run = EmptyPage(
            "import",
            "Drop a CSV here",
            "The catalogue is empty. Drop a supplier's file anywhere on this window, or choose one. "
            "You will see what it changes before anything is written.",
        ).as_drop_zone()
        self.choose = self.first_run.add_button("Ch&oose files…", "chooseFilesButton", primary=True)
        self.choose.clicked.connect(self.import_wanted)
        create = self.first_run.add_button("&New product…", "firstProductButton")
        create.clicked.connect(self.new_product)
        self.no_match = EmptyPage("search", "No product matches", "Nothing in the catalogue fits these filters.")
        clear = self.no_match.add_button("Clear the filte&rs", "noMatchClearButton", primary=True)
        clear.clicked.connect(self.filters.clear)
        self.pages = QStackedWidget(objectName="productPages")
        for page in (self.table, self.first_run, self.no_match):
            self.pages.addWidget(page)
        self.trouble = Banner()
        around = QFrame()
        self._around = around
        inset = QVBoxLayout(around)
        inset.setContentsMargins(12, 10, 12, 10)
        inset.addWidget(self.trouble)
        around.hide()
        right = QVBoxLayout(spacing=0)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(around)
        right.addWidget(self.pages, 1)
        right.addWidget(self.pager)
        layout = QHBoxLayout(self, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.filters)
        layout.addLayout(right, 1)

    # What is shown

    def set_database(self, database: Database | None) -> None:
        """Show this catalogue."""
        self._database = database
        self._around.hide()
        self.model.set_database(database)
        self.pages.setCurrentWidget(self.table)
        self._show_state()

    def focus_start(self) -> None:
        """Put the keyboard where one begins: on the table, or on the first button of an empty catalogue."""
        page = self.pages.currentWidget()
        (page if page is self.table else self.choose).setFocus()

    def refresh(self) -> None:
        """Ask again for what is shown; selection and place stay."""
        if self._database is not None:
            self._around.hide()
            self.model.refresh()

    def _filter(self, asked: Filter) -> None:
        if self._database is not None:
            self._around.hide()
            self.model.set_filter(asked)
        self._show_state()

    def _show_state(self) -> None:
        count, filtered = self.model.count, not self.filters.empty
        self.pager.show_count(count, filtered=filtered)
        if count is not None:
            empty = self.no_match if filtered else self.first_run
            page = self.table if count else empty
            if page is not self.pages.currentWidget():
                here = self.pages.isAncestorOf(QApplication.focusWidget() or self)
                self.pages.setCurrentWidget(page)
                if here and not filtered:
                    self.focus_start()
            self.pager.setVisible(bool(count) or filtered)
            self.filters.setEnabled(bool(count) or filtered)

    def _failed(self, error: Exception) -> None:
        told = errors.account(error)
        self.trouble.say("danger", told.title, told.advice)
        self._around.show()

    # What is done

    def new_product(self) -> None:
        """Open the dialog for a new product."""
        dialog = ProductDialog(None, self)
        dialog.save_wanted.connect(lambda changes: self._create(dialog, changes))
        dialog.open()

    def edit_selected(self) -> None:
        """Open the dialog for the product that is selected."""
        products = self.table.selected_products()
        if len(products) != 1:
            return
        dialog = ProductDialog(products[0], self)
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
        job.succeeded.connect(lambda _: self._done(words))

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

    def delete_selected(self) -> None:
        """Ask, then delete the selected products."""
        products, selected = self.table.selected_products(), self.table.selected_count
        if not products:
            return
        if selected > len(products):
            self._delete_many(selected)
            return
        dialog = DeleteSelectedDialog(products, self)
        dialog.accepted.connect(lambda: self._delete(products))
        dialog.open()

    def _delete_many(self, selected: int) -> None:
        """The selection has rows that are not loaded: it is either the filter's whole answer, or too much to name."""
        if selected == self.model.rowCount():
            self.delete_all(self.model.question.filter)
            return
        problem = InputProblem(
            f"{formatting.number(selected)} products are selected, and not all of them are loaded.",
            "Select fewer, or filter what you want to delete and select all of it with Ctrl+A.",
        )
        errors.show(self, problem)

    def _delete(self, products: list[Product]) -> None:
        database = self._database
        if database is None:
            return
        skus = [product.sku for product in products]
        words = f"{formatting.counted(len(skus), 'product was', 'products were')} deleted."
        self._runner.start(
            lambda _: edits.delete(database, skus, author=self._author),
            owner=self,
            succeeded=lambda _: self._done(words),
        )

    def delete_all(self, question: Filter | None = None) -> None:
        """Ask twice, then delete every product, or every one that the question matches."""
        question = question or Filter()
        database = self._database
        if database is None:
            return
        dialog = DeleteAllDialog(self, database.display_name, filtered=not question.empty)
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
        job.succeeded.connect(lambda _: self._done(words))

    def _done(self, words: str) -> None:
        self.said.emit(words)
        self.changed.emit()
