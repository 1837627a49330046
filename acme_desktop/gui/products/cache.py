"""The rows of the table that are loaded: some pages of products, the latest ones that were looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.pages import PAGE, Beside
from acme_desktop.gui.products.realigning import Step

CACHED_PAGES = 30


class RowCache:
    """Products by row. A page is *stale* while its products may be of an older state, or while some are missing."""

    def __init__(self) -> None:
        self._products: dict[int, Product] = {}
        self._pages: OrderedDict[int, None] = OrderedDict()
        self._stale: set[int] = set()

    def clear(self) -> None:
        """Forget everything."""
        self._products.clear()
        self._pages.clear()
        self._stale.clear()

    @property
    def pages(self) -> list[int]:
        """The pages of which something is loaded."""
        return list(self._pages)

    @property
    def products(self) -> dict[int, Product]:
        """What is loaded, by row."""
        return self._products

    def product(self, row: int) -> Product | None:
        """The product of a row, or None where it is not loaded."""
        return self._products.get(row)

    def fresh(self, number: int) -> bool:
        """Whether a page is loaded, and of the newest state."""
        return number in self._pages and number not in self._stale

    def touch(self, number: int) -> None:
        """A page was looked at: it stays longer than others."""
        if number in self._pages:
            self._pages.move_to_end(number)

    def put(self, first: int, products: Sequence[Product]) -> list[int]:
        """Keep products from a page's first row on; the pages are complete, the last one may be shorter.

        Returns:
            The rows that are not what they were, in order; often none.
        """
        pages = range(first // PAGE, -(-(first + len(products)) // PAGE))
        rows = range(pages.start * PAGE, pages.stop * PAGE)
        before = [self._products.get(row) for row in rows]
        for number in pages:
            for row in range(number * PAGE, (number + 1) * PAGE):
                self._products.pop(row, None)
            self._stale.discard(number)
            self._pages[number] = None
            self._pages.move_to_end(number)
        self._products.update(enumerate(products, first))
        while len(self._pages) > CACHED_PAGES:
            self._drop(next(iter(self._pages)))
        return [row for row, product in zip(rows, before, strict=True) if self._products.get(row) != product]

    def cut(self, rows: int) -> None:
        """There are no more rows than these."""
        for number in [page for page in self._pages if (page + 1) * PAGE > rows]:
            if number * PAGE >= rows:
                self._drop(number)
            for row in range(max(rows, number * PAGE), (number + 1) * PAGE):
                self._products.pop(row, None)

    def make_stale(self) -> None:
        """The catalogue has changed."""
        self._stale.update(self._pages)

    def shift(self, step: Step) -> None:
        """Rows are removed or inserted; what is loaded behind them goes along."""
        end, change = step.first + step.removed, step.inserted - step.removed
        self._products = {
            row + change if row >= end else row: product
            for row, product in self._products.items()
            if not step.first <= row < end
        }

    def shifted(self) -> None:
        """Rows have moved across the borders of pages: page numbers are found anew, and none is complete."""
        numbers = dict.fromkeys(row // PAGE for row in self._products)
        self._pages = OrderedDict(numbers)
        self._stale = set(numbers)

    def beside(self, number: int) -> Beside:
        """What is loaded at both sides of a page, of the newest state."""
        before = self._products.get(number * PAGE - 1) if self.fresh(number - 1) else None
        after = self._products.get((number + 1) * PAGE) if self.fresh(number + 1) else None
        return Beside(before, after)

    def within(self, blocks: Iterable[tuple[int, int]]) -> list[int]:
        """The loaded rows of blocks of rows (first, last), in order; costs what is loaded, not what is asked."""
        ranges = sorted(blocks)
        starts = [first for first, _ in ranges]
        found = []
        for row in self._products:
            at = bisect_right(starts, row) - 1
            if at >= 0 and row <= ranges[at][1]:
                found.append(row)
        return sorted(found)

    def row_of(self, product_id: int) -> int | None:
        """The row of a product, where it is loaded."""
        return next((row for row, product in self._products.items() if product.id == product_id), None)

    def _drop(self, number: int) -> None:
        self._pages.pop(number, None)
        self._stale.discard(number)
        for row in range(number * PAGE, (number + 1) * PAGE):
            self._products.pop(row, None)
