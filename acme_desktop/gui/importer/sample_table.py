"""The first rows of a file, cell by cell as they stand there, with the field each column goes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.tables import cells_width, dress

_NOWHERE = QModelIndex()
_LONGEST = 300
_LEAST_ROWS = 2
_LONGEST_USE = "→ Description"
_Index = QModelIndex | QPersistentModelIndex


def column_title(header: Sequence[str], column: int) -> str:
    """A column's name in the file, or its position where it has none."""
    name = header[column].strip() if column < len(header) else ""
    return name or f"Column {column + 1}"


class SampleModel(QAbstractTableModel):
    """Read-only rows of cells; a row may be shorter or longer than the header."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._header: tuple[str, ...] = ()
        self._rows: Sequence[Sequence[str]] = ()
        self._fields: Mapping[int, str] = {}
        self._fills: Mapping[int, str] = {}
        self._plain = False

    def show(self, header: Sequence[str], rows: Sequence[Sequence[str]], *, plain: bool = False) -> None:
        """Show another file's sample; a plain one is something to read, whose columns go to no field."""
        self.beginResetModel()
        self._plain = plain
        self._header, self._rows, self._fields = tuple(header), rows, {}
        self._fills = {}
        self.endResetModel()

    def mark(self, fields: Mapping[int, str], fills: Mapping[int, str]) -> None:
        """Say which column goes to which field, and which one fields are filled down by.

        Args:
            fields: column -> the field's name for people.
            fills: column -> the names of the fields.
        """
        self._fields, self._fills = dict(fields), dict(fills)
        if self._header:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._header) - 1)
        if self._rows and self._header:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._header) - 1))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._header)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._header):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if self._plain:
                return self._header[section]
            return f"{column_title(self._header, section)}\n{self._use(section)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cells = self._rows[index.row()]
        if index.column() >= len(cells):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(cells[index.column()][: _LONGEST * 2].split())[:_LONGEST]
        if role == Qt.ItemDataRole.ToolTipRole:
            return cells[index.column()][:2000] or None
        unused = index.column() not in self._fields and index.column() not in self._fills
        if role == Qt.ItemDataRole.ForegroundRole and unused and not self._plain:
            return QColor(theme.colours().muted)
        return None

    def _use(self, column: int) -> str:
        uses = [f"→ {self._fields[column]}"] if column in self._fields else []
        uses += [f"fills {self._fills[column]}"] if column in self._fills else []
        return ", ".join(uses) or "not used"


class SampleTable(QTableView):
    """Shows a `SampleModel`."""

    def __init__(self, model: SampleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        dress(self, "sampleTable", "First rows of the file")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(90)
        header.setMaximumSectionSize(420)
        header.setDefaultSectionSize(150)
        header.setStretchLastSection(True)
        header.setFixedHeight(self.fontMetrics().height() * 2 + 16)
        header.setSectionsClickable(False)
        # The rows are what a person judges the choices by; it takes more of them where there is room.
        rows = self.verticalHeader().defaultSectionSize() * _LEAST_ROWS
        self.setMinimumHeight(header.height() + rows + self.horizontalScrollBar().sizeHint().height() + 2)
        model.modelReset.connect(self.fit_columns)

    def sizeHint(self) -> QSize:
        # A scroll area with text that wraps in it goes by this, and would scroll before the table gives way.
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def fit_columns(self) -> None:
        """Make each column as wide as its cells and its longest use, so that choosing a field cuts no header."""
        model, header = self.model(), self.horizontalHeader()
        least = self.fontMetrics().horizontalAdvance(_LONGEST_USE) + 28
        for column in range(model.columnCount()):
            cells = (model.index(row, column).data() or "" for row in range(model.rowCount()))
            self.setColumnWidth(column, max(cells_width(self, cells), header.sectionSizeHint(column), least))
