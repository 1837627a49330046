"""Staging -> products, in one transaction, as one change set.

A lock keeps other writers out (readers go on) from the classification to the commit, so that what was counted is
what is written. Before-images are taken of the rows that change; a created row needs none.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from acme_desktop.core.changes import before_images, change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.database import bulk
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import preview, staging
from acme_desktop.core.importer.chunks import Profile
from acme_desktop.core.importer.members import Member, told
from acme_desktop.core.importer.preview import Counts
from acme_desktop.core.importer.rows import Rejection

_log = logging.getLogger(__name__)

# Into an empty catalogue the last row of every key is a new product: one sort, no join. In key order, so that both
# keys grow at their right edge.
_INSERT_ALL = """
INSERT INTO products (sku, sku_key, name, description, active, created_in, changed_in)
SELECT DISTINCT ON (sku_key) sku, sku_key, name, nullif(description, ''), coalesce(active, true), %(id)s, %(id)s
FROM (SELECT *, {key} AS sku_key FROM {staging}) AS s
ORDER BY sku_key, ordinal DESC
"""

_INSERT_CREATED = """
INSERT INTO products (sku, sku_key, name, description, active, created_in, changed_in)
SELECT s.sku, d.sku_key, s.name, nullif(s.description, ''), coalesce(s.active, true), %(id)s, %(id)s
FROM {delta} AS d JOIN {staging} AS s USING (ordinal)
WHERE d.fate = 'created'
ORDER BY d.sku_key
"""

_IS_UPDATED = "sku_key IN (SELECT sku_key FROM {delta} WHERE fate = 'updated')"

_UPDATE_CHANGED = """
UPDATE products AS p
SET sku = s.sku, name = coalesce(s.name, p.name), description = nullif(coalesce(s.description, p.description), ''),
    active = coalesce(s.active, p.active), updated_at = now(), changed_in = %(id)s
FROM {delta} AS d JOIN {staging} AS s USING (ordinal)
WHERE d.fate = 'updated' AND p.sku_key = d.sku_key
"""

_NOTE_SUPERSEDED = """
INSERT INTO import_superseded (import_id, ordinal, line, by_line, sku)
SELECT %(import_id)s, ordinal, s.line, by_line, s.sku
FROM {superseded} JOIN {staging} AS s USING (ordinal)
"""

_NAMELESS = """
SELECT s.line, s.sku, s.description, s.active
FROM {delta} AS d JOIN {staging} AS s USING (ordinal)
WHERE d.fate = 'rejected'
ORDER BY ordinal
"""


@dataclass(frozen=True)
class Merged:
    """What a merge did; `change_set` is None where it changed nothing."""

    counts: Counts
    change_set: ChangeSet | None


def is_empty(connection: Connection[Any]) -> bool:
    """Whether there is no product at all."""
    return connection.execute("SELECT 1 FROM products LIMIT 1").fetchone() is None


def insert_all(
    database: Database, connection: Connection[Any], import_id: int, author: Author, staged: int, summary: str
) -> Merged:
    """Merge into an empty, locked catalogue, in the transaction of `connection`.

    The superseded rows are looked for at the same time, on a connection and, where there is one, a core of their own.
    """
    if not staged:
        return Merged(Counts(), None)
    identifier = change_set.begin(connection, "import", author, summary=summary)
    connection.execute("SET LOCAL work_mem = '256MB'")
    statement = sql.SQL(_INSERT_ALL).format(staging=staging.table(import_id), key=sql.SQL(staging.KEY))
    with ThreadPoolExecutor(1, thread_name_prefix="superseded") as aside:
        looking = aside.submit(_look_for_superseded, database, import_id)
        with bulk.indexes_afterwards(connection, "products", staged):
            created = connection.execute(statement, {"id": identifier}).rowcount
        found = looking.result()
    if created < staged:
        if not found:
            preview.find_superseded(connection, import_id)
        _note_superseded(connection, import_id)
    finished = change_set.finish(connection, identifier, created=created)
    return Merged(Counts(created=created, superseded=staged - created), finished)


def apply(
    connection: Connection[Any], import_id: int, author: Author, counts: Counts, summary: str, progress: Progress
) -> Merged:
    """Write what the delta table says, under the lock that it was made under."""
    tables = {"delta": preview.delta(import_id), "staging": staging.table(import_id)}

    def write(statement: str, **values: int) -> int:
        progress.check()
        return connection.execute(sql.SQL(statement).format(**tables), values).rowcount

    if counts.superseded:
        _note_superseded(connection, import_id)
    if not (counts.created or counts.updated):
        return Merged(counts, None)
    identifier = change_set.begin(connection, "import", author, summary=summary)
    write("ANALYZE {delta} (fate, sku_key)")  # else the planner takes it for small, and looks up row after row
    kept = created = updated = 0
    if counts.updated:
        updates = sql.SQL(_IS_UPDATED).format(**tables).as_string(connection)
        kept = before_images.keep(connection, identifier, "update", updates, expected=counts.updated)
    with bulk.indexes_afterwards(connection, "products", counts.created + counts.updated):
        if counts.created:
            created = write(_INSERT_CREATED, id=identifier)
        if counts.updated:
            updated = write(_UPDATE_CHANGED, id=identifier)
    if (created, updated, kept) != (counts.created, counts.updated, counts.updated):
        raise AssertionError(f"{counts}, but {created} created, {updated} updated, {kept} before-images")
    finished = change_set.finish(connection, identifier, created=counts.created, updated=counts.updated)
    return Merged(counts, finished)


def _look_for_superseded(database: Database, import_id: int) -> bool:
    """Find them on another connection; False where that cannot be had, or would wait for the merge itself."""
    try:
        with database.connect() as connection:
            connection.execute("SET LOCAL lock_timeout = '200ms'")
            connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            preview.find_superseded(connection, import_id)
    except (EnvironmentProblem, psycopg.Error) as error:
        _log.info("the superseded rows of import %s are looked for later: %s", import_id, type(error).__name__)
        return False
    return True


def _note_superseded(connection: Connection[Any], import_id: int) -> None:
    tables = {"superseded": preview.superseded(import_id), "staging": staging.table(import_id)}
    connection.execute(sql.SQL(_NOTE_SUPERSEDED).format(**tables), {"import_id": import_id})


def reject_nameless(
    connection: Connection[Any], import_id: int, profile: Profile, first_ordinal: int, members: Sequence[Member]
) -> None:
    """Keep the new rows without a name as rejections: there was no product whose name they could leave alone.

    Only the mapped cells of these rows are known by now; the others are left blank.
    """
    tables = {"delta": preview.delta(import_id), "staging": staging.table(import_id)}
    rows = connection.execute(sql.SQL(_NAMELESS).format(**tables)).fetchall()
    name = profile.mapping["name"]
    message = "The name is blank, and there is no product with this SKU whose name could be kept."
    rejections = []
    for line, sku, description, active in rows:
        values = {"sku": sku, "name": "", "description": description or "", "active": str(active).lower()}
        by_header = {header: values[field] for field, header in profile.mapping.items()}
        cells = tuple(by_header.get(header, "") for header in profile.header)
        where = told(message, line, members)
        rejections.append(Rejection(line, line, name, "missing_name", where, "", cells))
    staging.append_rejections(connection, import_id, rejections, first_ordinal)
