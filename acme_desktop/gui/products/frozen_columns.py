"""The first columns of the table stay in sight when it is scrolled sideways.

A second view of the same model and selection lies over the left edge while the table is scrolled to the right; at the
left edge the table itself shows these columns. An editor opens in the table only, which scrolls back to it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from acme_desktop.gui.products.repainting import SparingTable
from acme_desktop.gui.products.sort_header import SortHeader

_EDGE = 2
"""Pixels of the line beside them, as in the style sheet."""


class _Painting(QStyledItemDelegate):
    """Paints as the table does. Its delegate is not shared: each view takes every editor that closes for its own."""

    def __init__(self, table: QTableView, parent: QObject) -> None:
        super().__init__(parent)
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self._table.itemDelegate().paint(painter, option, index)


class FrozenColumns(SparingTable):
    """Shows the first visible columns of `table`, as many as `count`; 0 freezes none.

    Args:
        extend: takes a press of the mouse and its cell; whether that was all there is to do.
    """

    def __init__(
        self, table: QTableView, header: SortHeader, extend: Callable[[QMouseEvent, QModelIndex], bool]
    ) -> None:
        super().__init__(table)
        self.setObjectName("frozenColumns")
        self.setAccessibleName("Products, columns that stay in sight")
        self._table, self._header, self._extend = table, header, extend
        self._count = 1
        self._own = SortHeader(self)
        self._own.setSectionsMovable(False)
        self._own.setStretchLastSection(False)
        self.setHorizontalHeader(self._own)
        self._setup_ui()
        self._wire()
        self.hide()

    def _setup_ui(self) -> None:
        self.setItemDelegate(_Painting(self._table, self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(self._table.selectionMode())
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self._table.verticalHeader().defaultSectionSize())
        self._own.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _wire(self) -> None:
        header = self._header
        for moved in (header.sectionResized, header.sectionMoved, header.sortIndicatorChanged):
            moved.connect(lambda *_: self.follow())
        self._own.sectionResized.connect(self._own_resized)
        self._own.sorted.connect(self._sorted)
        self._own.customContextMenuRequested.connect(header.customContextMenuRequested)
        self.customContextMenuRequested.connect(self._table.customContextMenuRequested)
        self._table.horizontalScrollBar().valueChanged.connect(lambda _: self.follow())
        self._table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(self._table.verticalScrollBar().setValue)
        self.doubleClicked.connect(self._edit)
        self._table.installEventFilter(self)

    def take(self, model: QAbstractItemModel, selection: QItemSelectionModel) -> None:
        """Show this model with this selection, those of the table."""
        former = self.selectionModel()
        self.setModel(model)
        self.setSelectionModel(selection)
        if former is not None:
            former.deleteLater()
        self.follow()

    @property
    def count(self) -> int:
        """How many columns are frozen."""
        return self._count

    def freeze(self, count: int) -> None:
        """Keep this many columns in sight."""
        self._count = max(0, count)
        self.follow()

    @property
    def sections(self) -> list[int]:
        """The columns that are frozen."""
        order = [self._header.logicalIndex(place) for place in range(self._header.count())]
        return [section for section in order if not self._header.isSectionHidden(section)][: self._count]

    def covered(self) -> int:
        """How many pixels of the table's viewport lie under the frozen columns."""
        return self.width() if self.isVisible() else 0

    def follow(self) -> None:
        """Look as the table does: columns, widths, order, place."""
        if self.model() is None:
            return
        sections = self.sections
        wide = sum(self._header.sectionSize(section) for section in sections)
        viewport = self._table.viewport().geometry()
        scrolled = self._table.horizontalScrollBar().value() > 0
        if not sections or not scrolled or wide > viewport.width() * 3 // 4:
            self.hide()
            return
        self._own.blockSignals(True)
        for section in range(self._header.count()):
            self.setColumnHidden(section, section not in sections)
            self._own.moveSection(self._own.visualIndex(section), self._header.visualIndex(section))
            if section in sections:
                self._own.resizeSection(section, self._header.sectionSize(section))
        self._own.blockSignals(False)
        self._own.show_keys(self._header.keys)
        top = self._header.geometry().top()
        self.setGeometry(viewport.left(), top, wide + _EDGE, viewport.bottom() - top + 1)
        self.show()
        self.raise_()
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._table.verticalScrollBar().value())

    def _own_resized(self, section: int, _before: int, size: int) -> None:
        if self.isVisible() and section in self.sections and size:
            self._header.resizeSection(section, size)

    def _sorted(self, _sort: object) -> None:
        self._header.ask_for(self._own.keys)

    def _edit(self, index: QModelIndex) -> None:
        self._table.scrollTo(index)
        self._table.edit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._extend(event, self.indexAt(event.position().toPoint())):
            super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._table.viewport(), event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.follow()
        return super().eventFilter(watched, event)
