"""Dropping files anywhere on a window, with a highlight over all of it while they hover."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import theme


def local_files(mime: QMimeData) -> list[Path]:
    """The files of this computer in what is dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class _Highlight(QWidget):
    """Painted over the window; takes no mouse or drag itself."""

    def __init__(self, parent: QWidget, text: str) -> None:
        super().__init__(parent, objectName="dropHighlight")
        self._text = text
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # What is below would show through between the words.
        painter.fillRect(self.rect(), QColor(colours.accent_soft))
        frame = self.rect().adjusted(14, 14, -14, -14)
        painter.setPen(QPen(QColor(colours.accent), 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, 16, 16)
        middle = frame.center()
        painter.drawPixmap(
            middle.x() - 36, middle.y() - 78, icons.pixmap("import", 72, self.devicePixelRatioF(), colours.accent_text)
        )
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        line = QRect(frame.left(), middle.y() + 12, frame.width(), 44)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self._text)


class DropArea(QObject):
    """Makes a whole window a place to drop files on."""

    dropped = Signal(list)

    def __init__(self, window: QWidget, text: str) -> None:
        super().__init__(window)
        self._window = window
        self._highlight = _Highlight(window, text)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif isinstance(event, QDragLeaveEvent):
            self.highlight(False)
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._drop(event)
        else:
            return False
        return True

    def _enter(self, event: QDragEnterEvent) -> None:
        if not local_files(event.mimeData()):
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.highlight(True)

    def _drop(self, event: QDropEvent) -> None:
        self.highlight(False)
        files = local_files(event.mimeData())
        if files:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(files)

    def highlight(self, shown: bool) -> None:
        """Show or hide what says that files can be dropped."""
        self._highlight.setGeometry(self._window.rect())
        self._highlight.raise_()
        self._highlight.setVisible(shown)
