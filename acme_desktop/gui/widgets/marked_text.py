"""A text to be read, with the parts marked that another one does not have."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.changed_parts import changed_parts

_LINES = 5


class MarkedText(QTextEdit):
    """Plain text that can be selected and scrolled; what `former` does not have is marked as new.

    Args:
        text: what is shown; "" is told in words.
        former: what it is compared with; the same text marks nothing.
        many_lines: as high as `_LINES` lines, else as high as the text needs.
    """

    def __init__(self, text: str, former: str, *, many_lines: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._former, self._blank = text, former, "(none)"
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        lines = _LINES if many_lines else min(3, 1 + len(text) // 34)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 18)
        self._show()

    def show_nothing(self, words: str) -> None:
        """Say these words in place of the blank text."""
        self._blank = words
        self._show()

    def _show(self) -> None:
        colours = theme.colours()
        self.setPlainText(self._text or self._blank)
        cursor = self.textCursor()
        if not self._text:
            self._mark(cursor, 0, len(self._blank), "", colours.success if self._former else colours.muted)
        # Qt counts a letter beyond the first plane as two.
        text = self._text
        for start, length in changed_parts(self._former, text)[1] if self._former != text else ():
            begin = len(text[:start].encode("utf-16-le")) // 2
            size = len(text[start : start + length].encode("utf-16-le")) // 2
            self._mark(cursor, begin, size, colours.success_soft, colours.success)

    def _mark(self, cursor: QTextCursor, start: int, length: int, ground: str, ink: str) -> None:
        look = QTextCharFormat()
        if ground:
            look.setBackground(QColor(ground))
        look.setForeground(QColor(ink))
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
