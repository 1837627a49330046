"""Undo of any change set, as a change set of its own that can be undone in turn.

A product that stands as the change set left it gets its earlier state back; one that was touched since is kept as it
is, and named. "As it left it" is the change set's number in the row or, where a later change was itself undone, the
same values down to `updated_at`: so that the newest change, then the one before it, can be undone in a row.

All steps work on whole sets, over temporary tables that hold keys and verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from acme_desktop.core.changes import before_images, change_set, undone
from acme_desktop.core.changes.before_images import STATE
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database import bulk
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.progress import Progress, begin_stage

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

# The server's statistics do not know a new change set yet: it would take a large one for a few rows and look each
# of them up, for minutes. From this many products on they are joined as a whole.
_LARGE = 5_000


@dataclass(frozen=True)
class Kept:
    """A product that an undo left as it is, and why: "changed since by anna (change set 12)"."""

    sku: str
    why: str


@dataclass(frozen=True)
class UndoReport:
    """What an undo did: its change set, and the products that it kept."""

    change_set: ChangeSet
    kept: tuple[Kept, ...]


# The products that the change set changed or deleted.
_IMAGES = """
CREATE TEMPORARY TABLE undo_images ON COMMIT DROP AS
SELECT product_id, sku_key, sku, operation FROM product_versions WHERE change_set_id = %(id)s
"""

# Another program that edits a row does not know of change sets; where it keeps `updated_at`, that tells.
_CHANGED_IN = "CASE WHEN p.changed_in <> %(id)s OR p.updated_at <= %(finished)s THEN p.changed_in END"

# Those of them that stand now ...
_ROWS = f"""
CREATE TEMPORARY TABLE undo_rows ON COMMIT DROP AS
SELECT p.id, p.sku, p.sku_key, {_CHANGED_IN} AS changed_in, 'image' AS origin
FROM products p JOIN undo_images i ON p.id = i.product_id
"""

# ... and those that came into being through the change set: it created them, or as an undo brought them back. Their
# ids tell where to look.
_CREATED = f"""
INSERT INTO undo_rows
SELECT p.id, p.sku, p.sku_key, {_CHANGED_IN}, 'created' FROM products p
WHERE changed_in = %(id)s
    OR (created_in = %(id)s AND id > (SELECT coalesce(ids_after, 0) FROM change_sets WHERE id = %(id)s))
"""
_BROUGHT_BACK = """
INSERT INTO undo_rows
SELECT p.id, p.sku, p.sku_key, p.changed_in, 'brought back'
FROM products p
JOIN (
    SELECT product_id FROM product_versions WHERE change_set_id = %(undoes)s AND operation = 'delete'
) AS v ON p.id = v.product_id
WHERE p.changed_in IS DISTINCT FROM %(id)s
"""

# What the change set left behind is the before-image of the product's next change: does the row say the same again?
_STANDING = f"""
CREATE TEMPORARY TABLE undo_standing ON COMMIT DROP AS
SELECT p.id, {STATE.replace(", changed_in", "")}
FROM products p
WHERE p.sku_key IN (SELECT sku_key FROM undo_rows WHERE changed_in IS DISTINCT FROM %(id)s)
"""
_TOUCHED = """
CREATE TEMPORARY TABLE undo_touched ON COMMIT DROP AS
SELECT s.id, (s.sku, s.name, s.description, s.active, s.created_at, s.updated_at, s.created_in)
    IS NOT DISTINCT FROM (v.sku, v.name, v.description, v.active, v.created_at, v.updated_at, v.created_in) AS same
FROM undo_standing s JOIN product_versions v ON v.product_id = s.id
WHERE v.changed_in = %(id)s
"""

_PLAN = """
CREATE TEMPORARY TABLE undo_plan ON COMMIT DROP AS
SELECT id AS product_id, sku, sku_key AS now_key, NULL::text COLLATE "C" AS then_key,
    CASE WHEN changed_in = %(id)s OR same THEN 'delete' ELSE 'keep' END AS action, changed_in
