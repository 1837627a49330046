"""A text to be read, with the parts marked that another one does not have."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.changed_parts import changed_parts
from acme_desktop.gui.widgets.letters import units

_LINES, _FEW_LINES = 5, 3


class MarkedText(QTextEdit):
    """Plain text that can be selected and scrolled; what `former` does not have is marked as new.

    Args:
        text: what is shown; "" is told in words.
        former: what it is compared with; the same text marks nothing.
        many_lines: up to `_LINES` lines high before it scrolls, else up to `_FEW_LINES`.
    """

    def __init__(self, text: str, former: str, *, many_lines: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._former, self._blank = text, former, "(none)"
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # As high as its neighbours in a row, and no lower than its own text needs.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._lines = _LINES if many_lines else _FEW_LINES
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
        text = self._text
        for start, length in changed_parts(self._former, text)[1] if self._former != text else ():
            size = units(text[start : start + length])
            self._mark(cursor, units(text[:start]), size, colours.success_soft, colours.success)
        self._fit()

    def _mark(self, cursor: QTextCursor, start: int, length: int, ground: str, ink: str) -> None:
        look = QTextCharFormat()
        if ground:
            look.setBackground(QColor(ground))
        look.setForeground(QColor(ink))
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)

    def _fit(self) -> None:
        """Be as high as the text, at this width, up to the most lines."""
        around = max(0, self.height() - self.viewport().height())  # not laid out yet, it says nothing
        needed = math.ceil(self.document().size().height())
        most = self.fontMetrics().lineSpacing() * self._lines + math.ceil(2 * self.document().documentMargin())
        scrolls = needed > most + 1
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.setMinimumHeight((most if scrolls else needed) + around)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
