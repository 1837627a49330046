"""How a question is put to the server, so that the first products come soon whatever is asked.

Two ways lead to the first hundred products that match in some order. *Gathering* finds all that match through an
index, then sorts them: fast where few match. *Walking* goes along an index in the wanted order and takes what
matches on the way: fast where many do. The planner has to guess how many contain a text and is often wrong by orders
of magnitude, which then costs minutes. So neither is trusted: `reading` asks both, and takes the first answer. Both
give the same products; time decides only which of them answers.

Neither is fast where many match and lie far down the order. There a zone map tells where to walk; but it does not know
what other programs changed, so it is asked at a glance only (see `reading`).

A text without three letters or digits in a row has no trigram: it is walked for and, if that takes long, looked for
in every product meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from psycopg import Connection

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
from acme_desktop.core.products.islands import chart
from acme_desktop.core.products.islands import islands as to_islands
from acme_desktop.core.products.product import COLUMNS

# Seconds that a way gets before the other one is tried beside it.
_HEAD_START = 0.008

_ROW = "id, sku, sku_key, name, description, active, created_at, updated_at, changed_in"


@dataclass(frozen=True)
class Asked:
    """What to read: the products that match, in order, from after the place `beyond` on.

    Attributes:
        reverse: read from the other end; the products then come in the opposite order.
        group: a further condition, and the kind of index that finds what it lets through.
        at_a_glance: zone maps may be used, which do not know what other programs changed.
    """

    question: Filter
    sort: Sort
    beyond: Place | None = None
    reverse: bool = False
    group: tuple[Clause, str | None] | None = None
    at_a_glance: bool = False

    @property
    def order(self) -> str:
        """What stands after ORDER BY."""
        return order_by(self.sort, reverse=self.reverse)

    def condition(self, walked: Sort | None = None, *, indexed: bool = False) -> Clause:
        """What stands after WHERE; see `where`."""
        parts = [where(self.question, walked, indexed=indexed)]
        if self.group is not None:
            parts.append(self.group[0])
        if self.beyond is not None:
            parts.append(beyond(self.sort, self.beyond, reverse=self.reverse))
        sql = " AND ".join(f"({part.sql})" for part in parts)
        return Clause(sql, tuple(value for part in parts for value in part.values))

    @property
    def everything(self) -> bool:
        """Whether nothing but the place restricts it."""
        return self.question.empty and self.group is None

    def found_by(self, now: Coverage) -> str | None:
        """The kind of index that finds what matches; "" is one that every product is in."""
        kind = finding_index(self.question, ascii_only=now.ascii_only)
        return self.group[1] if self.group is not None and kind in (None, "active") else kind


class Way(NamedTuple):
    """A way to ask: its statement, how the server goes about it, and the seconds that it gets before the next is begun.

    Attributes:
        walks: along an index, whatever the planner thinks of it.
        alone: by one process. Several take the processor from the other way, and longer to be stopped.
        mapped: by a zone map; only an answer of as many products as were asked for is one.
    """

    query: Clause
    walks: bool = False
    alone: bool = False
    mapped: bool = False
    head_start: float = 0.0


def count(connection: Connection[Any], question: Filter) -> int:
    """How many products match, exactly."""
    now = coverage(connection)
    kind = finding_index(question, ascii_only=now.ascii_only)
    counts = _of_each_part("count(*) AS n", now, kind, partial(where, question))
    query = f"SELECT sum(n)::bigint FROM ({counts.sql}) AS counts"
    row = connection.execute(query, counts.values, prepare=False).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def mark(connection: Connection[Any], question: Filter, sort: Sort, step: int) -> list[Place]:
    """The place of every `step`th product in order, from the first on."""
    now = coverage(connection)
    kind = sorting_index(sort) if question.empty else finding_index(question, ascii_only=now.ascii_only)
    found = _of_each_part(sorting_columns(sort), now, kind, partial(where, question))
    place = ", ".join(place_columns(sort))
    query = (
        f"SELECT {place} FROM (SELECT {place}, row_number() OVER (ORDER BY {order_by(sort)}) AS number "
        f"FROM ({found.sql}) AS found) AS numbered WHERE (number - 1) %% %s = 0 ORDER BY number"
    )
    return connection.execute(query, (*found.values, step), prepare=False).fetchall()


def ways(asked: Asked, now: Coverage, size: int, skip: int) -> tuple[Way, ...]:
    """The ways to the first `size` products of what is asked after leaving out `skip`, the best first."""
    walked = sorting_index(asked.sort)
    walkable = walked == "" or bool(walked and now.segments(walked))
    if asked.everything:
        parts = now.parts(walked) if walkable else ("true",)
        return (Way(_walk(asked, parts, size, skip), walks=walkable, alone=walkable),)
    found = asked.found_by(now)
    if not walkable:
        return (Way(_gather(asked, now, found, size, skip)),)
    islands = _walk_islands(asked, now, size, skip) if not found or found != walked else None
    along = islands or _walk(asked, now.parts(walked), size, skip)
    walk = Way(along, walks=True, alone=True, mapped=islands is not None, head_start=_HEAD_START)
    gather = Way(_gather(asked, now, found, size, skip), alone=islands is not None, head_start=_HEAD_START)
    # Along the very index that tells what matches there is nothing to leave out; and of two values of `active`, most
    # products have one.
    if (found and found in (walked, "active")) or not (found == "" or (found and now.segments(found))):
        return walk, gather
    return gather, walk


def _walk(asked: Asked, parts: Sequence[str], size: int, skip: int) -> Clause:
    """The first ones of each part, in order, merged; those of the later parts, which are small, in the cheaper way."""
    walked = asked.condition(asked.sort)
    if len(parts) == 1:
        return Clause(
            f"SELECT {COLUMNS} FROM products WHERE {walked.sql} ORDER BY {asked.order} LIMIT %s OFFSET %s",
            (*walked.values, size, skip),
        )
    first, *others = parts
    plain, most = asked.condition(), skip + size
    found = [_first_of(first, walked, asked, most), *(_first_of(part, plain, asked, most) for part in others)]
    return _merged(found, asked, size, skip)


def _walk_islands(asked: Asked, now: Coverage, size: int, skip: int) -> Clause | None:
    """As `_walk`, but through the first part from one island to the next; None where no zone map leads there."""
    on = chart(asked.sort, now)
    if on is None or not asked.at_a_glance or asked.beyond is not None:
        return None
    falling = asked.sort.descending != asked.reverse
    where_to = to_islands(asked.question, on, descending=falling, ascii_only=now.ascii_only)
    if where_to is None:
        return None
    first, *others = now.parts(on.zone_map.index)
    plain, most = asked.condition(), skip + size
    within = f"{first} AND {on.place} >= island.low AND {on.place} <= island.high"
    lateral = _first_of(within, asked.condition(asked.sort), asked, most)
    # The islands come in order, and so the first products are those that are found first.
    along = Clause(
        f"(SELECT found.* FROM ({where_to.sql}) AS island CROSS JOIN LATERAL {lateral.sql} AS found LIMIT %s)",
        (*where_to.values, *lateral.values, most),
    )
    return _merged([along, *(_first_of(part, plain, asked, most) for part in others)], asked, size, skip)


def _first_of(part: str, condition: Clause, asked: Asked, most: int) -> Clause:
    return Clause(
        f"(SELECT {_ROW} FROM products WHERE {part} AND ({condition.sql}) ORDER BY {asked.order} LIMIT %s)",
        (*condition.values, most),
    )


def _merged(parts: Sequence[Clause], asked: Asked, size: int, skip: int) -> Clause:
    together = " UNION ALL ".join(part.sql for part in parts)
    return Clause(
        f"SELECT {COLUMNS} FROM ({together}) AS first ORDER BY {asked.order} LIMIT %s OFFSET %s",
        (*(value for part in parts for value in part.values), size, skip),
    )


def _of_each_part(columns: str, now: Coverage, kind: str | None, condition: Callable[..., Clause]) -> Clause:
    """What matches in the segments, found by an index of that kind, and in the tail, which no such index covers.

    `condition` makes what stands after WHERE and takes `indexed`, as `where` does.
    """
    segments = len(now.segments(kind)) if kind else 0
    clauses = [condition(indexed=kind == "folded" and number < segments) for number in range(len(now.parts(kind)))]
    parts = (
        f"SELECT {columns} FROM products WHERE {part} AND ({clause.sql})"
        for part, clause in zip(now.parts(kind), clauses, strict=True)
    )
    return Clause(" UNION ALL ".join(parts), tuple(value for clause in clauses for value in clause.values))


def _gather(asked: Asked, now: Coverage, kind: str | None, size: int, skip: int) -> Clause:
    """All of each part, then sorted, by several processes where they are many.

    Nothing but what is sorted by is carried along: the rows of hundreds of thousands take longer than to find them.
    """
    columns = dict.fromkeys(("id", *("sku_key" if key.field == "sku" else key.field for key in asked.sort.keys)))
    found = _of_each_part(", ".join(columns), now, kind, asked.condition)
    afresh = order_by(asked.sort, reverse=asked.reverse, sorted_afresh=True)
    first = f"SELECT id AS first_id FROM ({found.sql}) AS found ORDER BY {afresh} LIMIT %s OFFSET %s"
    return Clause(
        f"SELECT {COLUMNS} FROM products JOIN ({first}) AS first ON id = first_id ORDER BY {asked.order}",
        (*found.values, size, skip),
    )
