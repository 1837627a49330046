"""Which products a person has selected, also those that are not loaded."""

from __future__ import annotations

from dataclasses import dataclass

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing
from acme_desktop.core.products.places import Runs, ids_in
from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.pages import Question
from acme_desktop.gui.products.table import ProductTable


@dataclass(frozen=True)
class Picked:
    """A selection as it was at one moment.

    Attributes:
        question: what the table showed.
        count: how many products were selected.
        loaded: these as they were shown, where they are few and loaded; else nothing.
        runs: between which products they stand, where they are not few; None where that is not known yet.
        whole: everything that the table showed was selected at once.
    """

    question: Question
    count: int
    loaded: tuple[Product, ...]
    runs: Runs | None
    whole: bool

    def stretches(self) -> Runs:
        """The runs.

        Raises:
            Refused: where the selection begins and ends has not been loaded yet.
        """
        if self.runs is None:
            raise Refused(
                "The selection is not loaded yet. Nothing was done.", "Wait until its rows are shown, or select again."
            )
        return self.runs

    def ids(self, database: Database, progress: Progress) -> list[int]:
        """The ids of the products, but not of a whole answer; looked up where they are many, so not on the main thread.

        Raises:
            Refused: they are not the products any more that were selected, or are not known yet.
        """
        if self.loaded:
            return [product.id for product in self.loaded]
        return ids_in(database, self.question.filter, self.question.sort, self.stretches(), progress)

    def products(self, database: Database, progress: Progress) -> list[Product]:
        """The products, in the table's order; of a whole answer those that it has now.

        Raises:
            Refused: they are not the products any more that were selected, or are not known yet.
        """
        if self.whole:
            pages = listing.stream(database, self.question.filter, self.question.sort, progress)
            return [product for page in pages for product in page]
        ids = self.ids(database, progress)
        found = listing.by_ids(database, ids, progress)
        return [found[one] for one in ids if one in found]


def picked(table: ProductTable, question: Question) -> Picked:
    """What is selected in the table now."""
    kept = table.kept
    return Picked(question, kept.count, tuple(kept.products), kept.runs, kept.whole)
