"""Every kind of change has a name that fits into a sentence."""

from __future__ import annotations

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.titles import title
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import bulk_edit, edits
from acme_desktop.core.products.bulk_changes import ReplaceText
from acme_desktop.core.products.bulk_edit import Which
from acme_desktop.core.products.product import Changes

ANNA = Author("anna", "window on lab-3")


def newest(database: Database) -> ChangeSet:
    with database.connect() as connection:
        return change_set.latest(connection, limit=1)[0]


def named(database: Database, kind: str, summary: str) -> str:
    with database.connect() as connection:
        return title(change_set.get(connection, change_set.begin(connection, kind, ANNA, summary=summary)))  # type: ignore[arg-type]


def test_what_people_do_is_named(database: Database) -> None:
    edits.create(database, sku="A-100", name="Cup", author=ANNA)
    assert title(newest(database)) == "creation of A-100"
    edits.update(database, "A-100", Changes(name="Mug"), author=ANNA)
    assert title(newest(database)) == "edit of A-100"
    bulk_edit.apply(database, bulk_edit.preview(database, Which(), ReplaceText("name", "Mug", "Cup")), author=ANNA)
    assert title(newest(database)) == "bulk edit: replace ‘Mug’ by ‘Cup’ in name, 1 product"
    edits.create(database, sku="A-200", name="Cup", author=ANNA)
    edits.delete(database, ["A-100", "A-200"], author=ANNA)
    assert title(newest(database)) == "delete of 2 products"


def test_other_kinds_and_odd_summaries(database: Database) -> None:
    assert named(database, "import", "/home/anna/spring.csv") == "import of spring.csv"
    assert named(database, "update", "Restore A-1") == "restore of A-1"
    assert named(database, "update", "").startswith("change set ")
    long = named(database, "update", "Edit " + "x" * 255)
    assert (len(long), long[-1]) == (60, "…")
