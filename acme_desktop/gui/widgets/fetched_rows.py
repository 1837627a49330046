"""A read-only table model whose rows come page by page, as the table is scrolled."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class FetchedRows(QAbstractTableModel):
    """Rows of one kind under titles; a page is asked for by `ask`, once, and taken by `take`. At first it is empty."""

    def __init__(self, titles: tuple[str, ...], parent: Any = None) -> None:
        super().__init__(parent)
        self.titles = titles
        self.rows: list[Any] = []
        self._asked, self._complete = False, True

    @abstractmethod
    def ask(self) -> None:
        """Have the rows after the last one fetched."""

    @abstractmethod
    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """How a column's title stands."""

    def restart(self, titles: tuple[str, ...], *, complete: bool = False) -> None:
        """Begin another list and ask for its first page; a `complete` one is and stays empty."""
        self.beginResetModel()
        self.titles, self.rows = titles, []
        self._asked, self._complete = False, complete
        self.endResetModel()
        self.fetchMore()

    def take(self, rows: Sequence[Any], *, complete: bool) -> None:
        """Add the page that was asked for; behind a `complete` one there is none."""
        self._asked, self._complete = False, complete
        if rows:
            self.beginInsertRows(NOWHERE, len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def canFetchMore(self, parent: Index = NOWHERE) -> bool:
        return not parent.isValid() and not self._asked and not self._complete

    def fetchMore(self, parent: Index = NOWHERE) -> None:
        if self.canFetchMore(parent):
            self._asked = True
            self.ask()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.titles):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.titles[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self.alignment(section)
        return None
