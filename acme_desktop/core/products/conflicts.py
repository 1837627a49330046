"""The lost-update guard: an edit of a product that someone changed since is refused, with all three states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.words import quoted
from acme_desktop.core.products.product import FIELDS, Changes, Product

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
        mine: the product as the person wanted it: what they saw, with their changes.
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
    changes: Changes,
    original: Product | None,
    if_change_set: int | None,
) -> None:
    """Compare the locked product with what the person saw; with neither given there is nothing to compare.

    Raises:
        Conflict: it is another one by now.
    """
    if original is not None and _state(original) != _state(current):
        by = _author_of(connection, current, original.change_set_id)
        raise Conflict(changes.applied_to(original), current, original, by)
    if if_change_set is not None and if_change_set != current.change_set_id:
        with connection.cursor(row_factory=class_row(Product)) as cursor:
            seen = cursor.execute(_LEFT_BY, (current.id, if_change_set)).fetchone()
        mine = changes.applied_to(seen or current)
        raise Conflict(mine, current, seen, _author_of(connection, current, if_change_set))


Side = Literal["mine", "theirs"]


@dataclass(frozen=True)
class FieldStates:
    """One field of a conflict.

    Attributes:
        original, theirs, mine: its values.
        i_changed, they_changed: whether mine and theirs differ from the original.
    """

    field: str
    original: Any
    theirs: Any
    mine: Any
    i_changed: bool
    they_changed: bool

    @property
    def contested(self) -> bool:
        """Whether both changed it, to different values."""
        return self.i_changed and self.they_changed and self.mine != self.theirs

    @property
    def merged(self) -> Side:
        """Whose value a merge takes before anybody chooses: of what only one changed, that one's; else mine."""
        return "theirs" if self.they_changed and not self.i_changed else "mine"


def states(conflict: Conflict) -> tuple[FieldStates, ...]:
    """Every field of a conflict; where the original is not known, whatever differs counts as changed by both."""
    found = []
    for field in FIELDS:
        mine, theirs = getattr(conflict.mine, field), getattr(conflict.theirs, field)
        if conflict.original is None:
            found.append(FieldStates(field, None, theirs, mine, mine != theirs, mine != theirs))
            continue
        original = getattr(conflict.original, field)
        found.append(FieldStates(field, original, theirs, mine, mine != original, theirs != original))
    return tuple(found)


def merge(conflict: Conflict, choices: Mapping[str, Side]) -> Changes:
    """What to save over theirs: of every field for which "mine" is chosen, my value where it is another one."""
    wanted: dict[str, Any] = {}
    for state in states(conflict):
        if choices.get(state.field, "theirs") == "mine" and state.mine != state.theirs:
            wanted[state.field] = state.mine
    if wanted.get("description", "") is None:
        wanted["description"] = ""
    return Changes(**wanted)


def _state(product: Product) -> tuple[Any, ...]:
    return product.id, *(getattr(product, field) for field in FIELDS), product.change_set_id


def _author_of(connection: Connection[Any], current: Product, seen: int | None) -> ChangeSet | None:
    if current.change_set_id is None or current.change_set_id == seen:
        return None
    try:
        return change_set.get(connection, current.change_set_id)
    except NotFound:  # another program may have written any number there
        return None


def _side_by_side(mine: Product, theirs: Product, original: Product | None) -> str:
    lines = []
    for field in FIELDS:
        values = [getattr(product, field) for product in (original, theirs, mine) if product is not None]
        if any(value != values[0] for value in values):
            *was, now, wanted = map(quoted, values)
            lines.append(f"{field}: {f'it was {was[0]}, ' if was else ''}it is {now}, yours is {wanted}")
    return "\n".join(lines)
