"""How wide the table's columns are, in which order they stand and which are hidden; remembered between two runs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QTableView

from acme_desktop.gui.products.columns import COLUMNS, place_of
from acme_desktop.gui.products.sort_header import SortHeader

_DESCRIPTION = place_of("description")
_FROZEN = b"frozen "


class ColumnLayout:
    """Sizes the columns of a table; the description takes what the others leave, until a person sizes a column."""

    def __init__(self, table: QTableView, header: SortHeader) -> None:
        self._table, self._header = table, header
        self._filling = self._sized_by_hand = False
        self._at_first()
        header.sectionResized.connect(self._resized)

    def _at_first(self) -> None:
        self._filling = True
        for section, column in enumerate(COLUMNS):
            self._header.resizeSection(section, column.width)
        self._filling = False

    def reset(self) -> None:
        """Every column as it was at first."""
        for section in range(len(COLUMNS)):
            self._header.setSectionHidden(section, False)
            self._header.moveSection(self._header.visualIndex(section), section)
        self._sized_by_hand = False
        self._at_first()
        self.fill_width()

    def fill_width(self) -> None:
        """Give the description what the others leave."""
        header = self._header
        if self._sized_by_hand or header.isSectionHidden(_DESCRIPTION):
            return
        last = self._last()
        others = sum(header.sectionSize(section) for section in range(len(COLUMNS)) if section != _DESCRIPTION)
        if last != _DESCRIPTION:  # it is stretched: what it needs counts, not what it has
            others += COLUMNS[last].width - header.sectionSize(last)
        self._filling = True
        header.resizeSection(_DESCRIPTION, max(COLUMNS[_DESCRIPTION].width, self._table.viewport().width() - others))
        self._filling = False

    def _last(self) -> int:
        order = [self._header.logicalIndex(place) for place in range(len(COLUMNS))]
        return [section for section in order if not self._header.isSectionHidden(section)][-1]

    def _resized(self, section: int, before: int, after: int) -> None:
        # A column that is hidden or shown is resized as well, from nothing or to it.
        if not self._filling and before and after and section != self._last():
            self._sized_by_hand = True

    def state(self, frozen: int) -> QByteArray:
        """All of it, for `restore`."""
        return QByteArray(_FROZEN + b"%d\n" % frozen + self._header.saveState().data())

    def restore(self, state: QByteArray) -> int | None:
        """Bring back what `state` gave, but not the order of rows; returns how many columns are frozen.

        None is returned, and nothing changed, where the state is of another kind of program.
        """
        head, _, rest = state.data().partition(b"\n")
        if not head.startswith(_FROZEN) or not head[len(_FROZEN) :].isdigit():
            return None
        self._sized_by_hand = True
        self._header.restore(QByteArray(rest))
        return int(head[len(_FROZEN) :])
