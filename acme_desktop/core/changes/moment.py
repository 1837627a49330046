"""A moment in the catalogue's history: which change sets were finished by then, and so which states stood.

A state stood at a moment where a change set that was finished by then made it, and none that was finished by then ended
it. A before-image names both change sets, so whole catalogues of the past need one look at the products and one at the
before-images, and no rebuilding.

What another program inserted carries no change set: it stood from its `created_at` on. What another program changed or
deleted behind our back left no before-image; what a product was before that is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from psycopg import Connection

from acme_desktop.core.changes.before_images import STATE
from acme_desktop.core.foundation.moments import iso

# Change sets are numbered when they begin. One that is finished later than a higher one ran beside it, and not many do.
_BESIDE = 10_000
_TOO_MANY = 1_000
_FEW = 1_000

_LAST = "SELECT id FROM change_sets WHERE created_at <= %s ORDER BY id DESC LIMIT 1"
_UNFINISHED = "SELECT id FROM change_sets WHERE id BETWEEN %s AND %s AND created_at > %s ORDER BY id LIMIT %s"


@dataclass(frozen=True)
class Moment:
    """Which change sets count.

    Attributes:
        at: the time, for what carries no change set.
        last: the highest change set that was finished.
        unfinished: lower ones that were not finished yet.
    """

    at: datetime
    last: int
    unfinished: tuple[int, ...] = ()

    def had_made(self) -> str:
        """The SQL condition on a row of products or product_versions: its state was made by then."""
        # Numbers and a time of our own, so they stand in the text and the planner sees them.
        but = f" AND changed_in NOT IN ({_numbers(self.unfinished)})" if self.unfinished else ""
        return f"(changed_in <= {self.last}{but} OR changed_in IS NULL AND created_at <= {_literal(self.at)})"

    def had_not_ended(self) -> str:
        """The SQL condition on a row of product_versions: its state was ended later."""
        also = f" OR change_set_id IN ({_numbers(self.unfinished)})" if self.unfinished else ""
        return f"(change_set_id > {self.last}{also})"

    def states(self) -> str:
        """A SELECT of the catalogue as it was: id, sku_key and a product's state."""
        return (
            f"SELECT id, sku_key, {STATE} FROM products WHERE {self.had_made()} UNION ALL "
            f"SELECT product_id, sku_key, {STATE} FROM product_versions "
            f"WHERE {self.had_not_ended()} AND {self.had_made()}"
        )


@dataclass(frozen=True)
class Span:
    """From one moment to a later one."""

    start: Moment
    end: Moment

    def contains(self, column: str) -> str:
        """The SQL condition: the change set in `column` was finished within the span."""
        without = set(self.end.unfinished)
        but = f" AND {column} NOT IN ({_numbers(self.end.unfinished)})" if without else ""
        late = [number for number in self.start.unfinished if number not in without]
        also = f" OR {column} IN ({_numbers(late)})" if late else ""
        return f"({column} > {self.start.last} AND {column} <= {self.end.last}{but}{also})"

    def made(self) -> str:
        """The SQL condition on a row of products or product_versions: its state was made within the span."""
        return (
            f"({self.contains('changed_in')} OR changed_in IS NULL "
            f"AND created_at > {_literal(self.start.at)} AND created_at <= {_literal(self.end.at)})"
        )


def at(connection: Connection[Any], when: datetime) -> Moment:
    """The moment at a time; one without a zone is UTC."""
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    found = connection.execute(_LAST, (when,)).fetchone()
    last = found[0] if found else 0
    beside = connection.execute(_UNFINISHED, (last - _BESIDE, last, when, _TOO_MANY)).fetchall()
    # So many are no neighbours: the server's clock was set back, and then only the numbers tell the order.
    return Moment(when, last, tuple(number for (number,) in beside) if len(beside) < _TOO_MANY else ())


def few(connection: Connection[Any], condition: str) -> list[int] | None:
    """The change sets with before-images that meet a condition on `change_set_id`, or None where they are many.

    Few are worth looking into one after the other: the images of each come in the order of their keys, and only the
    first ones of each are read.
    """
    images = "SELECT id AS change_set_id FROM change_sets WHERE updated + deleted > 0"
    query = f"SELECT change_set_id FROM ({images}) AS ended WHERE {condition} LIMIT {_FEW + 1}"
    found = [number for (number,) in connection.execute(query, prepare=False)]
    return found if len(found) <= _FEW else None


def each(change_sets: list[int]) -> str:
    """What stands after FROM to look into change sets one after the other: `change_set_id`, under the name ended."""
    return f"unnest('{{{_numbers(change_sets)}}}'::bigint[]) AS ended (change_set_id)"


def around(change_set_id: int, finished_at: datetime) -> Span:
    """From right before a change set to right after it."""
    return Span(Moment(finished_at, change_set_id - 1), Moment(finished_at, change_set_id))


def start_of(day: date | datetime) -> datetime:
    """A time as it is; a bare date is its first moment in UTC."""
    if isinstance(day, datetime):
        return day if day.tzinfo else day.replace(tzinfo=UTC)
    return datetime.combine(day, time.min, UTC)


def end_of(day: date | datetime) -> datetime:
    """A time as it is; a bare date is its last moment in UTC."""
    if isinstance(day, datetime) or day == date.max:
        return start_of(day)
    return start_of(day + timedelta(days=1)) - timedelta(microseconds=1)


def _numbers(identifiers: tuple[int, ...] | list[int]) -> str:
    return ", ".join(str(int(number)) for number in identifiers)


def _literal(when: datetime) -> str:
    return f"'{iso(when)}'::timestamptz"
