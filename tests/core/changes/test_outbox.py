"""The outbox: a row a webhook and a change set, in the transaction of the change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from acme_desktop.core.changes import change_set, undo
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.webhooks import endpoints
from acme_desktop.core.webhooks.dispatcher import Dispatcher
from tests.support.receiver import Receiver
from tests.support.webhooks import ANNA, add_webhook, make_products


def noted(database: Database) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT webhook_id, change_set_id, total FROM outbox ORDER BY id").fetchall()


def test_one_row_for_each_webhook_however_large_the_change(database: Database) -> None:
    hooks = [add_webhook(database) for _ in range(3)]
    made = make_products(database, 1000)
    assert noted(database) == [(hook, made.id, 1000) for hook in hooks]


def test_only_what_was_asked_for(database: Database) -> None:
    hook = add_webhook(database, events=["product.deleted"])
    made = make_products(database, 2)
    assert noted(database) == []
    back = undo.undo(database, made.id, author=ANNA).change_set
    assert noted(database) == [(hook, back.id, 2)]


def test_a_change_that_fails_notes_nothing(database: Database) -> None:
    add_webhook(database)

    def fail() -> None:
        with database.connect() as connection:
            identifier = change_set.begin(connection, "create", ANNA)
            change_set.finish(connection, identifier, created=1)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    assert noted(database) == []


def test_who_is_off_wants_nothing_but_who_was_switched_off_loses_nothing(database: Database) -> None:
    off, switched_off = add_webhook(database), add_webhook(database)
    endpoints.disable(database, off)
    with database.connect() as connection:
        values = (switched_off,)
        connection.execute("UPDATE webhooks SET enabled = false, switched_off = 'Gone.' WHERE id = %s", values)
    edits.create(database, sku="A", name="Cup", author=ANNA)
    assert [row[0] for row in noted(database)] == [switched_off]
    endpoints.delete(database, switched_off)
    edits.create(database, sku="B", name="Cup", author=ANNA)
    assert len(noted(database)) == 1


def test_changes_that_commit_in_another_order_are_all_sent(database: Database) -> None:
    """The earlier change set becomes visible after the later one was sent."""
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        with database.connect() as connection:
            early = change_set.begin(connection, "create", ANNA)
            connection.execute(
                "INSERT INTO products (sku, sku_key, name, created_in, changed_in) VALUES ('E', 'e', 'Early', %s, %s)",
                (early, early),
            )
            edits.create(database, sku="L", name="Late", author=ANNA)
            assert asyncio.run(Dispatcher(database).run(until_empty=True)).delivered == 1
            change_set.finish(connection, early, created=1)
        assert asyncio.run(Dispatcher(database).run(until_empty=True)).delivered == 1
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 2
