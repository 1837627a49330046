"""A sheet of all shortcuts: searchable, and copied as plain text to print it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import on_screen, spacing, theme

Group = tuple[str, Sequence[tuple[str, str]]]
"""A title, and the name and keys of each action in it."""


def as_text(groups: Sequence[Group]) -> str:
    """The sheet in columns of plain text."""
    width = max((len(name) for _, rows in groups for name, _ in rows), default=0)
    blocks = ["\n".join([title, *(f"  {name:<{width}}  {keys}" for name, keys in rows)]) for title, rows in groups]
    return "\n\n".join(blocks) + "\n"


class ShortcutSheet(QDialog):
    """Shows groups of shortcuts; it may stay open beside the window."""

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutSheet")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        on_screen.fit(self, 460, 600)
        self._groups = groups
        self._setup_ui()
        self._fill()

    def _setup_ui(self) -> None:
        self.search = QLineEdit(objectName="shortcutSearch", accessibleName="Search the shortcuts")
        self.search.setPlaceholderText("Search actions and keys")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget(objectName="shortcutTree", accessibleName="Shortcuts", columnCount=2)
        self.tree.setHeaderLabels(["Action", "Keys"])
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(14)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setProperty("framed", True)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setProperty("kind", "plain")
        buttons.rejected.connect(self.reject)
        self.copy = buttons.addButton("&Copy as text", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setObjectName("shortcutCopyButton")
        self.copy.setAutoDefault(False)
        icons.wear(self.copy, "copy")
        self.copy.clicked.connect(self._copy)
        keys = QShortcut(QKeySequence.StandardKey.Copy, self.tree, context=Qt.ShortcutContext.WidgetShortcut)
        keys.activated.connect(self._copy)
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(buttons)

    def _fill(self) -> None:
        muted = QBrush(QColor(theme.colours().muted))
        for title, rows in self._groups:
            group = QTreeWidgetItem(self.tree, [title])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = group.font(0)
            font.setBold(True)
            group.setFont(0, font)
            group.setForeground(0, muted)
            for name, keys in rows:
                row = QTreeWidgetItem(group, [name, keys])
                row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            group.setExpanded(True)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        for place in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(place)
            shown = 0
            for row in range(group.childCount()):
                item = group.child(row)
                whole = f"{group.text(0)} {item.text(0)} {item.text(1)}".casefold()
                fits = all(word in whole for word in wanted)
                item.setHidden(not fits)
                shown += fits
            group.setHidden(not shown)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._groups))
