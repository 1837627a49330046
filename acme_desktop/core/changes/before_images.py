"""Before-images: what a product was before a change set changed or deleted it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from psycopg import Connection

from acme_desktop.core.database import bulk

STATE = "sku, name, description, active, created_at, updated_at, created_in, changed_in"
"""A product's state, in the tables products and product_versions alike."""


def keep(
    connection: Connection[Any],
    change_set_id: int,
    operation: Literal["update", "delete"],
    condition: str = "true",
    values: Sequence[Any] = (),
    *,
    expected: int = 0,
) -> int:
    """Keep the products that meet the condition as they stand, in one statement; returns how many.

    The caller holds them locked, and changes or deletes exactly these; `expected` is about how many they are.
    """
    with bulk.indexes_afterwards(connection, "product_versions", expected) as without_keys:
        # In key order the primary key grows at its right edge, which is four times as fast.
        order = "" if without_keys else "ORDER BY sku_key"
        return connection.execute(
            f"INSERT INTO product_versions (change_set_id, operation, sku_key, product_id, {STATE}) "
            f"SELECT %s, %s, sku_key, id, {STATE} FROM products WHERE {condition} {order}",
            (change_set_id, operation, *values),
        ).rowcount
