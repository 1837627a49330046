"""Products between two others, and whether they are still the ones that were there."""

from __future__ import annotations

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.places import NotTheSame, Run, Runs, ids_in, newest_change
from acme_desktop.core.products.product import Changes

AUTHOR = Author("anna", "tests")
SORTS = ["sku", "sku:desc", "name", "name:desc", "active,name:desc", "updated_at:desc", "created_at"]


@pytest.fixture
def lamps(database: Database) -> Database:
    """P-0 to P-9; the odd ones are called Lamp 1, the others Lamp 0."""
    for number in range(10):
        edits.create(database, sku=f"P-{number}", name=f"Lamp {number % 2}", author=AUTHOR)
    return database


def runs(database: Database, question: Filter, sort: Sort, *blocks: tuple[int, int]) -> Runs:
    found = listing.page(database, question, sort, 1, 100)
    with database.connect() as connection:
        now = newest_change(connection)
    return Runs(tuple(Run(found[first], found[last], last - first + 1) for first, last in blocks), now)


def skus(database: Database, question: Filter, sort: Sort, chosen: Runs) -> list[str]:
    ids = ids_in(database, question, sort, chosen, Progress())
    found = listing.by_ids(database, ids)
    return [found[one].sku for one in ids]


def test_they_come_in_the_questions_order(lamps: Database) -> None:
    question, sort = Filter(name="lamp 1"), Sort("sku", descending=True)
    assert skus(lamps, question, sort, runs(lamps, question, sort, (3, 4), (0, 1))) == ["P-9", "P-7", "P-3", "P-1"]
    assert skus(lamps, question, sort, Runs((), 0)) == []


@pytest.mark.parametrize("order", SORTS)
def test_in_every_order_they_are_those_of_the_page(lamps: Database, order: str) -> None:
    sort = Sort.parse(order)
    wanted = [product.sku for product in listing.page(lamps, Filter(), sort, 1, 100)[2:7]]
    chosen = runs(lamps, Filter(), sort, (2, 6))
    edits.create(lamps, sku="A", name="A", author=AUTHOR, active=False)
    edits.create(lamps, sku="Z", name="Z", author=AUTHOR)
    assert skus(lamps, Filter(), sort, chosen) == wanted


def test_an_edit_that_leaves_them_in_place_is_none_of_them_less(lamps: Database) -> None:
    chosen = runs(lamps, Filter(), Sort(), (2, 6))
    for name in ("once", "twice"):
        for sku in ("P-2", "P-4", "P-6"):
            edits.update(lamps, sku, Changes(name=name), author=AUTHOR)
    assert skus(lamps, Filter(), Sort(), chosen) == ["P-2", "P-3", "P-4", "P-5", "P-6"]


@pytest.mark.parametrize("change", ["add", "delete", "swap", "move in and out", "edge", "again", "into the filter"])
def test_others_among_them_are_refused(lamps: Database, change: str) -> None:
    question = Filter(name="lamp")
    edits.create(lamps, sku="P-35", name="Desk", author=AUTHOR)
    chosen = runs(lamps, question, Sort(), (2, 6))
    if change in ("delete", "swap", "again", "into the filter"):
        edits.delete(lamps, ["P-4"], author=AUTHOR)
    if change in ("add", "swap"):
        edits.create(lamps, sku="P-3b", name="Lamp", author=AUTHOR)
    if change == "again":
        edits.create(lamps, sku="P-4", name="Lamp 0", author=AUTHOR)
    if change == "into the filter":
        edits.update(lamps, "P-35", Changes(name="Lamp"), author=AUTHOR)
    if change == "move in and out":
        edits.update(lamps, "P-3", Changes(sku="Q-3"), author=AUTHOR)
        edits.update(lamps, "P-9", Changes(sku="P-3"), author=AUTHOR)
    if change == "edge":
        edits.update(lamps, "P-6", Changes(sku="Q-6"), author=AUTHOR)
    with pytest.raises(NotTheSame):
        ids_in(lamps, question, Sort(), chosen, Progress())


def test_a_cancel_comes_through(database: Database) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        ids_in(database, Filter(), Sort(), Runs((), 0), progress)
