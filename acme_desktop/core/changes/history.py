"""What happened to a product: each state that it had, which change set made it and which one ended it.

A before-image carries both numbers: `changed_in` made the state, and the image's own change set ended it. The row as it
stands is the state that nothing has ended yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.before_images import STATE
from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.product_rules import clean_sku, storable
from acme_desktop.core.foundation.words import quoted

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

Operation = Literal["created", "updated", "deleted", "restored"]


@dataclass(frozen=True)
class State:
    """A product as it was between two change sets.

    Attributes:
        changed_in: the change set that made it so; None where another program did.
        ended_in: the change set that ended it; None while it stands.
    """

    product_id: int
    sku: str
    name: str
    description: str | None
    active: bool
    created_at: datetime
    updated_at: datetime
    created_in: int | None
    changed_in: int | None
    ended_in: int | None

    def to_json(self) -> dict[str, Any]:
        """The fields that people write."""
        return {"sku": self.sku, "name": self.name, "description": self.description, "active": self.active}


@dataclass(frozen=True)
class Event:
    """One thing that happened to a product.

    Attributes:
        change_set: who did it and when; None where another program did.
        before: None where the product was created or brought back.
        after: None where it was deleted.
    """

    product_id: int
    operation: Operation
    change_set: ChangeSet | None
    at: datetime
    before: State | None
    after: State | None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that an update changed."""
        if self.before is None or self.after is None:
            return ()
        old, new = self.before.to_json(), self.after.to_json()
        return tuple(name for name in old if old[name] != new[name])

    def to_json(self) -> dict[str, Any]:
        """One event as an object."""
        made = self.change_set
        return {
            "change_set_id": made.id if made else None,
            "kind": made.kind if made else None,
            "operation": self.operation,
            "at": iso(self.at),
            "actor": made.actor if made else None,
            "client": made.client if made else None,
            "summary": made.summary if made else "Written by another program",
            "product_id": self.product_id,
            "changed": list(self.changed),
            "before": self.before.to_json() if self.before else None,
            "after": self.after.to_json() if self.after else None,
        }


# Every product that has or ever had the SKU; a SKU that was deleted and created again had several.
_HOLDERS = """
SELECT id FROM products WHERE sku_key = lower(%(sku)s::text)
UNION
SELECT product_id FROM product_versions WHERE sku_key = lower(%(sku)s::text)
"""

_STATES = f"""
SELECT product_id, {STATE}, change_set_id AS ended_in, operation = 'delete' AS gone
FROM product_versions WHERE product_id = ANY(%(ids)s)
UNION ALL
SELECT id, {STATE}, NULL, false FROM products WHERE id = ANY(%(ids)s)
"""

# The state that the first change set after the given one ended, or the one that stands; where a later change set made
# it, the product was not there then.
_AS_OF = f"""
SELECT product_id, {STATE}, ended_in
FROM (
    SELECT DISTINCT ON (product_id) * FROM (
        SELECT product_id, {STATE}, change_set_id AS ended_in
        FROM product_versions WHERE product_id = ANY(%(ids)s) AND change_set_id > %(id)s
        UNION ALL
        SELECT id, {STATE}, NULL FROM products WHERE id = ANY(%(ids)s)
    ) AS later
    ORDER BY product_id, ended_in NULLS LAST
) AS first_later
WHERE coalesce(changed_in, 0) <= %(id)s
"""


def history(database: Database, sku: str) -> list[Event]:
    """All that happened to the products with that SKU, standing or deleted, newest first.

    Raises:
        NotFound: no product has or had that SKU.
    """
    with database.connect() as connection:
        return events(connection, holders(connection, sku))


def holders(connection: Connection[Any], sku: str) -> list[int]:
    """The ids of all products that have or ever had that SKU.

    Raises:
        NotFound: there is and was none.
    """
    found = _holders(connection, clean_sku(sku)) if storable(sku) else []
    if not found:
        raise NotFound(f"There is and was no product with the SKU {quoted(sku)}.", "Check the SKU.")
    return found


def events(connection: Connection[Any], product_ids: Sequence[int]) -> list[Event]:
    """All that happened to those products, newest first."""
    states: list[State] = []
    deletions: set[tuple[int, int | None]] = set()
    for *values, gone in connection.execute(_STATES, {"ids": list(product_ids)}):
        state = State(*values)
        states.append(state)
        if gone:
            deletions.add((state.product_id, state.ended_in))
    made: dict[tuple[int, int | None], State] = {(state.product_id, state.changed_in): state for state in states}
    ended: dict[tuple[int, int | None], State] = {
        (state.product_id, state.ended_in): state for state in states if state.ended_in
    }
    change_sets = change_set.by_ids(connection, {number for _, number in made.keys() | ended.keys() if number})
    found = []
    for key in made.keys() | ended.keys():
        before = ended.get(key)
        after = None if key in deletions else made.get(key)
        author = change_sets.get(key[1]) if key[1] is not None else None
        shown = after or before
        assert shown is not None
        at = author.created_at if author else shown.created_at
        found.append(Event(key[0], _operation(before, after), author, at, before, after))
    return sorted(found, key=lambda event: (event.change_set.id if event.change_set else 0, event.at), reverse=True)


def as_of(connection: Connection[Any], product_ids: Sequence[int], change_set_id: int) -> dict[int, State]:
    """Those products as they were right after that change set; those that were not there are left out."""
    with connection.cursor(row_factory=class_row(State)) as cursor:
        cursor.execute(_AS_OF, {"ids": list(product_ids), "id": change_set_id})
        return {state.product_id: state for state in cursor}


def _holders(connection: Connection[Any], sku: str) -> list[int]:
    return [identifier for (identifier,) in connection.execute(_HOLDERS, {"sku": sku})]


def _operation(before: State | None, after: State | None) -> Operation:
    if after is None:
        return "deleted"
    if before is not None:
        return "updated"
    return "created" if after.created_in == after.changed_in else "restored"
