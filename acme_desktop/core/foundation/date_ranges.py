"""Ranges of days as people name them: today, the last seven days, from one day to another.

A day is the reader's own: it begins and ends at midnight of the computer's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

PRESETS = {
    "today": "Today",
    "last_7_days": "Last 7 days",
    "last_30_days": "Last 30 days",
    "this_month": "This month",
}
"""Ranges that move with the day, and what people call them."""

_DAYS_BACK = {"today": 0, "last_7_days": 6, "last_30_days": 29}

Bound = date | datetime


@dataclass(frozen=True)
class DateRange:
    """Some days; both ends are included and None is open. With a preset the ends are those of the day it is asked on.

    Attributes:
        preset: one of `PRESETS`; `first` and `last` are None then.
        first, last: a day, or a moment where someone asked more exactly than by the day.
    """

    preset: str | None = None
    first: Bound | None = None
    last: Bound | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is restricted."""
        return self == DateRange()

    def on(self, today: date | None = None) -> DateRange:
        """The same range without a preset, as it is on that day; today without one."""
        if self.preset is None:
            return self
        today = today or date.today()
        if self.preset == "this_month":
            return DateRange(first=today.replace(day=1), last=today)
        return DateRange(first=today - timedelta(days=_DAYS_BACK[self.preset]), last=today)

    def moments(self, today: date | None = None) -> tuple[datetime | None, datetime | None]:
        """The first and the last moment, to the microsecond, with their time zone."""
        plain = self.on(today)
        return _moment(plain.first, time.min), _moment(plain.last, time.max)

    @classmethod
    def between(cls, start: Bound | None, end: Bound | None) -> DateRange:
        """The range between two bounds of a `Filter`: by whole days of this computer's zone where they are such.

        A bare date there is a whole day in UTC, and a time without a zone is UTC.
        """
        return cls(first=_whole(_aware(start, time.min), time.min), last=_whole(_aware(end, time.max), time.max))


def _moment(bound: Bound | None, at: time) -> datetime | None:
    if bound is None or isinstance(bound, datetime):
        return bound
    return datetime.combine(bound, at).astimezone()


def _aware(bound: Bound | None, at: time) -> datetime | None:
    if bound is None or bound == date.max:
        return None
    if not isinstance(bound, datetime):
        bound = datetime.combine(bound, at)
    return bound if bound.tzinfo else bound.replace(tzinfo=UTC)


def _whole(moment: datetime | None, at: time) -> Bound | None:
    local = moment.astimezone() if moment else None
    return local.date() if local and local.time() == at else local
