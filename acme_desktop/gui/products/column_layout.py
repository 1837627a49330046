"""How wide the table's columns are, in which order they stand and which are hidden; remembered between two runs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QTableView

from acme_desktop.gui.products.columns import COLUMNS, place_of
from acme_desktop.gui.products.sort_header import SortHeader
from acme_desktop.gui.widgets import spacing
from acme_desktop.gui.widgets.tables import moment_width, title_width

_SHARING = (place_of("name"), place_of("description"))
_ENOUGH_FOR_A_NAME = 320  # logical pixels
_FROZEN, _FITTED = b"frozen ", b" fitted"


class ColumnLayout:
    """Sizes the columns; name and description share what the others leave, until a person sizes a column."""

    def __init__(self, table: QTableView, header: SortHeader) -> None:
        self._table, self._header = table, header
        self._filling = self._sized_by_hand = False
        self._at_first()
        header.sectionResized.connect(self._resized)

    def _at_first(self) -> None:
        self._filling = True
        for section in range(len(COLUMNS)):
            self._header.resizeSection(section, self._width(section))
        self._filling = False

    def reset(self) -> None:
        """Every column as it was at first."""
        for section in range(len(COLUMNS)):
            self._header.setSectionHidden(section, False)
            self._header.moveSection(self._header.visualIndex(section), section)
        self._sized_by_hand = False
        self._at_first()
        self.fill_width()

    def _width(self, section: int) -> int:
        """What a column needs at least."""
        column = COLUMNS[section]
        if not column.width:
            return moment_width(self._table)
        return max(spacing.scaled(self._table, column.width), title_width(self._table, column.title))

    def fill_width(self) -> None:
        """Share out among name and description what the others leave."""
        header = self._header
        sharing = [section for section in _SHARING if not header.isSectionHidden(section)]
        if self._sized_by_hand or not sharing:
            return
        last = self._last()
        others = [section for section in range(len(COLUMNS)) if section not in sharing]
        # The last one is stretched: what it needs counts, not what it has.
        taken = sum(self._width(one) if one == last else header.sectionSize(one) for one in others)
        left = max(0, self._table.viewport().width() - taken)
        self._filling = True
        for place, section in enumerate(sharing, 1):
            # The name is read first; where there is much room, it leaves what it hardly needs to the description.
            share = left if place == len(sharing) else min(left * 3 // 5, _ENOUGH_FOR_A_NAME)
            header.resizeSection(section, max(self._width(section), share))
            left -= share
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
        fitted = b"" if self._sized_by_hand else _FITTED
        return QByteArray(_FROZEN + b"%d%s\n" % (frozen, fitted) + self._header.saveState().data())

    def restore(self, state: QByteArray) -> int | None:
        """Bring back what `state` gave, but not the order of rows; returns how many columns are frozen.

        None is returned, and nothing changed, where the state is of another kind of program.
        """
        head, _, rest = state.data().partition(b"\n")
        frozen = head.removeprefix(_FROZEN).removesuffix(_FITTED)
        if not head.startswith(_FROZEN) or not frozen.isdigit():
            return None
        self._sized_by_hand = True  # the header tells of each size that it takes
        self._header.restore(QByteArray(rest))
        self._sized_by_hand = not head.endswith(_FITTED)
        self.fill_width()
        return int(frozen)
