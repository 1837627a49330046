"""How the rows of a table move to where their products are now, so that what hangs on a row stays with its product.

Qt moves selections, the current cell and open editors along where rows are inserted and removed. So an older state of
the rows becomes a newer one by such steps: products that are in both, in the same order, keep their rows, rows of
products that are gone are removed, and the others make up the difference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MANY = 40
"""More steps than these are done as two: what lies between the first and the last of them goes, and comes anew."""


@dataclass(frozen=True)
class Step:
    """Rows removed from `first` on, or inserted before it; the steps follow each other from the last row upwards."""

    first: int
    removed: int = 0
    inserted: int = 0


@dataclass(frozen=True, order=True)
class _Kept:
    old: int
    new: int


def steps(
    old: Mapping[int, int], new: Mapping[int, int], gone: Callable[[int, int], bool], held: int | None = None
) -> list[Step]:
    """The steps that lead from an older state to a newer one.

    Args:
        old: the product of each row that is known.
        new: the row, by product, of those that are known now.
        gone: whether the product of a row, both given, is not there any more, for those that are not in `new`.
        held: the product that has to keep its row whatever the others do.
    """
    kept = _kept(old, new, held)
    keeping = {one.old for one in kept}
    leaving = sorted(
        row for row, product in old.items() if row not in keeping and (product in new or gone(row, product))
    )
    found: list[Step] = []
    for before, after in zip(reversed([_Kept(-1, -1), *kept][:-1]), reversed(kept), strict=True):
        inside = leaving[bisect_left(leaving, before.old + 1) : bisect_left(leaving, after.old)]
        found += _gap(after, after.old - before.old - 1, after.new - before.new - 1, inside)
    last = kept[-1].old if kept else -1
    found = [*_removals(leaving[bisect_left(leaving, last + 1) :]), *found]
    return found if len(found) <= MANY else _together(found)


def moved(row: int, steps_taken: list[Step]) -> int | None:
    """Where a row is after the steps; None where it was removed."""
    for step in steps_taken:
        if step.removed and step.first <= row < step.first + step.removed:
            return None
        if row >= step.first:
            row += step.inserted - step.removed
    return row


def _kept(old: Mapping[int, int], new: Mapping[int, int], held: int | None) -> list[_Kept]:
    """The most products of which the order has not changed, first to last."""
    both = [_Kept(row, new[product]) for row, product in sorted(old.items()) if product in new]
    if held is not None and held in new:
        anchor = next((one for one in both if old[one.old] == held), None)
        if anchor is not None:
            # A page that came in between may hold it a second time, where it is now.
            others = (one for one in both if one.new != anchor.new)
            both = sorted([anchor, *(one for one in others if (one.old < anchor.old) == (one.new < anchor.new))])
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for number, one in enumerate(both):
        at = bisect_left(tails, one.new)
        tails[at : at + 1] = [one.new]
        ends[at : at + 1] = [number]
        previous.append(ends[at - 1] if at else -1)
    found: list[_Kept] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(both[at])
        at = previous[at]
    return found[::-1]


def _gap(after: _Kept, size: int, wanted: int, leaving: list[int]) -> list[Step]:
    """The steps between two kept rows, so that as many rows are there as are wanted."""
    over = size - len(leaving) - wanted
    if over > 0:  # nobody knows which of the others went
        known = set(leaving)
        row = after.old - 1
        while over:
            if row not in known:
                known.add(row)
                over -= 1
            row -= 1
        leaving = sorted(known)
    inserted = [Step(after.old, inserted=-over)] if over < 0 else []
    return [*inserted, *_removals(leaving)]


def _removals(rows: list[int]) -> list[Step]:
    """Rows that follow each other go in one step."""
    found: list[Step] = []
    for row in reversed(rows):
        if found and found[-1].first == row + 1:
            found[-1] = Step(row, found[-1].removed + 1)
        else:
            found.append(Step(row, 1))
    return found


def _together(single: list[Step]) -> list[Step]:
    first = single[-1].first
    end = max(step.first + step.removed for step in single)
    change = sum(step.inserted - step.removed for step in single)
    return [Step(first, removed=end - first), Step(first, inserted=end - first + change)]
