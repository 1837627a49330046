"""First rows by zone maps: the same products as without, wherever they lie, whoever changed them."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acme_desktop.core.changes import undo
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database import catalogue_indexes, segments, zones
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.products import edits, listing, plans
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.plans import Asked
from acme_desktop.core.products.product import Changes, Product

AUTHOR = Author("ann", "tests")
SIZE = 5
ROWS = 600

_FILL = """
INSERT INTO products (sku, sku_key, name, description, active, created_at, updated_at, created_in, changed_in)
SELECT upper(sku), sku,
    CASE WHEN n BETWEEN 401 AND 420 THEN 'Zwilling Größe ' WHEN n > 560 THEN 'Лампа ' ELSE 'Acme ' END || n,
    CASE n %% 3 WHEN 0 THEN 'Made of copper' WHEN 1 THEN 'Crème, oak' END,
    n %% 7 > 0, made, CASE WHEN n %% 31 = 0 THEN timestamptz '2025-02-01' ELSE made END, 1,
    CASE WHEN n %% 31 = 0 THEN 2 ELSE 1 END
FROM generate_series(1, %(rows)s) AS n, LATERAL (
    SELECT timestamptz '2025-01-01' + n / 50 * interval '1 day' AS made,
        CASE WHEN n BETWEEN 101 AND 115 THEN 'bcd' ELSE 's' END || n * 7919 %% 1000 || '-' || n AS sku
) AS one
"""

QUESTIONS = {
    "one place by name": Filter(name="zwilling"),
    "nowhere": Filter(name="willingzw"),
    "accents as they are": Filter(name="größe"),
    "no accents": Filter(search="grosse", ignore_accents=True),
    "another alphabet": Filter(search="лампа"),
    "across words": Filter(name="zwilling größe 41"),
    "everywhere": Filter(description="copper"),
    "two texts": Filter(name="acme", description="creme", ignore_accents=True),
    "with a state": Filter(search="zwilling", active=False),
    "a wild card": Filter(name="acme%"),
    "in either": Filter(search="OAK"),
    "a part of a SKU": Filter(sku="bcd"),
    "days": Filter(created_from=date(2025, 1, 3), created_to=date(2025, 1, 4)),
    "up to a moment": Filter(updated_to=datetime(2025, 1, 3, tzinfo=UTC), active=True),
    "a change set": Filter(changed_in=2),
    "inactive": Filter(active=False),
}
ORDERS = (
    "name", "name:desc", "created_at", "created_at:desc", "updated_at", "updated_at:desc", "sku", "sku:desc", "id",
    "id:desc", "name,created_at:desc", "created_at:desc,name", "active,name", "active:desc", "updated_at,sku:desc",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_FEW", 50)
    monkeypatch.setattr(zones, "FROM", 100)
    monkeypatch.setattr(zones, "_SIZE", 20)
    monkeypatch.setattr(zones, "_BATCH", 7)


@pytest.fixture
def catalogue(database: Database) -> Database:
    with database.connect() as connection:
        for _ in range(2):
            connection.execute("INSERT INTO change_sets (kind, actor, client) VALUES ('import', 'ann', 'tests')")
        connection.execute(_FILL, {"rows": ROWS})
    assert catalogue_indexes.maintain(database)
    assert not catalogue_indexes.due(database)
    return database


def by_islands(database: Database, question: Filter, sort: Sort, size: int = SIZE) -> list[Product] | None:
    """What the walk along a zone map alone answers; None where there is none."""
    asked = Asked(question, sort, at_a_glance=True)
    with database.connect() as connection:
        now = segments.coverage(connection)
        way = next((way for way in plans.ways(asked, now, size, 0) if way.mapped), None)
        if way is None:
            return None
        rows = connection.execute(way.query.sql, way.query.values).fetchall()
    return [Product(*row) for row in rows]


@pytest.mark.parametrize("order", ORDERS)
def test_the_first_products_are_those_without_a_map(catalogue: Database, order: str) -> None:
    sort, by_map = Sort.parse(order), 0
    for name, question in QUESTIONS.items():
        expected = listing.after(catalogue, question, sort, None, SIZE)
        assert listing.glance(catalogue, question, sort, SIZE).products == expected, name
        found = by_islands(catalogue, question, sort)
        assert found in (None, expected), name
        by_map += found is not None
    assert by_map == (0 if sort.field == "active" else len(QUESTIONS) - (sort.field in ("created_at", "updated_at")))


def test_only_zones_that_may_hold_a_match_are_walked(catalogue: Database) -> None:
    with catalogue.connect() as connection:
        now = segments.coverage(connection)
        zone_map = now.zone_map("name")
        assert zone_map in now.zone_maps
        everything = connection.execute(f"SELECT count(*), sum(open::int) FROM {zone_map.table}").fetchone()
        assert everything == (ROWS / 20, 0)
        held = [
            connection.execute(f"SELECT count(*) FROM {zone_map.table} WHERE held @> {test}", (text,)).fetchone()
            for test in [zones.held_by("%s::text", zones.NAMED)]
            for text in ("zwilling", "größe", "Лампа", "acme", "acmf")
        ]
    assert held == [(1,), (1,), (2,), (27,), (0,)]


_WORDS = (
    *("oak", "Oak-wood", "straße", "STRASSE", "œuvre", "Łódź", "İstanbul", "naïve", "e\u0301clair", "Ærø", "ΣΊΣΥΦΟΣ"),
    *(
        "лампа",
        "ЛАМПА-1",
        "茶碗蒸し",
        "한국어",
        "x1y2z3",
        "a_b_c",
        "100%",
        "d'été",
        "👩\u200d🍳 pan",
        "ŧħı",
        "şöyle",
        "co\\de",
    ),
)


def _texts(chance: random.Random, count: int) -> list[tuple[str, str, str | None, bool, datetime, int]]:
    """Rows whose words lie in stretches of their names, SKUs and moments, as suppliers' do."""
    rows = []
    for number in range(count):
        common = _WORDS[number * len(_WORDS) // count :][:3]
        name = " ".join(chance.choice((*common, *_WORDS[:2])) for _ in range(3)) + f" {chance.randrange(40)}"
        said = " ".join(chance.choices(_WORDS, k=3)) if chance.random() < 0.7 else None
        sku = f"{unicodedata.normalize('NFC', common[0][:3])}{chance.randrange(10**6)}-{number}"
        made = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number // 30)
        rows.append((sku, name, said, chance.random() < 0.7, made, 1 + (number > count // 2)))
    return rows


def _question(chance: random.Random, rows: Sequence[tuple[str, str, str | None, bool, datetime, int]]) -> Filter:
    row = chance.choice(rows)
    asked: dict[str, Any] = {"ignore_accents": chance.random() < 0.5}
    for field, text in (("sku", row[0]), ("name", row[1]), ("description", row[2] or ""), ("search", row[1])):
        if chance.random() < 0.4 and len(text) > 3:
            first = chance.randrange(len(text) - 2)
            part = text[first : first + chance.randint(2, 7)]
            asked[field] = chance.choice((part, part.upper(), part.lower()))
    if chance.random() < 0.3:
        asked["active"] = row[3]
    if chance.random() < 0.3:
        asked[chance.choice(("created_from", "created_to", "updated_from", "updated_to"))] = row[4]
    if chance.random() < 0.2:
        asked["changed_in"] = row[5]
    return Filter(**asked)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_asked_and_edited(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    rows = _texts(chance, 500)
    with database.connect() as connection:
        for _ in range(2):
            connection.execute("INSERT INTO change_sets (kind, actor, client) VALUES ('import', 'ann', 'tests')")
        connection.cursor().executemany(
            "INSERT INTO products (sku, sku_key, name, description, active, created_at, updated_at, changed_in) "
            "SELECT sku, lower(sku), name, said, active, made, made, by "
            "FROM (SELECT %s::text, %s::text, %s::text, %s::boolean, %s::timestamptz, %s::bigint) "
            "AS one (sku, name, said, active, made, by)",
            rows,
        )
    assert catalogue_indexes.maintain(database)
    answered = 0
    for number in range(240):
        question, sort = _question(chance, rows), Sort.parse(chance.choice(ORDERS))
        expected = listing.after(database, question, sort, None, SIZE)
        found = by_islands(database, question, sort)
        assert found in (None, expected), (question, sort)
        answered += bool(found)
        if number % 8 == 7:
            sku = chance.choice(rows)[0]
            change = chance.choice(("name", "description", "delete", "undo"))
            with suppress(NotFound, Refused):
                if change == "delete":
                    edits.delete(database, [sku], author=AUTHOR)
                elif change == "undo":
                    undo.undo(database, _newest(database), author=AUTHOR)
                else:
                    edits.update(database, sku, Changes(**{change: chance.choice(_WORDS)}), author=AUTHOR)
    assert answered > 60


def _newest(database: Database) -> int:
    with database.connect() as connection:
        row = connection.execute("SELECT max(id) FROM change_sets").fetchone()
    assert row is not None
    return int(row[0])
