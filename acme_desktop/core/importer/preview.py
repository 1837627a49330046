"""What would happen: every staged row against the live catalogue, in one pass.

The pass sorts the staged rows by key, so that of several rows with one SKU the last stays, and joins them with
the products. Its result, the ``delta`` table, holds every row whose fate is not "unchanged"; the merge writes
exactly what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row

from acme_desktop.core.importer import staging
from acme_desktop.core.importer.options import ImportOptions

Fate = Literal["created", "updated", "superseded", "skipped", "rejected"]

# A null in the file means "leave it alone", an empty description clears; a product's own empty description
# (another program may write one) counts as none.
_CLASSIFY = """
CREATE UNLOGGED TABLE {delta} AS
SELECT
    CASE
        WHEN s.by_line IS NOT NULL THEN 'superseded'
        WHEN p.sku_key IS NULL AND {mode} = 'update' THEN 'skipped'
        WHEN p.sku_key IS NULL AND s.name IS NULL THEN 'rejected'
        WHEN p.sku_key IS NULL THEN 'created'
        WHEN {mode} = 'create' THEN 'skipped'
        ELSE 'updated'
    END AS fate,
    s.ordinal, s.line, s.by_line, s.sku_key, s.sku,
    coalesce(s.name, p.name) AS name,
    nullif(coalesce(s.description, p.description), '') AS description,
    coalesce(s.active, p.active, true) AS active,
    p.id AS product_id, p.sku AS old_sku, p.name AS old_name, p.description AS old_description,
    p.active AS old_active, p.created_at, p.updated_at, p.created_in, p.changed_in
FROM (
    SELECT *, lead(line) OVER (PARTITION BY sku_key ORDER BY ordinal) AS by_line FROM {staging}
) AS s
LEFT JOIN products AS p ON p.sku_key = s.sku_key
WHERE s.by_line IS NOT NULL
    OR p.sku_key IS NULL
    OR {mode} = 'create'
    OR p.sku IS DISTINCT FROM s.sku
    OR p.name IS DISTINCT FROM coalesce(s.name, p.name)
    OR coalesce(p.description, '') IS DISTINCT FROM coalesce(s.description, p.description, '')
    OR p.active IS DISTINCT FROM coalesce(s.active, p.active)
"""

_COUNT = "SELECT fate, count(*) FROM {delta} GROUP BY fate"

_DIFFERENCES = """
SELECT fate, ordinal, line, by_line, sku, name, description, active, old_sku, old_name, old_description, old_active
FROM {delta}
WHERE fate = ANY(%s) AND ordinal > %s
ORDER BY ordinal
LIMIT %s
"""


@dataclass(frozen=True)
class Counts:
    """What becomes of the accepted rows, by fate."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    skipped: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Difference:
    """One row whose fate is not "unchanged": its new values beside the product's old ones.

    The old values are None for a row that meets no product. `by_line` is the line that supersedes it.
    """

    fate: Fate
    ordinal: int
    line: int
    by_line: int | None
    sku: str
    name: str | None
    description: str | None
    active: bool
    old_sku: str | None
    old_name: str | None
    old_description: str | None
    old_active: bool | None


def delta(import_id: int) -> sql.Identifier:
    """The table with the fates of an import's rows."""
    return sql.Identifier(f"staging_{import_id}_delta")


def classify(connection: Connection[Any], import_id: int, options: ImportOptions, staged: int) -> Counts:
    """Work out every staged row's fate against the catalogue as this transaction sees it.

    Args:
        connection: in a transaction; nothing but the delta table is written.
        import_id: whose staged rows.
        options: the mode counts here.
        staged: how many rows are staged.
    """
    drop(connection, import_id)
    # The sort of the keys stays in memory up to some 700,000 rows; 256 MB is for one import at a time.
    connection.execute("SET LOCAL work_mem = '256MB'")
    parts = {"delta": delta(import_id), "staging": staging.table(import_id), "mode": sql.Literal(options.mode)}
    connection.execute(sql.SQL(_CLASSIFY).format(**parts))
    fates = dict(connection.execute(sql.SQL(_COUNT).format(delta=delta(import_id))).fetchall())
    return Counts(unchanged=staged - sum(fates.values()), **fates)


def differences(
    connection: Connection[Any], import_id: int, fates: list[Fate], *, after: int = -1, limit: int = 200
) -> list[Difference]:
    """A page of the rows with these fates, in file order, after the row with ordinal `after`."""
    with connection.cursor(row_factory=class_row(Difference)) as cursor:
        return cursor.execute(sql.SQL(_DIFFERENCES).format(delta=delta(import_id)), (fates, after, limit)).fetchall()


def drop(connection: Connection[Any], import_id: int) -> None:
    """Remove the import's delta table where it is still there."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(delta(import_id)))
