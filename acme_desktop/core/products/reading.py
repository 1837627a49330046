"""Reads the products of a question, the ways of `plans` side by side: the first answer counts.

The best way gets a head start; what has not answered within it goes on, and the other way begins beside it on a
connection of its own. As soon as one has answered, the other is interrupted on the server.

An order by several fields is walked along the index of the first one, and products that are equal there are sorted as
they come. Where half a million are equal, as the moments of one import are, that takes seconds; then the order is read
group by group instead: the first value, all that have it in the order of the other fields, the next value.

At a *glance*, for the rows that a person sees first, the walk may go by a zone map. What comes of it has to be read
once more without.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.database.segments import Coverage, coverage
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products.filters import Clause, Sort, beyond_first, equal, sorting_index
from acme_desktop.core.products.plans import Asked, Way, mapped, ways
from acme_desktop.core.products.product import Product

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

# Milliseconds that an order by several fields gets before it is read group by group, and how many groups at most.
_SORTING = 400
_GROUPS = 8

_SETTINGS = "SELECT set_config('statement_timeout', %s, true)"
_WALKING = "set_config('enable_seqscan', 'off', true)"
_ALONE = "set_config('max_parallel_workers_per_gather', '0', true)"


def read(database: Database, asked: Asked, size: int, skip: int = 0, progress: Progress | None = None) -> list[Product]:
    """The first `size` products of what is asked, after leaving out `skip`, in the order in which they are read.

    Raises:
        Cancelled: through `progress`.
    """
    with database.connect() as connection:
        now = coverage(connection)
    return _read(database, asked, now, size, skip, progress or Progress())


def _read(database: Database, asked: Asked, now: Coverage, size: int, skip: int, progress: Progress) -> list[Product]:
    if _large_groups(asked.sort):
        found = None if _hopeless(asked) else _first_answer(database, ways(asked, now, size, skip), progress, _SORTING)
        if found is None:
            found = _by_groups(database, asked, now, size + skip, progress)[skip:]
        return found
    found = _first_answer(database, ways(asked, now, size, skip), progress)
    assert found is not None
    return found


class Glance(NamedTuple):
    """Products, and whether they are sure: others may come first that another program changed without telling so."""

    products: list[Product]
    sure: bool


def glance(database: Database, asked: Asked, size: int, progress: Progress | None = None) -> Glance:
    """As `read`, and soon also where what matches lies together far down the order.

    Raises:
        Cancelled: through `progress`.
    """
    with database.connect() as connection:
        now = coverage(connection)
    progress, hasty = progress or Progress(), replace(asked, at_a_glance=True)
    if any(mapped(replace(hasty, sort=key), now) for key in (*asked.sort.keys, Sort("id"))):
        with suppress(psycopg.errors.UndefinedTable):  # the upkeep removed the map at this moment
            products = _read(database, hasty, now, size, 0, progress)
            if len(products) == size:
                return Glance(products, sure=False)
    return Glance(_read(database, asked, now, size, 0, progress), sure=True)


def _large_groups(sort: Sort) -> bool:
    """Whether many products may be equal in what an index has in order: those of one import have one moment."""
    return sort.field == "active" or (sort.field in ("created_at", "updated_at") and len(sort.keys) > 1)


def _hopeless(asked: Asked) -> bool:
    """Whether there are so few groups that it is no use to sort one of them."""
    return asked.sort.field == "active"


def _by_groups(database: Database, asked: Asked, now: Coverage, size: int, progress: Progress) -> list[Product]:
    """Each value of the first field, and the products that have it in the order of the others."""
    found: list[Product] = []
    rest, place = asked.sort.rest, asked.beyond
    value = place[0] if place is not None else None
    if place is not None:
        found = _read(database, _group(asked, rest, value, place[1:]), now, size, 0, progress)
    for _ in range(_GROUPS):
        if len(found) >= size:
            return found
        value = _next_value(database, asked, value, now, progress)
        if value is None:
            return found
        found += _read(database, _group(asked, rest, value, None), now, size - len(found), 0, progress)
    if len(found) >= size:
        return found
    # Groups as small as these are soon sorted.
    left = _first_answer(database, ways(_after(asked, value), now, size - len(found), 0), progress)
    return found + (left or [])


def _next_value(database: Database, asked: Asked, value: Any, now: Coverage, progress: Progress) -> Any:
    """The value of the first field behind `value`, or the first of all after None; None behind the last."""
    if asked.sort.field == "active":
        first = asked.sort.descending != asked.reverse
        return first if value is None else not first if value is first else None
    following = asked if value is None else _after(asked, value)
    alone = Sort(asked.sort.field, asked.sort.descending)
    found = _first_answer(database, ways(replace(following, sort=alone, beyond=None), now, 1, 0), progress)
    return getattr(found[0], asked.sort.field) if found else None


def _group(asked: Asked, rest: Sort, value: Any, place: tuple[Any, ...] | None) -> Asked:
    return replace(asked, sort=rest, beyond=place, group=_also(asked, equal(asked.sort, value), asked.sort))


def _after(asked: Asked, value: Any) -> Asked:
    condition = beyond_first(asked.sort, value, reverse=asked.reverse)
    return replace(asked, beyond=None, group=_also(asked, condition, None))


def _also(asked: Asked, condition: Clause, sort: Sort | None) -> tuple[Clause, str | None]:
    """What is asked already, and one condition more."""
    before, kind = asked.group or (Clause("true"), None)
    clause = Clause(f"{before.sql} AND {condition.sql}", (*before.values, *condition.values))
    return clause, (sorting_index(sort) or None if sort else None) or kind


def _first_answer(
    database: Database, several: Sequence[Way], progress: Progress, milliseconds: int = 0
) -> list[Product] | None:
    """The answer of the way that is the first to give one; None where none does within the time."""
    first, *others = several
    if not others:
        return _answer(database, first, progress, milliseconds)
    race = _Race(database, others[0], first.head_start, milliseconds)
    with race.beside(progress) as own:
        try:
            answer = _answer(database, first, own, milliseconds)
        except Cancelled:
            answer = None
    progress.check()
    return answer if answer is not None else race.answer


class _Race:
    """The second of two ways, on a thread and a connection of its own."""

    def __init__(self, database: Database, way: Way, head_start: float, milliseconds: int) -> None:
        self._database, self._way = database, way
        self._head_start, self._milliseconds = head_start, milliseconds
        self._over = threading.Event()
        self._first, self._second = Progress(), Progress()
        self.answer: list[Product] | None = None

    @contextmanager
    def beside(self, progress: Progress) -> Iterator[Progress]:
        """Run beside the block, whose work is done with the progress given; the first of them stops the other."""
        thread = threading.Thread(target=self._run, name="second-way", daemon=True)
        progress.interrupt_with(self._stop)
        try:
            progress.check()
            thread.start()
            try:
                yield self._first
            finally:
                self._over.set()
                self._second.cancel()
                thread.join()
        finally:
            progress.interrupt_with(None)

    def _stop(self) -> None:
        self._over.set()
        self._first.cancel()
        self._second.cancel()

    def _run(self) -> None:
        if self._over.wait(self._head_start):
            return
        try:
            self.answer = _answer(self._database, self._way, self._second, self._milliseconds)
        except Exception:  # noqa: BLE001  the other way is still under way, and tells of what is wrong
            return
        if self.answer is not None:
            self._first.cancel()


def _answer(database: Database, way: Way, progress: Progress, milliseconds: int) -> list[Product] | None:
    with database.cancellable(progress) as connection:
        settings = ", ".join([_SETTINGS, *([_WALKING] * way.walks), *([_ALONE] * way.alone)])
        connection.execute(settings, (str(milliseconds),))
        try:
            return _ask(connection, way.query)
        except psycopg.errors.QueryCanceled:
            if milliseconds:
                return None
            raise


def _ask(connection: Connection[Any], query: Clause) -> list[Product]:
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        # The plan depends on the values, so none is kept.
        return cursor.execute(query.sql, query.values, prepare=False).fetchall()
