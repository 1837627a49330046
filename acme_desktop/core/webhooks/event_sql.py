"""The statements that turn change sets into events; PostgreSQL writes the JSON itself.

In a page, `r` are the places to read from (see `payload`), `e` the products and `c` their change sets.
"""

from __future__ import annotations

SCHEMA_VERSION = "1"
PAGE_EVENTS = 500
PAGE_BYTES = 4_000_000

_MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_STATE = "sku, name, description, active, created_at, updated_at, changed_in"

# The state that a change set left a product in: `n` and `product_id` come from around it.
_LEFT_BEHIND = f"""(
    SELECT {_STATE} FROM products p WHERE p.id = {{product}} AND p.changed_in = {{n}}
    UNION ALL
    SELECT {_STATE} FROM product_versions w
    WHERE w.product_id = {{product}} AND w.change_set_id > {{n}} AND w.changed_in = {{n}}
    LIMIT 1
)"""


def _changed_fields(old: str, new: str) -> str:
    parts = " || ".join(
        f"CASE WHEN {old}.{field} IS DISTINCT FROM {new}.{field} THEN ',\"{field}\"' ELSE '' END"
        for field in ("sku", "name", "description", "active")
    )
    return f"substr({parts}, 2)"


# The event's JSON, of a product `e` in the change set `c`.
_TEXT = f"""'{{"id":"evt_' || c.id || '_' || e.product_id || '","type":"' || e.type
    || '","timestamp":"' || {_MOMENT.format("c.created_at")} || '","schema_version":"{SCHEMA_VERSION}","data":{{"id":'
    || e.product_id || ',"sku":' || to_json(e.sku) || ',"name":' || to_json(e.name)
    || ',"description":' || coalesce(to_json(e.description)::text, 'null')
    || ',"active":' || CASE WHEN e.active THEN 'true' ELSE 'false' END
    || ',"created_at":"' || {_MOMENT.format("e.created_at")}
    || '","updated_at":"' || {_MOMENT.format("e.updated_at")}
    || '","change_set_id":' || coalesce(e.changed_in::text, 'null')
    || coalesce(',"changed":[' || e.changed || ']', '') || '}}}}'"""


# What happened to a product, from its before-image `v` and the state `a` that was left behind.
_FROM_IMAGE = f"""
SELECT v.product_id, v.sku_key AS key,
    CASE WHEN v.operation = 'delete' THEN 'product.deleted' ELSE 'product.updated' END AS type,
    CASE WHEN v.operation = 'delete' THEN v.sku ELSE a.sku END AS sku,
    CASE WHEN v.operation = 'delete' THEN v.name ELSE a.name END AS name,
    CASE WHEN v.operation = 'delete' THEN v.description ELSE a.description END AS description,
    CASE WHEN v.operation = 'delete' THEN v.active ELSE a.active END AS active,
    CASE WHEN v.operation = 'delete' THEN v.created_at ELSE a.created_at END AS created_at,
    CASE WHEN v.operation = 'delete' THEN v.updated_at ELSE a.updated_at END AS updated_at,
    CASE WHEN v.operation = 'delete' THEN v.changed_in ELSE a.changed_in END AS changed_in,
    CASE WHEN v.operation = 'update' THEN {_changed_fields("v", "a")} END AS changed
"""

_CHANGED_PART = f"""
SELECT r.range_id, 1 AS part, e.*
FROM r CROSS JOIN LATERAL (
    {_FROM_IMAGE}
    FROM (
        SELECT * FROM product_versions
        WHERE change_set_id = r.n AND sku_key > r.key AND operation = ANY (string_to_array(r.operations, ','))
        ORDER BY sku_key LIMIT {PAGE_EVENTS}
    ) AS v
    LEFT JOIN LATERAL {_LEFT_BEHIND.format(product="v.product_id", n="r.n")} AS a ON v.operation = 'update'
) AS e
WHERE r.part = 1
"""

