"""Edits by hand: one change set each, refused or saved, never lost."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes, InvalidProduct
from tests.support.processes import release_together

ANNA = Author("anna", "window on lab-3")
BEN = Author("ben", "command line on lab-4")


def make(database: Database, *skus: str, name: str = "Cup") -> None:
    for sku in skus:
        edits.create(database, sku=sku, name=name, author=ANNA)


def rows(database: Database, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return connection.execute(sql, values).fetchall()


def test_creating_writes_a_product_and_its_change_set(database: Database) -> None:
    made = edits.create(database, sku="  a\u0308-1 ", name=" Cup ", description="Blue", active=False, author=ANNA)

    product = listing.get(database, "Ä-1")
    assert (product.sku, product.name, product.description, product.active) == ("ä-1", " Cup ", "Blue", False)
    assert product.change_set_id == made.id
    assert (made.kind, made.actor, made.client, made.created) == ("create", "anna", "window on lab-3", 1)
    assert rows(database, "SELECT count(*) FROM product_versions") == [(0,)]
    assert rows(database, "SELECT created_in FROM products") == [(made.id,)]


def test_a_blank_description_is_none(database: Database) -> None:
    for sku, blank in (("A", ""), ("B", " \n\u00a0"), ("C", None)):
        edits.create(database, sku=sku, name="Cup", description=blank, author=ANNA)
        assert listing.get(database, sku).description is None


def test_creating_an_existing_sku_is_refused_and_leaves_nothing(database: Database) -> None:
    make(database, "Abc")
    with pytest.raises(Refused, match="ABC exists already") as refusal:
        edits.create(database, sku="ABC", name="Other", author=ANNA)
    assert refusal.value.exit_code == 5
    assert rows(database, "SELECT count(*) FROM change_sets") == [(1,)]


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"sku": " \u00a0", "name": "Cup"}, "sku", "missing_sku"),
        ({"sku": "A", "name": "\u00a0"}, "name", "missing_name"),
        ({"sku": "A" * 256, "name": "Cup"}, "sku", "too_long"),
        ({"sku": "A", "name": "C" * 1001}, "name", "too_long"),
        ({"sku": "A", "name": "Cup", "description": "d" * 1_000_001}, "description", "too_long"),
        ({"sku": "A\0", "name": "Cup"}, "sku", "nul_character"),
        ({"sku": "A", "name": "Cup", "description": "\0"}, "description", "nul_character"),
        ({"sku": "A\udcff", "name": "Cup"}, "sku", "bad_encoding"),
    ],
)
def test_values_that_a_product_may_not_have(
    database: Database, values: dict[str, str], field: str, reason: str
) -> None:
    with pytest.raises(InvalidProduct) as refusal:
        edits.create(database, **values, author=ANNA)  # type: ignore[arg-type]
    assert [(wrong.field, wrong.reason) for wrong in refusal.value.violations] == [(field, reason)]
    assert listing.count(database, Filter()) == 0


def test_the_longest_values_are_taken(database: Database) -> None:
    edits.create(database, sku="ä" * 255, name="n" * 1000, description="d" * 1_000_000, author=ANNA)
    assert listing.count(database, Filter()) == 1


def test_an_update_keeps_the_before_image(database: Database) -> None:
    edits.create(database, sku="A", name="Cup", description="Blue", author=ANNA)
    before = listing.get(database, "A")

    made = edits.update(database, "a", Changes(name="Mug", active=False), author=BEN)

    assert made is not None
    assert (made.kind, made.actor, made.updated) == ("update", "ben", 1)
    after = listing.get(database, "A")
    assert (after.name, after.description, after.active, after.change_set_id) == ("Mug", "Blue", False, made.id)
    assert after.id == before.id
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at
    assert rows(database, "SELECT operation, sku, name, active, changed_in FROM product_versions") == [
        ("update", "A", "Cup", True, before.change_set_id)
    ]


def test_an_update_that_changes_nothing_writes_nothing(database: Database) -> None:
    edits.create(database, sku="A", name="Cup", author=ANNA)
    before = listing.get(database, "A")
    assert edits.update(database, "A", Changes(name="Cup", description="", active=True), author=BEN) is None
    assert listing.get(database, "A") == before
    assert rows(database, "SELECT count(*) FROM change_sets") == [(1,)]


def test_a_description_is_cleared_by_a_blank_one(database: Database) -> None:
    edits.create(database, sku="A", name="Cup", description="Blue", author=ANNA)
    edits.update(database, "A", Changes(description=""), author=ANNA)
    assert listing.get(database, "A").description is None


def test_a_new_letter_case_is_an_ordinary_update(database: Database) -> None:
    make(database, "abc")
    before = listing.get(database, "abc")
    edits.update(database, "abc", Changes(sku="ABC"), author=ANNA)
    assert (listing.get(database, "abc").sku, listing.get(database, "abc").id) == ("ABC", before.id)


def test_a_new_sku_keeps_the_products_id_and_birth(database: Database) -> None:
    make(database, "old")
    before = listing.get(database, "old")

    made = edits.update(database, "old", Changes(sku=" new ", name="Mug"), author=BEN)

    assert made is not None
    assert made.updated == 1
    after = listing.get(database, "NEW")
    assert (after.id, after.sku, after.name, after.created_at) == (before.id, "new", "Mug", before.created_at)
    assert rows(database, "SELECT created_in, changed_in FROM products") == [(before.change_set_id, made.id)]
    assert rows(database, "SELECT sku_key, operation FROM product_versions") == [("old", "update")]
    with pytest.raises(NotFound):
        listing.get(database, "old")


def test_a_taken_sku_is_refused_and_nothing_is_changed(database: Database) -> None:
    make(database, "a", "b")
    with pytest.raises(Refused, match="B exists already"):
        edits.update(database, "a", Changes(sku="B"), author=ANNA)
    assert listing.get(database, "a").sku == "a"
    assert rows(database, "SELECT count(*) FROM product_versions") == [(0,)]


def test_an_unknown_product_is_not_found(database: Database) -> None:
    for sku in ("nothing", "nul\0", "\udcff", ""):
        with pytest.raises(NotFound):
            edits.update(database, sku, Changes(name="Mug"), author=ANNA)
        with pytest.raises(NotFound):
            listing.get(database, sku)
        with pytest.raises(NotFound):
            edits.delete(database, [sku], author=ANNA)


def test_the_guard_refuses_an_edit_of_an_older_state(database: Database) -> None:
    make(database, "A")
    seen = listing.get(database, "A")
    theirs = edits.update(database, "A", Changes(name="Theirs"), author=BEN)

    with pytest.raises(Conflict, match="changed by ben") as refusal:
        edits.update(database, "A", Changes(name="Mine"), author=ANNA, if_change_set=seen.change_set_id)

    conflict = refusal.value
    assert conflict.exit_code == 5
    assert (conflict.mine.name, conflict.theirs.name) == ("Mine", "Theirs")
    assert conflict.original == seen
    assert conflict.by == theirs
    assert "it was “Cup”, it is “Theirs”, yours is “Mine”" in conflict.details
    assert theirs is not None
    assert edits.update(database, "A", Changes(name="Mine"), author=ANNA, if_change_set=theirs.id)


def test_the_guard_sees_another_programs_write(database: Database) -> None:
    make(database, "A")
    seen = listing.get(database, "A")
    rows(database, "UPDATE products SET name = 'Direct' RETURNING 1")
    with pytest.raises(Conflict, match="another program") as refusal:
        edits.update(database, "A", Changes(name="Mine"), author=ANNA, original=seen)
    assert refusal.value.by is None


def test_rows_of_other_programs_are_edited_like_any_other(database: Database) -> None:
    rows(database, "INSERT INTO products (sku, sku_key, name) VALUES ('X', 'x', 'Direct') RETURNING 1")
    seen = listing.get(database, "x")
    assert seen.change_set_id is None
    with pytest.raises(Conflict):
        edits.update(database, "X", Changes(name="Mug"), author=ANNA, if_change_set=1)
    assert edits.update(database, "X", Changes(name="Mug"), author=ANNA, original=seen)
    assert edits.delete(database, ["x"], author=ANNA).deleted == 1
    assert rows(database, "SELECT operation, changed_in FROM product_versions ORDER BY 1 DESC")[0] == ("update", None)


def test_an_untidy_sku_of_another_program_is_found_as_it_stands(database: Database) -> None:
    """Nobody could mend or delete the row otherwise."""
    rows(database, "INSERT INTO products (sku, sku_key, name) VALUES (' X ', ' x ', 'Direct') RETURNING 1")
    make(database, "x")
    untidy = listing.get(database, " x ")
    assert (untidy.name, listing.get(database, "X").name, listing.get(database, "  X").name) == ("Direct", "Cup", "Cup")
    edits.update(database, " X ", Changes(name="Edited"), author=ANNA)
    assert listing.get(database, " X ").name == "Edited"
    edits.delete(database, [" X "], author=ANNA)
    assert listing.get(database, " X ").name == "Cup"


def test_deleting_several_is_one_change_set_with_before_images(database: Database) -> None:
    make(database, "a", "b", "c")
    made = edits.delete(database, ["A", " b", "a"], author=ANNA)
    assert (made.kind, made.deleted) == ("delete", 2)
    assert listing.count(database, Filter()) == 1
    assert rows(database, "SELECT sku_key, operation FROM product_versions ORDER BY 1") == [
        ("a", "delete"),
        ("b", "delete"),
    ]


def test_one_unknown_sku_keeps_all_from_being_deleted(database: Database) -> None:
    make(database, "a", "b")
    with pytest.raises(NotFound, match="zzz"):
        edits.delete(database, ["a", "zzz", "b"], author=ANNA)
    assert listing.count(database, Filter()) == 2
    assert rows(database, "SELECT count(*) FROM change_sets WHERE kind = 'delete'") == [(0,)]


def test_many_products_are_deleted_by_keeping_writers_out(database: Database) -> None:
    rows(
        database,
        "INSERT INTO products (sku, sku_key, name) "
        "SELECT 'S' || n, 's' || n, 'x' FROM generate_series(1, 300) n RETURNING 1",
    )
    assert edits.delete(database, [f"s{n}" for n in range(1, 251)], author=ANNA).deleted == 250
    assert listing.count(database, Filter()) == 50


def test_delete_all_wants_the_true_count(database: Database) -> None:
    make(database, "a", "b")
    with pytest.raises(Refused, match="2 products would be deleted, not the 3") as refusal:
        edits.delete_all(database, confirm=3, author=ANNA)
    assert refusal.value.exit_code == 5
    assert listing.count(database, Filter()) == 2

    made = edits.delete_all(database, confirm=2, author=ANNA)
    assert made is not None
    assert made.deleted == 2
    assert listing.count(database, Filter()) == 0
    assert edits.delete_all(database, confirm=0, author=ANNA) is None


def test_delete_all_of_a_filter(database: Database) -> None:
    make(database, "a-1", "a-2", "b-1")
    made = edits.delete_all(database, confirm=2, author=ANNA, question=Filter(sku="A-"))
    assert made is not None
    assert made.deleted == 2
    assert listing.get(database, "b-1")


def test_set_active_touches_only_what_differs(database: Database) -> None:
    make(database, "a", "b")
    edits.update(database, "a", Changes(active=False), author=ANNA)
    made = edits.set_active(database, ["a", "b"], False, author=ANNA)
    assert made is not None
    assert (made.kind, made.updated) == ("bulk_edit", 1)
    assert edits.set_active(database, ["a", "b"], False, author=ANNA) is None


def test_racing_edits_are_saved_or_refused(database: Database) -> None:
    """Two writers, 200 guarded edits of one product: the history holds exactly those that were said to be saved."""
    make(database, "A")
    start = threading.Barrier(2)

    def edit(writer: str) -> list[str]:
        saved = []
        start.wait()
        for number in range(100):
            seen = listing.get(database, "A")
            name = f"{writer} {number}"
            try:
                edits.update(database, "A", Changes(name=name), author=BEN, if_change_set=seen.change_set_id)
            except Conflict:
                continue
            saved.append(name)
        return saved

    with ThreadPoolExecutor(2) as pool:
        saved = [name for names in pool.map(edit, ["one", "two"]) for name in names]

    left = rows(database, "SELECT name FROM product_versions UNION ALL SELECT name FROM products")
    assert sorted(name for (name,) in left if name != "Cup") == sorted(saved)
    assert len(saved) >= 100
    # every edit began where another one ended
    chain = rows(database, "SELECT changed_in, change_set_id FROM product_versions ORDER BY change_set_id")
    assert [before for before, _ in chain[1:]] == [made for _, made in chain[:-1]]


# A writer of its own process: reads ten products at a time and edits each as it read it; says what became of it.
RACER = """
import random, sys
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.product import Changes

