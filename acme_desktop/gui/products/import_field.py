"""The field for "changed by import N": picked from the newest imports, or typed as a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QToolButton, QVBoxLayout, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Problem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import changed_by
from acme_desktop.core.products.changed_by import ChangingImport
from acme_desktop.gui import icons
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.notices import repolish

_NUMBER = re.compile(r"\s*(\d{1,18})\b")
_LINE_PADDING = 12  # logical pixels that a line keeps free at both ends
_NOUNS = ("product changed", "products changed")


class ImportField(QWidget):
    """Holds a change set's id, or None; `changed` comes when a person chose another, `named` when its name is known."""

    changed = Signal()
    named = Signal()

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._database: Database | None = None
        self._loading: Job | None = None
        self._looking: Job | None = None
        self._value: int | None = None
        self._showing = False
        self._told = ""
        self._known: dict[int, ChangingImport] = {}  # by change set
        self.choice = QComboBox(objectName="filterImport", accessibleName="Changed by import", editable=True)
        self.choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.choice.setCompleter(None)
        self.choice.setAccessibleDescription("Type an import's number and press Enter, or choose from the newest")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        self.line = self.choice.lineEdit()
        self.line.setPlaceholderText("Any, or a number")
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName("Number of the import")
        # The style sheet dresses a line edit's cross, but not that of a box.
        icons.wear(self.line.findChild(QAction), "clear")
        self.message = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.message.setProperty("role", "error")
        layout = QVBoxLayout(self, spacing=3)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.choice)
        layout.addWidget(self.message)
        self.setFocusProxy(self.choice)
        self.line.editingFinished.connect(self._settle)
        self.line.textChanged.connect(self._text_changed)
        self.choice.activated.connect(self._picked)
        for watched in (self.choice, self.line):
            watched.installEventFilter(self)
        self._complain("")

    @property
    def value(self) -> int | None:
        """The change set of the import that is asked for."""
        return self._value

    def set_database(self, database: Database | None) -> None:
        """Offer this database's imports."""
        self._runner.drop(self._loading)
        self._runner.drop(self._looking)
        self._database, self._known = database, {}
        self.load()

    def set_value(self, change_set_id: int | None) -> None:
        """Show what is asked for; `changed` does not come, and `named` does once it is looked up."""
        self._value = change_set_id
        self._show()
        if change_set_id is not None and change_set_id not in self._known:
            self._look_up(partial(_by_change_set, number=change_set_id), self._named, lambda _: None)

    def describe(self) -> str:
        """What is asked for in words: "import 12 (lamps.csv)", or the change where it was no import."""
        found = self._known.get(self._value or 0)
        return f"import {found.import_id} ({_file(found)})" if found else f"change {self._value}"

    # The list

    def load(self) -> None:
        """Read the newest imports; what is shown stays."""
        database = self._database
        if database is None or (self._loading is not None and self._loading.running):
            return
        self._loading = self._runner.start(
            partial(_latest, database), lane=Lane.QUERY, owner=self, succeeded=self._offer, failed=lambda _: None
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.MouseButtonPress):
            self.load()
        typed = self.line.text() != self._told
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Resize) and not typed:
            self._show()
        return False

    def _offer(self, imports: list[ChangingImport]) -> None:
        self._known |= {one.change_set_id: one for one in imports}
        rows = [(f"{one.import_id} · {_file(one)}", one.change_set_id) for one in imports]
        if rows != [(self.choice.itemText(row), self.choice.itemData(row)) for row in range(self.choice.count())]:
            text, self._showing = self.line.text(), True
            self.choice.clear()
            for one, (words, number) in zip(imports, rows, strict=True):
                self.choice.addItem(words, number)
                told = f"{one.file}\n{formatting.moment(one.started_at)}, {formatting.counted(one.changed, *_NOUNS)}"
                self.choice.setItemData(self.choice.count() - 1, told, Qt.ItemDataRole.ToolTipRole)
            self.choice.setCurrentIndex(-1)
            self.line.setText(text)
            self._showing = False
        if not self.line.hasFocus():
            self._show()
        self.named.emit()

    def _picked(self, row: int) -> None:
        self._take(self.choice.itemData(row))

    # A number typed

    def _text_changed(self, text: str) -> None:
        if not text and self._value is not None and not self._showing:
            self._take(None)

    def _settle(self) -> None:
        text = self.line.text().strip()
        if not text or text in (self._shown(), self._short()):
            self._complain("")
            if not text:
                self._take(None)
            self._show()
            return
        number = _NUMBER.match(text)
        if number is None:
            self._complain("Type the number of an import.")
        else:
            self._look_up(partial(_by_number, number=int(number[1])), self._found, self._not_found)

    def _look_up(
        self,
        work: Callable[[Database, Progress], ChangingImport | None],
        found: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._runner.drop(self._looking)
        database = self._database
        if database is not None:
            self._looking = self._runner.start(
                lambda progress: work(database, progress),
                lane=Lane.QUERY,
                owner=self,
                succeeded=found,
                failed=failed,
            )

    def _found(self, one: ChangingImport) -> None:
        self._known[one.change_set_id] = one
        self._take(one.change_set_id)

    def _not_found(self, error: Exception) -> None:
        self._complain(error.title if isinstance(error, Problem) else "It cannot be looked up now.")

    def _named(self, one: ChangingImport | None) -> None:
        if one is not None:
            self._known[one.change_set_id] = one
            self._show()
            self.named.emit()

    # What is shown

    def _take(self, value: int | None) -> None:
        before, self._value = self._value, value
        self._show()
        if value != before:
            self.changed.emit()

    def _shown(self) -> str:
        if self._value is None:
            return ""
        found = self._known.get(self._value)
        return f"{found.import_id} · {_file(found)}" if found else f"Change {self._value}"

    def _short(self) -> str:
        """The same with "…" where it does not fit: a line for typing just cuts."""
        cross = self.line.findChild(QToolButton)
        taken = _LINE_PADDING + (cross.width() if cross is not None else 0)
        room = self.line.width() - taken
        return self.line.fontMetrics().elidedText(self._shown(), Qt.TextElideMode.ElideRight, room)

    def _show(self) -> None:
        self._complain("")
        whole, short = self._shown(), self._short()
        text = whole if self.line.hasFocus() else short
        self.choice.setToolTip(whole if short != whole else "")
        if self.line.text() != text:
            self._showing = True
            self.line.setText(text)
            self.line.setCursorPosition(0)
            self._showing = False
        self._told = text

    def _complain(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.choice.setProperty("invalid", bool(text))
        repolish(self.choice)


def _file(one: ChangingImport) -> str:
    return PurePath(one.file).name


def _latest(database: Database, progress: Progress) -> list[ChangingImport]:
    with database.cancellable(progress) as connection:
        return changed_by.latest(connection)


def _by_number(database: Database, progress: Progress, number: int) -> ChangingImport:
    with database.cancellable(progress) as connection:
        return changed_by.by_number(connection, number)


def _by_change_set(database: Database, progress: Progress, number: int) -> ChangingImport | None:
    with database.cancellable(progress) as connection:
        return changed_by.by_change_set(connection, number)
