"""The rows of a bulk edit's preview: old and new value of each product, the changed parts marked, a page at a time."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableView

from acme_desktop.core.products.bulk_edit import Difference
from acme_desktop.gui.widgets import spacing
from acme_desktop.gui.widgets.changed_parts import MARKS, MarkedCells, Span, changed_parts
from acme_desktop.gui.widgets.fetched_rows import FetchedRows, Index
from acme_desktop.gui.widgets.tables import dress

PAGE = 200
REASONS = {"missing_name": "The name would be blank", "too_long": "The text would be too long"}
_CHANGING = ("SKU", "Now", "Afterwards")
_REFUSED = ("SKU", "Now", "Why it stays so")


class BulkRows(FetchedRows):
    """Differences, fetched as the table is scrolled; `more_wanted` comes with the key of the last one."""

    more_wanted = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(_CHANGING, parent)
        self._marks: dict[int, tuple[list[Span], list[Span]]] = {}

    def start(self, *, refused: bool) -> None:
        """Begin a list of products that change, or of those that are refused with their reason."""
        self._marks = {}
        self.restart(_REFUSED if refused else _CHANGING)

    def clear(self) -> None:
        """Show nothing, and ask for nothing."""
        self._marks = {}
        self.restart(self.titles, complete=True)

    def add(self, page: list[Difference]) -> None:
        """Take a page; one shorter than `PAGE` is the last."""
        self.take(page, complete=len(page) < PAGE)

    def ask(self) -> None:
        self.more_wanted.emit(self.rows[-1].sku_key if self.rows else "")

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if column == 0:
                return row.sku
            if column == 2 and row.verdict in REASONS:
                return REASONS[row.verdict]
            return in_words(row.old if column == 1 else row.new, row.cut)
        if role == MARKS and column and row.verdict == "changed":
            gone, come = self._parts(index.row())
            spans = come if column == 2 else gone if row.old else []
            return (spans, column == 2) if spans else None
        return None

    def _parts(self, place: int) -> tuple[list[Span], list[Span]]:
        """What differs, worked out once: a cell is painted again and again."""
        if place not in self._marks:
            row = self.rows[place]
            self._marks[place] = changed_parts(in_words(row.old, row.cut), in_words(row.new, row.cut))
        return self._marks[place]


def in_words(value: str | bool | None, cut: int = 0) -> str:
    """A value on one line; `cut` is how much was left out before it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if not value:
        return "(none)"
    # Every blank stays one: a second space may be the very thing that changes.
    line = "".join(" " if letter in "\n\r\t\v\f\u2028\u2029" else letter for letter in value)
    return f"… {line}" if cut else line


class BulkTable(QTableView):
    """Shows `BulkRows`."""

    def __init__(self, rows: BulkRows) -> None:
        super().__init__()
        self.setModel(rows)
        self.setItemDelegate(MarkedCells(self))
        dress(self, "bulkPreviewTable", "What changes")
        header = self.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, spacing.scaled(self, 140))
