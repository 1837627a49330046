"""Saved views come back as they were saved, for everybody who uses the database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg import Connection

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.date_ranges import DateRange
from acme_desktop.core.foundation.errors import InputProblem, NotFound, Refused
from acme_desktop.core.products import saved_views
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.saved_views import View

ANNA = Author("anna", "tests")
LAMPS = View(
    Filter(
        sku="L-",
        name="50%_\\“lamp”",
        description="été",
        search="x",
        active=False,
        created_from=datetime(2026, 1, 1, 12, 30, 0, 5, tzinfo=UTC),
        created_to=date(2026, 2, 1),
        changed_in=40,
    ),
    Sort("updated_at", descending=True),
    {"updated": "last_7_days"},
    {"widths": [1, 2], "hidden": ["active"]},
)


def names(connection: Connection[Any]) -> list[str]:
    return [view.name for view in saved_views.listed(connection)]


def test_a_view_comes_back_as_it_was_saved(database: Database) -> None:
    with database.connect() as connection:
        saved = saved_views.save(connection, "  Lamps & more ", LAMPS, ANNA)
    with database.connect() as connection:
        assert saved_views.listed(connection) == [saved] == [saved_views.named(connection, "Lamps & more")]
    assert (saved.view, saved.saved_by, saved.position) == (LAMPS, "anna", 1)


def test_a_range_that_moves_is_as_of_the_day_of_asking() -> None:
    asked = LAMPS.filter_on(date(2026, 3, 31))
    week = DateRange(first=date(2026, 3, 25), last=date(2026, 3, 31))
    assert (asked.updated_from, asked.updated_to) == week.moments(date(2026, 3, 31))
    assert (asked.name, asked.created_to) == (LAMPS.filter.name, date(2026, 2, 1))


def test_saving_under_a_name_that_exists_replaces_the_view_in_its_place(database: Database) -> None:
    with database.connect() as connection:
        saved_views.save(connection, "A", View(), ANNA)
        saved_views.save(connection, "B", View(), ANNA, replace=False)
        saved_views.save(connection, "A", LAMPS, Author("bob", "tests"))
        assert names(connection) == ["A", "B"]
        replaced = saved_views.named(connection, "A")
        assert (replaced.view, replaced.saved_by) == (LAMPS, "bob")


def test_renaming_deleting_and_moving(database: Database) -> None:
    with database.connect() as connection:
        for name in "ABC":
            saved_views.save(connection, name, View(), ANNA)
        saved_views.rename(connection, "B", "Bolts")
        saved_views.move(connection, "C", -1)
        assert names(connection) == ["A", "C", "Bolts"]
        saved_views.move(connection, "A", 9)
        saved_views.move(connection, "gone", 1)
        assert names(connection) == ["C", "Bolts", "A"]
        saved_views.delete(connection, "Bolts")
        saved_views.delete(connection, "Bolts")
        saved_views.save(connection, "D", View(), ANNA)
        assert names(connection) == ["C", "A", "D"]


def test_what_cannot_be_done_is_told_and_changes_nothing(database: Database) -> None:
    with database.connect() as connection:
        saved_views.save(connection, "A", View(), ANNA)
        saved_views.save(connection, "B", View(), ANNA)
        with pytest.raises(Refused, match="already"):
            saved_views.rename(connection, "A", "B")
        with pytest.raises(Refused, match="already"):
            saved_views.save(connection, " B", LAMPS, ANNA, replace=False)
        assert saved_views.named(connection, "B").view == View()
        with pytest.raises(NotFound, match="any more"):
            saved_views.rename(connection, "gone", "C")
        with pytest.raises(NotFound, match="A, B"):
            saved_views.named(connection, "gone\0")
        for name in (" ", "\u200b", "x" * 101, "nul\0", "surrogate\udc80"):
            with pytest.raises(InputProblem):
                saved_views.save(connection, name, View(), ANNA)
        with pytest.raises(InputProblem, match="filters"):
            saved_views.save(connection, "C", View(Filter(search="nul\0")), ANNA)
        assert names(connection) == ["A", "B"]


@pytest.mark.parametrize(
    ("stored", "sort"),
    [
        ('{"colour": "red"}', '[{"field": "sku", "descending": false}]'),
        ('{"created": {"preset": "last_year"}}', '[{"field": "sku", "descending": false}]'),
        ("{}", '[{"field": "colour", "descending": false}]'),
    ],
)
def test_a_view_of_a_newer_program_is_left_alone(database: Database, stored: str, sort: str) -> None:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO saved_views (name, position, filter, sort, saved_by) VALUES ('New', 1, %s, %s, 'anna')",
            (stored, sort),
        )
        assert saved_views.listed(connection) == []
        with pytest.raises(InputProblem, match="does not know"):
            saved_views.named(connection, "New")
