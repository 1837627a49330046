"""The command palette: type a few letters of what you want, press Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.ranking import Match, rank

_NOWHERE = QModelIndex()
_COMMAND = Qt.ItemDataRole.UserRole + 1
_LETTERS = Qt.ItemDataRole.UserRole + 2
_WIDTH, _ROWS, _ROOM, _TOP = 620, 12, 14, 56
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True)
class Command:
    """Something to do.

    Attributes:
        name: by which `chosen` tells it.
        title: what people call it.
        path: where it stands in the menus.
        keys: its shortcut, or "".
        lacking: why it cannot be done now, or "".
        recency: 0 for the last one used, larger is longer ago.
    """

    name: str
    title: str
    path: str
    keys: str
    lacking: str
    recency: int

    @property
    def spoken(self) -> str:
        """All of it, for a screen reader."""
        return ", ".join(part for part in (self.title, self.path, self.keys, self.lacking) if part)


class CommandPalette(QDialog):
    """Lists commands, the last used ones first; `chosen` comes with a command's name."""

    chosen = Signal(str)

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("commandPalette")
        self.setWindowTitle("Commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._commands = commands
        self._setup_ui()
        self._search("")
        self._place(parent)

    def _setup_ui(self) -> None:
        self.search = QLineEdit(objectName="paletteSearch", accessibleName="Search all commands")
        self.search.setPlaceholderText("What do you want to do?")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.found = _Found(self)
        self.list = QListView(objectName="paletteList", accessibleName="Commands found")
        self.list.setModel(self.found)
        self.list.setItemDelegate(_Painter(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerItem)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight((self.fontMetrics().height() + _ROOM) * _ROWS)
        self.list.clicked.connect(lambda index: self._take(index))
        self.nothing = QLabel("No command is called that.", alignment=Qt.AlignmentFlag.AlignCenter)
        self.nothing.setProperty("role", "muted")
        self.nothing.hide()
        self.note = QLabel("Enter does it · ↑ ↓ choose · Esc closes", objectName="paletteNote")
        self.note.setProperty("role", "muted")
        frame = QFrame(self)
        frame.setProperty("role", "palette")
        inner = QVBoxLayout(frame, spacing=8)
        inner.setContentsMargins(12, 12, 12, 10)
        for widget in (self.search, self.list, self.nothing, self.note):
            inner.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def _place(self, parent: QWidget) -> None:
        """In the middle, near the top of the window."""
        window = parent.window()
        self.setFixedWidth(min(_WIDTH, window.width() - 40))
        self.adjustSize()
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + _TOP)

    def _search(self, text: str) -> None:
        commands = self._commands
        matches = rank(
            text, [one.title for one in commands], [one.path for one in commands], [one.recency for one in commands]
        )
        self.found.show([(commands[match.index], match) for match in matches])
        self.list.setVisible(bool(matches))
        self.nothing.setVisible(not matches)
        self.nothing.setFixedHeight(self.list.height())
        self.list.setCurrentIndex(self.found.index(0))
        self.list.scrollToTop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keyboard stays in the search field and moves the choice."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _LIST_KEYS:
                self._move(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _move(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: 1 - _ROWS, Qt.Key.Key_PageDown: _ROWS - 1}
        count, at = self.found.rowCount(), self.list.currentIndex().row()
        if not count:
            return
        step = steps[Qt.Key(event.key())]
        to = (at + step) % count if abs(step) == 1 else max(0, min(count - 1, at + step))
        self.list.setCurrentIndex(self.found.index(to))
        command: Command = self.found.index(to).data(_COMMAND)
        # The field has the keyboard, so a screen reader hears of the choice through its description.
        self.search.setAccessibleDescription(command.spoken)

    def _take(self, index: QModelIndex) -> None:
        command: Command | None = index.data(_COMMAND)
        if command is None:
            return
        if command.lacking:
            self.note.setText(f"{command.title}: {command.lacking}")
            return
        # Closed first: what is done may open a dialog of its own.
        self.accept()
        self.chosen.emit(command.name)


class _Found(QAbstractListModel):
    """The commands that fit."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[tuple[Command, Match]] = []

    def show(self, rows: list[tuple[Command, Match]]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        command, match = self._rows[index.row()]
        answers = {
            int(Qt.ItemDataRole.DisplayRole): command.title,
            int(Qt.ItemDataRole.AccessibleTextRole): command.spoken,
            int(_COMMAND): command,
            int(_LETTERS): match.letters,
        }
        return answers.get(int(role))


class _Painter(QStyledItemDelegate):
    """Title with the letters that fit, menu path or what is lacking, and the shortcut on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, option.fontMetrics.height() + _ROOM)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        command: Command = index.data(_COMMAND)
        colours, room = theme.colours(), option.rect.adjusted(10, 0, -10, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colours.selected))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(option.rect, 4, 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(option.font)
        painter.setPen(QColor(colours.muted))
        keys = option.fontMetrics.horizontalAdvance(command.keys)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, command.keys)
        room.setRight(room.right() - keys - (16 if keys else 0))
        text = QColor(colours.disabled if command.lacking else colours.text)
        room.setLeft(_draw_title(painter, room, option.font, command.title, index.data(_LETTERS), text) + 14)
        beside = command.lacking or command.path
        painter.setFont(option.font)
        painter.setPen(QColor(colours.warning if command.lacking else colours.muted))
        shortened = option.fontMetrics.elidedText(beside, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, middle, shortened)
        painter.restore()


def _draw_title(
    painter: QPainter, room: QRect, font: QFont, title: str, letters: tuple[int, ...], colour: QColor
) -> int:
    """Draw a title, its letters in bold; returns where it ends."""
    bold = QFont(font)
    bold.setBold(True)
    at = room.left()
    for place, letter in enumerate(title):
        used = bold if place in letters else font
        painter.setFont(used)
        painter.setPen(colour)
        painter.drawText(QRect(at, room.top(), room.width(), room.height()), Qt.AlignmentFlag.AlignVCenter, letter)
        at += QFontMetrics(used).horizontalAdvance(letter)
    return at
