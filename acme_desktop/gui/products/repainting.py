"""Keeps a table from painting more than has changed: painting is most of what the window's thread does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTableView


class SparingTable(QTableView):
    """Paints nothing for rows out of sight, and where it is scrolled only the rows that come into sight."""

    def dataChanged(self, first: QModelIndex, last: QModelIndex, roles: Sequence[int] = ()) -> None:
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        # Qt itself would paint everything anew for rows that are out of sight.
        if top <= last.row() and (bottom < 0 or first.row() <= bottom):
            super().dataChanged(first, last, roles)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._let_rows_be_copied()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._let_rows_be_copied()

    def _let_rows_be_copied(self) -> None:
        """Qt copies what stays in sight where nothing shows through the viewport, which a style sheet takes back."""
        self.viewport().setAutoFillBackground(True)
