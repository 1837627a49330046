"""Days and ranges of days, typed, stepped, picked and cleared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import QCalendarWidget, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.foundation.date_ranges import DateRange
from acme_desktop.gui.widgets.date_range_field import DateRangeField
from acme_desktop.gui.widgets.day_field import DayField, read_day

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _english() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))


@pytest.fixture
def field(qtbot: QtBot) -> DayField:
    made = DayField("Any day", objectName="day", accessibleName="Day")
    qtbot.addWidget(made)
    made.show()
    made.setFocus()
    return made


@pytest.fixture
def range_field(qtbot: QtBot) -> DateRangeField:
    made = DateRangeField("created", "Created")
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    "text", ["2026-11-23", "23 Nov 2026", " 23  november 2026 ", "23.11.2026", "23/11/2026", "2026-11-23 "]
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read_day(text) == DAY


@pytest.mark.parametrize("text", ["", "23", "2026-13-01", "31.2.2026", "soon", "0001-01-01", "2026-11-23T10:00"])
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


def test_typing_a_day(qtbot: QtBot, field: DayField) -> None:
    qtbot.keyClicks(field, "2026-11-23")
    assert field.value is None  # not before one is done with it
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.value, field.text()) == (DAY, "23 Nov 2026")
    field.selectAll()
    qtbot.keyClicks(field, "tomorrow")
    with qtbot.assertNotEmitted(field.changed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.wrong
    assert field.value == DAY
    with qtbot.waitSignal(field.changed):
        field.clear()
    assert field.value is None
    assert not field.wrong


def test_arrow_keys_step_by_a_day(qtbot: QtBot, field: DayField) -> None:
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value == date.today()
    field.set_value(date(2026, 3, 1))
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value == date(2026, 2, 28)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.text() == "1 Mar 2026"


def test_a_moment_stays_until_it_is_edited(qtbot: QtBot, field: DayField) -> None:
    moment = datetime(2026, 11, 23, 14, 30, 12, tzinfo=UTC)
    field.set_value(moment)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value == moment
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value == moment.astimezone().date() + timedelta(days=1)


def test_the_calendar_by_keyboard(qtbot: QtBot, field: DayField) -> None:
    field.set_value(DAY)
    qtbot.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = field.findChild(QCalendarWidget)
    qtbot.waitUntil(calendar.isVisible)
    assert calendar.selectedDate() == QDate(2026, 11, 23)
    grid = calendar.findChild(QTableView, "qt_calendar_calendarview")
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert field.value == date(2026, 11, 24)
    assert not calendar.isVisible()
    field.open_calendar()
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not calendar.isVisible())
    assert field.value == date(2026, 11, 24)


def test_the_calendar_by_mouse(qtbot: QtBot, field: DayField) -> None:
    field.set_value(DAY)
    field.actions()[0].trigger()
    calendar = field.findChild(QCalendarWidget)
    qtbot.waitUntil(calendar.isVisible)
    qtbot.mouseClick(calendar.findChild(QToolButton, "qt_calendar_prevmonth"), Qt.MouseButton.LeftButton)
    assert calendar.monthShown() == 10
    calendar.clicked.emit(QDate(2026, 10, 5))
    assert field.value == date(2026, 10, 5)


def test_a_preset_and_back_to_any_time(qtbot: QtBot, range_field: DateRangeField) -> None:
    choice = range_field.choice
    choice.setFocus()
    with qtbot.waitSignal(range_field.changed):
        qtbot.keyClicks(choice, "last 7")
    assert range_field.value == DateRange("last_7_days")
    assert not range_field.own.isVisible()
    with qtbot.waitSignal(range_field.changed):
        qtbot.keyClick(choice, Qt.Key.Key_Delete)
    assert range_field.value.empty


def test_two_days_start_from_the_preset_before(qtbot: QtBot, range_field: DateRangeField) -> None:
    range_field.set_value(DateRange("last_7_days"))
    range_field.choice.setCurrentIndex(range_field.choice.count() - 1)
    assert range_field.own.isVisible()
    today = date.today()
    assert range_field.value == DateRange(first=today - timedelta(days=6), last=today)
    with qtbot.waitSignal(range_field.changed):
        range_field.last.clear()
    assert range_field.value == DateRange(first=today - timedelta(days=6))


def test_days_in_the_wrong_order_are_told_and_ask_for_nothing(qtbot: QtBot, range_field: DateRangeField) -> None:
    asked = DateRange(first=DAY, last=DAY)
    range_field.set_value(asked)
    with qtbot.assertNotEmitted(range_field.changed):
        qtbot.keyClick(range_field.last, Qt.Key.Key_Down)
    assert range_field.message.isVisible()
    assert range_field.value == asked
    qtbot.keyClick(range_field.first, Qt.Key.Key_Down)
    assert not range_field.message.isVisible()
    assert range_field.value == DateRange(first=DAY - timedelta(days=1), last=DAY - timedelta(days=1))


@pytest.mark.parametrize(
    "value",
    [
        DateRange(),
        DateRange("this_month"),
        DateRange(first=DAY),
        DateRange(last=DAY),
        DateRange(first=datetime(2026, 1, 1, 12, 30, tzinfo=UTC), last=DAY),
    ],
)
def test_a_range_that_is_shown_is_the_range_that_is_held(
    qtbot: QtBot, range_field: DateRangeField, value: DateRange
) -> None:
    with qtbot.assertNotEmitted(range_field.changed):
        range_field.set_value(value)
    assert range_field.value == value
    assert range_field.own.isVisible() == bool(value.first or value.last)
