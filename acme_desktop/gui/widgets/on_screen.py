"""Keeps windows on the screen: no dialog is larger than the room there is, and its buttons stay below what scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QLayout, QScrollArea, QWidget

FRAME = QSize(12, 44)
"""What a window manager's frame takes, in logical pixels."""
_LOWEST = 120


def fit(dialog: QDialog, width: int = 0, height: int = 0) -> None:
    """Give a dialog its size, where one is told, and bound it by the screen each time it is shown."""
    if width:
        dialog.resize(width, height)
    dialog.installEventFilter(_Bounds(dialog))


def grow(dialog: QDialog) -> None:
    """Make a dialog as high as its content is now, where text that wraps would be cut; never lower."""
    dialog.layout().activate()
    wanted = dialog.layout().totalHeightForWidth(dialog.width())
    most = room_around(dialog).height() - FRAME.height()
    dialog.resize(dialog.width(), max(dialog.height(), min(wanted, most)))


def first_size(width: int, height: int) -> QSize:
    """A window's size at its first start: this one, or what the screen has room for."""
    return QSize(width, height).boundedTo(QGuiApplication.primaryScreen().availableSize() - FRAME)


def bound(dialog: QDialog, available: QSize) -> None:
    """Make a dialog no larger than this room with its frame; its smallest size gives way too."""
    room = available - FRAME
    dialog.setMinimumSize(dialog.minimumSize().boundedTo(room))
    dialog.resize(dialog.size().boundedTo(room))


def room_around(widget: QWidget) -> QRect:
    """The available part of the screen that a widget is on, in global coordinates."""
    # Not QWidget.screen(): its Python object dies with the widget, for everybody.
    screen = QGuiApplication.screenAt(widget.mapToGlobal(QPoint())) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()


class _Bounds(QObject):
    """Bounds the dialog that it is a filter of."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QDialog):
            bound(watched, room_around(watched).size())
        return False


class Scrolling(QScrollArea):
    """A dialog's content: as large as it likes where there is room, else it scrolls, up and down only."""

    def __init__(self, content: QLayout, name: str) -> None:
        super().__init__(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName=name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setLayout(content)
        self.setWidget(inside)
        for part in (self.viewport(), inside):
            part.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    @property
    def hidden_height(self) -> int:
        """How many pixels of the content are out of sight, above and below."""
        content, sight = self.widget(), self.viewport().size()
        content.layout().activate()
        wanted = content.heightForWidth(sight.width()) if content.hasHeightForWidth() else content.sizeHint().height()
        return max(0, max(wanted, content.minimumSizeHint().height()) - sight.height())

    def minimumSizeHint(self) -> QSize:
        least = self.widget().minimumSizeHint()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(least.width() + bar, min(least.height(), _LOWEST))
