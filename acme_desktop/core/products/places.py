"""Which products stand between two others in a question's answer, and whether they are still the ones that did.

A person who selects from one row to another has not seen, and the program has not loaded, all that is between. So the
first and the last product name them, with how many there were and as of which change set: by their place in the order,
which holds whatever comes and goes elsewhere, and not by a number of rows, which does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from acme_desktop.core.changes.before_images import STATE
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.products.filters import Clause, Filter, Sort, beyond, order_by, where
from acme_desktop.core.products.product import Product

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.foundation.progress import Progress

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(frozen=True)
class Run:
    """Products that follow each other, as they were read: the first, the last, and how many, both included."""

    first: Product
    last: Product
    count: int


@dataclass(frozen=True)
class Runs:
    """Several runs of one answer.

    Attributes:
        as_of: the newest change set when the runs were so, or an older one.
    """

    runs: tuple[Run, ...]
    as_of: int

    @property
    def count(self) -> int:
        """How many products they are."""
        return sum(run.count for run in self.runs)


class NotTheSame(Refused):
    """Other products are there now than those that were selected."""

    def __init__(self) -> None:
        super().__init__(
            "Products were added, deleted or moved by someone else among those that you selected. Nothing was done.",
            "Select them again.",
        )


def newest_change(connection: Connection[Any]) -> int:
    """The number of the newest change set; 0 without any."""
    row = connection.execute("SELECT coalesce(max(id), 0) FROM change_sets").fetchone()
    assert row is not None
    number: int = row[0]
    return number


def intact(connection: Connection[Any], question: Filter, sort: Sort, runs: Runs) -> bool:
    """Whether the products of the runs are the very ones that they were, however edited; in a snapshot."""
    within = _within(question, sort, runs.runs)
    query = f"SELECT count(*), count(*) FILTER (WHERE changed_in > %s) FROM products WHERE {within.sql}"
    row = connection.execute(query, (runs.as_of, *within.values), prepare=False).fetchone()
    assert row is not None
    number, touched = row
    if number != runs.count:
        return False
    if not touched:
        return True
    # What was touched since was one of them where its earlier state stood there: as many as were, so the same.
    earlier = (
        f"SELECT product_id AS id, sku_key, {STATE} FROM product_versions "
        "WHERE change_set_id > %s AND coalesce(changed_in, 0) <= %s "
        f"AND product_id IN (SELECT id FROM products WHERE {within.sql} AND changed_in > %s)"
    )
    query = f"SELECT count(DISTINCT id) FROM ({earlier}) AS products WHERE {within.sql}"
    values = (runs.as_of, runs.as_of, *within.values, runs.as_of, *within.values)
    return connection.execute(query, values, prepare=False).fetchone() == (touched,)


def standing_in(connection: Connection[Any], question: Filter, sort: Sort, runs: Runs) -> Clause:
    """The condition that a product is in one of the runs; to be used in the same snapshot.

    Raises:
        NotTheSame: they are not the products that were there.
    """
    if not intact(connection, question, sort, runs):
        raise NotTheSame
    return _within(question, sort, runs.runs)


def ids_in(database: Database, question: Filter, sort: Sort, runs: Runs, progress: Progress) -> list[int]:
    """The ids of the products in the runs, in the question's order.

    Raises:
        NotTheSame: they are not the products that were there.
        Cancelled: through `progress`.
    """
    with database.cancellable(progress) as connection:
        connection.execute(SNAPSHOT)
        within = standing_in(connection, question, sort, runs)
        query = f"SELECT id FROM products WHERE {within.sql} ORDER BY {order_by(sort)}"
        return [int(str(identifier)) for (identifier,) in connection.execute(query, within.values, prepare=False)]


def _within(question: Filter, sort: Sort, runs: Sequence[Run]) -> Clause:
    matching, parts = where(question), [_between(sort, run) for run in runs]
    sql = " OR ".join(part.sql for part in parts) or "false"
    return Clause(f"({matching.sql}) AND ({sql})", (*matching.values, *(one for part in parts for one in part.values)))


def _between(sort: Sort, run: Run) -> Clause:
    before, behind = beyond(sort, sort.place(run.first), reverse=True), beyond(sort, sort.place(run.last))
    return Clause(f"(NOT ({before.sql}) AND NOT ({behind.sql}))", (*before.values, *behind.values))
