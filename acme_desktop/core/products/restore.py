"""Back to an earlier version of one product, as a change of its own: guarded like any edit, and undone like any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import Connection, errors

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.history import State
from acme_desktop.core.changes.locks import lock_rows
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes, Product

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

# With the id and the time of creation that it had, so that its history goes on.
_BRING_BACK = """
INSERT INTO products (id, sku, sku_key, name, description, active, created_at, updated_at, created_in, changed_in)
VALUES (%(id)s, %(sku)s, lower(%(sku)s::text), %(name)s, %(description)s, %(active)s, %(created_at)s, now(),
    %(created_in)s, %(change_set)s)
"""

# The change set that this one takes back in part: whoever looks for what was brought back finds it there.
_DELETED_IN = "SELECT max(change_set_id) FROM product_versions WHERE product_id = %s AND operation = 'delete'"


def restore(database: Database, state: State, *, current: Product | None, author: Author) -> ChangeSet | None:
    """Give a product the values that it had in an earlier state; returns None where it has them already.

    Args:
        current: the product as the person saw it; None where they saw that it is deleted.

    Raises:
        NotFound: it was deleted since.
        Conflict: someone changed it since; carries mine, theirs and the original.
        Refused: it was brought back since, or another product has the SKU.
        InvalidProduct: another program had written values that an edit may not write.
    """
    summary = f"Restore {state.sku}"
    if current is None:
        return _bring_back(database, state, author, summary)
    changes = Changes(state.sku, state.name, state.description or "", state.active)
    return edits.update(database, current.sku, changes, author=author, original=current, summary=summary)


def _bring_back(database: Database, state: State, author: Author, summary: str) -> ChangeSet:
    try:
        with database.connect() as connection:
            key = connection.execute("SELECT lower(%s::text)", (state.sku,)).fetchone()
            assert key is not None
            lock_rows(connection, [str(key[0])])
            if connection.execute("SELECT 1 FROM products WHERE id = %s", (state.product_id,)).fetchone():
                raise Refused(
                    f"{state.sku} was brought back since you looked. Nothing was changed.", "Look at its history again."
                )
            return _insert(connection, state, author, summary)
    except errors.UniqueViolation as error:
        raise Refused(
            f"Another product has the SKU {state.sku} by now. Nothing was changed.",
            "Give that product another SKU first, or delete it.",
            str(error),
        ) from error


def _insert(connection: Connection[Any], state: State, author: Author, summary: str) -> ChangeSet:
    row = connection.execute(_DELETED_IN, (state.product_id,)).fetchone()
    identifier = change_set.begin(connection, "restore", author, summary=summary, undoes=row[0] if row else None)
    values = {
        "id": state.product_id,
        **state.to_json(),
        "created_at": state.created_at,
        "created_in": state.created_in,
        "change_set": identifier,
    }
    connection.execute(_BRING_BACK, values)
    return change_set.finish(connection, identifier, created=1)
