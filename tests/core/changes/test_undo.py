"""Undo of every kind of change set, over and over; what was touched since is kept and named."""

from __future__ import annotations

from typing import Any

import pytest

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.undo import Kept, UndoReport, undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled, NotFound, Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes

ANNA = Author("anna", "window on lab-3")
BEN = Author("ben", "command line on lab-4")

State = list[tuple[Any, ...]]


def rows(database: Database, sql: str, *values: Any) -> State:
    with database.connect() as connection:
        return connection.execute(sql, values).fetchall()


def catalogue(database: Database) -> State:
    """Everything about every product but the number of the change set that touched it last."""
    return rows(
        database,
        "SELECT id, sku, sku_key, name, description, active, created_at, updated_at, created_in "
        "FROM products ORDER BY id",
    )


def make(database: Database, *skus: str) -> ChangeSet:
    for sku in skus:
        made = edits.create(database, sku=sku, name=f"Name of {sku}", description=f"About {sku}", author=ANNA)
    return made


def edit(database: Database, which: str, **changes: Any) -> ChangeSet:
    made = edits.update(database, which, Changes(**changes), author=BEN)
    assert made is not None
    return made


def take_back(database: Database, made: ChangeSet) -> UndoReport:
    return undo(database, made.id, author=ANNA)


def import_like(database: Database) -> ChangeSet:
    """One change set that creates, updates and deletes at once."""
    with database.connect() as connection:
        identifier = change_set.begin(connection, "import", BEN, summary="Import p.csv")
        connection.execute(
            "INSERT INTO product_versions (change_set_id, sku_key, product_id, operation, sku, name, description, "
            "active, created_at, updated_at, created_in, changed_in) SELECT %s, sku_key, id, "
            "CASE sku WHEN 'old' THEN 'delete' ELSE 'update' END, sku, name, description, active, created_at, "
            "updated_at, created_in, changed_in FROM products WHERE sku IN ('A', 'B', 'old')",
            (identifier,),
        )
        connection.execute("DELETE FROM products WHERE sku = 'old'")
        connection.execute(
            "UPDATE products SET name = name || '!', updated_at = now(), changed_in = %s WHERE sku IN ('A', 'B')",
            (identifier,),
        )
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, created_in, changed_in) SELECT s, lower(s), 'New', %s, %s "
            "FROM unnest(ARRAY['N1', 'N2', 'N3']) s",
            (identifier, identifier),
        )
        return change_set.finish(connection, identifier, created=3, updated=2, deleted=1)


def counts(report: UndoReport) -> tuple[int, int, int]:
    return report.change_set.created, report.change_set.updated, report.change_set.deleted


def test_a_creation_is_undone_and_redone(database: Database) -> None:
    made = make(database, "A")
    before = catalogue(database)

    report = take_back(database, made)
    assert catalogue(database) == []
    assert counts(report) == (0, 0, 1)
    assert report.kept == ()
    assert (report.change_set.kind, report.change_set.undoes) == ("undo", made.id)
    assert report.change_set.summary == f"Undo of change set {made.id}: Create A"

    redone = take_back(database, report.change_set)
    assert catalogue(database) == before
    assert counts(redone) == (1, 0, 0)
    assert rows(database, "SELECT changed_in FROM products") == [(redone.change_set.id,)]
    assert redone.change_set.summary == f"Redo of change set {made.id}: Create A"

    again = take_back(database, redone.change_set)
    assert again.change_set.summary == f"Undo of change set {made.id}: Create A"
    assert catalogue(database) == []
    assert counts(again) == (0, 0, 1)


def test_an_edit_is_undone_to_the_byte(database: Database) -> None:
    make(database, "A", "B")
    before = catalogue(database)
    made = edit(database, "A", name="Mug", description="", active=False)
    after = catalogue(database)

    report = take_back(database, made)
    assert catalogue(database) == before
    assert counts(report) == (0, 1, 0)
    take_back(database, report.change_set)
    assert catalogue(database) == after


