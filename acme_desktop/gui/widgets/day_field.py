"""A field for one day: typed in any usual way, stepped with the arrow keys, or picked from a calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QFrame, QLineEdit, QToolButton, QVBoxLayout, QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import formatting, on_screen
from acme_desktop.gui.widgets.notices import repolish

_EARLIEST, _LATEST = date(1900, 1, 1), date(9998, 12, 31)
_FORMATS = ("yyyy-M-d", "d MMM yyyy", "d MMMM yyyy", "d.M.yyyy")


def read_day(text: str) -> date | None:
    """The day that a text means, or None.

    It may say 2026-11-23, 23 Nov 2026, 23.11.2026, or what the reader's language writes for short.
    """
    text = " ".join(text.split())
    for form in (*_FORMATS, _short_format()):
        found = QLocale().toDate(text, form)
        if found.isValid() and _EARLIEST <= (day := date(found.year(), found.month(), found.day())) <= _LATEST:
            return day
    return None


def _short_format() -> str:
    """The language's short format, with the whole year and without any need for leading noughts."""
    form = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
    for long, short in (("yyyy", "yy"), ("yy", "yyyy"), ("dd", "d")):
        form = form.replace(long, short)
    return form if "MMM" in form else form.replace("MM", "M")


class DayField(QLineEdit):
    """Holds a day, a moment that someone else set, or nothing; `changed` comes when a person settled on another."""

    changed = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None, **properties: object) -> None:
        super().__init__(parent, placeholderText=hint, clearButtonEnabled=True, **properties)
        self._value: date | datetime | None = None
        self._popup: _CalendarPopup | None = None
        opener = self.addAction(icons.icon("calendar"), QLineEdit.ActionPosition.LeadingPosition)
        opener.setToolTip("Choose from a calendar (Alt+Down)")
        opener.triggered.connect(self.open_calendar)
        icons.wear(opener, "calendar")
        self.setAccessibleDescription("A day such as 2026-11-23; Alt+Down opens a calendar")
        self.editingFinished.connect(self._settle)
        self.textChanged.connect(self._text_changed)

    @property
    def value(self) -> date | datetime | None:
        """What it holds; a text that means no day changes nothing."""
        return self._value

    def set_value(self, value: date | datetime | None) -> None:
        """Show a day, a moment or nothing."""
        self._value = value
        self.setText(_text(value))
        self._complain(False)

    @property
    def wrong(self) -> bool:
        """Whether the text means no day."""
        return bool(self.property("invalid"))

    def open_calendar(self) -> None:
        """Show the calendar below the field, at its day."""
        if self._popup is None:
            self._popup = _CalendarPopup(self)
            self._popup.picked.connect(self._take)
        self._popup.open_at(_day(self._value) or date.today())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key == Qt.Key.Key_F4 or (key == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier):
            self.open_calendar()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and plain:
            self._settle()
            step = timedelta(days=1 if key == Qt.Key.Key_Up else -1)
            self._take((_day(self._value) or date.today() - step) + step)
        else:
            super().keyPressEvent(event)

    def _text_changed(self, text: str) -> None:
        if not text and self._value is not None:
            self._take(None)  # the clear button does not end the editing

    def _settle(self) -> None:
        text = self.text().strip()
        if text == _text(self._value):
            self._complain(False)
            return
        day = read_day(text)
        self._complain(day is None)
        if day is not None:
            self._take(day)

    def _take(self, value: date | None) -> None:
        if value is not None:
            value = max(_EARLIEST, min(value, _LATEST))
        before, self._value = self._value, value
        self.setText(_text(value))
        self._complain(False)
        if value != before:
            self.changed.emit()

    def _complain(self, wrong: bool) -> None:
        if wrong != self.wrong:
            self.setProperty("invalid", wrong)
            self.setToolTip("This is not a day. Write it like 2026-11-23." if wrong else "")
            repolish(self)


class _CalendarPopup(QFrame):
    """A calendar that goes away once a day is picked, at Escape, or at a click elsewhere."""

    picked = Signal(date)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field, Qt.WindowType.Popup, objectName="calendarPopup")
        self._field = field
        self.calendar = QCalendarWidget(objectName="calendar", accessibleName="Calendar")
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setDateRange(QDate(_EARLIEST), QDate(_LATEST))
        plain = self.calendar.weekdayTextFormat(Qt.DayOfWeek.Monday)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, plain)  # Qt's own red is hard to read on a dark ground
        for name, picture in (("qt_calendar_prevmonth", "previous"), ("qt_calendar_nextmonth", "next")):
            icons.wear(self.calendar.findChild(QToolButton, name), picture)
        self.calendar.clicked.connect(self._pick)
        self.calendar.activated.connect(self._pick)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.calendar)

    def open_at(self, day: date) -> None:
        """Show it under the field, or above where there is no room below."""
        self.calendar.setSelectedDate(QDate(day))
        self.adjustSize()
        place = self._field.mapToGlobal(QPoint(0, self._field.height() + 2))
        room = on_screen.room_around(self._field)
        if place.y() + self.height() > room.bottom():
            place.setY(max(room.top(), place.y() - self._field.height() - self.height() - 4))
        place.setX(max(room.left(), min(place.x(), room.right() - self.width())))
        self.move(place)
        self.show()
        self.calendar.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()  # no shortcut of the window behind it
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _pick(self, day: QDate) -> None:
        if not self.isVisible():
            return  # a double click comes as two
        self.close()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.picked.emit(date(day.year(), day.month(), day.day()))


def _day(value: date | datetime | None) -> date | None:
    return value.astimezone().date() if isinstance(value, datetime) else value


def _text(value: date | datetime | None) -> str:
    if isinstance(value, datetime):
        return formatting.moment(value)
    return "" if value is None else formatting.day(value)
