"""The list of change sets: pages by id, and what restricts it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author, Wanted
from acme_desktop.core.changes.undo import undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes

ANNA = Author("anna", "window on lab-3")
BEN = Author("ben", "command line on lab-4")


@pytest.fixture
def made(database: Database) -> list[int]:
    done = [
        edits.create(database, sku="A_1", name="One", author=ANNA),
        edits.create(database, sku="AX1", name="One", author=BEN),
        edits.update(database, "A_1", Changes(name="Two"), author=BEN),
    ]
    assert done[2] is not None
    undo(database, done[2].id, author=ANNA)
    return [one.id for one in done if one is not None] + [done[2].id + 1]


def listed(database: Database, wanted: Wanted, **paging: int) -> list[int]:
    with database.connect() as connection:
        return [one.id for one in change_set.latest(connection, wanted=wanted, **paging)]


def test_pages_go_on_where_the_one_before_ended(database: Database, made: list[int]) -> None:
    assert listed(database, Wanted(), limit=3) == made[:0:-1]
    assert listed(database, Wanted(), limit=3, before=made[1]) == made[:1]


def test_what_is_wanted(database: Database, made: list[int]) -> None:
    first, second, third, fourth = made
    assert listed(database, Wanted(kinds=("create", "undo"))) == [fourth, second, first]
    assert listed(database, Wanted(actor="ben")) == [third, second]
    assert listed(database, Wanted(text="edit LAB-4")) == [third]
    assert listed(database, Wanted(text="A_1")) == [fourth, third, first]  # and no wildcard
    assert listed(database, Wanted(text="nul\0")) == []
    with database.connect() as connection:
        moments = {one.id: one.created_at for one in change_set.latest(connection)}
        assert change_set.actors(connection) == ["anna", "ben"]
    assert listed(database, Wanted(start=moments[second], end=moments[third])) == [third, second]
    assert listed(database, Wanted(end=datetime(2001, 1, 1, tzinfo=UTC))) == []


def test_a_change_set_is_dated_at_its_end(database: Database) -> None:
    with database.connect() as connection:
        number = change_set.begin(connection, "update", ANNA)
        begun = change_set.get(connection, number).created_at
        (clock,) = connection.execute("SELECT clock_timestamp()").fetchone()  # type: ignore[misc]
        finished = change_set.finish(connection, number).created_at
    assert begun < clock < finished
