"""Segments divide the catalogue exactly, come when they are due, give way to imports, and heal after any cut."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database import catalogue_indexes, segments
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.segments import KINDS, OF_TRIGRAMS, Bound, Coverage, Segment
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing
from acme_desktop.core.products.filters import Filter, Sort

_ROWS = """
INSERT INTO products (sku, sku_key, name, changed_in)
SELECT p || n, lower(p || n), 'Name ' || n, c
FROM (SELECT %s::text, %s::bigint) AS x (p, c), generate_series(1, %s) AS n
"""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_FEW", 20)


def fill(database: Database, prefix: str, change_set: int | None, number: int) -> None:
    with database.connect() as connection:
        connection.execute(_ROWS, (prefix, change_set, number))


def standing(database: Database) -> tuple[Segment, ...]:
    with database.connect() as connection:
        now = segments.coverage(connection)
    found = {kind: now.segments(kind) for kind in KINDS}
    assert len(set(found.values())) == 1
    assert len(now.indexes) == len(KINDS) * len(found["name"])
    return found["name"]


def assert_divided(database: Database) -> None:
    """Every product is in exactly one part."""
    with database.connect() as connection:
        parts = segments.coverage(connection).parts("name")
        counts = " + ".join(f"coalesce(({part})::int, 0)" for part in parts)
        row = connection.execute(f"SELECT bool_and({counts} = 1) FROM products").fetchone()
        assert row == (True,)


def test_nothing_is_done_for_a_small_catalogue(database: Database) -> None:
    fill(database, "A", 1, 20)
    assert not catalogue_indexes.due(database)
    assert not catalogue_indexes.maintain(database)
    assert standing(database) == ()


def test_what_is_written_later_is_in_no_index_until_it_is_much(database: Database) -> None:
    fill(database, "A", 1, 100)
    fill(database, "F", None, 100)
    assert catalogue_indexes.due(database)
    progress = Progress()
    assert catalogue_indexes.maintain(database, progress)
    assert not catalogue_indexes.due(database)
    first = Segment(None, Bound(1, 200))
    assert standing(database) == (first,)
    fill(database, "B", 2, 10)
    fill(database, "G", None, 10)
    assert_divided(database)
    assert not catalogue_indexes.due(database)
    fill(database, "C", 3, 5)
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert standing(database) == (first, Segment(first.upper, Bound(3, 225)))
    assert_divided(database)
    with database.connect() as connection:  # one that is changed leaves its segment, one that is not stays
        connection.execute("UPDATE products SET changed_in = 4 WHERE sku_key = 'a1'")
        connection.execute("UPDATE products SET name = 'By another program' WHERE sku_key IN ('f1', 'g1')")
    assert_divided(database)


def test_small_later_segments_become_one_and_leave_the_first_alone(database: Database) -> None:
    fill(database, "A", 1, 2000)
    catalogue_indexes.maintain(database)
    (first,) = standing(database)
    for number, segments_then in ((2, 2), (3, 3), (4, 4), (5, 2), (6, 3)):
        fill(database, f"B{number}-", number, 25)
        catalogue_indexes.maintain(database)
        assert len(standing(database)) == segments_then
        assert standing(database)[0] == first
        assert_divided(database)


def test_later_segments_become_one_with_the_first_when_they_are_large(database: Database) -> None:
    fill(database, "A", 1, 400)
    catalogue_indexes.maintain(database)
    for number in (2, 3):
        fill(database, f"B{number}-", number, 40)
        catalogue_indexes.maintain(database)
        assert len(standing(database)) == number
    fill(database, "C", 4, 60)
    catalogue_indexes.maintain(database)
    assert standing(database) == (Segment(None, Bound(4, 540)),)
    assert_divided(database)


def test_an_unfinished_index_is_not_used_and_is_removed(database: Database) -> None:
    fill(database, "A", 1, 100)
    catalogue_indexes.maintain(database)
    with database.connect() as connection:  # as a killed step leaves it
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'products_search_0_0_1_100'::regclass"
        )
    with database.connect() as connection:
        now = segments.coverage(connection)
        assert now.segments("search") == ()
        assert now.parts("search") == ("true",)
        assert len(now.segments("name")) == 1
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert standing(database) == (Segment(None, Bound(1, 100)),)


@pytest.mark.parametrize("missing", KINDS)
def test_a_step_that_was_cut_off_is_finished(database: Database, missing: str) -> None:
    fill(database, "A", 1, 100)
    catalogue_indexes.maintain(database)
    with database.connect() as connection:
        connection.execute(f"DROP INDEX products_{missing}_0_0_1_100")
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert len(standing(database)) == 1
    assert not catalogue_indexes.due(database)


def test_a_gap_ends_what_is_covered() -> None:
    a, b, c = Bound(1, 10), Bound(2, 20), Bound(3, 30)
    found = [
        segments._index(Segment(lower, upper).index("name").split("_"), valid)
        for lower, upper, valid in [(None, a, True), (a, b, False), (b, c, True)]
    ]
    now = Coverage(tuple(found))
    assert now.segments("name") == (Segment(None, a),)
    assert now.parts("name") == (a.within, *a.beyond)
    assert now.parts(None) == now.parts("search") == ("true",)


def test_the_longest_name_of_an_index_is_not_cut() -> None:
    name = Segment(Bound(10**10 - 1, 10**11 - 1), Bound(10**10 - 1, 10**11 - 1)).index("created")
    assert len(name) <= 63


@contextmanager
def held_back(database: Database) -> Iterator[None]:
    """An index in the making has to wait for a transaction that wrote to the table."""
    with psycopg.connect(database.url) as other:
        other.execute("LOCK TABLE products IN ROW EXCLUSIVE MODE")
        other.execute("SELECT txid_current()")
        yield
        other.rollback()


def wait_for_build(database: Database) -> None:
    for _ in range(1000):
        with database.connect() as connection:
            query = "SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database()"
            if connection.execute(query).fetchone():
                return
            connection.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("no index is being made")


def test_it_gives_way_to_whoever_locks_the_catalogue(database: Database) -> None:
    fill(database, "A", 1, 100)
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(catalogue_indexes.maintain(database)))
    with held_back(database):
        thread.start()
        wait_for_build(database)
        assert not catalogue_indexes.maintain(database)  # another one is at it
        with psycopg.connect(database.url) as importing:
            catalogue_indexes.give_way(importing)
            thread.join(10)
    assert results == [False]
    with database.connect() as connection:
        connection.execute("SET LOCAL lock_timeout = '5s'")
        lock_catalogue(connection)
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert len(standing(database)) == 1


def test_it_can_be_cancelled(database: Database) -> None:
    fill(database, "A", 1, 100)
    progress = Progress()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            catalogue_indexes.maintain(database, progress)
        except Cancelled as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    with held_back(database):
        thread.start()
        wait_for_build(database)
        progress.cancel()
        thread.join(10)
    assert len(errors) == 1
    assert catalogue_indexes.maintain(database)  # nothing of the first one is left that would keep this one out
    assert len(standing(database)) == 1


def test_an_index_of_another_version_is_removed(database: Database) -> None:
    fill(database, "A", 1, 100)
    catalogue_indexes.maintain(database)
    with database.connect() as connection:
        connection.execute("CREATE INDEX products_former_0_0_1_100 ON products (active)")
    assert catalogue_indexes.due(database)
    assert catalogue_indexes.maintain(database)
    assert not catalogue_indexes.due(database)
    with database.connect() as connection:
        assert {index.kind for index in segments.coverage(connection).indexes} == set(KINDS)


def test_without_the_extension_everything_else_is_indexed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_has_trigrams", lambda connection: False)
    fill(database, "A", 1, 100)
    assert catalogue_indexes.maintain(database)
    assert not catalogue_indexes.due(database)
    with database.connect() as connection:
        now = segments.coverage(connection)
    assert {index.kind for index in now.indexes} == set(KINDS) - OF_TRIGRAMS


def test_who_may_not_make_indexes_goes_on_without(database: Database) -> None:
    fill(database, "A", 1, 100)
    assert catalogue_indexes.allowed(database)
    with database.connect() as connection:
        connection.execute("CREATE ROLE guest_of_indexes LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest_of_indexes")
    try:
        with database.connect() as connection:
            connection.execute("GRANT USAGE ON SCHEMA public TO guest_of_indexes")
        url = DatabaseUrl.parse(database.url)
        guest = Database(DatabaseUrl({**url.parameters, "options": "-c role=guest_of_indexes"}), embedded=False)
        try:
            assert not catalogue_indexes.allowed(guest)
            assert not catalogue_indexes.due(guest)
            assert not catalogue_indexes.maintain(guest)
            assert len(listing.after(guest, Filter(search="name 1"), Sort("name"), None, 100)) == 12
        finally:
            guest.close()
    finally:
        with database.connect() as connection:
            connection.execute("DROP OWNED BY guest_of_indexes")
            connection.execute("DROP ROLE guest_of_indexes")


_RUN = """
import sys
from acme_desktop.core.database import catalogue_indexes
from acme_desktop.core.database.connections import Database
catalogue_indexes._FEW = 20
catalogue_indexes.maintain(Database.open(sys.argv[1]))
"""


def test_a_killed_program_leaves_a_catalogue_that_heals(database: Database) -> None:
    fill(database, "A", 1, 100)
    with held_back(database):
        process = subprocess.Popen([sys.executable, "-c", _RUN, database.url])
        wait_for_build(database)
        process.kill()
        process.wait()
        fill(database, "B", 2, 50)
        assert_divided(database)
    deadline = time.monotonic() + 30
    while catalogue_indexes.due(database):  # the server notices within a second that the program is gone
        assert time.monotonic() < deadline
        catalogue_indexes.maintain(database)
    assert len(standing(database)) in (1, 2)
    assert_divided(database)
