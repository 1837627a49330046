"""The menu of the table's columns: which are shown, which stay in sight, and all as it was at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from acme_desktop.gui.products.columns import COLUMNS

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

    def _show_state(self) -> None:
        hidden = [self._table.isColumnHidden(section) for section in range(len(COLUMNS))]
        for action, away in zip(self._shown, hidden, strict=True):
            action.setChecked(not away)
            # One column stays, or there would be no header to bring the others back from.
            action.setEnabled(away or hidden.count(False) > 1)
        if hidden[self.section]:
            self.section = hidden.index(False)
        self._up_to.setText(f"Free&ze up to {COLUMNS[self.section].title}")
        self._none.setEnabled(self._table.frozen_count > 0)
