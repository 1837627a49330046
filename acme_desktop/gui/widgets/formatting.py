"""Numbers, dates and sizes as the reader's own language writes them."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QLocale


def settle_locale() -> None:
    """Use the system's locale; where it has none ("C"), English, so that numbers still have separators."""
    system = QLocale.system()
    if system.language() == QLocale.Language.C:
        system = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
    QLocale.setDefault(system)


def number(value: int) -> str:
    """12345 -> "12,345"."""
    return QLocale().toString(value)


def counted(value: int, one: str, many: str) -> str:
    """A number with its noun: "1 product", "12,345 products"."""
    return f"{number(value)} {one if value == 1 else many}"


def moment(value: datetime | None) -> str:
    """A moment in local time, to the minute: "3 Nov 2026, 20:15"."""
    if value is None:
        return ""
    local = value.astimezone()
    month = QLocale().standaloneMonthName(local.month, QLocale.FormatType.ShortFormat)
    return f"{local.day} {month} {local.year}, {local.hour:02}:{local.minute:02}"  # in half the time of strftime


def this_year(value: datetime) -> str:
    """A moment of this year in local time, to the minute: "3 Nov, 20:15"."""
    local = value.astimezone()
    month = QLocale().standaloneMonthName(local.month, QLocale.FormatType.ShortFormat)
    return f"{local.day} {month}, {local:%H:%M}"


def day(value: date) -> str:
    """A day: "3 Nov 2026"."""
    month = QLocale().standaloneMonthName(value.month, QLocale.FormatType.ShortFormat)
    return f"{value.day} {month} {value.year}"


def exact_moment(value: datetime | None) -> str:
    """A moment in local time to the second, with its offset: "3 Nov 2026, 20:15:07 (UTC+01:00)"."""
    if value is None:
        return ""
    local = value.astimezone()
    offset = f"{local:%z}"
    return f"{day(local)}, {local:%H:%M:%S} (UTC{offset[:3]}:{offset[3:5]})"


def size(count: int) -> str:
    """A file's size: "3.2 MB"."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def duration(seconds: float) -> str:
    """A length of time: "40 ms", "0.4 s", "12 s", "3 min 20 s"."""
    if seconds < 0.1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 10:
        return f"{QLocale().toString(seconds, 'f', 1)} s"
    if seconds < 60:
        return f"{round(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def percent(fraction: float) -> str:
    """0.427 -> "42 %": never rounded up to 100 before the end."""
    return f"{int(fraction * 100)} %"
