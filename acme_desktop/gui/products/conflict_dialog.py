"""Saving over someone else's newer change: original, theirs and mine side by side, and what is to be saved of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.products import conflicts
from acme_desktop.core.products.conflicts import Conflict, FieldStates, Side
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.marked_text import MarkedText
from acme_desktop.gui.widgets.notices import Banner

_LABELS = {"sku": "SKU", "name": "Name", "description": "Description", "active": "Active"}
_SHOWN = 20_000


class ConflictDialog(QDialog):
    """Shows a `Conflict` until a person has decided.

    `save_wanted` comes with what to write over theirs, `theirs_taken` where nothing of mine is left, and
    `edit_wanted` with what would be written, to go on with it in an editor.
    """

    save_wanted = Signal(Changes)
    theirs_taken = Signal()
    edit_wanted = Signal(Changes)

    def __init__(self, conflict: Conflict, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conflictDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.conflict = conflict
        self._states = conflicts.states(conflict)
        self._choices: dict[str, dict[Side, QRadioButton]] = {}
        self._setup_ui()
        self.rejected.connect(lambda: self.edit_wanted.emit(self.merged))

    def _setup_ui(self) -> None:
        self.setWindowTitle("Changed by someone else")
        on_screen.fit(self, 880, 520)
        self.setMinimumSize(640, 380)
        self.banner = Banner()
        self.banner.say("warning", f"{self.conflict.theirs.sku} has been changed since you read it.", self._who())
        area = QScrollArea(objectName="conflictFields", widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._fields())
        self.outlook = QLabel(objectName="conflictOutlook", wordWrap=True)
        self.outlook.setProperty("role", "muted")
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addWidget(area, 1)
        layout.addWidget(self.outlook)
        layout.addWidget(self._buttons())
        self._tell()
        self.save.setFocus()

    def _who(self) -> str:
        by = self.conflict.by
        if by is None:
            return "Another program changed it. Your change is not saved yet: choose what is to be kept."
        return (
            f"{by.actor}, {by.client}, {formatting.moment(by.created_at)}: {by.summary}. "
            "Your change is not saved yet: choose what is to be kept."
        )

    def _fields(self) -> QWidget:
        grid = QGridLayout(horizontalSpacing=10, verticalSpacing=6)
        grid.setContentsMargins(0, 0, 4, 0)
        for column, title in enumerate(("", "Original", "Theirs", "Mine")):
            head = QLabel(title)
            head.setProperty("role", "section")
            grid.addWidget(head, 0, column)
            grid.setColumnStretch(column, 1 if column else 0)
        row = 1
        for state in self._states:
            row = self._add(grid, row, state)
        grid.setRowStretch(row, 1)
        inner = QWidget()
        inner.setLayout(grid)
        return inner

    def _add(self, grid: QGridLayout, row: int, state: FieldStates) -> int:
        """One field: its three values, and under them the choice where there is one."""
        label = QLabel(_LABELS[state.field])
        label.setProperty("role", "muted" if state.mine == state.theirs else "field")
        label.setContentsMargins(0, 9, 0, 0)
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        known = self.conflict.original is not None
        original = _text(state.original) if known else ""
        values = (
            ("Original", original, False),
            ("Theirs", _text(state.theirs), known and state.they_changed),
            ("Mine", _text(state.mine), known and state.i_changed),
        )
        for column, (title, text, changed) in enumerate(values, 1):
            value = MarkedText(text, original if changed else text, many_lines=state.field == "description")
            value.setObjectName(f"conflict{title}{state.field.capitalize()}")
            value.setAccessibleName(f"{_LABELS[state.field]}, {title.lower()}{', changed' if changed else ''}")
            if column == 1 and not known:
                value.show_nothing("not known")
            grid.addWidget(value, row, column)
        if state.mine == state.theirs:
            return row + 1
        group = QButtonGroup(self)
        self._choices[state.field] = {}
        sides: tuple[tuple[Side, str, int], ...] = (("theirs", "Take theirs", 2), ("mine", "Keep mine", 3))
        for side, text, column in sides:
            button = QRadioButton(text, objectName=f"{side}{state.field.capitalize()}Button")
            button.setAccessibleName(f"{text}: {_LABELS[state.field]}")
            button.setChecked(side == state.merged)
            button.toggled.connect(self._tell)
            group.addButton(button)
            self._choices[state.field][side] = button
            grid.addWidget(button, row + 1, column)
        return row + 2

    def _buttons(self) -> QDialogButtonBox:
        roles = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox()
        self.edit = self.buttons.addButton("&Go on editing", roles.RejectRole)
        self.edit.setObjectName("goOnEditingButton")
        self.save = self.buttons.addButton("&Save the choice", roles.AcceptRole)
        self.save.setObjectName("saveMergeButton")
        self.save.setToolTip("Save what is chosen for each field")
        self.edit.setAutoDefault(False)
        self.save.setDefault(True)
        self.buttons.rejected.connect(self.reject)
        self.buttons.accepted.connect(self._decide)
        return self.buttons

    def choose(self, side: Side) -> None:
        """Choose one side for every field of which there are two values."""
        for sides in self._choices.values():
            sides[side].setChecked(True)

    @property
    def choices(self) -> dict[str, Side]:
        """What is chosen for each field of which there are two values."""
        return {
            field: next(side for side, button in sides.items() if button.isChecked())
            for field, sides in self._choices.items()
        }

    @property
    def merged(self) -> Changes:
        """What would be written over theirs."""
        return conflicts.merge(self.conflict, self.choices)

    def _tell(self) -> None:
        kept = [_LABELS[field] for field, side in self.choices.items() if side == "mine"]
        taken = [_LABELS[field] for field, side in self.choices.items() if side == "theirs"]
        sides = (("yours", kept), ("theirs", taken))
        parts = [f"{words} for {', '.join(fields)}" for words, fields in sides if fields]
        self.outlook.setText(f"The choice: {'; '.join(parts)}." if parts else "Both are the same by now.")

    def _decide(self) -> None:
        changes = self.merged
        if changes == Changes():
            self.theirs_taken.emit()
        else:
            self.save_wanted.emit(changes)
        self.accept()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return (value or "")[:_SHOWN]
