"""What would happen: every staged row against the live catalogue.

Of several rows with one SKU the last stays; the others are found by a sort of the keys alone. A join with the products
tells the fates of the rest. The result, the ``delta`` table, names every row whose fate is not "unchanged"; the merge
writes exactly those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row

from acme_desktop.core.importer import staging
from acme_desktop.core.importer.options import ImportOptions

Fate = Literal["created", "updated", "superseded", "skipped", "rejected"]

# The sort of the keys and the tables of the joins stay in memory up to some million rows, one import at a time. The
# planner has no figures of new tables: without these it would not use a second core, and sort whole rows.
_PLANNING = (
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL parallel_setup_cost = 100",
    "SET LOCAL parallel_tuple_cost = 0.001",
    "SET LOCAL enable_mergejoin = off",
)

_SUPERSEDED = """
CREATE UNLOGGED TABLE {superseded} AS
SELECT ordinal, by_line
FROM (SELECT ordinal, lead(line) OVER (PARTITION BY {key} ORDER BY ordinal) AS by_line FROM {staging}) AS s
WHERE by_line IS NOT NULL
"""

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
    s.ordinal, s.by_line, s.sku_key, p.changed_in AS touched_in, p.name <> s.name AS renamed
FROM (
    SELECT sku, name, description, active, ordinal, by_line, {key} AS sku_key
    FROM {staging} LEFT JOIN {superseded} USING (ordinal)
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

# The mark differs where another row has that fate, or its product was touched by another change set.
_SUM_UP = """
SELECT fate, count(*), count(*) FILTER (WHERE renamed), bit_xor(hashint8extended(ordinal, coalesce(touched_in, 0)))
FROM {delta}
GROUP BY fate
"""

_DIFFERENCES = """
SELECT d.fate, ordinal, s.line, d.by_line, s.sku, coalesce(s.name, p.name) AS name,
    nullif(coalesce(s.description, p.description), '') AS description, coalesce(s.active, p.active, true) AS active,
    p.sku AS old_sku, p.name AS old_name, p.description AS old_description, p.active AS old_active
FROM (SELECT * FROM {delta} WHERE fate = ANY(%s) AND ordinal > %s ORDER BY ordinal LIMIT %s) AS d
JOIN {staging} AS s USING (ordinal)
LEFT JOIN products AS p ON p.sku_key = d.sku_key
ORDER BY ordinal
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
class Outlook:
    """What a classification found.

    Attributes:
        counts: rows by fate.
        renamed: how many of the updated get another name.
        mark: equal where the same rows have the same fates and nobody touched their products in between.
    """

    counts: Counts
    renamed: int
    mark: tuple[tuple[str, int], ...]


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


def superseded(import_id: int) -> sql.Identifier:
    """The table with the ordinals of an import's superseded rows, and by which line they are."""
    return sql.Identifier(f"staging_{import_id}_superseded")


def find_superseded(connection: Connection[Any], import_id: int) -> None:
    """Make the table of the superseded rows."""
    for setting in _PLANNING:
        connection.execute(setting)
    parts = {"superseded": superseded(import_id), "staging": staging.table(import_id), "key": sql.SQL(staging.KEY)}
    connection.execute(sql.SQL(_SUPERSEDED).format(**parts))
    # Else the planner expects thousands, and would rather read a large catalogue than look up the rows of a small file.
    connection.execute(sql.SQL("ANALYZE {}").format(superseded(import_id)))


def classify(connection: Connection[Any], import_id: int, options: ImportOptions, staged: int) -> Outlook:
    """Work out every staged row's fate against the catalogue as this transaction sees it.

    Args:
        connection: in a transaction; nothing but the delta table is written.
        import_id: whose staged rows.
        options: the mode counts here.
        staged: how many rows are staged.
    """
    drop(connection, import_id)
    find_superseded(connection, import_id)
    parts: dict[str, sql.Composable] = {
        "delta": delta(import_id),
        "staging": staging.table(import_id),
        "superseded": superseded(import_id),
        "key": sql.SQL(staging.KEY),
        "mode": sql.Literal(options.mode),
    }
    connection.execute(sql.SQL(_CLASSIFY).format(**parts))
    found = connection.execute(sql.SQL(_SUM_UP).format(**parts)).fetchall()
    fates = {fate: count for fate, count, _, _ in found}
    return Outlook(
        Counts(unchanged=staged - sum(fates.values()), **fates),
        next((renamed for fate, _, renamed, _ in found if fate == "updated"), 0),
        tuple(sorted((fate, mark) for fate, _, _, mark in found)),
    )


def differences(
    connection: Connection[Any], import_id: int, fates: list[Fate], *, after: int = -1, limit: int = 200
) -> list[Difference]:
    """A page of the rows with these fates, in file order, after the row with ordinal `after`."""
    with connection.cursor(row_factory=class_row(Difference)) as cursor:
        parts = {"delta": delta(import_id), "staging": staging.table(import_id)}
        return cursor.execute(sql.SQL(_DIFFERENCES).format(**parts), (fates, after, limit)).fetchall()


def drop(connection: Connection[Any], import_id: int) -> None:
    """Remove what `classify` made, where that is still there."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}, {}").format(delta(import_id), superseded(import_id)))
