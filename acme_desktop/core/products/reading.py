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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.database.segments import Coverage, coverage
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products.filters import Clause, Sort, beyond_first, equal, sorting_index
from acme_desktop.core.products.plans import Asked, Way, ways
from acme_desktop.core.products.product import Product

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

# Milliseconds that an order by several fields gets before it is read group by group, and how many groups at most.
_SORTING = 400
_GROUPS = 8

_SETTINGS = "SELECT set_config('statement_timeout', %s, true)"
_WALKING = "set_config('enable_seqscan', 'off', true)"
_ALONE = "set_config('max_parallel_workers_per_gather', '0', true)"


class Found(NamedTuple):
    """Products, and whether they are sure: others may come first that another program changed without telling so."""

    products: list[Product]
    sure: bool = True


def read(database: Database, asked: Asked, size: int, skip: int = 0, progress: Progress | None = None) -> Found:
    """The first `size` products of what is asked, after leaving out `skip`, in the order in which they are read.

    They are sure, unless they were asked for at a glance.

    Raises:
        Cancelled: through `progress`.
    """
    with database.connect() as connection:
        now = coverage(connection)
    return _read(database, asked, now, size, skip, progress or Progress())


def _read(database: Database, asked: Asked, now: Coverage, size: int, skip: int, progress: Progress) -> Found:
    if _large_groups(asked.sort):
        found = None if _hopeless(asked) else _first_answer(database, asked, now, size, skip, progress, _SORTING)
        if found is None:
            found = _by_groups(database, asked, now, size + skip, progress)
            found = found._replace(products=found.products[skip:])
        return found
    found = _first_answer(database, asked, now, size, skip, progress)
    assert found is not None
    return found


def _large_groups(sort: Sort) -> bool:
    """Whether many products may be equal in what an index has in order: those of one import have one moment."""
    return sort.field == "active" or (sort.field in ("created_at", "updated_at") and len(sort.keys) > 1)


def _hopeless(asked: Asked) -> bool:
    """Whether there are so few groups that it is no use to sort one of them."""
    return asked.sort.field == "active"


def _by_groups(database: Database, asked: Asked, now: Coverage, size: int, progress: Progress) -> Found:
    """Each value of the first field, and the products that have it in the order of the others."""
    products: list[Product] = []
    sure = True

    def take(found: Found | None) -> list[Product]:
        nonlocal sure
        sure = sure and (found is None or found.sure)
        return found.products if found is not None else []

    rest, place = asked.sort.rest, asked.beyond
    value = place[0] if place is not None else None
    if place is not None:
        products += take(_read(database, _group(asked, rest, value, place[1:]), now, size, 0, progress))
    for _ in range(_GROUPS):
        if len(products) >= size:
            return Found(products, sure)
        following = _following(asked, value)
        if following is not None:
            first = take(_first_answer(database, following, now, 1, 0, progress))
            value = getattr(first[0], asked.sort.field) if first else None
        else:
            value = _other_state(asked, value)
        if value is None:
            return Found(products, sure)
        group = _group(asked, rest, value, None)
        products += take(_read(database, group, now, size - len(products), 0, progress))
    if len(products) < size:
        # Groups as small as these are soon sorted.
        products += take(_first_answer(database, _after(asked, value), now, size - len(products), 0, progress))
    return Found(products, sure)


def _following(asked: Asked, value: Any) -> Asked | None:
    """What asks for the product with the next value of the first field; None where there are but two values."""
    if asked.sort.field == "active":
        return None
    alone = Sort(asked.sort.field, asked.sort.descending)
    return replace(asked if value is None else _after(asked, value), sort=alone, beyond=None)


def _other_state(asked: Asked, value: bool | None) -> bool | None:
    """The state behind this one, or the first of both after None; None behind the last."""
    first = asked.sort.descending != asked.reverse
    return first if value is None else not first if value is first else None


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
    database: Database, asked: Asked, now: Coverage, size: int, skip: int, progress: Progress, milliseconds: int = 0
) -> Found | None:
    """The answer of the way that is the first to give one; None where none does within the time."""
    least = size if asked.at_a_glance else 0
    first, *others = (_Try(database, way, least, milliseconds) for way in ways(asked, now, size, skip))
    if not others:
        return first.answer(progress)
    race = _Race(others[0], first.way.head_start)
    with race.beside(progress) as own:
        try:
            found = first.answer(own)
        except Cancelled:
            found = None
        if found is None:
            race.wait()
    progress.check()
    return found if found is not None else race.outcome()


@dataclass(frozen=True)
class _Try:
    """One way, and what counts as its answer.

    Attributes:
        least: of fewer products, what a zone map tells is no answer: they would not even fill the first rows.
        milliseconds: that it has; 0 is no end.
    """

    database: Database
    way: Way
    least: int
    milliseconds: int

    def answer(self, progress: Progress) -> Found | None:
        """What the way finds; None where it has none."""
        with self.database.cancellable(progress) as connection:
            settings = ", ".join([_SETTINGS, *([_WALKING] * self.way.walks), *([_ALONE] * self.way.alone)])
            connection.execute(settings, (str(self.milliseconds),))
            try:
                products = _ask(connection, self.way.query)
            except psycopg.errors.QueryCanceled:
                if self.milliseconds:
                    return None
                raise
            except psycopg.errors.UndefinedTable:  # the upkeep removed the map at this moment
                if self.way.mapped:
                    connection.rollback()
                    return None
                raise
        return None if self.way.mapped and len(products) < self.least else Found(products, sure=not self.way.mapped)


class _Race:
    """The second of two ways, on a thread and a connection of its own."""

    def __init__(self, second: _Try, head_start: float) -> None:
        self._try, self._head_start = second, head_start
        self._over = threading.Event()
        self._first, self._second = Progress(), Progress()
        self._thread = threading.Thread(target=self._run, name="second-way", daemon=True)
        self._found: Found | None = None
        self._failure: Exception | None = None

    @contextmanager
    def beside(self, progress: Progress) -> Iterator[Progress]:
        """Run beside the block, whose work is done with the progress given; the first of them stops the other."""
        progress.interrupt_with(self._stop)
        try:
            progress.check()
            self._thread.start()
            try:
                yield self._first
            finally:
                self._over.set()
                self._second.cancel()
                self._thread.join()
        finally:
            progress.interrupt_with(None)

    def wait(self) -> None:
        """Let the second one come to its end: the first has no answer."""
        self._thread.join()

    def outcome(self) -> Found | None:
        """What the second one found; raises what it failed with."""
        if self._failure is not None:
            raise self._failure
        return self._found

    def _stop(self) -> None:
        self._over.set()
        self._first.cancel()
        self._second.cancel()

    def _run(self) -> None:
        if self._over.wait(self._head_start):
            return
        try:
            self._found = self._try.answer(self._second)
        except Exception as error:  # noqa: BLE001  of use only where the first has no answer
            self._failure = error
            return
        if self._found is not None:
            self._first.cancel()


def _ask(connection: Connection[Any], query: Clause) -> list[Product]:
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        # The plan depends on the values, so none is kept.
        return cursor.execute(query.sql, query.values, prepare=False).fetchall()
