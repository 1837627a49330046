"""Zone maps: what there is in which stretch of an order, so that a walk along it need not pass every product.

What contains a word is often all in one place of an order, as a maker's products are by name, or a supplier's by the
moment of their import. A walk along the order's index to a place far down passes millions of products; the trigram
index finds what matches, but all of it has to be fetched in order to be sorted. A zone map divides an order into
*zones* of some two thousand products and holds of each the trigrams, and the least and the greatest value of other
columns: it tells in milliseconds which zones may hold a match, and the walk goes through those alone. (The thought is
that of Moerkotte's small materialized aggregates, VLDB 1998, by which column stores skip blocks.)

A map is of the first segment of `catalogue_indexes`, made by the same background step, and lives as long as that
segment. A product that this program changes leaves the segment, so a zone can only lose matches, and walking it stays
right. But what another program changes without a word (`changed_in` stays as it was) may be missed: an answer by zones
is a first sight, which one without them has to confirm.

A map is a table, whose name tells of which table, order and segment it is; a catalogue that was restored from a backup
is another table. Whoever sees products sees their maps. A distributed table has none: its estimate of rows reads zero.
"""

from __future__ import annotations

import logging
from typing import Any

from psycopg import Connection, sql

from acme_desktop.core.database.segments import NAME_SORTED, ZoneMap, folded, whole_fold
from acme_desktop.core.foundation.progress import Progress

ORDERED = {"name": NAME_SORTED, "sku": "sku_key", "created": "created_at", "updated": "updated_at"}
"""The orders that have a map."""

RANGES = ("id", "created_at", "updated_at", "changed_in")
"""Columns of which a zone knows the least and the greatest value, as ``id_low`` and ``id_high``."""

NAMED, SAID = "n", "s"
"""What the trigrams of a zone begin with: those of names, and those of SKUs and descriptions."""

FROM = 1_000_000
"""Catalogues of fewer products are walked from end to end before anybody notices."""

_SIZE = 2_000
_BATCH = 50
"""Zones that one statement makes: about a second's work."""
_LONG = 20_000
"""Bytes of a product from which its zone is open: whatever is looked for may be there."""

_log = logging.getLogger(__name__)

_PLACES = """
CREATE TEMPORARY TABLE zone_places ON COMMIT DROP AS
SELECT number / {size} AS zone, place AS low, id AS low_id,
    lead(place) OVER w AS beyond, lead(id) OVER w AS beyond_id
FROM (
    SELECT row_number() OVER (ORDER BY {order}, id) - 1 AS number, {order} AS place, id
    FROM products WHERE {condition}
) AS numbered
WHERE number % {size} = 0
WINDOW w AS (ORDER BY number)
"""
_TABLE = """
CREATE TABLE {name} AS
SELECT min({order}) AS low, max({order}) AS high, true AS open, '{{}}'::text[] AS held,
    true AS some_active, true AS some_inactive, {bounds}
FROM products LIMIT 0
"""
# Trigrams at the border of a word tell nothing of a text that may go on there, and those with digits are noise.
_KEPT = "ARRAY(SELECT {field} || t FROM unnest(show_trgm({texts})) AS t WHERE t ~ '^([a-z]{{3}}|0x.*)$')"
_ZONES = """
INSERT INTO {name}
SELECT least, greatest, open, {named} || {said}, some_active, some_inactive, {columns}
FROM zone_places CROSS JOIN LATERAL (
    SELECT min({order}) AS least, max({order}) AS greatest, bool_or({bytes} > {long}) AS open,
        string_agg({folded_name}, ' ') FILTER (WHERE {bytes} <= {long}) AS named,
        string_agg({folded_rest}, ' ') FILTER (WHERE {bytes} <= {long}) AS said,
        bool_or(active) AS some_active, bool_or(NOT active) AS some_inactive, {bounds}
    FROM products
    WHERE {condition} AND ({order}, id) >= (low, low_id) AND {below}
) AS texts
WHERE zone >= %s AND zone < %s AND {which} AND least IS NOT NULL
"""
# By the key's own collation no letter but those of ASCII has a lower case.
_REST = "(sku_key || ' ' || coalesce(description, '') COLLATE \"default\")"

