"""Zone maps come and go with the segment that they are of, can be cancelled, and are for whoever sees products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from acme_desktop.core.database import backup, catalogue_indexes, segments, zones
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.segments import Coverage, ZoneMap
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing, plans
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.plans import Asked

ROWS = 300

_ROWS = """
INSERT INTO products (sku, sku_key, name, description, changed_in)
SELECT p || n, lower(p || n), 'Name ' || n, 'Oak', c
FROM (SELECT %s::text, %s::bigint) AS x (p, c), generate_series(1, %s) AS n
"""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_FEW", 20)
    monkeypatch.setattr(zones, "FROM", 100)
    monkeypatch.setattr(zones, "_SIZE", 10)


def fill(database: Database, prefix: str, change_set: int | None, number: int) -> None:
    with database.connect() as connection:
        connection.execute(_ROWS, (prefix, change_set, number))


def covered(database: Database) -> Coverage:
    with database.connect() as connection:
        return segments.coverage(connection)


def standing(database: Database) -> frozenset[ZoneMap]:
    """The maps, each of which is of the first segment."""
    now = covered(database)
    assert now.zone_maps <= {now.zone_map(kind) for kind in zones.ORDERED}
    return now.zone_maps


def test_every_order_has_its_map_of_the_first_segment(database: Database) -> None:
    fill(database, "A", 1, ROWS)
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert not catalogue_indexes.due(database)
    first = standing(database)
    assert {zone_map.kind for zone_map in first} == set(zones.ORDERED)
    for zone_map in first:
        with database.connect() as connection:
            columns = "count(*), min(id_low), max(id_high), bool_and(low <= high), bool_or(open)"
            row = connection.execute(f"SELECT {columns} FROM {zone_map.table}").fetchone()
        assert row == (ROWS / 10, 1, ROWS, True, False)

    fill(database, "B", 2, 30)
    assert catalogue_indexes.maintain(database)
    assert standing(database) == first  # a later segment has none

    fill(database, "C", 3, 200)
    assert catalogue_indexes.maintain(database)
    assert not standing(database) & first
    assert {zone_map.kind for zone_map in standing(database)} == set(zones.ORDERED)
    with database.connect() as connection:
        names = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relname LIKE 'product_zones%' AND relkind = 'r'"
        )
        assert names.fetchone() == (len(zones.ORDERED),)


def test_a_small_catalogue_has_none(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "FROM", ROWS + 1)
    fill(database, "A", 1, ROWS)
    assert catalogue_indexes.maintain(database)
    assert not catalogue_indexes.due(database)
    assert standing(database) == frozenset()


def test_one_that_becomes_small_again_loses_them(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, "A", 1, ROWS)
    catalogue_indexes.maintain(database)
    monkeypatch.setattr(zones, "FROM", ROWS + 1)
    assert not catalogue_indexes.due(database)
    monkeypatch.setattr(zones, "FROM", 2 * ROWS + 2)
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert standing(database) == frozenset()


def test_without_the_extension_there_is_none(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_has_trigrams", lambda connection: False)
    fill(database, "A", 1, ROWS)
    assert catalogue_indexes.maintain(database)
    assert not catalogue_indexes.due(database)
    assert standing(database) == frozenset()


def test_a_step_that_is_cancelled_leaves_whole_maps_and_stays_due(database: Database) -> None:
    fill(database, "A", 1, ROWS)

    class Second(Progress):
        stages = 0

        def stage(self, name: str, total: int | None = None) -> None:
            super().stage(name, total)
            self.stages += name == "Mapping products"
            if self.stages == 2:
                self.cancel()

    with pytest.raises(Cancelled):
        catalogue_indexes.maintain(database, Second())
    assert len(standing(database)) == 1
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert len(standing(database)) == len(zones.ORDERED)


def test_a_very_long_text_opens_its_zone(database: Database) -> None:
    fill(database, "A", 1, ROWS)
    with database.connect() as connection:
        connection.execute("UPDATE products SET description = repeat('x', 20000) || ' walnut' WHERE id = 150")
    catalogue_indexes.maintain(database)
    with database.connect() as connection:
        zone_map = covered(database).zone_map("sku")
        assert zone_map is not None
        row = connection.execute(f"SELECT min(low), count(*) FROM {zone_map.table} WHERE open").fetchone()
    assert row is not None
    assert row[0] <= "a150"
    assert row[1] == 1
    found = listing.glance(database, Filter(description="walnut"), Sort("sku"), 1)
    assert [product.sku for product in found.products] == ["A150"]


def test_a_restored_catalogue_begins_without_maps(database: Database, tmp_path: Path) -> None:
    fill(database, "A", 1, ROWS)
    catalogue_indexes.maintain(database)
    former = standing(database)
    backup.backup(database, tmp_path / "backup", Progress())
    backup.restore(database, tmp_path / "backup", Progress())
    now = covered(database)
    assert now.segments("name")
    assert now.zone_maps == former  # of a table that is no more
    assert not any(now.zone_map(kind) in now.zone_maps for kind in zones.ORDERED)
    assert listing.glance(database, Filter(name="name 7"), Sort("name"), 3).sure
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert len(standing(database)) == len(zones.ORDERED)


@contextmanager
def guest(database: Database, *rights: str) -> Iterator[Database]:
    """The same database for another role."""
    with database.connect() as connection:
        connection.execute("CREATE ROLE guest_of_zones LOGIN")
        for right in rights:
            connection.execute(f"GRANT {right} TO guest_of_zones")
    url = DatabaseUrl.parse(database.url)
    connected = Database(DatabaseUrl({**url.parameters, "options": "-c role=guest_of_zones"}), embedded=False)
    try:
        yield connected
    finally:
        connected.close()
        with database.connect() as connection:
            connection.execute("DROP OWNED BY guest_of_zones")
            connection.execute("DROP ROLE guest_of_zones")


def test_who_sees_products_sees_their_maps(database: Database) -> None:
    fill(database, "A", 1, ROWS)
    with guest(database, "SELECT ON products") as other:
        catalogue_indexes.maintain(database)
        assert covered(other).zone_maps == standing(database)
        asked = Asked(Filter(name="name 1"), Sort("name"), at_a_glance=True)
        with other.connect() as connection:
            way = plans.ways(asked, segments.coverage(connection), 3, 0)[1]
            assert way.mapped
            assert len(connection.execute(way.query.sql, way.query.values).fetchall()) == 3


def test_who_may_not_see_a_map_goes_on_without(database: Database) -> None:
    fill(database, "A", 1, ROWS)
    catalogue_indexes.maintain(database)
    with guest(database, "SELECT ON products") as other:  # granted later
        assert covered(other).zone_maps == frozenset()
        found = listing.glance(other, Filter(name="name 1"), Sort("name"), 3)
    assert found.sure
    assert [product.sku for product in found.products] == ["A1", "A10", "A100"]


def test_a_map_belongs_to_whom_the_products_belong_to(database: Database) -> None:
    fill(database, "A", 1, ROWS)
    with database.connect() as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE ROLE owners_of_zones")
        connection.execute("GRANT CREATE, USAGE ON SCHEMA public TO owners_of_zones")
        former = connection.execute(
            "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'products'"
        ).fetchone()
        connection.execute("ALTER TABLE products OWNER TO owners_of_zones")
    assert former is not None
    try:
        with guest(database, "owners_of_zones", "USAGE, CREATE ON SCHEMA public") as one:
            assert catalogue_indexes.maintain(one)
            assert standing(one) == standing(database) != frozenset()
            with database.connect() as connection:
                owners = connection.execute(
                    "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relname LIKE 'product_zones%'"
                ).fetchall()
            assert owners == [("owners_of_zones",)]
    finally:
        with database.connect() as connection:
            connection.execute(f"REASSIGN OWNED BY owners_of_zones TO {former[0]}")
            connection.execute("DROP OWNED BY owners_of_zones")
            connection.execute("DROP ROLE owners_of_zones")


def test_a_map_that_is_removed_at_this_moment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, "A", 1, ROWS)
    catalogue_indexes.maintain(database)
    with database.connect() as connection:
        before = segments.coverage(connection)
        for zone_map in before.zone_maps:
            zones.drop(connection, zone_map)
    monkeypatch.setattr("acme_desktop.core.products.reading.coverage", lambda _: before)
    for question in (Filter(active=True), Filter(name="name 1")):
        found = listing.glance(database, question, Sort("name"), 3)
        assert [product.sku for product in found.products] == ["A1", "A10", "A100"]


def test_a_catalogue_in_another_schema_has_its_maps_there(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE SCHEMA own")
    url = DatabaseUrl.parse(database.url)
    options = "-c search_path=own,public"
    other = Database(DatabaseUrl({**url.parameters, "options": options}), embedded=False)
    try:
        fill(other, "A", 1, ROWS)
        assert catalogue_indexes.maintain(other)
        assert not catalogue_indexes.due(other)
        assert standing(other) == standing(database) != frozenset()
    finally:
        other.close()


def test_the_longest_name_of_a_map_is_not_cut() -> None:
    name = ZoneMap("created", 2**32 - 1, segments.Bound(10**10 - 1, 10**11 - 1)).table
    assert len(name) <= 63
