"""A table of records that asks for more when its end comes into view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent

from acme_desktop.gui.widgets.records import Column, RecordTable

# So many rows below the view are asked for before a person gets there.
_AHEAD = 40


class EndlessTable(RecordTable):
    """`more_wanted` comes once, until `add` brought what was asked for; never after the last of it."""

    more_wanted = Signal()

    def __init__(self, columns: Sequence[Column], name: str, words: str, *, several: bool = False) -> None:
        super().__init__(columns, name, words, several=several)
        self._complete = True
        self._waiting = False
        self.verticalScrollBar().valueChanged.connect(self._look)

    @property
    def complete(self) -> bool:
        """Whether nothing more can come."""
        return self._complete

    def restart(self, records: Sequence[Any], *, complete: bool) -> None:
        """Show these from the top on; whichever stay, stay selected."""
        self._waiting, self._complete = False, complete
        self.refill(records)
        self._look()

    def add(self, records: Sequence[Any], *, complete: bool) -> None:
        """Show these below the others."""
        self._waiting, self._complete = False, complete
        self.records.add(records)
        self._look()

    def stop_waiting(self) -> None:
        """What was asked for does not come; it is asked for again at the next look."""
        self._waiting = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look()

    def _look(self) -> None:
        last = self.rowAt(self.viewport().height() - 1)
        end = self.records.rowCount()
        near = last < 0 or last + _AHEAD >= end
        if end and near and not self._complete and not self._waiting:
            self._waiting = True
            self.more_wanted.emit()

    def copy_text(self) -> str:
        """The selected records as lines with tabs between their cells."""
        columns = self.records.columns
        return "\n".join("\t".join(" ".join(one.text(row).split()) for one in columns) for row in self.selected())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copy_text())
        else:
            super().keyPressEvent(event)
