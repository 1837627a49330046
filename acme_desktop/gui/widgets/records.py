"""A read-only table of records that is refilled while people look at it: selection and place stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from acme_desktop.gui.widgets import spacing, theme
from acme_desktop.gui.widgets.changed_parts import MARKS, MarkedCells, Span
from acme_desktop.gui.widgets.tables import dress, moment_width, title_width

MOMENT = -1
"""The width of a column of moments."""

_NOWHERE = QModelIndex()
_LONGEST = 300  # characters of a cell, on one line
_LONGEST_TIP = 2000
_LEAST_REST, _REST_PART = 90, 6  # logical pixels of a column that takes the rest, and its part of a wide table
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        width: in logical pixels, or more where the title needs it; 0 takes the rest, MOMENT is what a moment needs.
        text: of a record's cell.
        tone: a colour of the theme such as "danger", or "".
        marks: the cell's changed parts and whether they are new, as `changed_parts.MARKS` wants them, or None.
    """

    title: str
    width: int
    text: Callable[[Any], str]
    right: bool = False
    tone: Callable[[Any], str] | None = None
    marks: Callable[[Any], tuple[Sequence[Span], bool] | None] | None = None


class RecordModel(QAbstractTableModel):
    """Records with an `id`, read through columns."""

    def __init__(self, columns: Sequence[Column], parent: Any = None) -> None:
        super().__init__(parent)
        self.columns = columns
        self.records: list[Any] = []

    def show(self, records: Sequence[Any]) -> None:
        """Show these records instead; rows that are only changed are not reset."""
        if [one.id for one in records] == [one.id for one in self.records]:
            self.records = list(records)
            if records:
                self.dataChanged.emit(self.index(0, 0), self.index(len(records) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.records = list(records)
        self.endResetModel()

    def add(self, records: Sequence[Any]) -> None:
        """Show these below the others."""
        if records:
            first = len(self.records)
            self.beginInsertRows(_NOWHERE, first, first + len(records) - 1)
            self.records.extend(records)
            self.endInsertRows()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, record = self.columns[index.column()], self.records[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            text = column.text(record)
            # Marks say where in the text they stand.
            return text if column.marks is not None else " ".join(text[: _LONGEST * 2].split())[:_LONGEST]
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.text(record)[:_LONGEST_TIP] or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == MARKS and column.marks is not None:
            return column.marks(record)
        if role == Qt.ItemDataRole.ForegroundRole and column.tone is not None and (tone := column.tone(record)):
            return QColor(getattr(theme.colours(), tone))
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.columns[column].right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class RecordTable(QTableView):
    """Shows a `RecordModel`; `picked` comes when a person selects others, and not for a refill."""

    picked = Signal()

    def __init__(self, columns: Sequence[Column], name: str, words: str, *, several: bool = False) -> None:
        super().__init__()
        self._shared = False
        dress(self, name, words)
        self.records = RecordModel(columns, self)
        self.setModel(self.records)
        if any(column.marks for column in columns):
            self.setItemDelegate(MarkedCells(self))
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self._share(self.width())
        self.selectionModel().selectionChanged.connect(self.picked)

    def _least(self, column: Column) -> int:
        told = moment_width(self) if column.width == MOMENT else column.width
        return max(told, title_width(self, column.title))

    def _share(self, room: int) -> None:
        """Size the columns for this room; a larger font widens them, as far as what takes the rest keeps enough."""
        header = self.horizontalHeader()
        sized = {place: self._least(column) for place, column in enumerate(self.records.columns) if column.width}
        rest = next((place for place in range(len(self.records.columns)) if place not in sized), None)
        told = {place: spacing.scaled(self, self.records.columns[place].width) for place in sized}
        most = {place: max(least, told[place]) for place, least in sized.items()}
        enough = max(_LEAST_REST, room // _REST_PART)
        gain, spare = sum(most.values()) - sum(sized.values()), room - enough - sum(sized.values())
        if gain > 0:
            part = min(1.0, max(0.0, spare / gain))
            sized = {place: least + int(part * (most[place] - least)) for place, least in sized.items()}
        if gain > 0 or not self._shared:
            for place, width in sized.items():
                header.resizeSection(place, width)
        self._shared = True
        if rest is not None:
            # Qt would squeeze it to a sliver before the table scrolls.
            left = room - sum(header.sectionSize(place) for place in sized)
            modes = QHeaderView.ResizeMode
            header.setSectionResizeMode(rest, modes.Stretch if left >= _LEAST_REST else modes.Interactive)
            header.resizeSection(rest, max(left, _LEAST_REST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share(self.viewport().width())

    def selected(self) -> list[Any]:
        """The records that are selected, from the top."""
        return [self.records.records[row] for row in sorted({one.row() for one in self.selectedIndexes()})]

    def refill(self, records: Sequence[Any]) -> None:
        """Show these records; whichever stay, stay selected."""
        chosen = {one.id for one in self.selected()}
        place = self.verticalScrollBar().value()
        with QSignalBlocker(self):
            self.records.show(records)
            if chosen and {one.id for one in self.selected()} != chosen:
                self.select(chosen)
        self.verticalScrollBar().setValue(place)

    def select(self, ids: set[int]) -> None:
        """Select the records with these ids, where they are shown."""
        picked, last = QItemSelection(), self.records.columnCount() - 1
        rows = [row for row, one in enumerate(self.records.records) if one.id in ids]
        for row in rows:
            picked.select(self.records.index(row, 0), self.records.index(row, last))
        flags = QItemSelectionModel.SelectionFlag
        if rows:
            self.selectionModel().setCurrentIndex(self.records.index(rows[0], 0), flags.NoUpdate)
        self.selectionModel().select(picked, flags.ClearAndSelect)
