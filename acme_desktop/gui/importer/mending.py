"""The bench's grid, and the bar that mends many rows alike."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui.importer.rejects_model import FIXED, Reject, RejectsModel
from acme_desktop.gui.widgets import formatting, spacing


class _Grounds(QStyledItemDelegate):
    """Paints the model's grounds, which the style sheet would leave out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if ground is not None and not option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, ground)
        super().paint(painter, option, index)


class RejectsTable(QTableView):
    """Shows a `RejectsModel`; F2 or typing edits a cell."""

    def __init__(self, model: RejectsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rejectsGrid")
        self.setAccessibleName("Rejected rows")
        self.setProperty("framed", True)
        self.setModel(model)
        self._model = model
        self.setItemDelegate(_Grounds(self))
        self.setShowGrid(False)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 13)
        header = self.horizontalHeader()
        header.setAccessibleName("Column headers")
        header.setHighlightSections(False)
        header.setDefaultSectionSize(spacing.scaled(self, 112))
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(56)
        header.setFixedHeight(self.fontMetrics().height() + 15)
        for place, width in enumerate((64, 230)):
            header.resizeSection(place, spacing.scaled(self, width))

    def selected(self) -> list[Reject]:
        """The rows with a selected cell."""
        rows = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        return [self._model.shown[row] for row in rows]


class MendingBar(QWidget):
    """Sets a column or replaces a text in the selected rows, or in all that are shown."""

    said = Signal(str)

    def __init__(self, model: RejectsModel, table: RejectsTable, delimiter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._table, self._delimiter = model, table, delimiter
        self._setup_ui()
        self._setup_actions()

    def _setup_ui(self) -> None:
        self.scope = QComboBox(objectName="mendScope", accessibleName="Which rows to mend")
        self.scope.addItem("all rows shown", "all")
        self.scope.addItem("the selected rows", "selected")
        self.column = QComboBox(objectName="mendColumn", accessibleName="Column to mend")
        self.column.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.column.setMinimumContentsLength(14)
        self.value = QLineEdit(objectName="mendValue", accessibleName="Value to set", placeholderText="Value")
        self.find = QLineEdit(objectName="mendFind", accessibleName="Text to replace", placeholderText="Find")
        self.by = QLineEdit(objectName="mendReplace", accessibleName="Replace by", placeholderText="Replace by")
        self.set = QPushButton("S&et", objectName="mendSetButton", accessibleName="Set the column to the value")
        self.replace = QPushButton("&Replace", objectName="mendReplaceButton")
        self.fill = QPushButton("&Fill up short rows", objectName="mendFillButton")
        self.fill.setToolTip("Give rows with too few cells blank ones at their end")
        for button in (self.set, self.replace, self.fill):
            button.setAutoDefault(False)
        first, second = QHBoxLayout(spacing=8), QHBoxLayout(spacing=8)
        first.addWidget(QLabel("In"))
        first.addWidget(self.scope)
        first.addWidget(QLabel("column"))
        first.addWidget(self.column, 1)
        first.addWidget(self.fill)
        second.addWidget(self.value, 2)
        second.addWidget(self.set)
        second.addSpacing(14)
        second.addWidget(self.find, 2)
        second.addWidget(self.by, 2)
        second.addWidget(self.replace)
        layout = QVBoxLayout(self, spacing=8)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(first)
        layout.addLayout(second)
        self.set.clicked.connect(self._set)
        self.value.returnPressed.connect(self._set)
        self.replace.clicked.connect(self._replace)
        self.by.returnPressed.connect(self._replace)
        self.fill.clicked.connect(lambda: self._tell(self._model.fill_up(self._rows())))

    def _setup_actions(self) -> None:
        model = self._model
        for text, name, key, change in (
            ("&Join with the next cell", "joinCells", "Ctrl+J", self._join),
            ("&Insert a cell", "insertCell", "Ctrl+I", model.insert_cell),
            ("&Remove the cell", "removeCell", "Ctrl+Backspace", model.remove_cell),
        ):
            action = QAction(text, self._table, objectName=name)
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _=False, change=change: self._at_current(change))
            self._table.addAction(action)

    def show_columns(self) -> None:
        """Offer the columns that are there now; the one chosen stays chosen."""
        chosen = self.column.currentIndex()
        self.column.clear()
        self.column.addItems(self._model.titles())
        self.column.setCurrentIndex(max(0, min(chosen, self.column.count() - 1)))

    def _rows(self) -> list[Reject]:
        return self._table.selected() if self.scope.currentData() == "selected" else list(self._model.shown)

    def _set(self) -> None:
        self._tell(self._model.set_all(self._rows(), self.column.currentIndex(), self.value.text()))

    def _replace(self) -> None:
        self._tell(self._model.replace_all(self._rows(), self.column.currentIndex(), self.find.text(), self.by.text()))

    def _join(self, rows: list[Reject], column: int) -> int:
        return self._model.join_next(rows, column, self._delimiter)

    def _at_current(self, change: Callable[[list[Reject], int], int]) -> None:
        column = self._table.currentIndex().column() - FIXED
        if column >= 0:
            self._tell(change(self._table.selected(), column))

    def _tell(self, count: int) -> None:
        self.said.emit(f"{formatting.counted(count, 'row', 'rows')} changed.")
