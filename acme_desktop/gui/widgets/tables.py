"""How every read-only table of rows looks and behaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from acme_desktop.gui.widgets import formatting
from acme_desktop.gui.widgets.notices import repolish

_WIDE_MOMENT = datetime(2026, 9, 28, 20, 48)
_PADDING = 20  # logical pixels: what a cell or header keeps free at both sides, and one to spare


def dress(table: QTableView, name: str, words: str) -> None:
    """Name a table and give it its looks: whole rows are selected, nothing wraps, Tab leaves it.

    Args:
        name: the object name.
        words: the accessible name.
    """
    table.setObjectName(name)
    table.setAccessibleName(words)
    table.setProperty("framed", True)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    text = table.fontMetrics().height()
    rows, header = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(text + 11)
    header.setAccessibleName("Column headers")
    header.setHighlightSections(False)
    header.setFixedHeight(text + 15)
    bar = table.verticalScrollBar()
    bar.rangeChanged.connect(lambda _, most: _square_off(header, beside_bar=most > 0))


def _square_off(header: QHeaderView, *, beside_bar: bool) -> None:
    """Its end is round as the table's frame is, which beside a scroll bar would leave a notch."""
    if bool(header.property("besideBar")) != beside_bar:
        header.setProperty("besideBar", beside_bar)
        repolish(header)


def moment_width(table: QWidget) -> int:
    """How wide a column of moments has to be, so that none is cut."""
    return table.fontMetrics().horizontalAdvance(formatting.moment(_WIDE_MOMENT)) + _PADDING


def cells_width(table: QWidget, texts: Iterable[str]) -> int:
    """How wide a column has to be, so that none of these texts is cut.

    Cheaper than what Qt has for it, which asks for every role of every cell, an icon and a font among them.
    """
    return max(map(table.fontMetrics().horizontalAdvance, texts), default=0) + _PADDING


def title_width(table: QWidget, title: str) -> int:
    """How wide a column has to be, so that its title is not cut."""
    font = QFont(table.font())
    font.setWeight(QFont.Weight.DemiBold)  # as the style sheet draws it
    return QFontMetrics(font).horizontalAdvance(title) + _PADDING


def line_number_first(column: int) -> Qt.AlignmentFlag:
    """How cells stand in a table whose first column holds line numbers."""
    side = Qt.AlignmentFlag.AlignLeft if column else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