def test_a_new_sku_is_undone_and_redone(database: Database) -> None:
    make(database, "old")
    before = catalogue(database)
    made = edit(database, "old", sku="new", name="Renamed")
    after = catalogue(database)

    report = take_back(database, made)
    assert catalogue(database) == before
    assert counts(report) == (0, 1, 0)
    redone = take_back(database, report.change_set)
    assert catalogue(database) == after
    take_back(database, redone.change_set)
    assert catalogue(database) == before


def test_a_letter_case_is_undone(database: Database) -> None:
    make(database, "abc")
    before = catalogue(database)
    take_back(database, edit(database, "abc", sku="ABC"))
    assert catalogue(database) == before


def test_deletions_are_undone(database: Database) -> None:
    make(database, "a", "b", "c")
    rows(database, "INSERT INTO products (sku, sku_key, name) VALUES ('X', 'x', 'Direct') RETURNING 1")
    before = catalogue(database)
    some = edits.delete(database, ["a", "x"], author=BEN)
    rest = edits.delete_all(database, confirm=2, author=BEN)
    assert rest is not None
    assert catalogue(database) == []
    assert counts(take_back(database, some)) == (2, 0, 0)
    assert counts(take_back(database, rest)) == (2, 0, 0)
    assert catalogue(database) == before


def test_an_import_is_undone_and_redone(database: Database) -> None:
    make(database, "A", "B", "C", "old")
    before = catalogue(database)
    made = import_like(database)
    after = catalogue(database)

    report = take_back(database, made)
    assert catalogue(database) == before
    assert counts(report) == (1, 2, 3)
    redone = take_back(database, report.change_set)
    assert catalogue(database) == after
    assert counts(redone) == (3, 2, 1)
    take_back(database, redone.change_set)
    assert catalogue(database) == before


def test_rows_touched_since_are_kept_and_named(database: Database) -> None:
    make(database, "A", "B", "C", "old")
    made = import_like(database)
    renamed = edit(database, "A", sku="A2")
    removed = edits.delete(database, ["B", "N1"], author=BEN)
    edited = edit(database, "N2", name="Edited")
    edits.create(database, sku="OLD", name="Another", author=BEN)

    report = take_back(database, made)

    assert report.kept == (
        Kept("A2", f"changed since by ben (change set {renamed.id})"),
        Kept("B", f"deleted since by ben (change set {removed.id})"),
        Kept("N2", f"changed since by ben (change set {edited.id})"),
        Kept("old", "another product has its SKU now"),
    )
    assert counts(report) == (0, 0, 1)
    assert [sku for (sku,) in rows(database, "SELECT sku FROM products ORDER BY sku")] == ["A2", "C", "N2", "OLD"]


def test_a_new_sku_stays_where_the_old_one_is_taken(database: Database) -> None:
    make(database, "old", "other")
    made = edit(database, "old", sku="new")
    make(database, "OLD")
    with pytest.raises(Refused, match="Nothing of change set") as refusal:
        take_back(database, made)
    assert refusal.value.details == "new: another product has its SKU now"


def test_changes_are_undone_one_after_the_other(database: Database) -> None:
    """As with Ctrl+Z: the newest first; an undone change does not count as touching."""
    states = [catalogue(database)]
    made = []
    for step in (
        lambda: make(database, "A"),
        lambda: edit(database, "A", name="One"),
        lambda: edit(database, "A", sku="B"),
        lambda: edits.delete(database, ["B"], author=ANNA),
        lambda: make(database, "A"),
        lambda: edit(database, "A", active=False),
    ):
        made.append(step())
        states.append(catalogue(database))

    undos = []
    for index in range(len(made) - 1, -1, -1):
        report = take_back(database, made[index])
        undos.append(report.change_set)
        assert report.kept == ()
        assert catalogue(database) == states[index]
    for index, step_back in enumerate(reversed(undos)):
        take_back(database, step_back)
        assert catalogue(database) == states[index + 1]


