"""What happened to a product, through every kind of change."""

from __future__ import annotations

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.history import Event, as_of, history
from acme_desktop.core.changes.undo import undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.product import Changes

ANNA = Author("anna", "window on lab-3")
BEN = Author("ben", "command line on lab-4")


def told(events: list[Event]) -> list[tuple[str, str | None, str | None, str | None]]:
    """Operation, who, and the name before and after."""
    return [
        (
            event.operation,
            event.change_set.actor if event.change_set else None,
            event.before.name if event.before else None,
            event.after.name if event.after else None,
        )
        for event in events
    ]


def test_a_life(database: Database) -> None:
    edits.create(database, sku="A", name="One", author=ANNA)
    edits.update(database, "A", Changes(name="Two", active=False), author=BEN)
    edits.update(database, "A", Changes(sku="B"), author=ANNA)
    gone = edits.delete(database, ["B"], author=BEN)

    life = [
        ("deleted", "ben", "Two", None),
        ("updated", "anna", "Two", "Two"),
        ("updated", "ben", "One", "Two"),
        ("created", "anna", None, "One"),
    ]
    assert told(history(database, "b")) == life
    assert told(history(database, " a ")) == life
    assert [event.changed for event in history(database, "a")] == [(), ("sku",), ("name", "active"), ()]

    undo(database, gone.id, author=ANNA)
    assert told(history(database, "B")) == [("restored", "anna", None, "Two"), *life]
    edits.update(database, "B", Changes(name="Three"), author=ANNA)
    assert told(history(database, "B"))[:2] == [("updated", "anna", "Two", "Three"), ("restored", "anna", None, "Two")]


def test_an_undone_edit_is_part_of_the_history(database: Database) -> None:
    edits.create(database, sku="A", name="One", author=ANNA)
    made = edits.update(database, "A", Changes(name="Two"), author=BEN)
    assert made is not None
    undo(database, made.id, author=ANNA)
    assert told(history(database, "A")) == [
        ("updated", "anna", "Two", "One"),
        ("updated", "ben", "One", "Two"),
        ("created", "anna", None, "One"),
    ]


def test_a_sku_that_was_created_twice_tells_of_both_products(database: Database) -> None:
    edits.create(database, sku="A", name="One", author=ANNA)
    edits.delete(database, ["A"], author=ANNA)
    edits.create(database, sku="a", name="Two", author=BEN)
    events = history(database, "A")
    assert [event.operation for event in events] == ["created", "deleted", "created"]
    assert len({event.product_id for event in events}) == 2


def test_a_product_of_another_program(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('X', 'x', 'Direct')")
    assert told(history(database, "x")) == [("created", None, None, "Direct")]
    edits.update(database, "x", Changes(name="Edited"), author=ANNA)
    assert told(history(database, "x")) == [
        ("updated", "anna", "Direct", "Edited"),
        ("created", None, None, "Direct"),
    ]
    assert history(database, "x")[1].to_json()["summary"] == "Written by another program"


def test_an_event_in_json(database: Database) -> None:
    edits.create(database, sku="A", name="One", author=ANNA)
    made = edits.update(database, "A", Changes(description="Blue"), author=BEN)
    assert made is not None
    found = history(database, "A")[0].to_json()
    assert found | {"at": ""} == {
        "change_set_id": made.id,
        "kind": "update",
        "operation": "updated",
        "at": "",
        "actor": "ben",
        "client": "command line on lab-4",
        "summary": "Edit A",
        "product_id": listing.get(database, "A").id,
        "changed": ["description"],
        "before": {"sku": "A", "name": "One", "description": None, "active": True},
        "after": {"sku": "A", "name": "One", "description": "Blue", "active": True},
    }
    assert found["at"].endswith("Z")


@pytest.mark.parametrize("sku", ["never", "", "nul\0"])
def test_a_sku_that_never_was(database: Database, sku: str) -> None:
    with pytest.raises(NotFound):
        history(database, sku)


def test_states_as_of_every_change_set(database: Database) -> None:
    made = [edits.create(database, sku="A", name="One", author=ANNA)]
    product = listing.get(database, "A").id
    for step in (
        lambda: edits.update(database, "A", Changes(name="Two"), author=ANNA),
        lambda: edits.delete(database, ["A"], author=ANNA),
        lambda: edits.create(database, sku="other", name="Other", author=ANNA),
        lambda: undo(database, made[2].id, author=ANNA).change_set,
        lambda: edits.update(database, "A", Changes(name="Three"), author=ANNA),
    ):
        change = step()
        assert change is not None
        made.append(change)
    with database.connect() as connection:
        names = [
            state.name if (state := as_of(connection, [product], change.id).get(product)) else None for change in made
        ]
        assert as_of(connection, [product], 0) == {}
    assert names == ["One", "Two", None, None, "Two", "Three"]
