"""Ranges of days, by the reader's own clock."""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from acme_desktop.core.foundation.date_ranges import PRESETS, DateRange

TODAY = date(2026, 3, 31)


@pytest.fixture
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(clock, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


@pytest.mark.parametrize(
    ("preset", "first"),
    [
        ("today", date(2026, 3, 31)),
        ("last_7_days", date(2026, 3, 25)),
        ("last_30_days", date(2026, 3, 2)),
        ("this_month", date(2026, 3, 1)),
    ],
)
def test_a_preset_moves_with_the_day(preset: str, first: date) -> None:
    assert preset in PRESETS
    assert DateRange(preset).on(TODAY) == DateRange(first=first, last=TODAY)


@pytest.mark.usefixtures("_in_berlin")
def test_a_day_is_the_readers_own_also_where_the_clock_is_changed() -> None:
    # Summer time began at 2 in the morning of 29 March.
    start, end = DateRange(first=date(2026, 3, 29), last=date(2026, 3, 29)).moments(TODAY)
    assert start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert end == datetime(2026, 3, 29, 22, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.usefixtures("_in_berlin")
@pytest.mark.parametrize(
    "asked",
    [
        DateRange(),
        DateRange(first=date(2026, 1, 1)),
        DateRange(last=date(2026, 10, 25)),
        DateRange(first=date(2026, 3, 29), last=date(2026, 3, 29)),
        DateRange(first=datetime(2026, 3, 1, 12, 30).astimezone(), last=date(2026, 3, 2)),
    ],
)
def test_the_moments_of_a_range_give_the_range_back(asked: DateRange) -> None:
    assert DateRange.between(*asked.moments(TODAY)) == asked


@pytest.mark.usefixtures("_in_berlin")
def test_the_bounds_of_a_filter_mean_utc_where_they_name_no_zone() -> None:
    day = DateRange.between(date(2026, 1, 1), date(2026, 1, 1))
    assert day.moments(TODAY) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 2, tzinfo=UTC) - timedelta(microseconds=1),
    )
    assert day.first == datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert DateRange.between(datetime(2026, 1, 1, 23), None).first == date(2026, 1, 2)
    assert DateRange.between(None, date.max).empty
