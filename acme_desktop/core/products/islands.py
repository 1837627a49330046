"""Where in an order products may be that match, by a zone map (see `core.database.zones`).

Zones that share a value of the order are one *island*: products that are equal in the order's first field may have to
be put in order by another one, so they are walked together.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from acme_desktop.core.database.segments import Coverage, ZoneMap
from acme_desktop.core.database.zones import NAMED, ORDERED, SAID, held_by
from acme_desktop.core.products.filters import Clause, Filter, Sort, comparisons, texts
from acme_desktop.core.products.matching import has_trigram


class Chart(NamedTuple):
    """A zone map that serves an order: the columns that tell where a zone lies in it, and what its products sort by."""

    zone_map: ZoneMap
    low: str
    high: str
    place: str


def chart(sort: Sort, now: Coverage) -> Chart | None:
    """The map for an order, where there is one. Ids rise with the moment of creation, and have none of their own."""
    kind = "created" if sort.field == "id" else sort.field.removesuffix("_at")
    zone_map = now.zone_map(kind) if kind in ORDERED else None
    if zone_map is None or zone_map not in now.zone_maps:
        return None
    if sort.field == "id":
        return Chart(zone_map, "id_low", "id_high", "id")
    return Chart(zone_map, "low", "high", ORDERED[kind])


def islands(question: Filter, on: Chart, *, descending: bool, ascii_only: bool) -> Clause | None:
    """Those that may hold a match, from the first in the order on: `low` and `high`, both included.

    None where the map knows nothing of what is asked.
    """
    tests = [*_text_tests(question, ascii_only=ascii_only), *_range_tests(question)]
    if not tests:
        return None
    return Clause(
        f"""
        SELECT min(low) AS low, max(high) AS high FROM (
            SELECT low, high, sum(apart) OVER (ORDER BY low, high) AS island FROM (
                SELECT low, high, (low > max(high) OVER before IS NOT FALSE)::int AS apart FROM (
                    SELECT {on.low} AS low, {on.high} AS high FROM {on.zone_map.table}
                    WHERE {" AND ".join(test.sql for test in tests)}
                ) AS zones
                WINDOW before AS (ORDER BY low, high ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ) AS compared
        ) AS numbered
        GROUP BY island ORDER BY min(low) {"DESC" if descending else "ASC"}
        """,
        tuple(value for test in tests for value in test.values),
    )


def _text_tests(question: Filter, *, ascii_only: bool) -> list[Clause]:
    """One test, every part of which the map's index answers alone: to look into the zones would take far longer."""
    wanted = [
        [(text, held) for held in dict.fromkeys(NAMED if field == "name" else SAID for field in fields)]
        for text, fields in texts(question)
        if has_trigram(text, ignore_accents=True, ascii_only=ascii_only)
    ]
    if not wanted:
        return []
    either = list(itertools.product(*wanted))
    held = [" || ".join(held_by("%s::text", field) for _, field in every) for every in either]
    return [
        Clause(
            f"(open OR {' OR '.join(f'held @> ({one})' for one in held)})",
            tuple(text for every in either for text, _ in every),
        )
    ]


def _range_tests(question: Filter) -> list[Clause]:
    tests = []
    for column, sign, value in comparisons(question):
        if column == "active":
            tests.append(Clause("some_active" if value else "some_inactive"))
        elif sign == "=":
            tests.append(Clause(f"%s BETWEEN {column}_low AND {column}_high", (value,)))
        else:
            tests.append(Clause(f"{column}_{'high' if sign == '>=' else 'low'} {sign} %s", (value,)))
    return tests