FROM undo_rows LEFT JOIN undo_touched USING (id)
WHERE (origin = 'created' OR (origin = 'brought back' AND same IS NOT NULL))
    AND NOT EXISTS (SELECT FROM undo_images i WHERE i.product_id = undo_rows.id)
UNION ALL
SELECT i.product_id, coalesce(r.sku, i.sku), r.sku_key, i.sku_key,
    CASE
        WHEN i.operation = 'delete' AND r.id IS NULL THEN 'insert'
        WHEN i.operation = 'delete' OR r.id IS NULL THEN 'keep'
        WHEN r.changed_in = %(id)s OR t.same THEN CASE WHEN r.sku_key = i.sku_key THEN 'restore' ELSE 'rename' END
        ELSE 'keep'
    END,
    r.changed_in
FROM undo_images i
LEFT JOIN undo_rows r ON r.id = i.product_id AND r.origin = 'image'
LEFT JOIN undo_touched t ON t.id = i.product_id
"""

# A key that another product has by now, unless this undo deletes that product.
_TAKEN = """
UPDATE undo_plan SET action = 'taken'
WHERE action IN ('insert', 'rename') AND then_key IN (
    SELECT sku_key FROM products WHERE sku_key IN (SELECT then_key FROM undo_plan WHERE action IN ('insert', 'rename'))
) AND NOT EXISTS (SELECT FROM undo_plan d WHERE d.action = 'delete' AND d.now_key = undo_plan.then_key)
"""

_REMOVE = "DELETE FROM products WHERE sku_key IN (SELECT now_key FROM undo_plan WHERE action IN ('delete', 'rename'))"

_RESTORE = """
UPDATE products AS p
SET sku = v.sku, name = v.name, description = v.description, active = v.active, created_at = v.created_at,
    updated_at = v.updated_at, created_in = v.created_in, changed_in = %(undo)s
FROM product_versions v
WHERE v.change_set_id = %(id)s AND v.sku_key = p.sku_key
    AND v.sku_key IN (SELECT then_key FROM undo_plan WHERE action = 'restore')
