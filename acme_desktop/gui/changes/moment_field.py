"""A field for a moment: a day, and a time of that day where one is wanted."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from acme_desktop.gui.widgets.day_field import DayField
from acme_desktop.gui.widgets.notices import repolish

_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?")


class MomentField(QWidget):
    """Holds a moment in the computer's time zone, or None for now; `changed` comes when a person settled on another.

    Args:
        name: the object name; the parts are called after it.
        words: what it is, for screen readers.
        at_end: a day without a time is its last moment, else its first one.
    """

    changed = Signal()

    def __init__(self, name: str, words: str, *, at_end: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._whole = time.max if at_end else time.min
        self.day = DayField("Now", objectName=f"{name}Day", accessibleName=f"{words}, day")
        self.day.setMinimumWidth(self.day.fontMetrics().horizontalAdvance("30 Sep 2026") + 84)
        self.time = QLineEdit(objectName=f"{name}Time", accessibleName=f"{words}, time")
        self.time.setPlaceholderText("End of day" if at_end else "Start of day")
        self.time.setToolTip("A time such as 14:30; blank is the whole day")
        self.time.setMaximumWidth(self.time.fontMetrics().horizontalAdvance("Start of day") + 34)
        row = QHBoxLayout(self, spacing=6)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.day, 1)
        row.addWidget(self.time)
        self.setFocusProxy(self.day)
        self._settled: datetime | None = None
        self.day.changed.connect(self._settle)
        self.time.editingFinished.connect(self._settle)
        self.time.textChanged.connect(lambda _: self._complain())
        self._show_parts()

    @property
    def value(self) -> datetime | None:
        """The moment, with its zone; None is now."""
        return self._settled

    def set_value(self, value: datetime | None) -> None:
        """Show a moment to the second; `changed` does not come."""
        local = value.astimezone() if value is not None else None
        self.day.set_value(local.date() if local is not None else None)
        whole = local is None or local.time() == self._whole
        self.time.setText("" if whole else f"{local:%H:%M:%S}")
        self._settled = value
        self._show_parts()

    def _show_parts(self) -> None:
        self.time.setEnabled(self.day.value is not None)

    def _settle(self) -> None:
        self._show_parts()
        found = self._read()
        if found != self._settled and not self._complain():
            self._settled = found
            self.changed.emit()

    def _read(self) -> datetime | None:
        day = self.day.value
        if day is None:
            return None
        plain = day.date() if isinstance(day, datetime) else day
        return _combined(plain, _read_time(self.time.text()) or self._whole)

    def _complain(self) -> bool:
        wrong = bool(self.time.text().strip()) and _read_time(self.time.text()) is None
        if wrong != bool(self.time.property("invalid")):
            self.time.setProperty("invalid", wrong)
            repolish(self.time)
        return wrong


def _combined(day: date, at: time) -> datetime:
    return datetime.combine(day, at).astimezone()


def _read_time(text: str) -> time | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    # To the second means with the whole of it, as the history shows it.
    return time(hours, minutes, seconds, 999_999) if hours < 24 and minutes < 60 and seconds < 60 else None
