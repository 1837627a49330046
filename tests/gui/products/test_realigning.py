from __future__ import annotations

import random

import pytest

from acme_desktop.gui.products.realigning import MANY, Step, moved, steps


def taken(rows: list[int], found: list[Step]) -> list[int | None]:
    """The rows after the steps; what was inserted is None."""
    after: list[int | None] = list(rows)
    for step in found:
        assert 0 <= step.first <= len(after)
        assert step.first + step.removed <= len(after)
        after[step.first : step.first + step.removed] = [None] * step.inserted
    return after


def state(products: list[int]) -> dict[int, int]:
    return dict(enumerate(products))


def where(products: list[int]) -> dict[int, int]:
    return {product: row for row, product in enumerate(products)}


def test_nothing_changed_takes_no_step() -> None:
    assert steps(state([1, 2, 3]), where([1, 2, 3]), lambda *_: True) == []
    assert steps({}, {}, lambda *_: True) == []


def test_products_that_stay_keep_their_rows() -> None:
    assert taken([1, 2, 3], steps(state([1, 2, 3]), where([9, 1, 3, 4]), lambda *_: True))[:3] == [None, 1, 3]


def test_a_product_that_was_replaced_at_its_row_is_not_taken_for_the_new_one() -> None:
    assert taken([1, 2, 3], steps(state([1, 2, 3]), where([1, 7, 3]), lambda *_: True)) == [1, None, 3]


def test_the_held_one_stays_though_all_others_moved() -> None:
    found = steps(state([1, 2, 3, 4, 5]), where([5, 1, 2, 3, 4]), lambda *_: True, held=5)
    assert 5 in taken([1, 2, 3, 4, 5], found)
    found = steps(state([1, 2, 3, 4, 5]), where([5, 1, 2, 3, 4]), lambda *_: True)
    assert 5 not in taken([1, 2, 3, 4, 5], found)


def test_the_held_one_stays_where_a_page_in_between_holds_it_a_second_time() -> None:
    """The older state has product 5 at row 2 still, and at row 6 already."""
    before = {0: 1, 1: 2, 2: 5, 3: 3, 6: 5, 7: 8}
    after = {1: 0, 2: 1, 3: 2, 5: 6, 8: 7}
    found = steps(before, after, lambda *_: False, held=5)
    assert moved(2, found) == 6


def test_rows_nobody_knows_make_room() -> None:
    found = steps({0: 1, 500: 2}, {1: 0, 2: 400}, lambda *_: False)
    assert moved(500, found) == 400
    assert moved(0, found) == 0
    assert moved(450, found) is None


@pytest.mark.parametrize("seed", range(200))
def test_any_change_ends_with_every_kept_product_at_its_new_row(seed: int) -> None:
    chance = random.Random(seed)
    before = chance.sample(range(100), chance.randint(0, 60))
    after = [product for product in before if chance.random() > 0.2]
    for product in chance.sample(range(100, 200), chance.randint(0, 15)):
        after.insert(chance.randint(0, len(after)), product)
    if chance.random() < 0.4 and len(after) > 2:
        after.insert(chance.randrange(len(after)), after.pop(chance.randrange(len(after))))
    found = steps(state(before), where(after), lambda *_: True)
    assert len(found) <= MANY
    result = taken(before, found)
    new_rows = where(after)
    for row, product in enumerate(result):
        assert product is None or new_rows[product] == row
    if len(found) > 2:
        common = [product for product in before if product in new_rows]
        assert sum(product is not None for product in result) >= len(common) - 2
    for row, product in enumerate(before):
        there = moved(row, found)
        assert there is None or result[there] == product
