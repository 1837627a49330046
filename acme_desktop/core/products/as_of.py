"""The catalogue as it was at a moment: the same questions as `listing` answers about the one of now.

Every question finds out anew what the moment means: a change set that began before it may only now be finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes import moment
from acme_desktop.core.changes.before_images import STATE
from acme_desktop.core.products.filters import Clause, Filter, Sort, beyond, order_by, where
from acme_desktop.core.products.product import COLUMNS, Product

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def relation(connection: Connection[Any], when: datetime) -> str:
    """What stands after FROM in the place of products: the products as they were, under that name."""
    return f"({moment.at(connection, when).states()}) AS products"


def page(
    database: Database,
    when: datetime,
    question: Filter,
    sort: Sort,
    after: Product | None,
    size: int,
    progress: Progress | None = None,
) -> list[Product]:
    """The `size` products after `after` (as last read), or the first ones after None; found by key.

    Raises:
        Cancelled: through `progress`.
    """
    condition = where(question)
    if after is not None:
        place = beyond(sort, sort.place(after))
        condition = Clause(f"({condition.sql}) AND {place.sql}", (*condition.values, *place.values))
    with database.cancellable(progress) as connection:
        connection.execute(_SNAPSHOT)
        now = moment.at(connection, when)
        # Each half gives its first ones, so that neither is sorted as a whole where an index has the order.
        first = f"WHERE {now.had_made()} AND ({condition.sql}) ORDER BY {order_by(sort)} LIMIT %s"
        halves = [
            f"(SELECT id, sku_key, {STATE} FROM products {first})",
            _images(now, first, moment.few(connection, now.had_not_ended())),
        ]
        query = f"SELECT {COLUMNS} FROM ({' UNION ALL '.join(halves)}) AS first ORDER BY {order_by(sort)} LIMIT %s"
        with connection.cursor(row_factory=class_row(Product)) as cursor:
            return cursor.execute(query, (*(*condition.values, size) * 2, size), prepare=False).fetchall()


def count(database: Database, when: datetime, question: Filter, progress: Progress | None = None) -> int:
    """How many products matched, exactly."""
    condition = where(question)
    with database.cancellable(progress) as connection:
        connection.execute(_SNAPSHOT)
        query = f"SELECT count(*) FROM {relation(connection, when)} WHERE {condition.sql}"
        row = connection.execute(query, condition.values, prepare=False).fetchone()
    assert row is not None
    number: Any = row[0]
    return int(number)


def stream(
    database: Database,
    when: datetime,
    question: Filter,
    sort: Sort,
    progress: Progress | None = None,
    *,
    size: int = 5_000,
) -> Iterator[list[Product]]:
    """Every product that matched, `size` at a time, as one snapshot; closing the generator ends the query."""
    condition = where(question)
    with database.cancellable(progress) as connection:
        connection.execute(_SNAPSHOT)
        source = relation(connection, when)
        with connection.cursor("stream", row_factory=class_row(Product)) as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} FROM {source} WHERE {condition.sql} ORDER BY {order_by(sort)}", condition.values
            )
            while products := cursor.fetchmany(size):
                yield products


def _images(now: moment.Moment, first: str, later: list[int] | None) -> str:
    """The images that stood, under the name and the columns of products.

    Args:
        first: the rest of the question.
        later: the change sets with images after the moment, where they are few.
    """
    columns = f"product_id AS id, sku_key, {STATE}"
    if later is None:
        images = f"SELECT {columns} FROM product_versions WHERE {now.had_not_ended()}"
        return f"(SELECT * FROM ({images}) AS products {first})"
    images = f"SELECT {columns} FROM product_versions WHERE change_set_id = ended.change_set_id"
    of_each = f"SELECT * FROM ({images}) AS products {first}"
    return f"(SELECT of_each.* FROM {moment.each(later)} CROSS JOIN LATERAL ({of_each}) AS of_each)"
