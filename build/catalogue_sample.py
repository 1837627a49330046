"""A large catalogue made by SQL, for measuring: skewed and clustered texts, as a shop that grew by imports has them.

Of N products: makers, materials and things are skewed (a third is of one maker), so that a word stands in anything
from one in three to one in fifty; ``walnut``, ``copper``, ``velvet`` and ``marble`` stand in one of 5,003, 503, 101
and 20, spread evenly. Clustered are ``discontinued`` (the last hundredth that was created), ``recalled`` (one in two
hundred, made at half time), SKUs in ``ZX`` (one in two hundred, behind all others in order) and the maker
``Северный`` (one in fifty, behind nearly all others by name). One in 31 was changed by a later import, at one moment as
imports do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from acme_desktop.core.database.connections import Database

BATCH = 500_000
"""Products of one change set, made by one statement."""

_CHANGE_SET = (
    "INSERT INTO change_sets (kind, actor, client, created) VALUES ('import', 'bench', 'bench', %s) RETURNING id"
)

# In the order of their keys, as an import writes them.
_PRODUCTS = """
INSERT INTO products (sku, sku_key, name, description, active, created_at, updated_at, created_in, changed_in)
SELECT sku, lower(sku),
    makers[1 + floor(24 * (u1 ^ 3))::int] || ' ' || makes[1 + floor(16 * (u2 ^ 2))::int] || ' ' ||
        things[1 + floor(24 * (u3 ^ 2))::int] || ' ' || n %% 9973,
    CASE WHEN n %% 11 > 0 THEN openings[1 + floor(6 * u4)::int] || ', ' ||
        CASE WHEN n %% 5003 = 0 THEN 'walnut ' ELSE '' END || CASE WHEN n %% 503 = 0 THEN 'copper ' ELSE '' END ||
        CASE WHEN n %% 101 = 0 THEN 'velvet ' ELSE '' END || CASE WHEN n %% 20 = 0 THEN 'marble ' ELSE '' END ||
        CASE WHEN n %% 307 = 0 THEN 'café crème ' ELSE '' END ||
        CASE WHEN n > %(rows)s * 0.99 THEN 'discontinued ' ELSE '' END ||
        CASE WHEN n BETWEEN %(rows)s * 0.5 AND %(rows)s * 0.505 THEN 'recalled ' ELSE '' END ||
        substr(md5((n * 7)::text), 1, 12) || ' ships flat, 2 year warranty' END,
    n %% 7 > 0, made,
    CASE WHEN n %% 31 = 0 THEN timestamptz '2025-12-01 06:00+00' ELSE made END,
    %(id)s, CASE WHEN n %% 31 = 0 THEN %(later)s ELSE %(id)s END
FROM (
    SELECT n, timestamptz '2024-01-01' + n * (interval '690 days' / %(rows)s::float8) AS made,
        (hashint8(n) & 1023) / 1024.0::float8 AS u1, (hashint8(n) >> 10 & 1023) / 1024.0::float8 AS u2,
        (hashint8(n) >> 20 & 1023) / 1024.0::float8 AS u3, (hashint8(-n) & 1023) / 1024.0::float8 AS u4,
        CASE WHEN n %% 200 = 0 THEN 'ZX' ELSE '' END || upper(substr(md5(n::text), 1, 6)) || '-' || n AS sku,
        '{Acme,Nordwind,Bergström,Kowalski,Petit & Fils,Öztürk,Łódka,Halden,Maison Rouge,Tanaka,Zwilling,Orion,
          Bellini,Verdi,Kestrel,Lumen,Harbour,Pinewood,Atelier Noé,Quist,Северный,Ravn,Sol,Ypsilon}'::text[] AS makers,
        '{steel,oak,ceramic,linen,brass,bamboo,wool,glass,cork,leather,cotton,paper,stone,rattan,slate,felt}'::text[]
            AS makes,
        '{Desk Lamp,Kettle,Garden Shears,Schreibtischstuhl,Bouilloire,Çaydanlık,Лампа,Toolbox,Tray,Bookend,Vase,
          Armchair,Coat Rack,Teapot,Cutting Board,Bread Knife,Wall Clock,Doormat,Candle,Mirror,Plant Pot,Cushion,
          Throw,Sideboard}'::text[] AS things,
        '{Made to last,Pour la maison,Für drinnen und draußen,Our best seller since 2009,A gift for every day,
          Hand finished}'::text[] AS openings
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
) AS made
ORDER BY lower(sku) COLLATE "C"
"""


def fill(database: Database, rows: int, told: Callable[[int], object] = lambda made: None) -> None:
    """Make that many products, as change sets of `BATCH`, and one more that changed some of all of them."""
    with database.connect() as connection:
        firsts = range(1, rows + 1, BATCH)
        sizes = [min(first + BATCH - 1, rows) - first + 1 for first in firsts]
        ids = [int(str(row[0])) for size in (*sizes, 0) if (row := connection.execute(_CHANGE_SET, (size,)).fetchone())]
    for identifier, first, size in zip(ids, firsts, sizes, strict=False):
        values = {"rows": rows, "first": first, "last": first + size - 1, "id": identifier, "later": ids[-1]}
        with database.connect() as connection:
            connection.execute(_PRODUCTS, values)
        told(first + size - 1)
