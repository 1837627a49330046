"""Which products stand at some places of a question's answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from acme_desktop.core.products.filters import Filter, Sort, order_by, where

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress

Block = tuple[int, int]
"""The first and the last place of a run of products, from 0, both included."""


def ids_at(database: Database, question: Filter, sort: Sort, blocks: Iterable[Block], progress: Progress) -> list[int]:
    """The ids of the products in these blocks, in the question's order and as of one moment.

    Places beyond the end have none. The cost grows with the last place.

    Raises:
        Cancelled: through `progress`.
    """
    condition, found = where(question), list[int]()
    query = f"SELECT id FROM products WHERE {condition.sql} ORDER BY {order_by(sort)} OFFSET %s LIMIT %s"
    with database.cancellable(progress) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for first, last in sorted(blocks):
            rows = connection.execute(query, (*condition.values, first, last - first + 1))
            found += [int(str(identifier)) for (identifier,) in rows]
    return found
