"""Which products a person has selected, also those that are not loaded."""

from __future__ import annotations

from dataclasses import dataclass

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing
from acme_desktop.core.products.places import Block, ids_at
from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.pages import Question
from acme_desktop.gui.products.table import ProductTable


@dataclass(frozen=True)
class Picked:
    """A selection as it was at one moment.

    Attributes:
        question: what the table showed.
        count: how many rows were selected.
        loaded: their products as they were shown, where all of them were loaded; else nothing.
        blocks: their rows.
        whole: everything that the table showed was selected.
    """

    question: Question
    count: int
    loaded: tuple[Product, ...]
    blocks: tuple[Block, ...]
    whole: bool

    def ids(self, database: Database, progress: Progress) -> list[int]:
        """The ids of the products; looked up where not all were loaded, so not on the main thread."""
        if self.loaded:
            return [product.id for product in self.loaded]
        return ids_at(database, self.question.filter, self.question.sort, self.blocks, progress)

    def products(self, database: Database, progress: Progress) -> list[Product]:
        """The products, in the table's order; those that are gone meanwhile are left out."""
        ids = self.ids(database, progress)
        found = listing.by_ids(database, ids, progress)
        return [found[one] for one in ids if one in found]


def picked(table: ProductTable, question: Question) -> Picked:
    """What is selected in the table now."""
    blocks = tuple((block.top(), block.bottom()) for block in table.selectionModel().selection())
    products, count = table.selected_products(), sum(last - first + 1 for first, last in blocks)
    loaded = tuple(products) if len(products) == count else ()
    return Picked(question, count, loaded, blocks, count == table.model().rowCount())
