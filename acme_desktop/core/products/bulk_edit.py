"""One change to many products: previewed exactly, then made in one transaction as one change set.

The server computes every new value, in the preview and in the change alike, so that half a million products cost no
memory here. The preview takes a fingerprint of the products that it would change; the change is refused where they are
not the same any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.changes import before_images, change_set
from acme_desktop.core.changes.change_set import Author, ChangeSet
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database import bulk
from acme_desktop.core.database.segments import coverage
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.product_rules import BLANKS, DESCRIPTION_MAX, NAME_MAX
from acme_desktop.core.foundation.progress import Progress, begin_stage
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.products.bulk_changes import BulkChange
from acme_desktop.core.products.filters import Clause, Filter, finding_index, where

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

Verdict = Literal["changed", "unchanged", "missing_name", "too_long"]
REFUSALS: tuple[Verdict, ...] = ("missing_name", "too_long")
"""Why a product is left as it is although the change would alter it."""

_LIMITS = {"name": NAME_MAX, "description": DESCRIPTION_MAX}
# Up to so many products are gathered and sorted for a page of the preview; more of them are walked in order.
_FEW = 20_000
# Of a long text, how many characters a page of the preview holds.
_SHOWN = 600
_STATE = "id, sku, sku_key, name, description, active, changed_in"


@dataclass(frozen=True)
class Which:
    """Which products: those with these ids or, where `ids` is None, those that the question matches."""

    question: Filter = field(default_factory=Filter)
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Preview:
    """What a bulk edit would do; counts are products.

    Attributes:
        refused: how many are left as they are, by reason; only reasons that occur.
        fingerprint: of the products that would be changed, as they stand.
    """

    which: Which
    change: BulkChange
    changed: int
    unchanged: int
    refused: dict[Verdict, int]
    fingerprint: str

    @property
    def matched(self) -> int:
        """All products that were looked at."""
        return self.changed + self.unchanged + sum(self.refused.values())


@dataclass(frozen=True)
class Difference:
    """One product of the preview; of long texts the part around the first change.

    Attributes:
        old: the value now; None is no description.
        new: the value that it would have.
        cut: how many characters stand before `old` and `new`, in both the same.
    """

    id: int
    sku: str
    sku_key: str
    old: str | bool | None
    new: str | bool | None
    cut: int
    verdict: Verdict


class Outdated(Refused):
    """Someone changed the products between the preview and the change."""

    def __init__(self) -> None:
        super().__init__(
            "The products were changed by someone else since the preview. Nothing is changed.",
            "Look at a new preview, and apply that.",
        )


def preview(database: Database, which: Which, change: BulkChange, progress: Progress | None = None) -> Preview:
    """What the change would do to those products; writes nothing.

    Raises:
        InvalidChange: the change itself makes no sense.
        Cancelled: through `progress`.
    """
    change.check()
    with database.cancellable(progress) as connection:
        begin_stage(progress, "Comparing products")
        judged = _judged(connection, which, change)
        query = f"SELECT verdict, count(*), sum(hash)::text FROM ({judged.sql}) AS judged GROUP BY verdict"
        rows: list[Any] = connection.execute(query, judged.values, prepare=False).fetchall()
    found: dict[Verdict, tuple[int, str]] = {verdict: (number, total) for verdict, number, total in rows}
    changed, total = found.get("changed", (0, ""))
    refused = {verdict: found[verdict][0] for verdict in REFUSALS if verdict in found}
    unchanged = found.get("unchanged", (0, ""))[0]
    return Preview(which, change, changed, unchanged, refused, _fingerprint(changed, total))


def differences(
    database: Database,
    seen: Preview,
    verdicts: Sequence[Verdict] = ("changed",),
    *,
    after: str = "",
    size: int = 200,
    progress: Progress | None = None,
) -> list[Difference]:
    """The next products of a preview with those verdicts, by SKU; `after` is the last `sku_key` of the page above.

    Raises:
        Cancelled: through `progress`.
    """
    change = seen.change
    with database.cancellable(progress) as connection:
        judged = _judged(connection, seen.which, change, walk=seen.matched > _FEW)
        old, new, cut = "old", "new", Clause("0")
        if change.field != "active":
            start = change.start
            cut = Clause(
                f"CASE WHEN char_length(old) > {_SHOWN} THEN greatest({start.sql}, 0) ELSE 0 END", start.values
            )
            old, new = (f"substr({side}, cut + 1, {_SHOWN})" for side in (old, new))
        query = (
            f"SELECT id, sku, sku_key, {old} AS old, {new} AS new, cut, verdict "
            f"FROM (SELECT *, {cut.sql} AS cut FROM ({judged.sql}) AS judged "
            "WHERE verdict = ANY(%s) AND sku_key > %s ORDER BY sku_key LIMIT %s) AS page ORDER BY sku_key"
        )
        values = (*cut.values, *judged.values, list(verdicts), after, size)
        with connection.cursor(row_factory=class_row(Difference)) as cursor:
            return cursor.execute(query, values, prepare=False).fetchall()


def apply(database: Database, seen: Preview, *, author: Author, progress: Progress | None = None) -> ChangeSet | None:
    """Make the change that was previewed, as one change set; None where it changes nothing.

    Raises:
        Outdated: the products are not those of the preview any more; nothing is changed.
        Cancelled: through `progress`; nothing is changed.
    """
    with database.cancellable(progress) as connection:
        begin_stage(progress, "Waiting for other writers")
        lock_catalogue(connection)
        begin_stage(progress, "Comparing products")
        if _plan(connection, seen) != seen.fingerprint:
            raise Outdated
        if not seen.changed:
            return None
        planned = "sku_key IN (SELECT sku_key FROM bulk_rows)"
        identifier = change_set.begin(
            connection,
            "bulk_edit",
            author,
            summary=f"Bulk edit: {seen.change.words}, {counted(seen.changed, 'product')}",
        )
        begin_stage(progress, "Keeping the earlier state")
        number = before_images.keep(connection, identifier, "update", planned, expected=seen.changed)
        begin_stage(progress, "Changing products")
        value = seen.change.value
        with bulk.indexes_afterwards(connection, "products", seen.changed):
            connection.execute(
                f"UPDATE products SET {seen.change.field} = {value.sql}, updated_at = now(), changed_in = %s "
                f"WHERE {planned}",
                (*value.values, identifier),
            )
        begin_stage(progress, "Finishing")
        return change_set.finish(connection, identifier, updated=number)


def _plan(connection: Connection[Any], seen: Preview) -> str:
    """Note which products are to be changed, as they stand now; returns their fingerprint."""
    judged = _judged(connection, seen.which, seen.change)
    connection.execute(
        "CREATE TEMPORARY TABLE bulk_rows ON COMMIT DROP AS "
        f"SELECT sku_key, hash FROM ({judged.sql}) AS judged WHERE verdict = 'changed'",
        judged.values,
        prepare=False,
    )
    connection.execute("ANALYZE bulk_rows")
    row = connection.execute("SELECT count(*), sum(hash)::text FROM bulk_rows").fetchone()
    assert row is not None
    return _fingerprint(*row)


def _fingerprint(number: int, total: str | None) -> str:
    return f"{number}:{total or ''}"


def _judged(connection: Connection[Any], which: Which, change: BulkChange, *, walk: bool = False) -> Clause:
    """Each product with its old and new value, what becomes of it, and a hash of its state."""
    products = _products(connection, which, walk=walk)
    value, old = change.value, change.field
    refusals: list[str] = []
    blanks: tuple[str, ...] = ()
    if old == "name":
        refusals, blanks = ["WHEN btrim(n.new, %s) = '' THEN 'missing_name'"], (BLANKS,)
    if old != "active":
        refusals.append(f"WHEN char_length(n.new) > {_LIMITS[old]} THEN 'too_long'")
    # The inner OFFSET keeps the new value from being computed again wherever it is named.
    return Clause(
        f"SELECT id, sku, sku_key, {old} AS old, n.new, CASE WHEN n.new IS NOT DISTINCT FROM {old} THEN 'unchanged' "
        f"{' '.join(refusals)} ELSE 'changed' END AS verdict, "
        "hashtextextended((id, changed_in, sku, name, description, active)::text, 0) AS hash "
        f"FROM ({products.sql}) AS p CROSS JOIN LATERAL (SELECT {value.sql} AS new OFFSET 0) AS n",
        (*blanks, *products.values, *value.values),
    )


def _products(connection: Connection[Any], which: Which, *, walk: bool) -> Clause:
    """The products, found through their indexes; to walk in order, they are left to one plain condition."""
    condition = Clause("id = ANY(%s)", (list(which.ids),)) if which.ids is not None else where(which.question)
    now = coverage(connection)
    kind = None if walk or which.ids is not None else finding_index(which.question, ascii_only=now.ascii_only)
    parts = now.parts(kind)
    return Clause(
        " UNION ALL ".join(f"SELECT {_STATE} FROM products WHERE {part} AND ({condition.sql})" for part in parts),
        condition.values * len(parts),
    )
