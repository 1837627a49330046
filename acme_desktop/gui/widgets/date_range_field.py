"""A field for a range of days: one of the usual ranges in a list, or two days of one's own below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from acme_desktop.core.foundation.date_ranges import PRESETS, DateRange
from acme_desktop.gui.widgets.day_field import DayField

_ANY, _CUSTOM = "", "custom"
_CLEARING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class _Choice(QComboBox):
    """A list that Delete and Backspace put back to its first row, whatever they mean elsewhere in the window."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _CLEARING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _CLEARING:
            self.setCurrentIndex(0)
        else:
            super().keyPressEvent(event)


class DateRangeField(QWidget):
    """Holds a `DateRange`; `changed` comes when a person chose another.

    Args:
        name: the object name; the parts are called after it.
        words: what it is, for screen readers: "Created".
    """

    changed = Signal()

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}Range")
        self._value = DateRange()
        self._showing = False
        self.choice = _Choice(objectName=name, accessibleName=words)
        self.choice.setAccessibleDescription("Delete puts it back to any time")
        for text, kind in (("Any time", _ANY), *((text, preset) for preset, text in PRESETS.items())):
            self.choice.addItem(text, kind)
        self.choice.addItem("Between two days…", _CUSTOM)
        self.first = DayField("From any day", objectName=f"{name}From", accessibleName=f"{words} from")
        self.last = DayField("To any day", objectName=f"{name}To", accessibleName=f"{words} to")
        self.message = QLabel("The first day is after the last.", wordWrap=True)
        self.message.setProperty("role", "error")
        self.own = QWidget()
        own = QVBoxLayout(self.own, spacing=4)
        own.setContentsMargins(0, 4, 0, 0)
        for widget in (self.first, self.last, self.message):
            own.addWidget(widget)
        layout = QVBoxLayout(self, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.choice)
        layout.addWidget(self.own)
        self.setFocusProxy(self.choice)
        self.choice.currentIndexChanged.connect(self._chosen)
        self.choice.activated.connect(self._activated)
        self.first.changed.connect(self._days_changed)
        self.last.changed.connect(self._days_changed)
        self.set_value(DateRange())

    @property
    def value(self) -> DateRange:
        """What is asked for; days in the wrong order change nothing."""
        return self._value

    def set_value(self, value: DateRange) -> None:
        """Show a range; `changed` does not come."""
        self._showing = True
        kind = value.preset or (_CUSTOM if value.first or value.last else _ANY)
        self.choice.setCurrentIndex(self.choice.findData(kind))
        self.first.set_value(value.first)
        self.last.set_value(value.last)
        self._value = value
        self._showing = False
        self._show_parts()

    def _show_parts(self) -> None:
        self.own.setVisible(self.choice.currentData() == _CUSTOM)
        self.message.setVisible(self._crossed)

    @property
    def _crossed(self) -> bool:
        start, end = DateRange(first=self.first.value, last=self.last.value).moments()
        return start is not None and end is not None and start > end

    def _chosen(self) -> None:
        if self._showing:
            return
        kind = self.choice.currentData()
        if kind == _CUSTOM:
            # What was chosen before is where one starts from.
            plain = self._value.on()
            self.first.set_value(plain.first)
            self.last.set_value(plain.last)
            self._days_changed()
        else:
            self._take(DateRange(kind or None))
        self._show_parts()

    def _activated(self) -> None:
        if self.choice.currentData() == _CUSTOM:
            self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _days_changed(self) -> None:
        self._show_parts()
        if not self._crossed:
            self._take(DateRange(first=self.first.value, last=self.last.value))

    def _take(self, value: DateRange) -> None:
        if value != self._value:
            self._value = value
            self.changed.emit()
