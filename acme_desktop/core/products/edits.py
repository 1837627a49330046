"""Changes by hand: each is one transaction and one change set, or changes nothing at all.

Other people, imports and programs write at the same time. Rows are locked before they are looked at, and only the
database decides whether a SKU is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import Connection, errors
from psycopg.rows import class_row

from acme_desktop.core.changes import before_images, change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.locks import lock_catalogue, lock_rows
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.foundation.product_rules import storable
from acme_desktop.core.foundation.progress import Progress, begin_stage
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.products import conflicts
from acme_desktop.core.products.filters import Filter, where
from acme_desktop.core.products.product import COLUMNS, Changes, Product
from acme_desktop.core.products.skus import as_kept

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

_INSERT = """
INSERT INTO products (sku, sku_key, name, description, active, created_in, changed_in)
VALUES (%(sku)s, lower(%(sku)s::text), %(name)s, nullif(%(description)s, ''), %(active)s, %(id)s, %(id)s)
"""

_UPDATE = """
UPDATE products
SET sku = %(sku)s, name = %(name)s, description = %(description)s, active = %(active)s,
    updated_at = now(), changed_in = %(change_set)s
WHERE sku_key = lower(%(old_sku)s::text) AND id = %(id)s
"""

# The key places a row on its server, so that another key is another row with the same id.
_REMOVE = (
    "DELETE FROM products WHERE sku_key = lower(%(old_sku)s::text) AND id = %(id)s RETURNING created_at, created_in"
)
_REPLACE = """
INSERT INTO products
    (id, sku, sku_key, name, description, active, created_at, updated_at, created_in, changed_in)
VALUES (%(id)s, %(sku)s, lower(%(sku)s::text), %(name)s, %(description)s, %(active)s,
    %(created_at)s, now(), %(created_in)s, %(change_set)s)
"""


def create(
    database: Database, *, sku: str, name: str, description: str | None = None, active: bool = True, author: Author
) -> ChangeSet:
    """Add a product.

    Raises:
        InvalidProduct: a value that a product may not have.
        Refused: the SKU exists, in any letter case.
    """
    values = Changes(sku, name, description, active).clean()
    with database.connect() as connection, _sku_must_be_free(values.sku):
        identifier = change_set.begin(connection, "create", author, summary=f"Create {values.sku}")
        connection.execute(
            _INSERT,
            {"sku": values.sku, "name": name, "description": values.description, "active": active, "id": identifier},
        )
        return change_set.finish(connection, identifier, created=1)


def update(
    database: Database,
    sku: str,
    changes: Changes,
    *,
    author: Author,
    original: Product | None = None,
    if_change_set: int | None = None,
    summary: str = "",
) -> ChangeSet | None:
    """Change one product; returns None where the product is so already (nothing is written).

    Args:
        sku: which product, in any letter case.
        original: the product as the person saw it; any difference since refuses the edit.
        if_change_set: the product's `change_set_id` as the person saw it; a product touched since refuses the edit.
        summary: what the history calls it; "" is the edit of that SKU.

    Raises:
        InvalidProduct: a value that a product may not have.
        NotFound: there is no such product (any more).
        Conflict: someone changed it since; carries mine, theirs and the original.
        Refused: another product has the new SKU.
    """
    changes = changes.clean()
    with database.connect() as connection, _sku_must_be_free(changes.sku):
        current = _locked(connection, sku, original)
        edited = changes.applied_to(current)
        conflicts.check(connection, current, changes, original, if_change_set)
        if edited == current:
            return None
        identifier = change_set.begin(connection, "update", author, summary=summary or f"Edit {current.sku}")
        before_images.keep(connection, identifier, "update", "sku_key = lower(%s::text)", (current.sku,))
        _write(connection, current, edited, identifier)
        return change_set.finish(connection, identifier, updated=1)


def set_active(database: Database, skus: Sequence[str], active: bool, *, author: Author) -> ChangeSet | None:
    """Make several products active or not, as one change set; returns None where all are so already.

    Raises:
        NotFound: one of them does not exist; nothing is changed.
    """
    with database.connect() as connection:
        keys = _locked_keys(connection, skus)
        condition, values = "sku_key = ANY(%s) AND active <> %s", (keys, active)
        if not _any(connection, condition, values):
            return None
        word = "active" if active else "inactive"
        identifier = change_set.begin(connection, "bulk_edit", author, summary=f"Set {_some(keys, skus)} {word}")
        number = before_images.keep(connection, identifier, "update", condition, values)
        connection.execute(
            f"UPDATE products SET active = %s, updated_at = now(), changed_in = %s WHERE {condition}",
            (active, identifier, *values),
        )
        return change_set.finish(connection, identifier, updated=number)


def delete(database: Database, skus: Sequence[str], *, author: Author, ids: Sequence[int] | None = None) -> ChangeSet:
    """Delete products as one change set.

    Args:
        ids: the products that are meant, where these SKUs may be other products' by now; None is whoever has them.

    Raises:
        NotFound: one of them does not exist; nothing is deleted.
        Refused: one of them is another product than was meant; nothing is deleted.
    """
    with database.connect() as connection:
        keys = _locked_keys(connection, skus)
        if ids is not None and _matching(connection, "sku_key = ANY(%s) AND id = ANY(%s)", (keys, ids)) != len(keys):
            raise Refused(
                "Some of these SKUs belong to other products by now. Nothing was deleted.", "Select them again."
            )
        identifier = change_set.begin(connection, "delete", author, summary=f"Delete {_some(keys, skus)}")
        return _delete(connection, identifier, len(keys), "sku_key = ANY(%s)", (keys,))


def delete_all(
    database: Database,
    *,
    confirm: int,
    author: Author,
    question: Filter | None = None,
    progress: Progress | None = None,
) -> ChangeSet | None:
    """Delete every product (that the question matches); returns None where there are none.

    Args:
        confirm: how many there are; any other number is refused.

    Raises:
        Refused: the count is not the true one; nothing is deleted.
        Cancelled: through `progress`; nothing is deleted.
    """
    condition, values = where(question or Filter())
    with database.cancellable(progress) as connection:
        begin_stage(progress, "Counting products")
        lock_catalogue(connection)
        number = _matching(connection, condition, values)
        if number != confirm:
            raise Refused(
                f"{counted(number, 'product')} would be deleted, not the {confirm:,} that were confirmed. "
                "Nothing is deleted.",
                f"To delete them, confirm the number {number}.",
            )
        if not confirm:
            return None
        begin_stage(progress, "Deleting products", confirm)
        identifier = change_set.begin(connection, "delete", author, summary=f"Delete {counted(confirm, 'product')}")
        return _delete(connection, identifier, confirm, condition, values)


def _matching(connection: Connection[Any], condition: str, values: Sequence[Any]) -> int:
    row = connection.execute(f"SELECT count(*) FROM products WHERE {condition}", values).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def _delete(
    connection: Connection[Any], identifier: int, rows: int, condition: str, values: Sequence[Any]
) -> ChangeSet:
    number = before_images.keep(connection, identifier, "delete", condition, values, expected=rows)
    connection.execute(f"DELETE FROM products WHERE {condition}", values)
    return change_set.finish(connection, identifier, deleted=number)


def _locked(connection: Connection[Any], sku: str, original: Product | None) -> Product:
    """The product, locked until the transaction ends; one that got another SKU since is found by its original's id."""
    try:
        keys = _locked_keys(connection, [sku])
    except NotFound:
        row = None
        if original is not None:
            row = connection.execute("SELECT sku FROM products WHERE id = %s", (original.id,)).fetchone()
        if row is None:
            raise
        keys = _locked_keys(connection, [row[0]])
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        product = cursor.execute(f"SELECT {COLUMNS} FROM products WHERE sku_key = %s", keys).fetchone()
    assert product is not None
    return product


