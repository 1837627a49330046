"""A read-only table of a few hundred records that is refilled while people look at it: selection and place stay."""

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
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from acme_desktop.gui.widgets import theme

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """A column: its title, its width (0 takes the rest), the cell's text, and its tone ("danger" ...) if it has one."""

    title: str
    width: int
    text: Callable[[Any], str]
    right: bool = False
    tone: Callable[[Any], str] | None = None


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
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(record)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
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
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.records = RecordModel(columns, self)
        self.setModel(self.records)
        self._setup_looks(several)
        self.selectionModel().selectionChanged.connect(self.picked)

    def _setup_looks(self, several: bool) -> None:
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setProperty("framed", True)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 11)
        header = self.horizontalHeader()
        header.setAccessibleName("Column headers")
        header.setHighlightSections(False)
        header.setFixedHeight(self.fontMetrics().height() + 15)
        for place, column in enumerate(self.records.columns):
            if column.width:
                header.resizeSection(place, column.width)
            else:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)

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
