"""Rejected rows in a grid: the file's own columns, editable, with what is wrong marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from acme_desktop.gui.importer.reasons import REASONS, line_range
from acme_desktop.gui.importer.sample_table import column_title
from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.tables import line_number_first

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_LONGEST = 300
FIXED = 2
"""The columns before the file's own: line, and what is wrong."""


@dataclass(eq=False)
class Reject:
    """One rejected row on the bench.

    Attributes:
        record: the row as the report keeps it: line, end_line, field, reason, message, value, cells.
        cells: the cells as they are mended so far.
        mended: whether a person changed it.
    """

    record: dict[str, Any]
    cells: list[str] = field(default_factory=list)
    mended: bool = False

    def __post_init__(self) -> None:
        self.cells = list(self.record["cells"])


class RejectsModel(QAbstractTableModel):
    """The rows of one reason, or all; `edited` comes when a person changed something."""

    edited = Signal()

    def __init__(self, header: Sequence[str], parent: Any = None) -> None:
        super().__init__(parent)
        self.header = list(header)
        self._columns = _columns_of(header)
        self.rejects: list[Reject] = []
        self.shown: list[Reject] = []
        self._reason: str | None = None
        self._width = len(self.header)

    # What is there

    def show(self, rejects: Sequence[Reject], reason: str | None = None) -> None:
        """Show these, or those of one reason."""
        self.beginResetModel()
        self.rejects, self._reason = list(rejects), reason
        self.shown = [one for one in self.rejects if reason in (None, one.record["reason"])]
        self._width = max([len(self.header), *(len(one.cells) for one in self.shown)])
        self.endResetModel()

    def titles(self) -> list[str]:
        """The names of the file's columns, and of the cells that a row has too many."""
        return [column_title(self.header, column) for column in range(self._width)]

    # Mending

    def set_all(self, rejects: Iterable[Reject], column: int, value: str) -> int:
        """Set one column of these rows; returns how many changed."""
        return self._change(rejects, lambda cells: _with_cell(cells, column, value))

    def replace_all(self, rejects: Iterable[Reject], column: int, what: str, by: str) -> int:
        """Replace a text in one column of these rows; returns how many changed."""

        def replaced(cells: list[str]) -> list[str]:
            if column >= len(cells):
                return cells
            return _with_cell(cells, column, cells[column].replace(what, by))

        return self._change(rejects, replaced) if what else 0

    def join_next(self, rejects: Iterable[Reject], column: int, delimiter: str) -> int:
        """Put a cell and the next one together, as where a delimiter within a text was not quoted."""
        return self._change(
            rejects,
            lambda cells: (
                [*cells[:column], delimiter.join(cells[column : column + 2]), *cells[column + 2 :]]
                if column + 1 < len(cells)
                else cells
            ),
        )

    def insert_cell(self, rejects: Iterable[Reject], column: int) -> int:
        """Put an empty cell before one; the rest moves right."""
        return self._change(rejects, lambda cells: _with_cell([*cells[:column], "", *cells[column:]], column, ""))

    def remove_cell(self, rejects: Iterable[Reject], column: int) -> int:
        """Take a cell out; the rest moves left."""
        return self._change(rejects, lambda cells: cells[:column] + cells[column + 1 :])

    def fill_up(self, rejects: Iterable[Reject]) -> int:
        """Give rows that are too short blank cells at their end."""
        width = len(self.header)
        return self._change(rejects, lambda cells: cells + [""] * (width - len(cells)))

    def _change(self, rejects: Iterable[Reject], change: Callable[[list[str]], list[str]]) -> int:
        count = 0
        for one in rejects:
            cells = change(one.cells)
            if cells != one.cells:
                one.cells, one.mended = cells, True
                count += 1
        if count:
            width = max([len(self.header), *(len(one.cells) for one in self.shown)])
            if width != self._width:
                self.beginResetModel()
                self._width = width
                self.endResetModel()
            else:
                self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
            self.edited.emit()
        return count

    # Qt's questions

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else FIXED + self._width

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() >= FIXED else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return ("Line", "What is wrong")[section] if section < FIXED else column_title(self.header, section - FIXED)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return line_number_first(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one, column = self.shown[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return line_number_first(column)
        if column < FIXED:
            return self._said(one, column, role)
        place = column - FIXED
        there = place < len(one.cells)
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(one.cells[place][: _LONGEST * 2].split())[:_LONGEST] if there else "(no cell)"
        if role == Qt.ItemDataRole.EditRole:
            return one.cells[place] if there else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return one.cells[place][:2000] or None if there else "The row has no cell here."
        if role == Qt.ItemDataRole.ForegroundRole and not there:
            return QColor(theme.colours().muted)
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._ground(one, place)
        return None

    def _said(self, one: Reject, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return line_range(one.record) if column == 0 else one.record["message"]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{REASONS.get(one.record['reason'], one.record['reason'])}: {one.record['message']}"
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.colours().muted)
        return None

    def _ground(self, one: Reject, place: int) -> QColor | None:
        colours = theme.colours()
        if place < len(one.cells) and (
            place >= len(one.record["cells"]) or one.cells[place] != one.record["cells"][place]
        ):
            return QColor(colours.success_soft)
        too_many = place >= len(self.header) and place < len(one.cells)
        missing = place < len(self.header) and place >= len(one.cells)
        if too_many or missing or self._columns.get(one.record["field"] or "") == place:
            return QColor(colours.danger_soft)
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or index.column() < FIXED:
            return False
        place = index.column() - FIXED
        one = self.shown[index.row()]
        if place >= len(one.cells) and not value:  # an editor that was only opened makes no cells
            return False
        self.set_all([one], place, str(value))
        return True


def _columns_of(header: Sequence[str]) -> dict[str, int]:
    """What a rejection calls a column (its name, or "#3" where it has none) -> its place."""
    return {name.strip() or f"#{place + 1}": place for place, name in reversed(list(enumerate(header)))}


def _with_cell(cells: list[str], column: int, value: str) -> list[str]:
    longer = cells + [""] * (column + 1 - len(cells))
    longer[column] = value
    return longer
