"""The menu of the table's columns: order, place and width of one, which are shown, which stay in sight, and all as it
was at first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.sort_header import SortHeader

_STEP = 24
"""How many pixels wider or narrower a column gets at once."""

if TYPE_CHECKING:
    from acme_desktop.gui.products.table import ProductTable


class ColumnsMenu(QMenu):
    """Opens at the header, and may stand in any other menu; `section` is the column that it was opened on."""

    def __init__(self, table: ProductTable) -> None:
        super().__init__("&Columns", table)
        self.setObjectName("columnsMenu")
        self._table = table
        self.section = 0
        self._shown: list[QAction] = []
        self._setup_one()
        self.addSeparator()
        for section, column in enumerate(COLUMNS):
            action = self.addAction(f"&{column.title}")
            action.setObjectName(f"showColumn_{column.field}")
            action.setCheckable(True)
            action.triggered.connect(lambda checked, section=section: table.show_column(section, shown=checked))
            self._shown.append(action)
        self.addSeparator()
        self._up_to = self.addAction("")
        self._up_to.setObjectName("actionFreezeUpTo")
        self._up_to.triggered.connect(lambda: table.freeze_up_to(self.section))
        self._none = self.addAction("&Freeze no column", lambda: table.freeze(0))
        self._none.setObjectName("actionFreezeNone")
        self.addSeparator()
        self.addAction("&Reset columns", table.reset_columns).setObjectName("actionResetColumns")
        self.aboutToShow.connect(self._show_state)
        self._show_state()

    def _setup_one(self) -> None:
        """What a mouse does on the header of one column."""
        self._sort = self.addAction("", lambda: self._header.sort_on(self.section))
        self._sort_more = self.addAction("", lambda: self._header.sort_on(self.section, adding=True))
        self._left = self.addAction("Move &left", lambda: self._move(-1))
        self._right = self.addAction("Move r&ight", lambda: self._move(1))
        wider = self.addAction("&Wider", lambda: self._widen(_STEP))
        narrower = self.addAction("Narrow&er", lambda: self._widen(-_STEP))
        for action, name in (
            (self._sort, "actionSortBy"),
            (self._sort_more, "actionSortThenBy"),
            (self._left, "actionMoveLeft"),
            (self._right, "actionMoveRight"),
            (wider, "actionWider"),
            (narrower, "actionNarrower"),
        ):
            action.setObjectName(name)

    @property
    def _header(self) -> SortHeader:
        header = self._table.horizontalHeader()
        assert isinstance(header, SortHeader)
        return header

    def _neighbour(self, step: int) -> int | None:
        """Where the next column that is shown stands, to the left or to the right."""
        place = self._header.visualIndex(self.section) + step
        while 0 <= place < len(COLUMNS):
            if not self._header.isSectionHidden(self._header.logicalIndex(place)):
                return place
            place += step
        return None

    def _move(self, step: int) -> None:
        place = self._neighbour(step)
        if place is not None:
            self._header.moveSection(self._header.visualIndex(self.section), place)

    def _widen(self, by: int) -> None:
        header = self._header
        header.resizeSection(self.section, max(header.minimumSectionSize(), header.sectionSize(self.section) + by))

    def _show_state(self) -> None:
        hidden = [self._table.isColumnHidden(section) for section in range(len(COLUMNS))]
        for action, away in zip(self._shown, hidden, strict=True):
            action.setChecked(not away)
            # One column stays, or there would be no header to bring the others back from.
            action.setEnabled(away or hidden.count(False) > 1)
        if hidden[self.section]:
            self.section = hidden.index(False)
        title = COLUMNS[self.section].title
        self._sort.setText(f"S&ort by {title}")
        self._sort_more.setText(f"Sort &then by {title}")
        self._left.setEnabled(self._neighbour(-1) is not None)
        self._right.setEnabled(self._neighbour(1) is not None)
        self._up_to.setText(f"Free&ze up to {title}")
        self._none.setEnabled(self._table.frozen_count > 0)