# Ids are given out in order: a window of them finds what was created without any index of its own.
_MADE_PART = f"""
SELECT r.range_id, 2 AS part, e.product_id, ''::text COLLATE "C" AS key, 'product.created' AS type, {_STATE},
    NULL AS changed
FROM r CROSS JOIN LATERAL (
    SELECT id AS product_id, {_STATE} FROM products
    WHERE id > r.id AND id <= r.upto AND changed_in = r.n AND created_in = r.n
    UNION ALL
    SELECT product_id, {_STATE} FROM product_versions
    WHERE product_id > r.id AND product_id <= r.upto AND changed_in = r.n AND created_in = r.n
) AS e
WHERE r.part = 2
"""

_BROUGHT_BACK_PART = f"""
SELECT r.range_id, 3 AS part, v.product_id, v.sku_key AS key, 'product.created' AS type, a.*, NULL AS changed
FROM r CROSS JOIN LATERAL (
    SELECT product_id, sku_key FROM product_versions
    WHERE change_set_id = r.undoes AND sku_key > r.key AND operation = 'delete'
    ORDER BY sku_key LIMIT {PAGE_EVENTS}
) AS v
LEFT JOIN LATERAL {_LEFT_BEHIND.format(product="v.product_id", n="r.n")} AS a ON true
WHERE r.part = 3
"""

# The JSON is written for those rows only that fit into the page; the first one always does.
PAGE = f"""
WITH r AS (
    SELECT * FROM unnest(%(ranges)s::bigint[], %(parts)s::int[], %(ns)s::bigint[], %(undoes)s::bigint[],
        %(keys)s::text[], %(ids)s::bigint[], %(uptos)s::bigint[], %(operations)s::text[])
        AS u (range_id, part, n, undoes, key, id, upto, operations)
), e AS (
    {_CHANGED_PART} UNION ALL {_MADE_PART} UNION ALL {_BROUGHT_BACK_PART}
), numbered AS (
    SELECT e.*, row_number() OVER place AS number, count(*) OVER () AS found,
        sum(octet_length(sku) + octet_length(name) + coalesce(octet_length(description), 0)) OVER place AS bytes
    FROM e WINDOW place AS (ORDER BY range_id, part, key, product_id)
)
SELECT e.range_id, e.part, e.key, e.product_id, e.type, e.found,
    CASE WHEN e.sku IS NOT NULL THEN {_TEXT} END
FROM numbered e JOIN r USING (range_id, part) JOIN change_sets c ON c.id = r.n
WHERE number = 1 OR bytes IS NULL OR bytes <= {PAGE_BYTES}
ORDER BY number
"""

PENDING = """
SELECT o.id, o.change_set_id, o.events, o.total - o.passed, o.last_id, c.undoes, o.part, o.after_key, o.after_id
FROM outbox o JOIN change_sets c ON c.id = o.change_set_id
WHERE o.webhook_id = %s AND o.state = 'pending' AND NOT (o.id = ANY (%s))
ORDER BY o.id LIMIT %s
"""

SINGLE = f"""
SELECT e.n, e.product_id, e.type,
    CASE WHEN e.sku IS NOT NULL THEN {_TEXT} END
FROM (
    SELECT u.number, u.n, e.* FROM unnest(%(ns)s::bigint[], %(products)s::bigint[])
        WITH ORDINALITY AS u (n, product, number)
    CROSS JOIN LATERAL (
        {_FROM_IMAGE}
        FROM product_versions v
        LEFT JOIN LATERAL {_LEFT_BEHIND.format(product="v.product_id", n="u.n")} AS a ON v.operation = 'update'
        WHERE v.product_id = u.product AND v.change_set_id = u.n
        UNION ALL
        SELECT u.product, NULL, 'product.created', a.*, NULL
        FROM {_LEFT_BEHIND.format(product="u.product", n="u.n")} AS a
        WHERE NOT EXISTS (SELECT FROM product_versions v WHERE v.product_id = u.product AND v.change_set_id = u.n)
    ) AS e
) AS e JOIN change_sets c ON c.id = e.n
ORDER BY e.number
"""
