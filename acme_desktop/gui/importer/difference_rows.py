"""The preview's rows as people read them: a line for each changed field of an update, a line for each other row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal

from acme_desktop.core.importer.preview import Difference
from acme_desktop.gui.importer.fates import FATES
from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.changed_parts import MARKS, Span, changed_parts
from acme_desktop.gui.widgets.fetched_rows import FetchedRows, Index
from acme_desktop.gui.widgets.tables import line_number_first

_LONGEST = 2000

UPDATE_TITLES = ("Line", "SKU", "Field", "In the catalogue now", "After the import")
ROW_TITLES = ("Line", "SKU", "Name", "Description", "What becomes of it")


@dataclass(frozen=True)
class DifferenceRow:
    """One line of the table; the marks are (start, length) in the two last cells."""

    cells: tuple[str, ...]
    gone: tuple[Span, ...] = ()
    come: tuple[Span, ...] = ()
    first: bool = True


def lines_of(difference: Difference) -> list[DifferenceRow]:
    """What the table shows of one row: an update gives a line a field."""
    line = formatting.number(difference.line)
    if difference.fate != "updated":
        return [
            DifferenceRow(
                (line, difference.sku, difference.name or "", difference.description or "", _fate(difference))
            )
        ]
    pairs = (
        ("SKU", difference.old_sku, difference.sku),
        ("Name", difference.old_name, difference.name),
        ("Description", difference.old_description, difference.description),
        ("Active", _yes(difference.old_active), _yes(difference.active)),
    )
    rows = []
    for field, old, new in pairs:
        before, after = _flat(old), _flat(new)
        if (old or "") == (new or ""):
            continue
        gone, come = changed_parts(before, after)
        cells = (line, difference.sku, field, before or "(none)", after or "(cleared)")
        rows.append(DifferenceRow(cells, tuple(gone), tuple(come), not rows))
    return rows


def _flat(text: str | None) -> str:
    return " ".join((text or "")[:_LONGEST].split())


def _yes(active: bool | None) -> str:
    return "" if active is None else "Yes" if active else "No"


def _fate(difference: Difference) -> str:
    if difference.fate == "superseded" and difference.by_line is not None:
        return f"Superseded by line {formatting.number(difference.by_line)}"
    if difference.fate == "rejected":
        return "Rejected: a new product needs a name"
    if difference.fate == "skipped":
        return "Skipped: there is no such product" if difference.old_sku is None else "Skipped: the product exists"
    return FATES[difference.fate]


class DifferenceModel(FetchedRows):
    """Lines of one kind, fetched as the table is scrolled; `more_wanted` comes with the last ordinal it has."""

    more_wanted = Signal(int)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(UPDATE_TITLES, parent)
        self._last = -1

    def start(self, titles: tuple[str, ...]) -> None:
        """Begin another list."""
        self._last = -1
        self.restart(titles)

    def ask(self) -> None:
        self.more_wanted.emit(self._last)

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        return line_number_first(column)

    def add(self, differences: list[Difference], limit: int) -> None:
        """Take a page; one shorter than `limit` is the last."""
        if differences:
            self._last = differences[-1].ordinal
        lines = [row for difference in differences for row in lines_of(difference)]
        self.take(lines, complete=len(differences) < limit)

    def add_last(self, rows: list[DifferenceRow]) -> None:
        """Take lines after which none come."""
        self.take(rows, complete=True)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            # The line and the SKU of an update stand beside its first field only.
            return "" if column < 2 and not row.first else row.cells[column]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.cells[column] or None
        if role == MARKS and column >= 3:
            spans = row.gone if column == 3 else row.come
            return (list(spans), column == 4) if spans else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return line_number_first(column)
        return None
