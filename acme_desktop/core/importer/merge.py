"""Staging -> products, in one transaction, as one change set.

A lock keeps other writers out (readers go on) from the classification to the commit, so that what was counted is
what is written. Before-images are taken of the rows that change; a created row needs none.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.database import bulk
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import preview, staging
from acme_desktop.core.importer.chunks import Profile
from acme_desktop.core.importer.preview import Counts
from acme_desktop.core.importer.rows import Rejection

# So many rows are worth building the catalogue's indexes afterwards.
_MANY = 20_000

# Into an empty catalogue every distinct key is a new product: one sort, no join. In key order, so that both
# indexes grow at their right edge.
_INSERT_ALL = """
INSERT INTO products (sku, sku_key, name, description, active, created_in, changed_in)
SELECT DISTINCT ON (sku_key) sku, sku_key, name, nullif(description, ''), coalesce(active, true), %(id)s, %(id)s
FROM {staging}
ORDER BY sku_key, ordinal DESC
"""

_INSERT_CREATED = """
INSERT INTO products (sku, sku_key, name, description, active, created_in, changed_in)
SELECT sku, sku_key, name, description, active, %(id)s, %(id)s
FROM {delta}
WHERE fate = 'created'
"""

_KEEP_BEFORE_IMAGES = """
INSERT INTO product_versions (change_set_id, sku_key, product_id, operation, sku, name, description, active,
    created_at, updated_at, created_in, changed_in)
SELECT %(id)s, sku_key, product_id, 'update', old_sku, old_name, old_description, old_active,
    created_at, updated_at, created_in, changed_in
FROM {delta}
WHERE fate = 'updated'
"""

_UPDATE_CHANGED = """
UPDATE products AS p
SET sku = d.sku, name = d.name, description = d.description, active = d.active, updated_at = now(),
    changed_in = %(id)s
FROM {delta} AS d
WHERE d.fate = 'updated' AND p.sku_key = d.sku_key
"""

# Where the classification was skipped there is no delta to read the superseded rows from.
_SUPERSEDED_FROM_STAGING = """
INSERT INTO import_superseded (import_id, ordinal, line, by_line, sku)
SELECT %(import_id)s, ordinal, line, by_line, sku
FROM (SELECT *, lead(line) OVER (PARTITION BY sku_key ORDER BY ordinal) AS by_line FROM {staging}) AS s
WHERE by_line IS NOT NULL
"""

_SUPERSEDED_FROM_DELTA = """
INSERT INTO import_superseded (import_id, ordinal, line, by_line, sku)
SELECT %(import_id)s, ordinal, line, by_line, sku
FROM {delta}
WHERE fate = 'superseded'
"""


@dataclass(frozen=True)
class Merged:
    """What a merge did; `change_set` is None where it changed nothing."""

    counts: Counts
    change_set: ChangeSet | None


def is_empty(connection: Connection[Any]) -> bool:
    """Whether there is no product at all."""
    return connection.execute("SELECT 1 FROM products LIMIT 1").fetchone() is None


def insert_all(connection: Connection[Any], import_id: int, author: Author, staged: int, summary: str) -> Merged:
    """Merge into an empty, locked catalogue."""
    identifier = change_set.begin(connection, "import", author, summary=summary)
    connection.execute("SET LOCAL work_mem = '256MB'")
    statement = sql.SQL(_INSERT_ALL).format(staging=staging.table(import_id))
    with bulk.indexes_afterwards(connection, "products") if staged > _MANY else nullcontext():
        created = connection.execute(statement, {"id": identifier}).rowcount
    if created < staged:
        superseded = sql.SQL(_SUPERSEDED_FROM_STAGING).format(staging=staging.table(import_id))
        connection.execute(superseded, {"import_id": import_id})
    finished = change_set.finish(connection, identifier, created=created)
    return Merged(Counts(created=created, superseded=staged - created), finished)


def apply(
    connection: Connection[Any], import_id: int, author: Author, counts: Counts, summary: str, progress: Progress
) -> Merged:
    """Write what the delta table says, under the lock that it was made under."""
    delta = preview.delta(import_id)
    if counts.superseded:
        connection.execute(sql.SQL(_SUPERSEDED_FROM_DELTA).format(delta=delta), {"import_id": import_id})
    if not (counts.created or counts.updated):
        return Merged(counts, None)
    identifier = change_set.begin(connection, "import", author, summary=summary)
    steps = [
        (_INSERT_CREATED, counts.created),
        (_KEEP_BEFORE_IMAGES, counts.updated),
        (_UPDATE_CHANGED, counts.updated),
    ]
    for statement, expected in steps:
        if not expected:
            continue
        progress.check()
        written = connection.execute(sql.SQL(statement).format(delta=delta), {"id": identifier}).rowcount
        if written != expected:
            raise AssertionError(f"the merge wrote {written} rows where the classification counted {expected}")
    finished = change_set.finish(connection, identifier, created=counts.created, updated=counts.updated)
    return Merged(counts, finished)


def reject_nameless(connection: Connection[Any], import_id: int, profile: Profile, first_ordinal: int) -> None:
    """Keep the new rows without a name as rejections: there was no product whose name they could leave alone.

    Only the mapped cells of these rows are known by now; the others are left blank.
    """
    statement = "SELECT line, sku, description, active FROM {} WHERE fate = 'rejected' ORDER BY ordinal"
    rows = connection.execute(sql.SQL(statement).format(preview.delta(import_id))).fetchall()
    name = profile.mapping["name"]
    message = "The name is blank, and there is no product with this SKU whose name could be kept."
    rejections = []
    for line, sku, description, active in rows:
        values = {"sku": sku, "name": "", "description": description or "", "active": str(active).lower()}
        by_header = {header: values[field] for field, header in profile.mapping.items()}
        cells = tuple(by_header.get(header, "") for header in profile.header)
        rejections.append(Rejection(line, line, name, "missing_name", message, "", cells))
    staging.append_rejections(connection, import_id, rejections, first_ordinal)
