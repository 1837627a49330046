"""What the webhook tests share: endpoints, products in bulk, golden files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.outbox import EVENT_TYPES
from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import endpoints
from acme_desktop.core.webhooks.endpoints import EndpointChanges

ANNA = Author("anna", "window on lab-3")
GOLDEN = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[1] / "core" / "webhooks" / "golden").glob("*.json")
}


def add_webhook(
    database: Database, url: str = "http://127.0.0.1:9/hook", *, events: Sequence[str] = EVENT_TYPES, **more: Any
) -> int:
    """A loopback webhook; returns its id."""
    endpoint, _ = endpoints.add(database, EndpointChanges(url=url, events=events, **{"scope": "loopback", **more}))
    return endpoint.id


def make_products(database: Database, number: int, *, prefix: str = "P") -> ChangeSet:
    """Create products P1, P2 ... in one change set."""
    with database.connect() as connection:
        identifier = change_set.begin(connection, "import", ANNA, summary="products.csv")
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, created_in, changed_in)"
            " SELECT %(p)s || i, lower(%(p)s || i), 'Product ' || i, 'Made for a test', %(id)s, %(id)s"
            " FROM generate_series(1, %(n)s) i",
            {"p": prefix, "id": identifier, "n": number},
        )
        return change_set.finish(connection, identifier, created=number)


def rename_all(database: Database, name: str) -> ChangeSet:
    """Give every product that name, in one change set."""
    with database.connect() as connection:
        connection.execute("LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE")
        identifier = change_set.begin(connection, "bulk_edit", ANNA, summary=name)
        number = connection.execute(
            "INSERT INTO product_versions (change_set_id, operation, sku_key, product_id, sku, name, description,"
            " active, created_at, updated_at, created_in, changed_in) SELECT %s, 'update', sku_key, id, sku, name,"
            " description, active, created_at, updated_at, created_in, changed_in FROM products",
            (identifier,),
        ).rowcount
        connection.execute("UPDATE products SET name = %s, changed_in = %s", (name, identifier))
        return change_set.finish(connection, identifier, updated=number)
