"""What the history of the catalogue tells of imports: which one a change set was, and those that changed nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes.change_set import Wanted
from acme_desktop.core.importer import running
from acme_desktop.core.importer.report import SELECT, ImportRecord

# The line of a row that took the place of earlier ones is known; of others the file's rows are not kept.
_LINE = "SELECT max(by_line) FROM import_superseded WHERE import_id = %s AND lower(sku) = lower(%s::text)"


def by_change_set(connection: Connection[Any], change_sets: Collection[int]) -> dict[int, ImportRecord]:
    """The imports that those change sets were, by change set; others are left out."""
    with connection.cursor(row_factory=class_row(ImportRecord)) as cursor:
        values = {"class": running.CLASS, "ids": list(change_sets)}
        cursor.execute(f"{SELECT} WHERE i.change_set_id = ANY(%(ids)s)", values)
        return {found.change_set_id: found for found in cursor if found.change_set_id is not None}


def unchanging(
    connection: Connection[Any], *, limit: int = 100, before: int | None = None, wanted: Wanted | None = None
) -> list[ImportRecord]:
    """The imports without a change set, newest first: those that run, failed, were cut off or had nothing to change.

    `before` is the last id of the page above.
    """
    wanted = wanted or Wanted()
    if wanted.kinds and "import" not in wanted.kinds:
        return []
    words = "file || ' ' || actor || ' ' || client || ' ' || status"
    # Numbered by name, because the statement's own values are named.
    conditions, values = [], {"class": running.CLASS, "before": before, "limit": limit}
    for number, (sql, value) in enumerate(wanted.conditions(words, "started_at")):
        conditions.append(f" AND {sql.replace('%s', f'%(v{number})s')}")
        values[f"v{number}"] = value
    query = (
        f"SELECT * FROM ({SELECT} WHERE i.change_set_id IS NULL AND i.id < coalesce(%(before)s, 9223372036854775807)) "
        f"AS found WHERE true{''.join(conditions)} ORDER BY id DESC LIMIT %(limit)s"
    )
    with connection.cursor(row_factory=class_row(ImportRecord)) as cursor:
        return cursor.execute(query, values).fetchall()


def line_of(connection: Connection[Any], import_id: int, sku: str) -> int | None:
    """The line of the file that brought a SKU, where that is known."""
    row = connection.execute(_LINE, (import_id, sku)).fetchone()
    return row[0] if row else None
