"""Conflicts: what stands side by side, what a merge saves, and races of many edits of the same products."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import conflicts, edits, listing
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.product import Changes
from tests.support.processes import release_together

ANNA = Author("anna", "window on lab-3")
BEN = Author("ben", "command line on lab-4")
PRODUCTS, EDITS = 50, 500


def conflict_over(database: Database, mine: Changes, theirs: Changes) -> Conflict:
    edits.create(database, sku="A-1", name="Cup", description="Blue", author=ANNA)
    seen = listing.get(database, "A-1")
    edits.update(database, "A-1", theirs, author=BEN)
    with pytest.raises(Conflict) as refusal:
        edits.update(database, "A-1", mine, author=ANNA, original=seen)
    return refusal.value


def test_each_field_tells_who_changed_it(database: Database) -> None:
    found = conflict_over(
        database, Changes(name="Mug", description=""), Changes(name="Beaker", active=False, sku="a-1")
    )
    states = {state.field: state for state in conflicts.states(found)}
    assert (states["name"].original, states["name"].theirs, states["name"].mine) == ("Cup", "Beaker", "Mug")
    assert states["name"].contested
    assert (states["description"].i_changed, states["description"].they_changed) == (True, False)
    assert (states["active"].i_changed, states["active"].they_changed) == (False, True)
    assert {field: state.merged for field, state in states.items()} == {
        "sku": "theirs",
        "name": "mine",
        "description": "mine",
        "active": "theirs",
    }
    assert found.by is not None
    assert found.by.actor == "ben"


def test_the_same_change_by_both_is_not_contested(database: Database) -> None:
    found = conflict_over(database, Changes(name="Mug"), Changes(name="Mug", active=False))
    assert not any(state.contested for state in conflicts.states(found))
    assert conflicts.merge(found, {"name": "mine"}) == Changes()


def test_mine_over_theirs_brings_back_what_they_changed(database: Database) -> None:
    found = conflict_over(database, Changes(name="Mug"), Changes(description="Red", active=False))
    everything = conflicts.merge(found, dict.fromkeys(("sku", "name", "description", "active"), "mine"))
    edits.update(database, found.theirs.sku, everything, author=ANNA, original=found.theirs)
    product = listing.get(database, "A-1")
    assert (product.name, product.description, product.active) == ("Mug", "Blue", True)


def test_a_merge_takes_field_by_field(database: Database) -> None:
    found = conflict_over(database, Changes(name="Mug", description=" "), Changes(name="Beaker", active=False))
    merged = conflicts.merge(found, {"description": "mine", "name": "theirs", "active": "theirs"})
    assert merged == Changes(description="")
    edits.update(database, "A-1", merged, author=ANNA, original=found.theirs)
    product = listing.get(database, "A-1")
    assert (product.name, product.description, product.active) == ("Beaker", None, False)


def test_a_merge_over_a_third_change_is_refused_again(database: Database) -> None:
    found = conflict_over(database, Changes(name="Mug"), Changes(name="Beaker"))
    edits.update(database, "A-1", Changes(name="Third"), author=BEN)
    with pytest.raises(Conflict) as refusal:
        edits.update(database, "A-1", conflicts.merge(found, {"name": "mine"}), author=ANNA, original=found.theirs)
    assert (refusal.value.mine.name, refusal.value.theirs.name) == ("Mug", "Third")
    assert listing.get(database, "A-1").name == "Third"


def test_a_product_that_got_another_sku_is_a_conflict_and_not_lost(database: Database) -> None:
    found = conflict_over(database, Changes(name="Mug"), Changes(sku="B-1"))
    assert (found.theirs.sku, found.mine.sku, found.mine.name) == ("B-1", "A-1", "Mug")
    edits.update(
        database, found.theirs.sku, conflicts.merge(found, {"name": "mine"}), author=ANNA, original=found.theirs
    )
    assert (listing.get(database, "B-1").name, listing.count(database, edits.Filter())) == ("Mug", 1)


def test_the_details_are_in_plain_words(database: Database) -> None:
    found = conflict_over(database, Changes(name="Mug", description=""), Changes(name="Beaker", active=False))
    assert found.details.splitlines() == [
        "name: it was “Cup”, it is “Beaker”, yours is “Mug”",
        "description: it was “Blue”, it is “Blue”, yours is (blank)",
        "active: it was yes, it is no, yours is yes",
    ]
    with pytest.raises(Conflict) as refusal:
        edits.update(database, "A-1", Changes(name="Mug"), author=ANNA, if_change_set=999)
    assert refusal.value.details == "name: it is “Beaker”, yours is “Mug”"


# A process of its own: edits products in an order of its own, each as just read, and prints what became of it.
_RACER = """
import random, sys
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.product import Changes

url, me, products, number = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(me)
database = Database.open(url)
print("ready", flush=True)
sys.stdin.readline()
for n in range(number):
    sku = f"P-{chance.randrange(products)}"
    original = listing.get(database, sku)
    name = f"{me} {n}"
    try:
        edits.update(database, sku, Changes(name=name), author=Author(me, "race"), original=original)
        print("saved", sku, name, sep="\\t")
    except Conflict:
        print("refused", sku, name, sep="\\t")
database.close()
"""


def race(url: str) -> list[list[str]]:
    """What two processes say of `EDITS` edits each, started at the same moment."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", _RACER, url, name, str(PRODUCTS), str(EDITS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("anna", "ben")
    ]
    said = release_together(racers)
    return [line.split("\t") for text in said for line in text.splitlines()]


def test_1000_racing_edits_of_50_products_are_saved_or_refused(database: Database) -> None:
    """The history holds exactly those that were said to be saved, each beginning where the one before it ended."""
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name) SELECT 'P-' || n, 'p-' || n, 'Cup' "
            "FROM generate_series(0, %s) AS n",
            (PRODUCTS - 1,),
        )
    said = race(database.url)
    assert len(said) == 2 * EDITS
    saved = sorted((sku, name) for verdict, sku, name in said if verdict == "saved")
    refused = {(sku, name) for verdict, sku, name in said if verdict == "refused"}

    def rows(query: str) -> list[Any]:
        with database.connect() as connection:
            return connection.execute(query).fetchall()

    states = rows("SELECT sku, name FROM product_versions UNION ALL SELECT sku, name FROM products")
    assert sorted(state for state in states if state[1] != "Cup") == saved
    assert not refused & set(saved)
    chains = rows("SELECT product_id, changed_in, change_set_id FROM product_versions ORDER BY 1, 3")
    for earlier, later in pairwise(chains):
        assert earlier[0] != later[0] or later[1] == earlier[2]
    assert rows("SELECT count(*) FROM change_sets") == [(len(saved),)]
    # Both were at it at the same time: their change sets alternate again and again.
    actors = [actor for (actor,) in rows("SELECT actor FROM change_sets ORDER BY id")]
    assert sum(one != other for one, other in pairwise(actors)) > 20
