from __future__ import annotations

from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, listing, positions
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.positions import Anchor, Surroundings
from acme_desktop.core.products.product import Product

SORTS = [
    Sort("sku"),
    Sort("sku", descending=True),
    Sort("name"),
    Sort("name", descending=True),
    Sort("description"),
    Sort("active", descending=True),
    Sort("created_at"),
    Sort("active", then=Sort("name", descending=True, then=Sort("updated_at"))),
]
AUTHOR = Author("tester", "tests")
EVERYTHING, SOME = Filter(), Filter(search="product 1")
COUNT = 300


@pytest.fixture
def catalogue(database: Database) -> Database:
    """Names that repeat, in letters of several kinds; some descriptions are missing."""
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, active, created_at) SELECT 'P-' || n, 'p-' || n, "
            "(ARRAY['Éa', 'eb', 'Zc', 'ab', 'ÄA'])[1 + n %% 5] || ' product ' || n %% 20, "
            "CASE WHEN n %% 3 > 0 THEN 'Text ' || n %% 7 END, n %% 4 > 0, "
            "timestamptz '2026-01-01' + n %% 11 * interval '1 day' FROM generate_series(1, %s) AS n",
            (COUNT,),
        )
    return database


def answer(database: Database, question: Filter, sort: Sort) -> list[Product]:
    return listing.page(database, question, sort, 1, 10_000)


@pytest.mark.parametrize("question", [EVERYTHING, SOME])
@pytest.mark.parametrize("sort", SORTS)
def test_the_place_of_a_product_with_and_without_landmarks(catalogue: Database, question: Filter, sort: Sort) -> None:
    everything = answer(catalogue, question, sort)
    marks = listing.landmarks(catalogue, question, sort, step=7)
    for given in (None, marks):
        for place in (0, 1, 6, 7, 8, 13, 50, len(everything) - 1):
            product = everything[place]
            found = positions.place_of(catalogue, question, sort, product, Progress(), landmarks=given)
            assert found == place


def test_a_product_that_does_not_match_has_no_place(catalogue: Database) -> None:
    product = answer(catalogue, EVERYTHING, Sort())[0]
    assert positions.place_of(catalogue, Filter(search="nothing"), Sort(), product, Progress()) is None


def around(database: Database, wanted: Surroundings, **named: Any) -> positions.Stretch:
    return positions.stretch(database, EVERYTHING, Sort(), wanted, Progress(), **named)


@pytest.mark.parametrize("place", [0, 9, 10, 11, 155, 295, 299])
def test_a_stretch_is_whole_pages_around_its_anchor(catalogue: Database, place: int) -> None:
    everything = answer(catalogue, EVERYTHING, Sort())
    found = around(catalogue, Surroundings((Anchor(everything[place].id, 3, 12),), 0, 1, 10))
    assert found.first % 10 == 0
    assert found.first <= max(0, place - 3)
    assert found.products == everything[found.first : found.first + len(found.products)]
    end = found.first + len(found.products)
    assert end >= min(place + 12, COUNT)
    assert end % 10 == 0 or end == COUNT


def test_the_first_anchor_that_is_left_decides(catalogue: Database) -> None:
    everything = answer(catalogue, EVERYTHING, Sort())
    edits.delete(catalogue, [everything[100].sku, everything[0].sku], author=AUTHOR)
    wanted = Surroundings(tuple(Anchor(everything[row].id, 5, 5) for row in (100, 101)), 95, 10, 10)
    found = around(catalogue, wanted)
    assert found.first + found.products.index(everything[101]) == 99


def test_without_any_anchor_left_the_place_counts(catalogue: Database) -> None:
    everything = answer(catalogue, EVERYTHING, Sort())
    edits.delete(catalogue, [everything[100].sku], author=AUTHOR)
    found = around(catalogue, Surroundings((Anchor(everything[100].id, 5, 5),), 95, 10, 10))
    assert found.first == 90
    assert found.products == answer(catalogue, EVERYTHING, Sort())[90:110]


def test_single_products_have_their_places_told_and_those_that_are_gone_have_none(catalogue: Database) -> None:
    everything = answer(catalogue, EVERYTHING, Sort())
    edits.delete(catalogue, [everything[5].sku], author=AUTHOR)
    singles = tuple(everything[row].id for row in (5, 20, 250))
    found = around(catalogue, Surroundings((), 0, 30, 10, singles))
    assert found.places == {everything[20].id: 19, everything[250].id: 249}


def test_landmarks_of_an_earlier_moment_never_lead_beyond_the_start(catalogue: Database) -> None:
    everything = answer(catalogue, EVERYTHING, Sort())
    marks = listing.landmarks(catalogue, EVERYTHING, Sort(), step=7)
    edits.delete(catalogue, [product.sku for product in everything[:20]], author=AUTHOR)
    found = around(catalogue, Surroundings((Anchor(everything[24].id, 30, 5),), 0, 1, 10), landmarks=marks)
    assert found.first == 0
    assert found.products[:5] == everything[20:25]
