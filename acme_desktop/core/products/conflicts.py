"""The lost-update guard: an edit of a product that someone changed since is refused, with all three states."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.products.product import Product

_FIELDS = ("sku", "name", "description", "active")

# What a change set left behind is the before-image of the product's next change.
_LEFT_BY = """
SELECT product_id AS id, sku, name, description, active, created_at, updated_at, changed_in AS change_set_id
FROM product_versions
WHERE product_id = %s AND changed_in = %s
ORDER BY change_set_id
LIMIT 1
"""


class Conflict(Refused):
    """Someone changed the product since.

    Attributes:
        mine: the product as it would have been saved.
        theirs: the product as it stands.
        original: the product as it was before their change; None where that is not known.
        by: their change set; None where another program changed the product.
    """

    def __init__(self, mine: Product, theirs: Product, original: Product | None, by: ChangeSet | None) -> None:
        who = f"{by.actor} ({by.client}) at {iso(by.created_at)}" if by else "another program"
        super().__init__(
            f"{theirs.sku} was changed by {who} since you read it. Your edit is not saved.",
            "Look at the product as it is now, and save again what you still want.",
            _side_by_side(mine, theirs, original),
        )
        self.mine = mine
        self.theirs = theirs
        self.original = original
        self.by = by


def check(
    connection: Connection[Any],
    current: Product,
    edited: Product,
    original: Product | None,
    if_change_set: int | None,
) -> None:
    """Compare the locked product with what the person saw; with neither given there is nothing to compare.

    Raises:
        Conflict: it is another one by now.
    """
    if original is not None and _state(original) != _state(current):
        raise Conflict(edited, current, original, _author_of(connection, current, original.change_set_id))
    if if_change_set is not None and if_change_set != current.change_set_id:
        with connection.cursor(row_factory=class_row(Product)) as cursor:
            seen = cursor.execute(_LEFT_BY, (current.id, if_change_set)).fetchone()
        raise Conflict(edited, current, seen, _author_of(connection, current, if_change_set))


def _state(product: Product) -> tuple[Any, ...]:
    return product.id, *(getattr(product, field) for field in _FIELDS), product.change_set_id


def _author_of(connection: Connection[Any], current: Product, seen: int | None) -> ChangeSet | None:
    if current.change_set_id is None or current.change_set_id == seen:
        return None
    try:
        return change_set.get(connection, current.change_set_id)
    except NotFound:  # another program may have written any number there
        return None


def _side_by_side(mine: Product, theirs: Product, original: Product | None) -> str:
    lines = []
    for field in _FIELDS:
        values = [getattr(product, field) if product else "?" for product in (original, theirs, mine)]
        if len(set(map(repr, values))) > 1:
            lines.append(f"{field}: it was {values[0]!r}, it is {values[1]!r}, yours is {values[2]!r}")
    return "\n".join(lines)