url, writer = sys.argv[1:]
database, chance = Database.open(url), random.Random(writer)
print("ready", flush=True)
sys.stdin.readline()
for turn in range(50):
    for seen in [listing.get(database, f"R-{number}") for number in chance.sample(range(50), 10)]:
        name = f"{writer} {turn}"
        try:
            edits.update(database, seen.sku, Changes(name=name), author=Author(writer, "race"), original=seen)
        except Conflict:
            print("refused", seen.sku, name)
        else:
            print("saved", seen.sku, name)
database.close()
"""


def test_two_processes_race_and_no_edit_is_lost(database: Database) -> None:
    """A thousand edits of fifty products: the history of each holds exactly the edits that were said to be saved."""
    make(database, *(f"R-{number}" for number in range(50)))
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, database.url, writer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[3],
        )
        for writer in ("anna", "ben")
    ]
    told = [line.split(" ", 2) for said in release_together(racers) for line in said.splitlines()]
    assert len(told) == 1000
    assert {verdict for verdict, _, _ in told} == {"saved", "refused"}

    saved = sorted((sku, name) for verdict, sku, name in told if verdict == "saved")
    held = rows(database, "SELECT sku, name FROM product_versions UNION ALL SELECT sku, name FROM products")
    assert sorted(one for one in held if one[1] != "Cup") == saved
    # Each edit of a product began where the one before it ended.
    chain = rows(
        database,
        "SELECT product_id, changed_in, change_set_id FROM product_versions ORDER BY product_id, change_set_id",
    )
    for before, after in itertools.pairwise(chain):
        assert before[0] != after[0] or before[2] == after[1]


def test_racing_renames_end_in_a_verdict(database: Database) -> None:
    make(database, "a", "b")
    start = threading.Barrier(2)

    def rename(skus: tuple[str, str]) -> int:
        refused = 0
        start.wait()
        for _ in range(20):
            try:
                edits.update(database, skus[0], Changes(sku=skus[1]), author=ANNA)
            except (Refused, NotFound):
                refused += 1
        return refused

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(rename, [("a", "b"), ("b", "a")]))
    assert {sku for (sku,) in rows(database, "SELECT sku_key FROM products")} == {"a", "b"}


def test_edits_and_large_changes_wait_for_each_other_in_one_order(database: Database) -> None:
    """An edit that held its row before the table would meet an import crosswise, and one of them would fail."""
    make(database, "A")
    start = threading.Barrier(3)

    def edit(writer: int) -> None:
        start.wait()
        for number in range(50):
            edits.update(database, "A", Changes(name=f"{writer} {number}"), author=ANNA)

    def import_like(_: int) -> None:
        start.wait()
        for _ in range(50):
            with database.connect() as connection:
                lock_catalogue(connection)
                connection.execute("UPDATE products SET updated_at = now()")

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(edit, 1), pool.submit(edit, 2), pool.submit(import_like, 3)]
    assert [job.exception() for job in jobs] == [None, None, None]
    assert rows(database, "SELECT count(*) FROM product_versions") == [(100,)]


def test_creating_one_sku_at_once_from_many_sides(database: Database) -> None:
    start = threading.Barrier(4)

    def create(spelling: str) -> bool:
        start.wait()
        try:
            edits.create(database, sku=spelling, name="Cup", author=ANNA)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(create, ["abc", "ABC", "Abc", "abC"])) == [False, False, False, True]
