"""The products room: filter panel, table, pages, and the dialogs that change products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QByteArray, QSettings, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.saved_views import SavedView, View
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.products import view_columns
from acme_desktop.gui.products.doing import Doing
from acme_desktop.gui.products.filter_panel import FilterPanel
from acme_desktop.gui.products.go_to import GoTo
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.products.pager import Pager
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.products.view_bar import ViewBar
from acme_desktop.gui.products.views import Views
from acme_desktop.gui.widgets.notices import Banner, EmptyPage


class ProductsRoom(QWidget):
    """Everything about the catalogue on screen. Changes announce themselves; what they mean for the table comes back
    through `refresh`.
    """

    import_wanted = Signal()
    changed = Signal()
    picked = Signal(list)
    said = Signal(str)
    history_wanted = Signal(str)

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._database: Database | None = None
        self.model = ProductModel(runner, self)
        self.views = Views(runner, self)
        self._setup_ui(runner)
        self._doing = Doing(runner, self.table, self)
        self._doing.done.connect(self._done)
        self._doing.history_wanted.connect(self.history_wanted)
        self._doing.said.connect(self.said)
        self.views.said.connect(self.said)
        self.table.kept.cleared.connect(self.said)
        self.filters.asked.connect(self._filter)
        self.filters.worded.connect(self.view_bar.show_state)
        self.view_bar.view_chosen.connect(self.show_view)
        self.view_bar.watch(self.table)
        self.table.place.connect(self.pager.show_place)
        self.table.picked.connect(self.picked)
        self.table.activated.connect(self.edit_selected)
        self.pager.go.connect(self.table.go_to_page)
        self.pager.watch(self.model)
        self.go_to = GoTo(runner, self.table, self.filters.clear)
        self.model.counted.connect(self._show_state)
        self.model.answered.connect(self._show_state)
        self.model.loader.busy.connect(self.pager.busy.setVisible)
        self.model.loader.failed.connect(self._failed)

    def _setup_ui(self, runner: JobRunner) -> None:
        self.filters = FilterPanel(runner)
        self.table = ProductTable(self.model)
        self.view_bar = ViewBar(self.views, self.filters, self.shown_view)
        self.pager = Pager()
        self.first_run = EmptyPage(
            "import",
            "Drop product files here",
            "The catalogue is empty. Drop a supplier's CSV, Excel or other table on this window, or choose one. "
            "You will see what it changes before anything is written.",
        ).as_drop_zone()
        self.choose = self.first_run.add_button("Ch&oose files…", "chooseFilesButton", primary=True)
        self.choose.clicked.connect(self.import_wanted)
        create = self.first_run.add_button("&New product…", "firstProductButton")
        create.clicked.connect(self.new_product)
        self.no_match = EmptyPage("search", "No product matches", "Nothing in the catalogue fits these filters.")
        clear = self.no_match.add_button("Show ever&ything again", "noMatchClearButton", primary=True)
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
        right.addWidget(self.view_bar)
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
        self._doing.set_database(database)
        self.filters.set_database(database)
        self.views.set_database(database)
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
            self.filters.follow_the_day()
            self.model.refresh()

    def show_filter(self, asked: Filter) -> None:
        """Show what a filter matches, and the filter itself in the panel; with a view in use it is a change to that."""
        self.filters.show_filter(asked)

    def _filter(self, asked: Filter) -> None:
        self._around.hide()
        self.model.set_filter(asked)
        self.view_bar.show_state()
        self._show_state()

    def _show_state(self) -> None:
        self.view_bar.button.show_state()
        count, filtered = self.model.count, not self.filters.empty
        self.pager.show_count(count, filtered=filtered)
        # While another page is shown, the table's scroll bar tells nothing.
        self.table.tell_place()
        if count is not None:
            empty = self.no_match if filtered else self.first_run
            page = self.table if count else empty
            if page is not self.pages.currentWidget():
                here = self.pages.isAncestorOf(QApplication.focusWidget() or self)
                self.pages.setCurrentWidget(page)
                if here and not filtered:
                    self.focus_start()
            self.pager.setVisible(bool(count) or filtered)
            self.view_bar.setVisible(bool(count) or filtered)
            self.filters.setEnabled(bool(count) or filtered)

    def _failed(self, error: Exception) -> None:
        told = errors.account(error)
        self.trouble.say("danger", told.title, told.advice)
        self._around.show()

    def toggle_filters(self) -> None:
        """Hide the filter panel, or show it again."""
        self.filters.collapse(not self.filters.collapsed)

    # Views, and what is remembered between two runs

    def open_views(self) -> None:
        """Open the menu of saved views."""
        self.view_bar.button.open_menu()

    def save_view(self) -> None:
        """Ask for a name, and keep what is shown under it."""
        self.view_bar.button.ask_name()

    def shown_view(self) -> View:
        """What is shown now, as a view."""
        moving = self.filters.moving
        bounds = {f"{name}_{end}": None for name in moving for end in ("from", "to")}
        asked = replace(self.filters.filter, **bounds)
        return View(asked, self.model.question.sort, moving, view_columns.state(self.table))

    def show_view(self, saved: SavedView | None) -> None:
        """Show a saved view; None is every product by SKU, with the columns as they are."""
        view = saved.view if saved is not None else View()
        view_columns.restore(self.table, view.columns)
        self.table.sort_by(view.sort)
        self.filters.show_filter(view.filter, view.moving)
        self.views.choose(saved)

    def save_layout(self, settings: QSettings) -> None:
        """Remember how the room is arranged."""
        settings.setValue("columns", self.table.layout_state())
        settings.setValue("filtersCollapsed", self.filters.collapsed)

    def restore_layout(self, settings: QSettings) -> None:
        """Arrange the room as it was."""
        state = settings.value("columns")
        if isinstance(state, QByteArray):
            self.table.restore_layout(state)
        self.filters.collapse(settings.value("filtersCollapsed", False, bool))

    # What is done

    def new_product(self) -> None:
        """Open the dialog for a new product."""
        self._doing.new_product()

    def edit_selected(self) -> None:
        """Open the dialog for the product that is selected."""
        self._doing.edit_selected()

    def edit_cell(self) -> None:
        """Edit the current cell in place."""
        self._doing.cells.edit_cell()

    def save_typed(self, then: Callable[[bool], object]) -> None:
        """Save what is being typed, and call `then` once nothing is on its way, with whether all of it was taken."""
        if self._doing.cells.leave():
            self._doing.saving.when_settled(then)
        else:
            then(False)

    def toggle_active(self) -> None:
        """Switch the current product active or inactive."""
        self._doing.cells.toggle_active()

    def bulk_edit(self) -> None:
        """Open the dialog that changes several products at once."""
        self._doing.bulk_edit(self.model.question, self.model.rowCount())

    def delete_selected(self) -> None:
        """Ask, then delete the selected products."""
        self._doing.delete_selected(self.model.question)

    def delete_all(self, question: Filter | None = None) -> None:
        """Ask twice, then delete every product, or every one that the question matches."""
        self._doing.delete_all(question or Filter())

    def _done(self, words: str) -> None:
        self.said.emit(words)
        self.changed.emit()
