from __future__ import annotations

from acme_desktop.core.changes import undo, undone
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.undone import Standing
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits

AUTHOR = Author("tester", "tests")


def test_an_undo_of_an_undo_lets_the_change_stand_again(database: Database) -> None:
    made = edits.create(database, sku="A-1", name="Lamp", author=AUTHOR).id
    expected = [Standing(made, False)]
    target = made
    for turn in range(3):
        target = undo.undo(database, target, author=AUTHOR).change_set.id
        expected.append(Standing(target, turn % 2 == 0))
        with database.connect() as connection:
            assert undone.standing(connection, [made]) == {made: expected[-1]}


def test_undo_and_redo_go_back_and_forth_through_the_changes(database: Database) -> None:
    changes = [edits.create(database, sku=f"A-{number}", name="Lamp", author=AUTHOR).id for number in range(2)]
    seen = []
    for way in (undone.next_undo, undone.next_undo, undone.next_redo, undone.next_redo, undone.next_redo):
        with database.connect() as connection:
            found = way(connection)
        seen.append(found and found[0].id)
        if found:
            undo.undo(database, found[1], author=AUTHOR)
    assert seen == [changes[1], changes[0], changes[0], changes[1], None]


def test_a_new_change_ends_what_could_be_redone(database: Database) -> None:
    first = edits.create(database, sku="A-1", name="Lamp", author=AUTHOR).id
    undo.undo(database, first, author=AUTHOR)
    second = edits.create(database, sku="A-2", name="Chair", author=AUTHOR).id
    with database.connect() as connection:
        assert undone.next_redo(connection) is None
        found = undone.next_undo(connection)
        assert found is not None
        assert found[1] == second
