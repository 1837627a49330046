"""A question's answer: its pages, its count, and single products.

Pages by key (`after`, `before`) cost the same anywhere, so does the last one. A page by its number is counted off
from the nearer end, or from the nearest of the `landmarks` that a program has at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.product_rules import storable
from acme_desktop.core.products import plans, reading
from acme_desktop.core.products.filters import Clause, Filter, Place, Sort, order_by, where
from acme_desktop.core.products.plans import Asked
from acme_desktop.core.products.product import COLUMNS, Product
from acme_desktop.core.products.skus import as_kept

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress


def page(
    database: Database,
    question: Filter,
    sort: Sort,
    number: int,
    size: int,
    progress: Progress | None = None,
    *,
    landmarks: Landmarks | None = None,
) -> list[Product]:
    """Page `number` (from 1) of `size` products; empty beyond the end.

    Without `landmarks` its cost grows with the number.

    Raises:
        Cancelled: through `progress`.
    """
    skip = (number - 1) * size
    asked = Asked(question, sort)
    if landmarks is not None and skip:
        asked, skip, size = landmarks.approach(asked, skip, size)
        if not size:
            return []
    found = reading.read(database, asked, size, skip, progress).products
    return found[::-1] if asked.reverse else found


@dataclass(frozen=True)
class Landmarks:
    """Where a question's products stand, as of one moment: the exact count, and every so manyth of them.

    Attributes:
        total: how many match.
        step: how many products lie between two marks.
        marks: the places of the products at 0, step, 2 * step, ...
    """

    total: int
    step: int
    marks: tuple[Place, ...]

    def approach(self, asked: Asked, skip: int, size: int) -> tuple[Asked, int, int]:
        """How to read `size` products after `skip`: from the end or from a mark, how many to skip, how many to take."""
        size = max(0, min(size, self.total - skip))
        rest = self.total - skip - size
        if rest < self.step:
            return replace(asked, reverse=True), rest, size
        number = (skip - 1) // self.step if skip else 0
        if number >= len(self.marks):
            return asked, skip, size
        return replace(asked, beyond=self.marks[number]), skip - number * self.step - 1, size


def landmarks(
    database: Database, question: Filter, sort: Sort, progress: Progress | None = None, *, step: int = 5_000
) -> Landmarks:
    """Count exactly, and remember on the way where pages are; seconds for ten million products, so in the background.

    Raises:
        Cancelled: through `progress`.
    """
    with database.cancellable(progress) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        total = plans.count(connection, question)
        return Landmarks(total, step, tuple(plans.mark(connection, question, sort, step)))


def estimate(database: Database, question: Filter) -> int:
    """About how many products match, at once: from the server's statistics."""
    condition = where(question)
    with database.connect() as connection:
        query = f"EXPLAIN (FORMAT JSON) SELECT FROM products WHERE {condition.sql}"
        row = connection.execute(query, condition.values, prepare=False).fetchone()
    assert row is not None
    explained: Any = row[0]
    rows: int = explained[0]["Plan"]["Plan Rows"]
    return rows


def stream(
    database: Database, question: Filter, sort: Sort, progress: Progress | None = None, *, size: int = 5_000
) -> Iterator[list[Product]]:
    """Every product that matches, `size` at a time, as of one moment; closing the generator ends the query."""
    condition = where(question)
    with (
        database.cancellable(progress) as connection,
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


def glance(
    database: Database, question: Filter, sort: Sort, size: int, progress: Progress | None = None
) -> reading.Found:
    """The first `size` products, as soon as can be; where they are not sure, `after` tells within seconds."""
    return reading.read(database, Asked(question, sort, at_a_glance=True), size, 0, progress)


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
    with database.cancellable(progress) as connection:
        return plans.count(connection, question)


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
    place = None if product is None else sort.place(product)
    return reading.read(database, Asked(question, sort, place, reverse), size, 0, progress).products


def _read(database: Database, tail: Clause, progress: Progress | None = None) -> list[Product]:
    with database.cancellable(progress) as connection, connection.cursor(row_factory=class_row(Product)) as cursor:
        return cursor.execute(f"SELECT {COLUMNS} FROM products {tail.sql}", tail.values).fetchall()
