"""What the history is restricted to: words, kind, person and time, in one row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from acme_desktop.core.changes.change_set import Wanted
from acme_desktop.gui.changes.entries import KINDS
from acme_desktop.gui.widgets.date_range_field import DateRangeField

_TYPING_MS = 250
_EVERYBODY = "Everybody"


class HistoryFilters(QWidget):
    """`changed` comes when something else is wanted; while a person types, once they pause."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.changed)
        self.words = QLineEdit(objectName="historyFilter", placeholderText="Find by file, summary, person or computer")
        self.words.setAccessibleName("Find in the history")
        self.words.setClearButtonEnabled(True)
        self.kind = QComboBox(objectName="historyKind", accessibleName="Kind of change")
        self.kind.addItem("Every kind", None)
        for kind, name in KINDS.items():
            self.kind.addItem(name, kind)
        self.actor = QComboBox(objectName="historyActor", accessibleName="Who")
        self.actor.addItem(_EVERYBODY, None)
        self.time = DateRangeField("historyTime", "When")
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        for widget in (self.kind, self.actor, self.time):
            row.addWidget(widget)
        self.words.textChanged.connect(lambda _: self._typing.start())
        self.kind.currentIndexChanged.connect(lambda _: self._tell())
        self.actor.currentIndexChanged.connect(lambda _: self._tell())
        self.time.changed.connect(self._tell)

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        kind, (start, end) = self.kind.currentData(), self.time.value.moments()
        return Wanted(
            kinds=(kind,) if kind else (),
            actor=self.actor.currentData(),
            text=self.words.text(),
            start=start,
            end=end,
        )

    @property
    def empty(self) -> bool:
        """Whether the whole history is wanted."""
        return self.wanted == Wanted()

    def show_actors(self, names: Sequence[str]) -> None:
        """Offer these people; the one that is chosen stays so."""
        chosen = self.actor.currentData()
        if [self.actor.itemData(place) for place in range(1, self.actor.count())] == list(names):
            return
        self.actor.blockSignals(True)
        self.actor.clear()
        self.actor.addItem(_EVERYBODY, None)
        for name in names:
            self.actor.addItem(name, name)
        self.actor.setCurrentIndex(max(0, self.actor.findData(chosen)))
        self.actor.blockSignals(False)

    def _tell(self) -> None:
        self._typing.stop()
        self.changed.emit()