# The trigrams of three letters in a row are the same whatever stands beside them: what two surroundings share.
_INNER = """
ARRAY(
    SELECT DISTINCT '{field}' || t
    FROM (SELECT {wanted} AS text) AS wanted, generate_series(1, length(text) - 2) AS first, LATERAL (
        SELECT unnest(show_trgm('q' || substr(text, first, 3) || 'q'))
        INTERSECT SELECT unnest(show_trgm('z' || substr(text, first, 3) || 'z'))
    ) AS inner_trigrams (t)
    WHERE substr(text, first, 3) ~ '^[[:alpha:]]{{3}}$'
)
"""


def held_by(text: str, field: str) -> str:
    """What a zone holds in which that field of a product contains the text; given as SQL and in SQL, an array.

    Args:
        text: what is looked for.
        field: `NAMED` or `SAID`.
    """
    return _INNER.format(wanted=whole_fold(text), field=field)


def make(connection: Connection[Any], zone_map: ZoneMap, progress: Progress) -> None:
    """Make a map; some ten microseconds a product.

    Args:
        connection: which commits each statement by itself.
        zone_map: which one.
        progress: for cancelling.
    """
    order = ORDERED[zone_map.kind]
    with connection.transaction():
        row = connection.execute(_HOME).fetchone()
        assert row is not None
        parts = {
            "name": sql.Identifier(row[0], zone_map.table),
            "owner": sql.Identifier(row[1]),
            "order": sql.SQL(order),
            "condition": sql.SQL(zone_map.upper.within),
            "size": sql.Literal(_SIZE),
            "long": sql.Literal(_LONG),
            "bytes": sql.SQL("octet_length(name) + octet_length(coalesce(description, ''))"),
            "folded_name": sql.SQL(folded("name")),
            "folded_rest": sql.SQL(folded(_REST)),
            "named": sql.SQL(_KEPT).format(field=sql.Literal(NAMED), texts=sql.SQL("named")),
            "said": sql.SQL(_KEPT).format(field=sql.Literal(SAID), texts=sql.SQL("said")),
            "bounds": sql.SQL(", ".join(f"min({one}) AS {one}_low, max({one}) AS {one}_high" for one in RANGES)),
            "columns": sql.SQL(", ".join(f"{one}_low, {one}_high" for one in RANGES)),
        }
        connection.execute(sql.SQL(_PLACES).format(**parts))
        connection.execute("ANALYZE zone_places")
        connection.execute(sql.SQL(_TABLE).format(**parts))
        row = connection.execute("SELECT count(*) FROM zone_places").fetchone()
        assert row is not None
        progress.stage("Mapping products", row[0])
        connection.execute("SET LOCAL enable_seqscan = off")
        within = {"below": sql.SQL(f"({order}, id) < (beyond, beyond_id)"), "which": sql.SQL("beyond_id IS NOT NULL")}
        for first in range(0, row[0], _BATCH):
            progress.update(first)
            progress.check()
            connection.execute(sql.SQL(_ZONES).format(**parts, **within), (first, first + _BATCH))
        last = {"below": sql.SQL("true"), "which": sql.SQL("beyond_id IS NULL")}
        connection.execute(sql.SQL(_ZONES).format(**parts, **last), (0, row[0]))
        connection.execute(sql.SQL("CREATE INDEX ON {name} USING gin (held)").format(**parts))
        connection.execute(sql.SQL("CREATE INDEX ON {name} (open)").format(**parts))
        connection.execute(sql.SQL("ANALYZE {name}").format(**parts))
        for (role,) in connection.execute(_READERS).fetchall():
            grantee = sql.Identifier(role) if role else sql.SQL("PUBLIC")
            connection.execute(sql.SQL("GRANT SELECT ON {name} TO {grantee}").format(**parts, grantee=grantee))
        # Whoever may make and remove the indexes may then remove the map too.
        connection.execute(sql.SQL("ALTER TABLE {name} OWNER TO {owner}").format(**parts))
    _log.info("made the zone map %s of %s zones", zone_map.table, row[0])


_HOME = """
SELECT nspname, pg_get_userbyid(relowner)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = 'products'::regclass
"""
_READERS = """
SELECT DISTINCT CASE WHEN grantee <> 0 THEN pg_get_userbyid(grantee) END -- none is everybody
FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) AS granted
WHERE oid = 'products'::regclass AND privilege_type = 'SELECT'
"""


def drop(connection: Connection[Any], zone_map: ZoneMap) -> None:
    """Remove a map."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(zone_map.table)))
