"""A question's answer: its pages, its count, and single products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.product_rules import storable
from acme_desktop.core.products.filters import Clause, Filter, Sort, beyond, order_by, where
from acme_desktop.core.products.product import COLUMNS, Product
from acme_desktop.core.products.skus import as_kept

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress


def page(
    database: Database, question: Filter, sort: Sort, number: int, size: int, progress: Progress | None = None
) -> list[Product]:
    """Page `number` (from 1) of `size` products; empty beyond the end.

    Its cost grows with the number; `after` and `before` cost the same anywhere.

    Raises:
        Cancelled: through `progress`.
    """
    condition = where(question)
    return _read(
        database,
        Clause(
            f"WHERE {condition.sql} ORDER BY {order_by(sort)} LIMIT %s OFFSET %s",
            (*condition.values, size, (number - 1) * size),
        ),
        progress,
    )


def stream(
    database: Database, question: Filter, sort: Sort, progress: Progress | None = None, *, size: int = 5_000
) -> Iterator[list[Product]]:
    """Every product that matches, `size` at a time, as of one moment; closing the generator ends the query."""
    condition = where(question)
    with (
        _connection(database, progress) as connection,
        connection.cursor("stream", row_factory=class_row(Product)) as c,
    ):
        c.execute(f"SELECT {COLUMNS} FROM products WHERE {condition.sql} ORDER BY {order_by(sort)}", condition.values)
        while products := c.fetchmany(size):
            yield products


def after(
    database: Database,
    question: Filter,
    sort: Sort,
    product: Product | None,
    size: int,
    progress: Progress | None = None,
) -> list[Product]:
    """The `size` products after `product` (as last read), or the first ones after None; found by key."""
    return _neighbours(database, question, sort, product, size, progress, reverse=False)


def before(
    database: Database,
    question: Filter,
    sort: Sort,
    product: Product | None,
    size: int,
    progress: Progress | None = None,
) -> list[Product]:
    """The `size` products before `product`, or the last ones before None, in the question's order; found by key."""
    return _neighbours(database, question, sort, product, size, progress, reverse=True)[::-1]


def count(database: Database, question: Filter, progress: Progress | None = None) -> int:
    """How many products match, exactly."""
    condition = where(question)
    with _connection(database, progress) as connection:
        row = connection.execute(f"SELECT count(*) FROM products WHERE {condition.sql}", condition.values).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def get(database: Database, sku: str) -> Product:
    """The product with that SKU, in any letter case.

    Raises:
        NotFound: there is none.
    """
    found = None
    if storable(sku):
        with database.connect() as connection, connection.cursor(row_factory=class_row(Product)) as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} FROM products WHERE sku_key = lower(%s::text)", as_kept(connection, [sku])
            )
            found = cursor.fetchone()
    if found is None:
        raise NotFound(f"There is no product with the SKU {sku!r}.", "Check the SKU, or search for a part of it.")
    return found


def by_ids(database: Database, ids: Iterable[int], progress: Progress | None = None) -> dict[int, Product]:
    """The products with those ids; those that are gone are left out."""
    found = _read(database, Clause("WHERE id = ANY(%s)", (list(ids),)), progress)
    return {product.id: product for product in found}


def _neighbours(
    database: Database,
    question: Filter,
    sort: Sort,
    product: Product | None,
    size: int,
    progress: Progress | None,
    *,
    reverse: bool,
) -> list[Product]:
    condition = where(question)
    position = Clause("true")
    if product is not None:
        position = beyond(sort, getattr(product, sort.field), product.id, reverse=reverse)
    tail = Clause(
        f"WHERE {condition.sql} AND {position.sql} ORDER BY {order_by(sort, reverse=reverse)} LIMIT %s",
        (*condition.values, *position.values, size),
    )
    return _read(database, tail, progress)


def _read(database: Database, tail: Clause, progress: Progress | None = None) -> list[Product]:
    with _connection(database, progress) as connection, connection.cursor(row_factory=class_row(Product)) as cursor:
        return cursor.execute(f"SELECT {COLUMNS} FROM products {tail.sql}", tail.values).fetchall()


def _connection(database: Database, progress: Progress | None) -> AbstractContextManager[Connection[Any]]:
    return database.connect() if progress is None else database.cancellable(progress)
