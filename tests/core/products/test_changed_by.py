"""The imports that changed products, by their number and by their change set."""

from __future__ import annotations

from pathlib import Path

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.products import changed_by, edits, listing
from acme_desktop.core.products.filters import Filter

ANNA = Author("anna", "tests")


def test_imports_that_changed_products(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "lamps.csv"
    numbers = []
    for text in ("sku,name\nA,One\nB,Two\n", "sku,name\nA,One\n", "sku,name\nB,Three\n"):
        file.write_text(text, encoding="utf-8")
        numbers.append(run.import_file(database, file, ImportOptions(), Progress(), ANNA).import_id)
    first, idle, last = numbers
    made = edits.create(database, sku="C", name="Not imported", author=ANNA)
    with database.connect() as connection:
        assert [one.import_id for one in changed_by.latest(connection)] == [last, first]
        assert [one.import_id for one in changed_by.latest(connection, limit=1)] == [last]
        found = changed_by.by_number(connection, first or 0)
        assert (Path(found.file).name, found.changed) == ("lamps.csv", 2)
        assert changed_by.by_change_set(connection, found.change_set_id) == found
        assert changed_by.by_change_set(connection, made.id) is None
        with pytest.raises(NotFound, match="changed nothing"):
            changed_by.by_number(connection, idle or 0)
        with pytest.raises(NotFound, match="no import"):
            changed_by.by_number(connection, 10**30)
    assert listing.count(database, Filter(changed_in=found.change_set_id)) == 1  # B was changed again since
