"""The table's model: products in a cache of pages that arrive asynchronously, never the whole table."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.product import Product
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.pages import PAGE, PageLoader, Question
from acme_desktop.gui.widgets import theme

CACHED_PAGES = 30
PRODUCT_ROLE = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ProductModel(QAbstractTableModel):
    """As many rows as the question matches; those not loaded yet are placeholders and load when they are looked at."""

    counted = Signal(int)
    answered = Signal()

    def __init__(self, runner: JobRunner, parent: Any = None) -> None:
        super().__init__(parent)
        self.loader = PageLoader(runner, self)
        self.loader.page.connect(self._page_came)
        self.loader.counted.connect(self._count_came)
        self._question = Question()
        self._pages: OrderedDict[int, list[Product]] = OrderedDict()
        self._stale: set[int] = set()
        self._looked_at: set[int] = set()
        self._rows = 0
        self._count: int | None = None
        self._fresh = False  # a new question whose first page is not here yet: the old rows stand meanwhile
        self._wishes = QTimer(self, interval=0, singleShot=True)
        self._wishes.timeout.connect(self._load_what_was_looked_at)

    # What is asked

    @property
    def question(self) -> Question:
        """What the table shows now, or will as soon as it arrives."""
        return self._question

    @property
    def count(self) -> int | None:
        """How many products the question matches; None while that is not known."""
        return self._count

    def set_database(self, database: Database | None) -> None:
        """Show another catalogue; None shows nothing."""
        self.loader.set_database(database)
        self._reset(0, [])
        self._count = None
        if database is not None:
            self._ask(self._question)

    def set_filter(self, asked: Filter) -> None:
        """Show what this filter matches."""
        self._ask(self._question.with_(filter=asked))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column, as the header asks."""
        field = COLUMNS[column].field if 0 <= column < len(COLUMNS) else "sku"
        wanted = Sort(field, order == Qt.SortOrder.DescendingOrder)
        if wanted != self._question.sort:
            self._ask(self._question.with_(sort=wanted))

    def refresh(self) -> None:
        """Ask the same again: rows in sight stay where they are until their newer state is here."""
        if self._fresh:
            self._ask(self._question)
            return
        self._stale = set(self._pages)
        self.loader.ask(self._question)
        if self._rows == 0:
            self.loader.want(0)
            return
        for number in self._looked_at & self._stale or {0}:
            self.loader.want(number)

    def _ask(self, question: Question) -> None:
        self._question = question
        self._fresh, self._count = True, None
        self.loader.ask(question)
        self.loader.want(0)

    # What comes

    def _page_came(self, number: int, products: list[Product]) -> None:
        if self._fresh:
            self._reset(max(len(products), self._count or 0), products)
            self._fresh = False
            self.answered.emit()
            return
        self._pages[number] = products
        self._pages.move_to_end(number)
        self._stale.discard(number)
        while len(self._pages) > CACHED_PAGES:
            self._stale.discard(self._pages.popitem(last=False)[0])
        if self._count is None:
            self._resize(max(self._rows, number * PAGE + len(products)))
        first, last = number * PAGE, min(self._rows, (number + 1) * PAGE) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))
        self.answered.emit()

    def _count_came(self, count: int) -> None:
        self._count = count
        if not self._fresh:
            self._resize(count)
        self.counted.emit(count)

    def _reset(self, rows: int, first_page: list[Product]) -> None:
        self.beginResetModel()
        self._pages.clear()
        self._stale.clear()
        self._looked_at.clear()
        if first_page:
            self._pages[0] = first_page
        self._rows = rows
        self.endResetModel()

    def _resize(self, rows: int) -> None:
        if rows > self._rows:
            self.beginInsertRows(_NOWHERE, self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()
        elif rows < self._rows:
            self.beginRemoveRows(_NOWHERE, rows, self._rows - 1)
            self._rows = rows
            for number in [page for page in self._pages if page * PAGE >= rows]:
                del self._pages[number]
                self._stale.discard(number)
            self.endRemoveRows()

    def _load_what_was_looked_at(self) -> None:
        for number in sorted(self._looked_at, reverse=True):
            if number not in self._pages or number in self._stale:
                self.loader.want(number)

    # What the view reads

    def product(self, row: int) -> Product | None:
        """The product of a row, or None where it is not loaded."""
        page = self._pages.get(row // PAGE)
        return page[row % PAGE] if page is not None and row % PAGE < len(page) else None

    def loaded(self, blocks: Iterable[tuple[int, int]]) -> list[Product]:
        """The loaded products of blocks of rows (first, last), in order; costs what is loaded, not what is asked."""
        rows = [number * PAGE + place for number, page in self._pages.items() for place in range(len(page))]
        ranges = sorted(blocks)
        wanted = sorted(row for row in rows if any(first <= row <= last for first, last in ranges))
        return [product for row in wanted if (product := self.product(row)) is not None]

    def row_of(self, product_id: int) -> int | None:
        """The row of a product, where its page is loaded."""
        for number, page in self._pages.items():
            for place, product in enumerate(page):
                if product.id == product_id:
                    return number * PAGE + place
        return None

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and COLUMNS[index.column()].editable and self.product(index.row()) is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(COLUMNS[section].right)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.right)
        product = self.product(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            self._look_at(index.row() // PAGE)
            return column.text(product) if product is not None else "…"
        if role == PRODUCT_ROLE:
            return product
        if role == Qt.ItemDataRole.ToolTipRole and product is not None:
            return column.whole(product) or None
        if role == Qt.ItemDataRole.ForegroundRole and (product is None or not product.active):
            return QColor(theme.colours().muted)
        return None

    def _look_at(self, number: int) -> None:
        if number in self._pages:
            self._pages.move_to_end(number)
        if not self._wishes.isActive():
            self._looked_at.clear()
            self._wishes.start()
        self._looked_at.add(number)


def _alignment(right: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
