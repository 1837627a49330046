"""Payloads: what a receiver is told about each product, as of the change that the event is about."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any

import jsonschema
import pytest

from acme_desktop.core.changes import change_set, undo
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.paths import RESOURCES
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.product import Changes
from acme_desktop.core.webhooks import payload
from acme_desktop.core.webhooks.payload import Event
from tests.support.webhooks import GOLDEN, add_webhook, make_products

ANNA = Author("anna", "window on lab-3")
SCHEMA = json.loads((RESOURCES / "webhooks" / "event.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def read_all(database: Database, webhook_id: int) -> list[Event]:
    """Every pending event of a webhook, page by page."""
    events: list[Event] = []
    with database.connect() as connection:
        ranges = payload.pending(connection, webhook_id, [], 10_000)
        while ranges:
            page, ranges = payload.read_page(connection, ranges)
            events += page
            ranges = [one for one in ranges if not one.at_end]
    return events


def told(database: Database, webhook_id: int) -> list[dict[str, Any]]:
    events = [json.loads(event.text) for event in read_all(database, webhook_id)]
    for event in events[:20]:
        VALIDATOR.validate(event)
    return events


def test_each_event_has_the_product_as_of_its_change(database: Database) -> None:
    hook = add_webhook(database)
    made = edits.create(database, sku="Ż-1", name='Fil "à" coudre 🧵\n', description="x\\y", author=ANNA)
    edited = edits.update(database, "ż-1", Changes(name="Other", active=False), author=ANNA)
    gone = edits.delete(database, ["ż-1"], author=ANNA)
    assert edited is not None

    first, second, third = told(database, hook)
    assert (first["type"], second["type"], third["type"]) == ("product.created", "product.updated", "product.deleted")
    product = first["data"]["id"]
    assert [event["id"] for event in (first, second, third)] == [
        f"evt_{change.id}_{product}" for change in (made, edited, gone)
    ]
    assert (first["data"]["sku"], first["data"]["name"]) == ("Ż-1", 'Fil "à" coudre 🧵\n')
    assert (first["data"]["description"], first["data"]["active"]) == ("x\\y", True)
    assert (second["data"]["name"], second["data"]["changed"]) == ("Other", ["name", "active"])
    assert third["data"]["name"] == "Other"
    assert third["data"]["change_set_id"] == edited.id
    assert "changed" not in first["data"]
    assert first["timestamp"] == made.to_json()["created_at"]


def test_a_rename_keeps_the_product_and_names_the_field(database: Database) -> None:
    hook = add_webhook(database)
    edits.create(database, sku="A", name="Cup", author=ANNA)
    edits.update(database, "A", Changes(sku="B"), author=ANNA)
    made, renamed = told(database, hook)
    assert renamed["data"]["id"] == made["data"]["id"]
    assert (renamed["data"]["sku"], renamed["data"]["changed"]) == ("B", ["sku"])


def test_an_undo_tells_what_it_deleted_and_what_it_brought_back(database: Database) -> None:
    make_products(database, 3)
    hook = add_webhook(database)
    gone = edits.delete_all(database, confirm=3, author=ANNA)
    assert gone is not None
    back = undo.undo(database, gone.id, author=ANNA).change_set
    undo.undo(database, back.id, author=ANNA)

    events = told(database, hook)
    assert [event["type"] for event in events] == ["product.deleted"] * 3 + ["product.created"] * 3 + [
        "product.deleted"
    ] * 3
    assert {event["data"]["id"] for event in events[:3]} == {event["data"]["id"] for event in events[3:6]}
    assert all(event["data"]["change_set_id"] == back.id for event in events[3:6])


@pytest.mark.parametrize("later", ["nothing", "changed", "deleted"])
def test_a_large_change_is_read_page_by_page_whatever_came_later(database: Database, later: str) -> None:
    hook = add_webhook(database, events=["product.created"])
    number = payload.PAGE * 2 + 7
    made = make_products(database, number)
    if later == "changed":
        with database.connect() as connection:
            skus = [sku for (sku,) in connection.execute("SELECT sku FROM products WHERE id % 2 = 0")]
        edits.set_active(database, skus, False, author=ANNA)
    if later == "deleted":
        edits.delete_all(database, confirm=number, author=ANNA)

    events = told(database, hook)
    assert len(events) == len({event["id"] for event in events}) == number
    assert all(event["data"]["active"] and event["data"]["change_set_id"] == made.id for event in events)


def test_many_small_and_large_changes_come_in_order(database: Database) -> None:
    hook = add_webhook(database)
    for index in range(5):
        edits.create(database, sku=f"S{index}", name="Cup", author=ANNA)
    make_products(database, payload.PAGE + 3)
    edits.set_active(database, [f"S{index}" for index in range(5)], False, author=ANNA)
    with database.connect() as connection:
        skus = [sku for (sku,) in connection.execute("SELECT sku FROM products")]
    edits.delete(database, skus, author=ANNA)

    events = read_all(database, hook)
    assert len(events) == 5 + payload.PAGE + 3 + 5 + len(skus)
    numbers = [event.change_set_id for event in events]
    assert numbers == sorted(numbers)


def test_a_place_in_the_middle_goes_on_there(database: Database) -> None:
    """The first part goes by key, the second by id: a restart between them loses and repeats nothing."""
    make_products(database, 4)
    hook = add_webhook(database)
    with database.connect() as connection:
        number = change_set.begin(connection, "bulk_edit", ANNA)
        connection.execute(
            "INSERT INTO product_versions (change_set_id, operation, sku_key, product_id, sku, name, active,"
            " created_in, changed_in) SELECT %s, 'update', sku_key, id, sku, name, active, created_in, changed_in"
            " FROM products",
            (number,),
        )
        connection.execute("UPDATE products SET name = name || '!', changed_in = %s", (number,))
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, created_in, changed_in)"
            " SELECT 'N' || i, 'n' || i, 'New', %(n)s, %(n)s FROM generate_series(1, 3) i",
            {"n": number},
        )
        change_set.finish(connection, number, updated=4, created=3)
    everything = read_all(database, hook)
    assert [event.type for event in everything] == ["product.updated"] * 4 + ["product.created"] * 3
    for index, event in enumerate(everything):
        assert event.place is not None
        with database.connect() as connection:
            connection.execute(
                "UPDATE outbox SET part = %s, after_key = %s, after_id = %s, passed = %s",
                (event.place.part, event.place.key, event.place.id, index + 1),
            )
        assert read_all(database, hook) == everything[index + 1 :]


def test_large_products_are_read_in_pages_of_few_megabytes(database: Database) -> None:
    hook = add_webhook(database)
    with database.connect() as connection:
        number = change_set.begin(connection, "import", ANNA)
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, created_in, changed_in)"
            " SELECT 'N' || i, 'n' || i, 'New', repeat('x', 1000000), %(n)s, %(n)s FROM generate_series(1, 9) i",
            {"n": number},
        )
        change_set.finish(connection, number, created=9)
        ranges = payload.pending(connection, hook, [], 10)
        page, ranges = payload.read_page(connection, ranges)
        assert 1 <= len(page) < 5
    assert [event.product_id for event in read_all(database, hook)] == sorted(
        event.product_id for event in read_all(database, hook)
    )
    assert len(read_all(database, hook)) == 9


def test_single_events_are_built_again_as_they_were(database: Database) -> None:
    hook = add_webhook(database)
    edits.create(database, sku="A", name="Cup", author=ANNA)
    edits.update(database, "A", Changes(name="Mug"), author=ANNA)
    edits.delete(database, ["A"], author=ANNA)
    events = read_all(database, hook)
    with database.connect() as connection:
        again = payload.single(connection, [(event.change_set_id, event.product_id) for event in reversed(events)])
        assert payload.single(connection, [(999, 999)]) == []
    assert [event.text for event in again] == [event.text for event in reversed(events)]


def test_a_product_that_another_program_removed_has_no_event(database: Database) -> None:
    hook = add_webhook(database)
    make_products(database, 3)
    with database.connect() as connection:
        connection.execute("DELETE FROM products WHERE sku = 'P2'")
    assert len(read_all(database, hook)) == 2


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_files_meet_the_schema(name: str) -> None:
    VALIDATOR.validate(json.loads(GOLDEN[name]))


def test_events_look_like_the_golden_files(database: Database) -> None:
    hook = add_webhook(database)
    with database.connect() as connection:
        connection.execute("SELECT setval('products_id_seq', 41), setval('change_sets_id_seq', 6)")
    edits.create(database, sku="ŻÓŁĆ-7", name="Fil à coudre 🧵", author=ANNA)
    edits.update(database, "ŻÓŁĆ-7", Changes(description="Blue", active=False), author=ANNA)
    edits.delete(database, ["ŻÓŁĆ-7"], author=ANNA)
    with database.connect() as connection:
        connection.execute("UPDATE change_sets SET created_at = '2021-02-25T15:02:10Z'")
        connection.execute(
            "UPDATE product_versions SET created_at = '2021-02-25T15:02:10Z', updated_at = '2021-02-25T15:02:10Z'"
        )
    events = read_all(database, hook)
    for event, name in zip(events, ["created", "updated", "deleted"], strict=True):
        assert event.text == GOLDEN[name].strip()
    assert payload.batch_body([event.text for event in events]) == GOLDEN["batch"].strip()


def test_a_batch_is_named_by_its_events() -> None:
    assert payload.batch_id([(7, 42)]) == "evt_7_42"
    assert payload.batch_id([(7, 42), (7, 43)]) == payload.batch_id([(7, 42), (7, 43)])
    assert payload.batch_id([(7, 42), (7, 43)]) != payload.batch_id([(7, 43), (7, 42)])


@pytest.mark.parametrize("seed", range(4))
def test_whoever_follows_the_events_has_the_catalogue(database: Database, seed: int) -> None:
    """Random edits, renames, bulk changes, deletions and undos of any of them, told in order."""
    hook = add_webhook(database)
    chance = random.Random(seed)
    changes: list[int] = []
    for number in range(60):
        with contextlib.suppress(Refused):
            made = _some_change(database, chance, number, changes)
            if made is not None:
                changes.append(made)

    mirror: dict[int, dict[str, Any]] = {}
    for event in told(database, hook):
        product = {name: value for name, value in event["data"].items() if name != "changed"}
        known = mirror.pop(product["id"], None)
        assert (event["type"] == "product.created") == (known is None)
        if event["type"] == "product.updated":
            assert known is not None
            differing = [name for name in ("sku", "name", "description", "active") if known[name] != product[name]]
            assert event["data"]["changed"] == differing
        if event["type"] != "product.deleted":
            mirror[product["id"]] = product
        else:
            assert known == product
    with database.connect() as connection:
        rows = connection.execute("SELECT sku FROM products").fetchall()
    standing = [listing.get(database, str(sku)).to_json() for (sku,) in rows]
    assert sorted(mirror.values(), key=lambda one: one["id"]) == sorted(standing, key=lambda one: one["id"])


def _some_change(database: Database, chance: random.Random, number: int, changes: list[int]) -> int | None:
    with database.connect() as connection:
        skus = [str(sku) for (sku,) in connection.execute("SELECT sku FROM products ORDER BY sku_key")]
    what = chance.choice(["create", "many", "edit", "rename", "switch", "delete", "undo", "undo", "all"])
    sku = chance.choice(skus) if skus else None
    made: Any = None
    if what == "undo" and changes:
        made = undo.undo(database, chance.choice(changes[-6:]), author=ANNA).change_set
    elif what == "many":
        made = make_products(database, chance.randint(2, 5), prefix=f"M{number}-")
    elif what == "create" or sku is None:
        made = edits.create(database, sku=f"S{number}", name="Cup", author=ANNA)
    elif what == "edit":
        made = edits.update(database, sku, Changes(name=f"Name {chance.randint(1, 3)}", active=False), author=ANNA)
    elif what == "rename":
        made = edits.update(database, sku, Changes(sku=f"R{number}"), author=ANNA)
    elif what == "switch":
        made = edits.set_active(database, skus[:3], chance.random() < 0.5, author=ANNA)
    elif what == "delete":
        made = edits.delete(database, skus[:2], author=ANNA)
    elif chance.random() < 0.3:
        made = edits.delete_all(database, confirm=len(skus), author=ANNA)
    return made.id if made is not None else None
