"""Chips: what is in force, each in a few words and with a way to take it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.widgets.flow_layout import FlowLayout
from acme_desktop.gui.widgets.notices import repolish

_LONGEST = 280  # logical pixels
_AWAY = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


@dataclass(frozen=True)
class Chip:
    """One chip: the key by which its owner knows it, and what it says."""

    key: str
    text: str


class _ChipText(QPushButton):
    """The part of a chip that takes the keyboard; Delete, arrows and Enter are its own."""

    away = Signal()
    step = Signal(int)

    def event(self, event: QEvent) -> bool:
        # The window's own Delete means products: it stays quiet while a chip has the keyboard.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _AWAY:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _AWAY:
            self.away.emit()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.step.emit(-1)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.step.emit(1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class ChipWidget(QFrame):
    """A chip on the screen: its text, which is a button, and a cross."""

    def __init__(self, chip: Chip, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName=f"chip_{chip.key}")
        self.setProperty("role", "chip")
        self.key = chip.key
        self.text = _ChipText(objectName=f"chipText_{chip.key}")
        self.text.setProperty("kind", "chip")
        self.text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.cross = QToolButton(objectName=f"chipRemove_{chip.key}", iconSize=QSize(12, 12))
        self.cross.setProperty("kind", "chip")
        self.cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        icons.wear(self.cross, "cancel")
        layout = QHBoxLayout(self, spacing=0)
        layout.setContentsMargins(3, 1, 3, 1)
        layout.addWidget(self.text)
        layout.addWidget(self.cross)
        self.text.installEventFilter(self)
        self.say(chip.text)

    def say(self, text: str) -> None:
        """Show another text; a long one is cut, and the tooltip has the whole."""
        short = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _LONGEST)
        self.text.setText(short.replace("&", "&&"))
        self.text.setAccessibleName(text)
        self.text.setAccessibleDescription("Enter goes to its field, Delete removes it")
        self.text.setToolTip(f"{text}\nEnter goes to its field, Delete removes it" if short != text else "")
        self.cross.setToolTip("Remove (Delete)")
        self.cross.setAccessibleName(f"Remove: {text}")

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
            repolish(self)
        return False


class ChipBar(QWidget):
    """Chips in lines that wrap, and one button for all of them.

    Args:
        name: the object name.
        lead: what stands before the chips, also where there are none.
    """

    removed = Signal(str)
    chosen = Signal(str)
    cleared = Signal()
    emptied = Signal()
    """The last chip went away while it had the keyboard."""

    def __init__(self, name: str, lead: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName=name)
        self._chips: list[ChipWidget] = []
        self._shown: list[Chip] = []
        self._lead = lead
        self._flow = FlowLayout(self)
        self._flow.addWidget(lead)
        self.clear_all = QPushButton("Clear all", objectName="clearAllChipsButton")
        self.clear_all.setAccessibleDescription("Remove every filter")
        self.clear_all.setProperty("kind", "link")
        self.clear_all.clicked.connect(self.cleared)
        self._flow.addWidget(self.clear_all)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clear_all.hide()

    @property
    def chips(self) -> list[ChipWidget]:
        """Those that are shown, in their order."""
        return list(self._chips)

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show these; one that stays keeps the keyboard, one that goes gives it to its neighbour."""
        if list(chips) == self._shown:
            return
        self._shown = list(chips)
        wanted = {chip.key: chip.text for chip in chips}
        orphan = self._orphan(wanted)
        for widget in list(self._chips):
            if widget.key not in wanted:
                self._take_away(widget)
        known = {widget.key: widget for widget in self._chips}
        self._chips = [known.get(chip.key) or self._make(chip) for chip in chips]
        for place, widget in enumerate(self._chips):
            widget.say(wanted[widget.key])
            self._flow.removeWidget(widget)
            self._flow.insert(place + 1, widget)
        for before, after in pairwise([self._lead, *(widget.text for widget in self._chips), self.clear_all]):
            self.setTabOrder(before, after)
        self.clear_all.setVisible(bool(chips))
        self.updateGeometry()
        if orphan is not None and self._chips:
            self._chips[min(orphan, len(self._chips) - 1)].text.setFocus(Qt.FocusReason.OtherFocusReason)
        elif orphan is not None:
            self.emptied.emit()

    def _orphan(self, wanted: Mapping[str, str]) -> int | None:
        """The place of the chip that has the keyboard and goes; 0 for the button where all go."""
        for place, widget in enumerate(self._chips):
            if widget.text.hasFocus():
                return None if widget.key in wanted else place
        return 0 if self.clear_all.hasFocus() and not wanted else None

    def _make(self, chip: Chip) -> ChipWidget:
        widget = ChipWidget(chip, self)
        widget.text.clicked.connect(lambda: self.chosen.emit(widget.key))
        widget.text.away.connect(lambda: self.removed.emit(widget.key))
        widget.text.step.connect(lambda places: self._step(widget, places))
        widget.cross.clicked.connect(lambda: self.removed.emit(widget.key))
        return widget

    def _take_away(self, widget: ChipWidget) -> None:
        self._chips.remove(widget)
        self._flow.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def _step(self, widget: ChipWidget, places: int) -> None:
        row = [*(one.text for one in self._chips), self.clear_all]
        at = self._chips.index(widget) + places
        if 0 <= at < len(row):
            row[at].setFocus(Qt.FocusReason.TabFocusReason)