"""

_BRING_BACK = f"""
INSERT INTO products (id, sku_key, {STATE})
SELECT product_id, sku_key, {STATE.replace("changed_in", "%(undo)s")}
FROM product_versions
WHERE change_set_id = %(id)s AND sku_key IN (SELECT then_key FROM undo_plan WHERE action IN ('insert', 'rename'))
"""

# Those that an earlier undo took back are as they should be.
_KEPT = """
SELECT k.sku, k.action, k.now_key IS NOT NULL AS stands, k.operation = 'delete' AS was_deleted, c.id, c.actor
FROM (
    SELECT p.sku, p.action, p.now_key, p.then_key, i.operation, coalesce(p.changed_in, d.by) AS by
    FROM undo_plan p
    LEFT JOIN undo_images i ON i.product_id = p.product_id
    LEFT JOIN undo_deleted d ON d.product_id = p.product_id
    WHERE p.action IN ('keep', 'taken')
) AS k
LEFT JOIN change_sets c ON c.id = k.by
WHERE k.action = 'taken' OR c.undoes IS DISTINCT FROM %(id)s
ORDER BY k.sku
"""

# Who deleted the kept products that are gone.
_DELETED = """
CREATE TEMPORARY TABLE undo_deleted ON COMMIT DROP AS
SELECT v.product_id, max(v.change_set_id) AS by
FROM product_versions v
JOIN (SELECT product_id FROM undo_plan WHERE action = 'keep' AND now_key IS NULL) AS p ON v.product_id = p.product_id
WHERE v.operation = 'delete'
GROUP BY v.product_id
"""


def undo(database: Database, identifier: int, *, author: Author, progress: Progress | None = None) -> UndoReport:
    """Take a change set back, in one transaction.

    Raises:
        NotFound: there is no such change set.
        Refused: nothing of it is left to undo; the details name each product and why.
        Cancelled: through `progress`; nothing is changed.
    """
    with database.cancellable(progress) as connection:
        target = change_set.get(connection, identifier)
        begin_stage(progress, "Comparing products")
        lock_catalogue(connection)
        _plan(connection, target)
        kept = _kept(connection, target)
        if not _actions(connection):
            raise _nothing_left(connection, target, kept)
        begin_stage(progress, "Bringing back the earlier state")
        return UndoReport(_apply(connection, target, author), kept)


def _plan(connection: Connection[Any], target: ChangeSet) -> None:
    values = {"id": target.id, "undoes": target.undoes, "finished": target.created_at}
    if target.created + target.updated + target.deleted > _LARGE:
        connection.execute("SET LOCAL enable_nestloop = off")
    connection.execute(_IMAGES, values)
    connection.execute(_ROWS, values)
    if target.created:
        connection.execute(_CREATED, values)
        if target.undoes is not None:
            connection.execute(_BROUGHT_BACK, values)
    for step in (_STANDING, _TOUCHED, _PLAN, _TAKEN, _DELETED):
        connection.execute(step, values)


def _actions(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM undo_plan WHERE action NOT IN ('keep', 'taken')").fetchone()
    assert row is not None
    number: int = row[0]
    return number


def _summary(connection: Connection[Any], target: ChangeSet) -> str:
    """Names the change that is taken back or brought back, behind however many undos."""
    change, verb = target, "Undo"
    while change.undoes is not None:
        change = change_set.get(connection, change.undoes)
        verb = "Redo" if verb == "Undo" else "Undo"
    return f"{verb} of change set {change.id}: {change.summary}"


def _apply(connection: Connection[Any], target: ChangeSet, author: Author) -> ChangeSet:
    summary = _summary(connection, target)
    identifier = change_set.begin(connection, "undo", author, summary=summary, undoes=target.id)
    values = {"id": target.id, "undo": identifier}
    planned = "sku_key IN (SELECT now_key FROM undo_plan WHERE action = ANY(%s))"
    keep = before_images.keep
    deleted = keep(connection, identifier, "delete", planned, (["delete"],), expected=target.created)
    updated = keep(connection, identifier, "update", planned, (["restore", "rename"],), expected=target.updated)
    with bulk.indexes_afterwards(connection, "products", target.updated + target.deleted):
        renamed = connection.execute(_REMOVE).rowcount - deleted
        connection.execute(_RESTORE, values)
        created = connection.execute(_BRING_BACK, values).rowcount - renamed
    return change_set.finish(connection, identifier, created=created, updated=updated, deleted=deleted)


def _kept(connection: Connection[Any], target: ChangeSet) -> tuple[Kept, ...]:
    kept = []
    for sku, action, stands, was_deleted, by, actor in connection.execute(_KEPT, {"id": target.id}):
        who = f" by {actor} (change set {by})" if by else ""
        if action == "taken":
            why = "another product has its SKU now"
        elif was_deleted:
            why = "it exists again"
        else:
            why = f"{'changed' if stands else 'deleted'} since{who}"
        kept.append(Kept(sku, why))
    return tuple(kept)


def _nothing_left(connection: Connection[Any], target: ChangeSet, kept: tuple[Kept, ...]) -> Refused:
    details = "\n".join(f"{product.sku}: {product.why}" for product in kept)
    stands = undone.standing(connection, [target.id])[target.id]
    if stands.undone:
        by = change_set.get(connection, stands.tip)
        return Refused(
            f"Change set {target.id} was undone already, by change set {by.id} ({by.actor}) at {iso(by.created_at)}.",
            f"Nothing is left to undo. To bring the change back, undo change set {by.id}.",
            details,
        )
    return Refused(
        f"Nothing of change set {target.id} is left to undo: every product that it touched was changed since.",
        "Undo the later changes first, or edit the products.",
        details,
    )
