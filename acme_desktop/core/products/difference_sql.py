"""The statements that find what differs between two moments; see `difference`.

Both forms give the same rows: id, key (the SKU in lower case, the one of before where there is one), the four values of
before as ``b_sku`` and so on, and those of after as ``a_sku`` and so on.
"""

from __future__ import annotations

from acme_desktop.core.changes.moment import Span, each

FIELDS = ("sku", "name", "description", "active")
ROW = ", ".join(["id", "key", *(f"{side}_{name}" for side in "ba" for name in FIELDS)])
KIND = "CASE WHEN b_sku IS NULL THEN 'created' WHEN a_sku IS NULL THEN 'deleted' ELSE 'changed' END"
DIFFER = "(" + " OR ".join(f"b_{name} IS DISTINCT FROM a_{name}" for name in FIELDS) + ")"
IS_KIND = {
    "created": "b_sku IS NULL AND a_sku IS NOT NULL",
    "deleted": "a_sku IS NULL AND b_sku IS NOT NULL",
    "changed": "b_sku IS NOT NULL AND a_sku IS NOT NULL",
}

_VALUES = f"sku_key, {', '.join(FIELDS)}"
_PAIRS = ", ".join(f"{side}.{name} AS {side}_{name}" for side in "ba" for name in FIELDS)


def whole(span: Span) -> str:
    """What stands after FROM: all that ended within the span, beside all that was made within it and stood at its end.

    Many of them do not differ: what was changed and changed back.
    """
    before = (
        f"SELECT product_id AS id, {_VALUES} FROM product_versions "
        f"WHERE {span.contains('change_set_id')} AND {span.start.had_made()}"
    )
    after = (
        f"SELECT id, {_VALUES} FROM products WHERE {span.made()} UNION ALL "
        f"SELECT product_id, {_VALUES} FROM product_versions WHERE {span.end.had_not_ended()} AND {span.made()}"
    )
    key = 'coalesce(b.sku_key, a.sku_key) COLLATE "C" AS key'
    return f"(SELECT id, {key}, {_PAIRS} FROM ({before}) AS b FULL JOIN ({after}) AS a USING (id)) AS found"


def window(span: Span, within: list[int], later: list[int], *, beyond: bool) -> str:
    """What stands after FROM: of the same rows those among the next %(window)s by key, from %(key)s on if `beyond`.

    Each side gives its next ones, and both are complete up to where the shorter of them ends. A product's other side is
    looked up by its id, because its key may have been another one.

    Args:
        within, later: the change sets with before-images within the span, and those after it.
    """
    made, stood, was = span.made(), span.end.had_not_ended(), span.start.had_made()
    ended = span.contains("change_set_id")
    part = f"{'AND sku_key >= %(key)s' if beyond else ''} ORDER BY sku_key LIMIT %(window)s"
    return f"""(
    WITH b AS MATERIALIZED (
        SELECT * FROM {each(within)} CROSS JOIN LATERAL (
            SELECT product_id AS id, {_VALUES} FROM product_versions
            WHERE change_set_id = ended.change_set_id AND {was} {part}
        ) AS next ORDER BY sku_key LIMIT %(window)s
    ), a AS MATERIALIZED (
        SELECT * FROM (
            (SELECT id, {_VALUES} FROM products WHERE {made} {part})
            UNION ALL (SELECT next.* FROM {each(later)} CROSS JOIN LATERAL (
                SELECT product_id AS id, {_VALUES} FROM product_versions
                WHERE change_set_id = ended.change_set_id AND {made} {part}
            ) AS next)
        ) AS next ORDER BY sku_key LIMIT %(window)s
    ), border AS (
        SELECT least(
            (SELECT max(sku_key) FROM b HAVING count(*) = %(window)s),
            (SELECT max(sku_key) FROM a HAVING count(*) = %(window)s)
        ) AS upto
    ), sides AS (
        SELECT b.id, b.sku_key AS key, {_PAIRS}
        FROM b LEFT JOIN LATERAL (
            SELECT {_VALUES} FROM products WHERE id = b.id AND {made}
            UNION ALL
            SELECT {_VALUES} FROM product_versions WHERE product_id = b.id AND {stood} AND {made}
            LIMIT 1
        ) AS a ON true
        UNION ALL
        SELECT a.id, a.sku_key, NULL, NULL, NULL, NULL, {", ".join(f"a.{name}" for name in FIELDS)}
        FROM a
        WHERE NOT EXISTS (SELECT FROM product_versions WHERE product_id = a.id AND {ended} AND {was})
    )
    SELECT sides.* FROM sides, border WHERE border.upto IS NULL OR sides.key < border.upto
) AS found"""
