"""What became of the catalogue between two moments: what was created, changed and deleted, side by side.

Only the outcome counts: what was changed and changed back, or created and deleted again, is no difference. What one
change set did is the difference between right before it and right after it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from psycopg import Connection

from acme_desktop.core.changes import change_set, moment
from acme_desktop.core.changes.moment import Span
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.files import replacing
from acme_desktop.core.foundation.progress import Progress

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

Kind = Literal["created", "changed", "deleted"]
KINDS: tuple[Kind, ...] = ("created", "changed", "deleted")

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_EVERY = 5_000
_VALUES = "sku_key, sku, name, description, active"


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
    with database.cancellable(progress) if progress else database.connect() as connection:
        connection.execute(_SNAPSHOT)
        found = f"SELECT {_KIND} AS kind, count(*) FROM {_joined(between.span(connection))} GROUP BY 1"
        rows: list[Any] = connection.execute(found, prepare=False).fetchall()
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
    conditions = [] if kind is None else [_CONDITIONS[kind]]
    values: tuple[Any, ...] = ()
    if after is not None:
        conditions.append(f"({_KEY}, id) > (%s, %s)")
        values = (after.key, after.id)
    with database.cancellable(progress) if progress else database.connect() as connection:
        connection.execute(_SNAPSHOT)
        query = (
            f"SELECT id, {_KEY}, b.sku, b.name, b.description, b.active, a.sku, a.name, a.description, a.active "
            f"FROM {_joined(between.span(connection), conditions)} ORDER BY {_KEY}, id LIMIT %s"
        )
        rows = connection.execute(query, (*values, size), prepare=False).fetchall()
    return [_difference(row) for row in rows]


def save(database: Database, between: Between, kind: Kind | None, target: Path, progress: Progress) -> int:
    """Write the differences as CSV, old and new values side by side; returns how many.

    Raises:
        EnvironmentProblem: the file cannot be written.
        Cancelled: through `progress`; the file is as it was.
    """
    pairs = ", ".join(f"{side}.{name} AS {name}_{word}" for name in _FIELDS for side, word in _SIDES)
    conditions = [] if kind is None else [_CONDITIONS[kind]]
    done = -1  # the header comes first
    with replacing(target) as stream, database.cancellable(progress) as connection, connection.cursor() as cursor:
        connection.execute(_SNAPSHOT)
        progress.stage("Comparing")
        found = _joined(between.span(connection), conditions)
        query = f"SELECT {_KIND} AS change, {pairs} FROM {found} ORDER BY {_KEY}, id"
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')") as copy:
            for line in copy:
                stream.write(line)
                done += 1
                if done % _EVERY == 0:
                    progress.update(done, done)
    return done


_FIELDS = ("sku", "name", "description", "active")
_SIDES = (("b", "before"), ("a", "after"))
_KEY = 'coalesce(b.sku_key, a.sku_key) COLLATE "C"'
_KIND = "CASE WHEN b.sku IS NULL THEN 'created' WHEN a.sku IS NULL THEN 'deleted' ELSE 'changed' END"
_CONDITIONS = {
    "created": "b.sku IS NULL",
    "deleted": "a.sku IS NULL",
    "changed": "b.sku IS NOT NULL AND a.sku IS NOT NULL",
}


def _joined(span: Span, conditions: list[str] | None = None) -> str:
    """What was there before and ended within the span, beside what was made within it and stood at its end."""
    before = (
        f"SELECT product_id AS id, {_VALUES} FROM product_versions "
        f"WHERE {span.contains('change_set_id')} AND {span.start.had_made()}"
    )
    after = (
        f"SELECT id, {_VALUES} FROM products WHERE {span.made()} UNION ALL "
        f"SELECT product_id, {_VALUES} FROM product_versions WHERE {span.end.had_not_ended()} AND {span.made()}"
    )
    differ = " OR ".join(f"b.{name} IS DISTINCT FROM a.{name}" for name in _FIELDS)
    also = "".join(f" AND {condition}" for condition in conditions or ())
    return f"({before}) AS b FULL JOIN ({after}) AS a USING (id) WHERE ({differ}){also}"


def _difference(row: tuple[Any, ...]) -> Difference:
    identifier, key, *values = row
    before, after = values[:4], values[4:]
    return Difference(
        identifier,
        key,
        Values(*before) if before[0] is not None else None,
        Values(*after) if after[0] is not None else None,
    )
