"""What became of the catalogue between two moments: what was created, changed and deleted, side by side.

Only the outcome counts: what was changed and changed back, or created and deleted again, is no difference. What one
change set did is the difference between right before it and right after it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from psycopg import Connection, errors

from acme_desktop.core.changes import change_set, moment
from acme_desktop.core.changes.moment import Span
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.files import replacing
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import difference_sql as sql

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

Kind = Literal["created", "changed", "deleted"]
KINDS: tuple[Kind, ...] = ("created", "changed", "deleted")

# In a span that touched more products than this, a page is first looked for among the next few of them.
_MANY = 20_000
_WIDTH = 4  # pages
_WINDOW_MS = 400
# Right after a large change the server's statistics don't know it yet: it would gather and sort all of it.
_WALKING = (
    "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true), "
    "set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)"
)
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_EVERY = 5_000


@dataclass(frozen=True)
class Between:
    """Which span to look at: between two times, or what one change set did.

    Attributes:
        start: None with `end` None where `change_set_id` is given.
        end: None is now.
    """

    start: datetime | None = None
    end: datetime | None = None
    change_set_id: int | None = None

    def span(self, connection: Connection[Any]) -> Span:
        """The change sets in between.

        Raises:
            NotFound: there is no such change set.
            UsageProblem: the end lies before the start.
        """
        if self.change_set_id is not None:
            return moment.around(self.change_set_id, change_set.get(connection, self.change_set_id).created_at)
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        now: datetime = row[0]
        start, end = moment.at(connection, self.start or now), moment.at(connection, self.end or now)
        if end.at < start.at:
            raise UsageProblem("The end lies before the start.", "Give the earlier date first.")
        return Span(start, end)


@dataclass(frozen=True)
class Values:
    """A product's values at one end."""

    sku: str
    name: str
    description: str | None
    active: bool


@dataclass(frozen=True)
class Difference:
    """What became of one product; `before` is None where it was created, `after` where it was deleted.

    Attributes:
        key: where it stands in the order: its SKU in lower case, the one of before where there is one.
    """

    id: int
    key: str
    before: Values | None
    after: Values | None

    @property
    def kind(self) -> Kind:
        """What became of it."""
        if self.before is None:
            return "created"
        return "deleted" if self.after is None else "changed"

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that differ, where the product stood at both ends."""
        if self.before is None or self.after is None:
            return ()
        old, new = asdict(self.before), asdict(self.after)
        return tuple(name for name in old if old[name] != new[name])

    def to_json(self) -> dict[str, Any]:
        """One product as an object."""
        return {
            "kind": self.kind,
            "product_id": self.id,
            "sku": (self.after or self.before).sku,  # type: ignore[union-attr]
            "changed": list(self.changed),
            "before": asdict(self.before) if self.before else None,
            "after": asdict(self.after) if self.after else None,
        }


@dataclass(frozen=True)
class Counts:
    """How many products differ, by what became of them."""

    created: int
    changed: int
    deleted: int


def counts(database: Database, between: Between, progress: Progress | None = None) -> Counts:
    """How many products differ.

    Raises:
        NotFound: there is no such change set.
        UsageProblem: the end lies before the start.
        Cancelled: through `progress`.
    """
    with database.cancellable(progress) as connection:
        connection.execute(_SNAPSHOT)
        found = sql.whole(between.span(connection))
        query = f"SELECT {sql.KIND} AS kind, count(*) FROM {found} WHERE {sql.DIFFER} GROUP BY 1"
        rows: list[Any] = connection.execute(query, prepare=False).fetchall()
    numbers = dict(rows)
    return Counts(*(numbers.get(kind, 0) for kind in KINDS))


def page(
    database: Database,
    between: Between,
    kind: Kind | None,
    after: Difference | None,
    size: int,
    progress: Progress | None = None,
) -> list[Difference]:
    """The `size` differences after `after`, or the first ones after None, by SKU; of one kind, or of all.

    Raises:
        NotFound: there is no such change set.
        UsageProblem: the end lies before the start.
        Cancelled: through `progress`.
    """
    with database.cancellable(progress) as connection:
        connection.execute(_SNAPSHOT)
        span = between.span(connection)
        rows = _from_a_window(connection, span, kind, after, size) if _touched(connection, span) > _MANY else None
        if progress is not None:
            progress.check()
        if rows is None:
            query, values = _page(sql.whole(span), kind, after, size)
            rows = connection.execute(query, values, prepare=False).fetchall()
    return [_difference(row) for row in rows]


def _page(found: str, kind: Kind | None, after: Difference | None, size: int) -> tuple[str, dict[str, Any]]:
    place = "true" if after is None else "(key, id) > (%(key)s, %(id)s)"
    values = {"key": after and after.key, "id": after and after.id, "size": size, "window": size * _WIDTH}
    return f"SELECT {sql.ROW} FROM {found} WHERE {_where(kind)} AND {place} ORDER BY key, id LIMIT %(size)s", values


def _where(kind: Kind | None) -> str:
    return sql.DIFFER if kind is None else f"{sql.DIFFER} AND {sql.IS_KIND[kind]}"


def _touched(connection: Connection[Any], span: Span) -> int:
    """How often a product was touched within the span, more or less."""
    query = f"SELECT coalesce(sum(created + updated + deleted), 0) FROM change_sets WHERE {span.contains('id')}"
    row = connection.execute(query, prepare=False).fetchone()
    return int(row[0]) if row else 0


def _from_a_window(
    connection: Connection[Any], span: Span, kind: Kind | None, after: Difference | None, size: int
) -> list[Any] | None:
    """The page, where it lies among the next few products by key; None where it does not, or not soon enough."""
    within = moment.few(connection, span.contains("change_set_id"))
    later = moment.few(connection, span.end.had_not_ended())
    if within is None or later is None:
        return None
    query, values = _page(sql.window(span, within, later, beyond=after is not None), kind, after, size)
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(_WALKING, (str(_WINDOW_MS),))
            rows = connection.execute(query, values, prepare=False).fetchall()
    except errors.QueryCanceled:
        return None
    return rows if len(rows) == size else None


def save(database: Database, between: Between, kind: Kind | None, target: Path, progress: Progress) -> int:
    """Write the differences as CSV, old and new values side by side; returns how many.

    Raises:
        EnvironmentProblem: the file cannot be written.
        Cancelled: through `progress`; the file is as it was.
    """
    pairs = ", ".join(
        f"{side}_{name} AS {name}_{word}" for name in sql.FIELDS for side, word in (("b", "before"), ("a", "after"))
    )
    done = -1  # the header comes first
    with replacing(target) as stream, database.cancellable(progress) as connection, connection.cursor() as cursor:
        connection.execute(_SNAPSHOT)
        progress.stage("Comparing")
        found = sql.whole(between.span(connection))
        query = f"SELECT {sql.KIND} AS change, {pairs} FROM {found} WHERE {_where(kind)} ORDER BY key, id"
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')") as copy:
            for line in copy:
                stream.write(line)
                done += 1
                if done % _EVERY == 0:
                    progress.update(done, done)
    return done


def _difference(row: tuple[Any, ...]) -> Difference:
    identifier, key, *values = row
    before, after = values[:4], values[4:]
    return Difference(
        identifier,
        key,
        Values(*before) if before[0] is not None else None,
        Values(*after) if after[0] is not None else None,
    )
