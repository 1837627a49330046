"""Who may write when: an edit locks the rows that it changes, a large change keeps every other writer out.

Readers never wait. Every writer takes its lock on the table before its rows, so that an edit and an import which
meet on a product wait for each other in one order; and a change set begins after the lock, so that the change sets
of a product are numbered in the order in which they touched it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from acme_desktop.core.database.catalogue_indexes import give_way

# More rows than this are not worth locking one by one.
_FEW = 100


def lock_catalogue(connection: Connection[Any]) -> None:
    """Keep every other writer out until the transaction ends."""
    give_way(connection)
    connection.execute("LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE")


def lock_rows(connection: Connection[Any], keys: Sequence[str]) -> None:
    """Lock the products with those keys until the transaction ends; many of them by locking the catalogue."""
    if len(keys) > _FEW:
        lock_catalogue(connection)
        return
    connection.execute("LOCK TABLE products IN ROW EXCLUSIVE MODE")
    # A distributed table locks rows by one key only. In key order, two edits can't block each other.
    for key in sorted(keys):
        connection.execute("SELECT 1 FROM products WHERE sku_key = %s FOR UPDATE", (key,))
