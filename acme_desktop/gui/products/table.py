"""The product table: selection, the page in sight, and what stays where it is when the catalogue changes."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from acme_desktop.core.products.filters import Sort
from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.column_layout import ColumnLayout
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.columns_menu import ColumnsMenu
from acme_desktop.gui.products.current_cell import CurrentCell
from acme_desktop.gui.products.frozen_columns import FrozenColumns
from acme_desktop.gui.products.marking import MarkingDelegate
from acme_desktop.gui.products.model import ProductModel, Sight
from acme_desktop.gui.products.pages import PAGE
from acme_desktop.gui.products.repainting import SparingTable
from acme_desktop.gui.products.selection import Selection
from acme_desktop.gui.products.sort_header import SortHeader


class ProductTable(SparingTable):
    """Shows a `ProductModel`.

    `place` comes with the page in sight, from 0, and how many there are; `frozen` where columns are frozen or let go.
    """

    place = Signal(int, int)
    picked = Signal(list)
    frozen = Signal()

    def __init__(self, model: ProductModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("productTable")
        self.setAccessibleName("Products")
        self._model = model
        self._setup_ui()
        self.setModel(model)
        self.kept = Selection(self, model)
        self._here = CurrentCell(self, model)
        self._columns = ColumnLayout(self, self._header)
        self._frozen = FrozenColumns(self, self._header, self._here.extend)
        self._frozen.take(model, self.selectionModel())
        model.modelReset.connect(self._here.begin_at_first)  # after both views have let go of what was current
        self.columns_menu = ColumnsMenu(self)
        self._header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._header.customContextMenuRequested.connect(self._open_menu_at)
        self._header.sorted.connect(model.sort_by)
        self.verticalScrollBar().valueChanged.connect(self.tell_place)
        self.verticalScrollBar().rangeChanged.connect(self.tell_place)
        self.selectionModel().selectionChanged.connect(self._tell_picked)
        model.answered.connect(self._tell_picked)
        model.asked.connect(self._mark)
        model.sight = self.sight
        model.realigning.connect(self._here.remember)
        model.realigned.connect(self._restore)
        model.rowsRemoved.connect(self._go_on_editing)

    def _setup_ui(self) -> None:
        self._header = SortHeader(self)
        self.setHorizontalHeader(self._header)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # By rows and not by pixels, of which a scroll bar cannot count enough for many millions of products.
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(MarkingDelegate(self))
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 13)

    def setSelectionModel(self, selection: QItemSelectionModel) -> None:
        super().setSelectionModel(selection)
        # As for the other header: no look at every row to learn what is selected.
        self.verticalHeader().setSelectionModel(QItemSelectionModel(selection.model(), self))

    @property
    def products_model(self) -> ProductModel:
        """What it shows."""
        return self._model

    # Pages

    @property
    def page_count(self) -> int:
        """Pages of the answer, at least 1."""
        return max(1, -(-self._model.rowCount() // PAGE))

    @property
    def page_in_sight(self) -> int:
        """The page at the top of the view, from 0; the last one once the end is in sight."""
        bar = self.verticalScrollBar()
        if bar.value() >= bar.maximum() > 0:
            return self.page_count - 1
        return min(bar.value() // PAGE, self.page_count - 1)

    def go_to_page(self, number: int) -> None:
        """Bring the page's first row to the top, and the keyboard to it; Shift still selects from where it began."""
        index = self._here.leave_for(max(0, min(number, self.page_count - 1)) * PAGE)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)
        self.tell_place()

    def go_to_row(self, row: int) -> None:
        """Select a row and bring it to the middle; the keyboard stays in its column."""
        index = self._model.index(row, self._here.column)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def tell_place(self) -> None:
        """Tell which page is in sight, and of how many."""
        self.place.emit(self.page_in_sight, self.page_count)

    def scrollTo(
        self, index: QModelIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        super().scrollTo(index, hint)
        covered = self._frozen.covered()
        left = self.visualRect(index).left()
        if covered > left and index.column() not in self._frozen.sections:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (covered - left))

    # What stays where it is

    def sight(self) -> Sight:
        """The rows in sight, and what is selected, current or being edited."""
        top = self.verticalScrollBar().value()
        rows = self.viewport().height() // max(1, self.verticalHeader().defaultSectionSize()) + 2
        here = self._here.product_id
        chosen = (*self.kept.wanted, here) if here is not None else self.kept.wanted
        return Sight(top, rows, chosen, here if self._editing() else None, self.kept.runs)

    def _restore(self, shift: int) -> None:
        self.updateGeometries()
        self._here.restore(shift)
        self._go_on_editing()
        self._tell_picked()

    def _editing(self) -> bool:
        return self.currentIndex().isValid() and self.indexWidget(self.currentIndex()) is not None

    def _go_on_editing(self) -> None:
        """Qt takes every removal of rows for the end of editing, also where the editor stays open."""
        if self._editing():
            self.setState(QAbstractItemView.State.EditingState)

    # Selection

    def _blocks(self) -> list[tuple[int, int]]:
        return [(block.top(), block.bottom()) for block in self.selectionModel().selection()]

    @property
    def selected_count(self) -> int:
        """How many rows are selected, loaded or not."""
        return sum(block.height() for block in self.selectionModel().selection())

    @property
    def everything_selected(self) -> bool:
        """Whether every row is selected."""
        return self.selected_count == self._model.rowCount() > 0

    def selectAll(self) -> None:
        """Everything that the filter matches, whatever it comes to match."""
        super().selectAll()
        self.kept.take(whole=True)

    def selected_products(self) -> list[Product]:
        """The selected products that are loaded, in the table's order."""
        return self._model.loaded(self._blocks())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._here.extend(event, self.indexAt(event.position().toPoint())):
            super().mousePressEvent(event)

    def _tell_picked(self) -> None:
        if not self._here.moving:
            self.picked.emit(self.selected_products())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Home and End go to the first and last product, as in a list; the row is one thing.
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            row = 0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1
            self.setCurrentIndex(self._model.index(row, self._here.column))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._here.begin_at_first()  # before Qt takes the first cell of all, which is the SKU
        super().focusInEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._columns.fill_width()
        self.tell_place()

    # Order, and what the filter looks for

    def sort_by(self, sort: Sort) -> None:
        """Order the products, and show it in the header."""
        self._header.show_sort(sort)
        self._model.sort_by(sort)

    def _mark(self) -> None:
        delegate = self.itemDelegate()
        if isinstance(delegate, MarkingDelegate):
            delegate.mark(self._model.question.filter)

    # Columns

    def open_columns_menu(self) -> None:
        """Open the menu of the columns at the current cell's, for the keyboard."""
        column = self._here.column
        left = self._header.sectionViewportPosition(column)
        self._open_menu(column, QPoint(max(0, min(left + 8, self.width())), self._header.height()))

    def _open_menu_at(self, place: QPoint) -> None:
        self._open_menu(max(0, self._header.logicalIndexAt(place)), place)

    def _open_menu(self, section: int, place: QPoint) -> None:
        self.columns_menu.section = section
        self.columns_menu.popup(self._header.mapToGlobal(place))

    def sort_here(self, *, adding: bool = False) -> None:
        """Sort by the current cell's column, as a click on its header does; with `adding` as one with Shift."""
        self._header.sort_on(self._here.column, adding=adding)

    def show_column(self, section: int, *, shown: bool) -> None:
        """Show or hide a column; the last one stays."""
        others = [place for place in range(len(COLUMNS)) if place != section and not self.isColumnHidden(place)]
        if shown or others:
            self.setColumnHidden(section, not shown)
            self._columns.fill_width()
            self._frozen.follow()

    @property
    def frozen_count(self) -> int:
        """How many of the first columns stay in sight."""
        return self._frozen.count

    def freeze(self, count: int) -> None:
        """Keep this many of the first columns in sight."""
        self._frozen.freeze(count)
        self.frozen.emit()

    def freeze_up_to(self, section: int) -> None:
        """Keep the columns up to this one in sight."""
        order = [self._header.logicalIndex(place) for place in range(len(COLUMNS))]
        shown = [one for one in order if not self.isColumnHidden(one)]
        self.freeze(shown.index(section) + 1 if section in shown else 1)

    def reset_columns(self) -> None:
        """All columns as they were at first."""
        self._columns.reset()
        self.freeze(1)

    def layout_state(self) -> QByteArray:
        """Columns with their widths and order, and how many are frozen, for `restore_layout`."""
        return self._columns.state(self.frozen_count)

    def restore_layout(self, state: QByteArray) -> None:
        """Bring back what `layout_state` gave; the sort stays as it is."""
        frozen = self._columns.restore(state)
        if frozen is not None:
            self.freeze(frozen)
