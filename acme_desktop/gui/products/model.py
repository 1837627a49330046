"""The table's model: products in a cache of pages that arrive asynchronously, never the whole table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.places import Runs
from acme_desktop.core.products.positions import Anchor, Stretch, Surroundings
from acme_desktop.core.products.product import Product
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.pages import PAGE, PageLoader, Question
from acme_desktop.gui.products.realigning import Step, steps
from acme_desktop.gui.products.rows import Rows

AHEAD = 2
"""Pages loaded beyond those in sight, in the direction of the scroll."""
_ANCHORS = 60
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Sight:
    """What a view shows: the first row and how many.

    Attributes:
        chosen: ids of products that are selected or current, of which the rows are wanted.
        runs: what is selected, where it is named by its first and last products.
        held: the product of which a cell is being edited; its row stays in place whatever happens.
    """

    top: int = 0
    rows: int = 40
    chosen: tuple[int, ...] = ()
    held: int | None = None
    runs: Runs | None = None


class ProductModel(Rows):
    """As many rows as the question matches; those not loaded yet are placeholders and load when they are looked at.

    `estimated` comes with about how many match, `counted` with how many exactly, once their rows are here. When the
    catalogue has changed, rows move to where their products are now: between `realigning` and `realigned`, which comes
    with how far what is in sight has moved; `placed` comes with the newest state, once it is taken in, and with what
    was asked for.
    """

    counted = Signal(int)
    estimated = Signal(int)
    answered = Signal()
    asked = Signal()
    realigned = Signal(int)
    placed = Signal(Surroundings, Stretch)

    def __init__(self, runner: JobRunner, parent: Any = None) -> None:
        super().__init__(parent)
        self.sight: Callable[[], Sight] = Sight
        self.loader = PageLoader(runner, self)
        self.loader.beside = self._cache.beside
        self.loader.begun.connect(self._first_rows_came)
        self.loader.page.connect(self._page_came)
        self.loader.renewed.connect(self._renewed)
        self.loader.settled.connect(self._renew)
        self.loader.mistaken.connect(self.refresh)
        self.loader.counting.counted.connect(self._count_came)
        self.loader.counting.estimated.connect(self._estimate_came)
        self._question = Question()
        self._former_look, self._onward = 0, 1
        self._fresh = self._again = False  # fresh: the old rows stand until the first page of a new question is here
        self._told: int | None = None
        self._wanted = Surroundings((), 0, 0, PAGE)
        self._wishes.timeout.connect(self._load_what_was_looked_at)

    # What is asked

    @property
    def question(self) -> Question:
        """What the table shows now, or will as soon as it arrives."""
        return self._question

    @property
    def count(self) -> int | None:
        """How many products the question matches, as the rows have it; None while that is not known."""
        return self._told

    @property
    def _counted(self) -> int | None:
        """The newest count, perhaps before the rows are here that it counts."""
        return self.loader.counting.count

    @property
    def estimate(self) -> int | None:
        """About how many products the question matches, while the count is not known and takes a while."""
        return self.loader.counting.estimate

    @property
    def waiting(self) -> bool:
        """Whether the first products of a new question are still on their way."""
        return self._fresh

    def set_database(self, database: Database | None) -> None:
        """Show another catalogue; None shows nothing."""
        self.loader.set_database(database)
        self._fresh = self._again = False
        self._told = None
        self._reset(0, [])
        if database is not None:
            self._ask(self._question)

    def set_filter(self, asked: Filter) -> None:
        """Show what this filter matches."""
        self._ask(self._question.with_(filter=asked))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column."""
        field = COLUMNS[column].field if 0 <= column < len(COLUMNS) else "sku"
        self.sort_by(Sort(field, order == Qt.SortOrder.DescendingOrder))

    def sort_by(self, sort: Sort) -> None:
        """Order by several fields."""
        if sort != self._question.sort:
            self._ask(self._question.with_(sort=sort))

    def refresh(self) -> None:
        """Ask the same again: rows in sight stay where they are until their newer state is here."""
        if self._fresh:
            self._ask(self._question)
            return
        self._cache.make_stale()
        if self.loader.renewing:  # and not anew each time, or a stream of changes would never let anything come
            self._again = True
        else:
            self.loader.renew(self._surroundings())

    def _ask(self, question: Question) -> None:
        self._question = question
        self._fresh, self._again, self._told = True, False, None
        self.loader.ask(question, self.sight().rows)
        self.loader.want(0)
        self.asked.emit()

    # What comes

    def _first_rows_came(self, products: list[Product]) -> None:
        self._start_anew(products, more=True)
        self._cache.make_stale()  # the others of the page are on their way
        self._tell_rows()

    def _start_anew(self, products: list[Product], *, more: bool) -> None:
        about = self._counted if self._counted is not None else self.estimate if more else 0
        self._reset(max(len(products), about or 0), products)
        self._fresh = False

    def _page_came(self, number: int, products: list[Product]) -> None:
        if self._fresh:
            self._start_anew(products, more=len(products) == PAGE)
            self._tell_rows()
            return
        first = number * PAGE
        if self._counted is None:
            end = first + len(products)
            self._resize(end if 0 < len(products) < PAGE else max(self._rows, end))
        self._keep(first, products)
        if products:  # ask again for what was let go of when more was asked for than can wait
            self._load_what_was_looked_at()
        self.answered.emit()

    def _estimate_came(self, about: int) -> None:
        if not self._fresh and self._rows >= PAGE:
            self._resize(max(about, self._rows))
        self.estimated.emit(about)

    def _count_came(self, count: int) -> None:
        if not self._fresh and not self.loader.renewing:
            self._hold_the_end(count)
            self._resize(count)
            self._told = count
            self.counted.emit(count)

    def _tell_rows(self) -> None:
        """The rows are here; so the count may be told, where it was there before them."""
        former, self._told = self._told, self._counted
        self.answered.emit()
        if self._told is not None and self._told != former:
            self.counted.emit(self._told)

    def _hold_the_end(self, count: int) -> None:
        """Pages found from the end stand where the end was thought to be: they move along with it."""
        first = min((number for number in self.loader.from_end if number in self._cache.pages), default=None)
        self.loader.from_end.clear()
        if first is None or count == self._rows:
            return
        top, change = first * PAGE, count - self._rows
        step = Step(top, inserted=change) if change > 0 else Step(max(0, top + change), removed=-change)
        if step.first + step.removed <= top:
            self.realigned.emit(self._realign([step], top) or 0)

    def _reset(self, rows: int, first_page: list[Product]) -> None:
        self.beginResetModel()
        self._cache.clear()
        self._looked_at.clear()
        self._former_look, self._onward = 0, 1
        if first_page:
            self._cache.put(0, first_page)
        self._rows = rows
        self.endResetModel()

    def _load_what_was_looked_at(self) -> None:
        pages = sorted(self._looked_at)
        if self._fresh or self.loader.renewing or not pages:
            return
        if pages[0] != self._former_look:
            self._onward = 1 if pages[0] > self._former_look else -1
        self._former_look, onward = pages[0], self._onward
        for number in pages[::-onward]:
            if not self._cache.fresh(number):
                self.loader.want(number)
        edge = pages[-1] if onward > 0 else pages[0]
        for number in range(edge + onward, edge + onward * (AHEAD + 1), onward):
            if 0 <= number * PAGE < self._rows and not self._cache.fresh(number):
                self.loader.want(number, ahead=True)

    # The newest state of what is in sight

    def _surroundings(self) -> Surroundings:
        sight = self.sight()
        top = max(0, min(sight.top, self._rows - 1))
        visible = [row for row in range(top, min(top + sight.rows, self._rows)) if row in self._cache.products]
        rows = visible[:_ANCHORS] if top else []  # at the very start, the start is what stays in sight
        held = self._cache.row_of(sight.held) if sight.held is not None else None
        if held is not None:
            rows.insert(0, held)
        anchors = tuple(
            Anchor(self._cache.products[row].id, max(0, row - top), max(1, top + sight.rows - row)) for row in rows
        )
        self._wanted = Surroundings(anchors, top, sight.rows, PAGE, sight.chosen, sight.runs)
        return self._wanted

    def _renew(self) -> None:
        self._cache.make_stale()
        self.loader.look_around(self._surroundings())

    def _renewed(self, stretch: Stretch) -> None:
        sight = self.sight()
        now = {product.id: stretch.first + number for number, product in enumerate(stretch.products)}
        old = {row: product.id for row, product in self._cache.products.items()}
        low, high = _span(old, now, stretch)
        singles = set(self._wanted.singles)

        def gone(row: int, product_id: int) -> bool:
            return product_id in singles or low < row < high

        held = sight.held if sight.held in now else None
        to_take = steps(old, now | stretch.places, gone, held)
        visible = range(sight.top, sight.top + sight.rows)
        anchor = next((row for row in visible if sight.top and old.get(row) in now), None)
        shift = self._realign(to_take, anchor)
        self.put(stretch)
        if self._counted is not None:
            self._resize(self._counted)
        if shift is not None:
            self.realigned.emit(shift)
        self.placed.emit(self._wanted, stretch)
        self._tell_rows()
        if self._again:
            self._again = False
            self._cache.make_stale()
            self.loader.renew(self._surroundings())
        else:
            # Once the renewal has ended: until then no page is loaded, and a view that looks the same asks for none.
            QTimer.singleShot(0, self, self._load_what_was_looked_at)

    def put(self, stretch: Stretch) -> None:
        """Take in products of the newest state; their rows stay stale where they are not whole pages."""
        end = stretch.first + len(stretch.products)
        self.reach(end)
        self._keep(stretch.first, stretch.products)


def _span(old: dict[int, int], now: dict[int, int], stretch: Stretch) -> tuple[float, float]:
    """Between which rows of the older state every product would be in the stretch, were it still there."""
    common = [row for row, product in old.items() if product in now]
    end = stretch.first + len(stretch.products)
    low = -1 if not stretch.first else min(common, default=stretch.first - 1)
    high = float("inf") if len(stretch.products) % PAGE else max(common, default=end)
    return low, high
