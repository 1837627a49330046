"""What a person has selected: products, and not rows, whatever becomes of the rows meanwhile.

A few products are known by their ids. Many, or some that are not loaded, are runs from a first to a last product with
so many between; where others add, delete or move products among those, the selection is let go rather than guessed.
Everything, selected at once, is everything that the filter matches.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal
from PySide6.QtWidgets import QTableView

from acme_desktop.core.products.places import Run, Runs
from acme_desktop.core.products.positions import Stretch, Surroundings
from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.model import ProductModel

TRACKED = 200
"""How many selected products, at most, are followed one by one; and how many runs."""
_CLEARED = "The selection was cleared: products were added, deleted or moved among those selected."


class Selection(QObject):
    """Remembers what is selected in a table, and selects it again where its rows are after a change of the catalogue.

    `cleared` comes with why where that cannot be.
    """

    cleared = Signal(str)

    def __init__(self, table: QTableView, model: ProductModel) -> None:
        super().__init__(table)
        self._table, self._model = table, model
        self._placing = False
        self._renewed = False  # since it was selected: rows then found loaded are not sure to be those
        self._ids: tuple[int, ...] = ()
        self._products: dict[int, Product] = {}
        self.whole = False
        self.count = 0
        self.runs: Runs | None = None
        table.selectionModel().selectionChanged.connect(self._changed)
        model.modelReset.connect(self.take)
        model.answered.connect(self._answered)
        model.counted.connect(self._answered)
        model.placed.connect(self._placed)

    @property
    def products(self) -> list[Product]:
        """The products as they are known now, where they are few and all of them were loaded; else nothing."""
        return [self._products[one] for one in self._ids]

    @property
    def wanted(self) -> tuple[int, ...]:
        """The ids of the products of which the rows have to be known to select the same again."""
        runs = self.runs.runs if self.runs is not None else ()
        return (*self._ids, *dict.fromkeys(one.id for run in runs for one in (run.first, run.last)))

    def take(self, *, whole: bool = False) -> None:
        """What is selected in the table now is what a person has selected."""
        blocks = self._blocks()
        self.count = sum(last - first + 1 for first, last in blocks)
        self.whole, self._renewed = whole and self.count > 0, False
        self._ids, self._products, self.runs = (), {}, None
        self._name(blocks)

    def _changed(self) -> None:
        if not self._placing and not self._model.shifting:
            self.take()

    def _blocks(self) -> list[tuple[int, int]]:
        return sorted((block.top(), block.bottom()) for block in self._table.selectionModel().selection())

    def _name(self, blocks: list[tuple[int, int]]) -> None:
        """Learn which products these rows are, as far as they are loaded."""
        if self.whole or not self.count:
            return
        if self.count <= TRACKED:
            loaded = self._model.loaded(blocks)
            if len(loaded) == self.count:
                self._products = {product.id: product for product in loaded}
                self._ids, self.runs = tuple(self._products), None
                return
        as_of = self._model.loader.as_of
        ends = [(self._model.product(first), self._model.product(last)) for first, last in blocks]
        runs = [
            Run(first, last, bottom - top + 1)
            for (first, last), (top, bottom) in zip(ends, blocks, strict=True)
            if first is not None and last is not None
        ]
        if as_of is not None and len(runs) == len(blocks) and self.runs is None:
            self.runs = Runs(tuple(runs), as_of)

    def _answered(self) -> None:
        """More is loaded: perhaps what had no name yet has one, or is known in a newer state."""
        if self.whole:
            if not self._model.rowCount():
                self.take()
            elif self.count != self._model.rowCount() or self._selected() != self.count:
                self._select([(0, self._model.rowCount() - 1)])
            return
        if self.count and not self._ids and not self._renewed:
            self._name(self._blocks())
        if self._ids:
            self._products |= {one.id: one for one in self._model.loaded(self._blocks()) if one.id in self._products}
        elif self.count and self._selected() != self.count:
            self._let_go()

    def _selected(self) -> int:
        return sum(last - first + 1 for first, last in self._blocks())

    def _placed(self, asked: Surroundings, stretch: Stretch) -> None:
        """The newest state is here: select the same products in it."""
        if self.whole or not self.count:
            return
        self._renewed = True
        if not set(self.wanted) <= set(asked.singles) or self.runs != asked.runs:
            self._model.refresh()  # selected meanwhile; nobody knows yet where that is now
            return
        if self._ids:
            self._ids = tuple(one for one in self._ids if one in stretch.places)
            self._show([(row, row) for row in sorted(stretch.places[one] for one in self._ids)])
            return
        runs = self.runs.runs if self.runs is not None and stretch.intact else ()
        firsts = [(stretch.places.get(run.first.id), run.count) for run in runs if len(runs) <= TRACKED]
        rows = [(first, first + count - 1) for first, count in firsts if first is not None]
        if not rows or len(rows) < len(runs):
            self._let_go()
        else:
            self._show(rows)

    def _show(self, rows: list[tuple[int, int]]) -> None:
        self._model.reach(max((last + 1 for _, last in rows), default=0))
        self._select(rows)

    def _select(self, rows: Iterable[tuple[int, int]]) -> None:
        """Have these rows selected, and nothing else; what a person has selected is the same."""
        rows = list(rows)
        if rows == self._blocks():
            self.count = self._selected()
            return
        wanted = QItemSelection()
        for first, last in rows:
            wanted.select(self._model.index(first, 0), self._model.index(last, self._model.columnCount() - 1))
        self._placing = True
        flags = QItemSelectionModel.SelectionFlag
        self._table.selectionModel().select(wanted, flags.ClearAndSelect | flags.Rows)
        self._placing = False
        self.count = self._selected()

    def _let_go(self) -> None:
        self._table.selectionModel().clearSelection()
        self.cleared.emit(_CLEARED)
