from __future__ import annotations

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.places import ids_at


def test_ids_come_in_the_questions_order(database: Database) -> None:
    for number in range(10):
        edits.create(database, sku=f"P-{number}", name=f"Lamp {number % 2}", author=Author("anna", "tests"))
    question, sort = Filter(name="lamp 1"), Sort("sku", descending=True)
    ids = ids_at(database, question, sort, [(3, 9), (0, 1)], Progress())
    found = listing.by_ids(database, ids)
    assert [found[one].sku for one in ids] == ["P-9", "P-7", "P-3", "P-1"]
    assert ids_at(database, question, sort, [(7, 8)], Progress()) == []
    assert ids_at(database, question, sort, [], Progress()) == []


def test_a_cancel_comes_through(database: Database) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        ids_at(database, Filter(), Sort(), [(0, 1)], progress)
