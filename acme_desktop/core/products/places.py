"""Which products stand at some places of a question's answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from acme_desktop.core.products.filters import Clause, Filter, Sort, order_by, where

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress

Block = tuple[int, int]
"""The first and the last place of a run of products, from 0, both included."""


def standing_at(question: Filter, sort: Sort, blocks: Iterable[Block]) -> Clause:
    """The condition that a product stands in one of these blocks of the question's answer."""
    runs = [_ids(question, sort, block) for block in blocks]
    sql = " UNION ALL ".join(f"({run.sql})" for run in runs) or "SELECT NULL::bigint"
    return Clause(f"id IN ({sql})", tuple(value for run in runs for value in run.values))


def ids_at(database: Database, question: Filter, sort: Sort, blocks: Iterable[Block], progress: Progress) -> list[int]:
    """The ids of the products in these blocks, in the question's order and as of one moment.

    Places beyond the end have none. The cost grows with the last place.

    Raises:
        Cancelled: through `progress`.
    """
    found: list[int] = []
    with database.cancellable(progress) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for run in (_ids(question, sort, block) for block in sorted(blocks)):
            rows = connection.execute(run.sql, run.values)
            found += [int(str(identifier)) for (identifier,) in rows]
    return found


def _ids(question: Filter, sort: Sort, block: Block) -> Clause:
    condition, (first, last) = where(question), block
    sql = f"SELECT id FROM products WHERE {condition.sql} ORDER BY {order_by(sort)} OFFSET %s LIMIT %s"
    return Clause(sql, (*condition.values, first, last - first + 1))
