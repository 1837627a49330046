"""Where a product stands in a question's answer, counted from 0, and the products around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.products import listing, places
from acme_desktop.core.products.filters import Filter, Place, Sort, beyond, place_columns, where
from acme_desktop.core.products.listing import Landmarks
from acme_desktop.core.products.places import Runs
from acme_desktop.core.products.product import COLUMNS, Product

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress

_TYPES = {
    "sku": "text",
    "name": "text",
    "description": "text",
    "active": "boolean",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "id": "bigint",
}
# More products than these are not looked through whenever a window looks anew; what is done to them does so.
_MOST_IN_RUNS = 100_000


@dataclass(frozen=True)
class Anchor:
    """What to look around: a product by its id, and how many places before it and from it on are wanted."""

    product_id: int
    before: int
    onward: int


@dataclass(frozen=True)
class Stretch:
    """A run of an answer without gaps.

    Attributes:
        first: the place of the first of the products.
        products: in the answer's order.
        places: the places of single products that were asked for, by id; of these, one that does not match is left out.
        as_of: the newest change set before any of it was read.
        intact: whether the runs that were asked about are the same products still; taken for granted of very many.
    """

    first: int
    products: list[Product]
    places: dict[int, int]
    as_of: int = 0
    intact: bool = True


@dataclass(frozen=True)
class Surroundings:
    """Which part of an answer is wanted.

    Attributes:
        anchors: the first of them that still matches decides; without any it is the place `top`.
        top: the first place wanted where no anchor is left.
        size: how many places are wanted at least.
        page: the stretch begins at a multiple of this, and ends at one.
        singles: ids of products of which the places are wanted too.
        runs: of which it is wanted whether they are the same products still.
    """

    anchors: tuple[Anchor, ...]
    top: int
    size: int
    page: int
    singles: tuple[int, ...] = ()
    runs: Runs | None = None


def place_of(
    database: Database,
    question: Filter,
    sort: Sort,
    product: Product,
    progress: Progress,
    *,
    landmarks: Landmarks | None = None,
) -> int | None:
    """The place of a product; None where it does not match (any more).

    Without `landmarks` the cost grows with the place; with landmarks of an earlier moment it is about right.

    Raises:
        Cancelled: through `progress`.
    """
    with database.cancellable(progress) as connection:
        connection.execute(places.SNAPSHOT)
        matching = _matching(connection, question, [product.id])
        found = matching.get(product.id)
        return None if found is None else _place(connection, question, sort, found, landmarks)


def stretch(
    database: Database,
    question: Filter,
    sort: Sort,
    wanted: Surroundings,
    progress: Progress,
    *,
    landmarks: Landmarks | None = None,
) -> Stretch:
    """The part of the answer around a product, and where single products are.

    Raises:
        Cancelled: through `progress`.
    """
    asking = _Asking(database, question, sort, landmarks, progress)
    ids = [*(anchor.product_id for anchor in wanted.anchors), *wanted.singles]
    with database.cancellable(progress) as connection:
        connection.execute(places.SNAPSHOT)
        as_of = places.newest_change(connection)
        intact = _intact(connection, question, sort, wanted.runs)
        matching = _matching(connection, question, ids)
        anchor = next((one for one in wanted.anchors if one.product_id in matching), None)
        standing = {
            product_id: _place(connection, question, sort, product, landmarks)
            for product_id, product in matching.items()
            if product_id in wanted.singles or (anchor is not None and product_id == anchor.product_id)
        }
    if anchor is None:
        first, products = asking.at(wanted)
    else:
        product = matching[anchor.product_id]
        first, products = asking.around(product, standing[product.id], anchor, wanted.page)
    standing |= {product.id: first + number for number, product in enumerate(products) if product.id in standing}
    found = {single: standing[single] for single in wanted.singles if single in standing}
    return Stretch(first, products, found, as_of, intact)


@dataclass(frozen=True)
class _Asking:
    """One question."""

    database: Database
    question: Filter
    sort: Sort
    landmarks: Landmarks | None
    progress: Progress

    def around(self, product: Product, place: int, anchor: Anchor, page: int) -> tuple[int, list[Product]]:
        first = max(0, place - anchor.before) // page * page
        end = -(-(place + anchor.onward) // page) * page
        asked, before, after = (self.database, self.question, self.sort, product), [], []
        if place > first:
            before = listing.before(*asked, place - first, self.progress)
        if end > place + 1:
            after = listing.after(*asked, end - place - 1, self.progress)
        # Where fewer come before it the landmarks are of another moment, and here the answer begins.
        return first if len(before) == place - first else 0, [*before, product, *after]

    def at(self, wanted: Surroundings) -> tuple[int, list[Product]]:
        number = wanted.top // wanted.page
        found: list[Product] = []
        while number * wanted.page + len(found) < wanted.top + wanted.size and len(found) % wanted.page == 0:
            more = self._page(number + len(found) // wanted.page, found[-1] if found else None, wanted.page)
            found += more
            if not more:
                break
        return number * wanted.page, found

    def _page(self, number: int, former: Product | None, page: int) -> list[Product]:
        asked = (self.database, self.question, self.sort)
        if former is not None or not number:
            return listing.after(*asked, former, page, self.progress)
        return listing.page(*asked, number + 1, page, self.progress, landmarks=self.landmarks)


def _intact(connection: Connection[Any], question: Filter, sort: Sort, runs: Runs | None) -> bool:
    return runs is None or runs.count > _MOST_IN_RUNS or places.intact(connection, question, sort, runs)


def _matching(connection: Connection[Any], question: Filter, ids: Iterable[int]) -> dict[int, Product]:
    condition = where(question)
    query = f"SELECT {COLUMNS} FROM products WHERE id = ANY(%s) AND ({condition.sql})"
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        found = cursor.execute(query, (list(ids), *condition.values), prepare=False)
        return {product.id: product for product in found}


def _place(
    connection: Connection[Any], question: Filter, sort: Sort, product: Product, landmarks: Landmarks | None
) -> int:
    place, condition, start = sort.place(product), where(question), 0
    before = beyond(sort, place, reverse=True)
    query, values = f"({condition.sql}) AND {before.sql}", (*condition.values, *before.values)
    if landmarks is not None and landmarks.marks:
        passed = _marks_before(connection, sort, place, landmarks.marks)
        if not passed:
            return 0
        start = (passed - 1) * landmarks.step + 1
        after = beyond(sort, landmarks.marks[passed - 1])
        query, values = f"{query} AND {after.sql}", (*values, *after.values)
    row = connection.execute(f"SELECT count(*) FROM products WHERE {query}", values, prepare=False).fetchone()
    assert row is not None
    counted: int = row[0]
    return start + counted


def _marks_before(connection: Connection[Any], sort: Sort, place: Place, marks: Sequence[Place]) -> int:
    """How many of the marks lie before a place; the server compares, as it does with products."""
    columns = place_columns(sort)
    arrays = ", ".join(f"%s::{_TYPES[column]}[]" for column in columns)
    key = ', lower(sku) COLLATE "C" AS sku_key' if "sku" in columns else ""
    before = beyond(sort, place, reverse=True)
    query = (
        f"SELECT count(*) FROM (SELECT *{key} FROM unnest({arrays}) AS given({', '.join(columns)})) AS marks "
        f"WHERE {before.sql}"
    )
    values = [list(column) for column in zip(*marks, strict=True)]
    row = connection.execute(query, (*values, *before.values), prepare=False).fetchone()
    assert row is not None
    counted: int = row[0]
    return counted