def _locked_keys(connection: Connection[Any], skus: Sequence[str]) -> list[str]:
    """The keys of existing products, which stay locked until the transaction ends."""
    missing = [sku for sku in skus if not storable(sku)]
    wanted = as_kept(connection, [sku for sku in skus if storable(sku)])
    keys = dict(connection.execute("SELECT lower(s), s FROM unnest(%s::text[]) AS s", (wanted,)).fetchall())
    lock_rows(connection, list(keys))
    found = connection.execute("SELECT sku_key FROM products WHERE sku_key = ANY(%s)", (list(keys),)).fetchall()
    missing += [keys[key] for key in keys.keys() - {key for (key,) in found}]
    if missing:
        more = ", ..." if len(missing) > 10 else ""
        raise NotFound(
            f"There is no product with the SKU {', '.join(sorted(missing)[:10])}{more}.",
            "Nothing was changed. Someone may have deleted or renamed it meanwhile.",
        )
    return list(keys)


def _write(connection: Connection[Any], current: Product, edited: Product, identifier: int) -> None:
    values = {
        "id": current.id,
        "old_sku": current.sku,
        "sku": edited.sku,
        "name": edited.name,
        "description": edited.description,
        "active": edited.active,
        "change_set": identifier,
    }
    row = connection.execute("SELECT lower(%s::text) = lower(%s::text)", (current.sku, edited.sku)).fetchone()
    if row == (True,):
        connection.execute(_UPDATE, values)
        return
    removed = connection.execute(_REMOVE, values).fetchone()
    assert removed is not None
    connection.execute(_REPLACE, values | {"created_at": removed[0], "created_in": removed[1]})


@contextmanager
def _sku_must_be_free(sku: str | None) -> Iterator[None]:
    """Turn the database's verdict into a plain one: nothing else can know whether a SKU is free."""
    try:
        yield
    except errors.UniqueViolation as error:
        raise Refused(
            f"A product with the SKU {sku} exists already.",
            "Choose another SKU, or edit that product. Letter case makes no difference in SKUs.",
        ) from error
    except errors.DeadlockDetected as error:
        raise Refused(
            "Someone else changed the same products at the same moment. Nothing was saved.", "Save again.", str(error)
        ) from error


def _any(connection: Connection[Any], condition: str, values: Sequence[Any]) -> bool:
    row = connection.execute(f"SELECT EXISTS (SELECT FROM products WHERE {condition})", values).fetchone()
    return row == (True,)


def _some(keys: Sequence[str], skus: Sequence[str]) -> str:
    return skus[0].strip() if len(keys) == 1 else counted(len(keys), "product")