def test_a_redo_keeps_what_was_touched_since(database: Database) -> None:
    made = import_like(database)
    first = take_back(database, made)
    redone = take_back(database, first.change_set)
    edited = edit(database, "N1", name="Edited")
    report = take_back(database, redone.change_set)
    assert report.kept == (Kept("N1", f"changed since by ben (change set {edited.id})"),)
    assert [sku for (sku,) in rows(database, "SELECT sku FROM products")] == ["N1"]


def test_an_undo_of_what_another_undo_kept_is_silent_about_it(database: Database) -> None:
    """A product that an undo left alone is no business of the undo of that undo."""
    made = import_like(database)
    edits.delete(database, ["N1"], author=BEN)
    first = take_back(database, made)
    edits.create(database, sku="N1", name="Again", author=BEN)
    report = take_back(database, first.change_set)
    assert report.kept == ()
    assert counts(report) == (2, 0, 0)


def test_undoing_twice_is_refused(database: Database) -> None:
    make(database, "A", "old")
    for made in (import_like(database), edit(database, "N1", name="Edited"), make(database, "Z")):
        report = take_back(database, made)
        before = catalogue(database)
        with pytest.raises(Refused, match="undone already, by change set") as refusal:
            take_back(database, made)
        assert refusal.value.exit_code == 5
        undo_set = report.change_set
        assert f"by change set {undo_set.id} (anna) at {iso(undo_set.created_at)}." in refusal.value.title
        assert f"undo change set {undo_set.id}." in refusal.value.advice
        assert f"(change set {undo_set.id})" not in refusal.value.details
        assert catalogue(database) == before
        take_back(database, report.change_set)
    assert rows(database, "SELECT count(*) FROM change_sets WHERE created + updated + deleted = 0") == [(0,)]


def test_a_second_undo_takes_back_the_rest_and_does_not_blame_the_first(database: Database) -> None:
    make(database, "A", "B")
    made = edits.set_active(database, ["A", "B"], False, author=ANNA)
    assert made is not None
    edited = edit(database, "B", name="Edited")
    first = take_back(database, made)
    assert first.kept == (Kept("B", f"changed since by ben (change set {edited.id})"),)
    with pytest.raises(Refused, match="undone already") as refusal:
        take_back(database, made)
    assert refusal.value.details == f"B: changed since by ben (change set {edited.id})"
    take_back(database, edited)
    second = take_back(database, made)
    assert (second.kept, counts(second)) == ((), (0, 1, 0))


def test_what_was_brought_back_and_changed_since_is_not_called_undone(database: Database) -> None:
    make(database, "A")
    made = edit(database, "A", name="One")
    take_back(database, take_back(database, made).change_set)
    edit(database, "A", name="Two")
    with pytest.raises(Refused, match="every product that it touched was changed since"):
        take_back(database, made)


def test_an_unknown_change_set(database: Database) -> None:
    with pytest.raises(NotFound):
        undo(database, 99, author=ANNA)


def test_a_cancelled_undo_changes_nothing(database: Database) -> None:
    made = make(database, "A")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        undo(database, made.id, author=ANNA, progress=progress)
    assert len(catalogue(database)) == 1


@pytest.mark.parametrize("what", ["create", "update"])
def test_what_another_program_edited_since_is_kept(database: Database, what: str) -> None:
    made = make(database, "A")
    if what == "update":
        made = edit(database, "A", name="Ours")
    with database.connect() as connection:
        connection.execute("UPDATE products SET name = 'Theirs', updated_at = now() WHERE sku = 'A'")
    with pytest.raises(Refused) as raised:
        take_back(database, made)
    assert "A: changed since" in (raised.value.details or "")
    assert rows(database, "SELECT name FROM products") == [("Theirs",)]
