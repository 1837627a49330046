"""How a question is put to the server, so that the first products come soon whatever is asked.

Two ways lead to the first hundred products that match in some order. *Gathering* finds all that match through an
index, then sorts them: fast where few match. *Walking* goes along an index in the wanted order and takes what
matches on the way: fast where many do. The planner has to guess how many contain a text and is often wrong by orders
of magnitude, which then costs minutes. So neither is trusted: each gets a moment, and what does not answer
within it is given up for the other. All ways give the same products; time decides only which of them answers.

A text without three letters or digits in a row has no trigram: it is walked for, and if that takes too long, looked
for in every product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.database.segments import Coverage, coverage
from acme_desktop.core.products.filters import (
    Clause,
    Filter,
    Place,
    Sort,
    beyond,
    finding_index,
    order_by,
    place_columns,
    sorting_columns,
    sorting_index,
    where,
)
from acme_desktop.core.products.product import COLUMNS, Product

if TYPE_CHECKING:
    from acme_desktop.core.foundation.progress import Progress

# Milliseconds that a way gets before the other one is tried.
_GATHER_FIRST = 40
_WALK_FIRST = 120

_ROW = "id, sku, sku_key, name, description, active, created_at, updated_at, changed_in"
_GATHERING = "SELECT set_config('statement_timeout', %s, true)"
_WALKING = f"{_GATHERING}, set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"


@dataclass(frozen=True)
class Asked:
    """What to read: the products that match, in order, from after the place `beyond` on.

    Attributes:
        reverse: read from the other end; the products then come in the opposite order.
    """

    question: Filter
    sort: Sort
    beyond: Place | None = None
    reverse: bool = False

    @property
    def order(self) -> str:
        """What stands after ORDER BY."""
        return order_by(self.sort, reverse=self.reverse)

    @property
    def condition(self) -> Clause:
        """What stands after WHERE."""
        condition = where(self.question)
        if self.beyond is None:
            return condition
        position = beyond(self.sort, self.beyond, reverse=self.reverse)
        return Clause(f"({condition.sql}) AND {position.sql}", (*condition.values, *position.values))


class _Try(NamedTuple):
    """A way to ask: its statement, the milliseconds it gets (None: all it needs), and whether it is to walk."""

    query: Clause
    milliseconds: int | None
    walks: bool = False


def read(
    connection: Connection[Any], asked: Asked, size: int, skip: int = 0, progress: Progress | None = None
) -> list[Product]:
    """The first `size` products of what is asked, after leaving out `skip`, in the order in which they are read."""
    for attempt in _attempts(asked, coverage(connection), size, skip):
        if attempt.milliseconds is None:
            return _ask(connection, attempt.query)
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(_WALKING if attempt.walks else _GATHERING, (str(attempt.milliseconds),))
                return _ask(connection, attempt.query)
        except psycopg.errors.QueryCanceled:
            if progress is not None:
                progress.check()
    raise AssertionError("the last attempt takes all the time it needs")


def _ask(connection: Connection[Any], query: Clause) -> list[Product]:
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        # The plan depends on the values, so none is kept.
        return cursor.execute(query.sql, query.values, prepare=False).fetchall()


def count(connection: Connection[Any], question: Filter) -> int:
    """How many products match, exactly."""
    parts = coverage(connection).parts(finding_index(question))
    condition = where(question)
    counts = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM products WHERE {part} AND ({condition.sql})" for part in parts
    )
    query = f"SELECT sum(n)::bigint FROM ({counts}) AS counts"
    row = connection.execute(query, condition.values * len(parts), prepare=False).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def mark(connection: Connection[Any], question: Filter, sort: Sort, step: int) -> list[Place]:
    """The place of every `step`th product in order, from the first on."""
    condition = where(question)
    now = coverage(connection)
    kind = sorting_index(sort) if question.empty else finding_index(question)
    parts = now.parts(kind)
    columns = sorting_columns(sort)
    found = " UNION ALL ".join(f"SELECT {columns} FROM products WHERE {part} AND ({condition.sql})" for part in parts)
    place = ", ".join(place_columns(sort))
    query = (
        f"SELECT {place} FROM (SELECT {place}, row_number() OVER (ORDER BY {order_by(sort)}) AS number "
        f"FROM ({found}) AS found) AS numbered WHERE (number - 1) %% %s = 0 ORDER BY number"
    )
    return connection.execute(query, (*condition.values * len(parts), step), prepare=False).fetchall()


def _attempts(asked: Asked, now: Coverage, size: int, skip: int) -> list[_Try]:
    walked = sorting_index(asked.sort)
    walkable = walked == "" or bool(walked and now.segments(walked))
    if asked.question.empty:
        along = now.parts(walked) if walkable else ("true",)
        return [_Try(_walk(asked, along, size, skip), None)]
    found = finding_index(asked.question)
    gather = _gather(asked, now.parts(found), size, skip)
    if not walkable:
        return [_Try(gather, None)]
    walk = _Try(_walk(asked, now.parts(walked), size, skip), _WALK_FIRST, walks=True)
    # Along the very index that tells what matches there is nothing to leave out.
    if (found and found == walked) or not (found == "" or (found and now.segments(found))):
        return [walk, _Try(gather, None)]
    return [_Try(gather, _GATHER_FIRST), walk, _Try(gather, None)]


def _walk(asked: Asked, parts: Sequence[str], size: int, skip: int) -> Clause:
    """The first ones of each part, in order, merged."""
    condition = asked.condition
    if len(parts) == 1:
        return Clause(
            f"SELECT {COLUMNS} FROM products WHERE {condition.sql} ORDER BY {asked.order} LIMIT %s OFFSET %s",
            (*condition.values, size, skip),
        )
    first = [
        f"(SELECT {_ROW} FROM products WHERE {part} AND ({condition.sql}) ORDER BY {asked.order} LIMIT %s)"
        for part in parts
    ]
    return Clause(
        f"SELECT {COLUMNS} FROM ({' UNION ALL '.join(first)}) AS first ORDER BY {asked.order} LIMIT %s OFFSET %s",
        (*(*condition.values, skip + size) * len(parts), size, skip),
    )


def _gather(asked: Asked, parts: Sequence[str], size: int, skip: int) -> Clause:
    """All of each part, then sorted; the inner OFFSET keeps the planner from walking after all."""
    condition = asked.condition
    found = " UNION ALL ".join(f"SELECT {_ROW} FROM products WHERE {part} AND ({condition.sql})" for part in parts)
    return Clause(
        f"SELECT {COLUMNS} FROM ({found} OFFSET 0) AS found ORDER BY {asked.order} LIMIT %s OFFSET %s",
        (*condition.values * len(parts), size, skip),
    )
