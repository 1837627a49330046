"""The product table: selection, sorting, column widths and the page in sight."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from acme_desktop.core.products.filters import Sort
from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.products.pages import PAGE

_DESCRIPTION = [column.field for column in COLUMNS].index("description")


class ProductTable(QTableView):
    """Shows a `ProductModel`; `place` comes with the page in sight, from 0, and how many there are."""

    place = Signal(int, int)
    picked = Signal(list)

    def __init__(self, model: ProductModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("productTable")
        self.setAccessibleName("Products")
        self._model = model
        self._filling = self._sized_by_hand = False
        self._setup_ui()
        self.setModel(model)
        header = self.horizontalHeader()
        for place, column in enumerate(COLUMNS):
            header.resizeSection(place, column.width)
        header.sectionResized.connect(self._section_resized)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.verticalScrollBar().valueChanged.connect(self._tell_place)
        self.verticalScrollBar().rangeChanged.connect(self._tell_place)
        self.selectionModel().selectionChanged.connect(self._tell_picked)
        model.answered.connect(self._tell_picked)

    def _setup_ui(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 13)
        header = self.horizontalHeader()
        header.setAccessibleName("Column headers")
        header.setHighlightSections(False)
        header.setMinimumSectionSize(56)
        header.setStretchLastSection(True)
        header.setFixedHeight(self.fontMetrics().height() + 17)

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
        """Bring the page's first row to the top."""
        row = max(0, min(number, self.page_count - 1)) * PAGE
        index = self._model.index(row, max(0, self.currentIndex().column()))
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)
        self._tell_place()

    def _tell_place(self) -> None:
        self.place.emit(self.page_in_sight, self.page_count)

    # Selection

    @property
    def selected_count(self) -> int:
        """How many rows are selected, loaded or not."""
        return sum(block.height() for block in self.selectionModel().selection())

    def selected_products(self) -> list[Product]:
        """The selected products that are loaded, in the table's order."""
        blocks = [(block.top(), block.bottom()) for block in self.selectionModel().selection()]
        return self._model.loaded(blocks)

    def _tell_picked(self) -> None:
        self.picked.emit(self.selected_products())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Home and End go to the first and last product, as in a list; the row is one thing.
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers():
            row = 0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1
            self.setCurrentIndex(self._model.index(row, 0))
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill_width()
        self._tell_place()

    def _fill_width(self) -> None:
        """Give the description what the others leave, until a person sizes a column."""
        if self._sized_by_hand:
            return
        header = self.horizontalHeader()
        others = sum(header.sectionSize(place) for place in range(len(COLUMNS)) if place != _DESCRIPTION)
        # The last section is stretched: what it needs counts, not what it has.
        others += COLUMNS[-1].width - header.sectionSize(len(COLUMNS) - 1)
        self._filling = True
        header.resizeSection(_DESCRIPTION, max(COLUMNS[_DESCRIPTION].width, self.viewport().width() - others))
        self._filling = False

    def _section_resized(self, section: int) -> None:
        if not self._filling and section != len(COLUMNS) - 1:
            self._sized_by_hand = True

    def sort_by(self, sort: Sort) -> None:
        """Order the products, and show it in the header."""
        descending = Qt.SortOrder.DescendingOrder if sort.descending else Qt.SortOrder.AscendingOrder
        section = next((place for place, column in enumerate(COLUMNS) if column.field == sort.field), 0)
        self.horizontalHeader().setSortIndicator(section, descending)

    # What is remembered between two runs

    def layout_state(self) -> QByteArray:
        """Column widths and order, for `restore_layout`."""
        return self.horizontalHeader().saveState()

    def restore_layout(self, state: QByteArray) -> None:
        """Bring back what `layout_state` gave; the sort stays as it is."""
        header = self.horizontalHeader()
        section, order = header.sortIndicatorSection(), header.sortIndicatorOrder()
        self._sized_by_hand = True
        header.restoreState(state)
        header.setSortIndicator(section, order)
