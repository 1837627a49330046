"""Which encoding is a file in? A list of the likely ones, and how the file reads in each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QGroupBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui.importer.choices import encoding_name
from acme_desktop.gui.widgets import theme

_CODEC = Qt.ItemDataRole.UserRole
_LINE_ENDS = " ⏎ "


class EncodingQuestion(QGroupBox):
    """The likely encodings; `chosen` comes with the codec's name. `preview` stands where its owner puts it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Which encoding?", parent)
        self.setObjectName("encodingQuestion")
        self._readings: dict[str, str] = {}
        self.list = QListWidget(objectName="encodingCandidates")
        self.list.setAccessibleName("Likely encodings")
        self.use = QPushButton("&Read it this way", objectName="useEncodingButton", enabled=False)
        self.use.setAutoDefault(False)
        self.preview = EncodingPreview()
        layout = QVBoxLayout(self, spacing=8)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.use, alignment=Qt.AlignmentFlag.AlignLeft)
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.list.itemActivated.connect(lambda _: self._use())
        self.use.clicked.connect(self._use)
        self.hide()
        self.preview.hide()

    def ask(self, candidates: Sequence[tuple[str, str]]) -> None:
        """Offer these: codec and a few lines of the file read that way, the likeliest first."""
        self._readings = dict(candidates)
        self.list.clear()
        for codec in self._readings:
            item = QListWidgetItem(encoding_name(codec))
            item.setData(_CODEC, codec)
            self.list.addItem(item)
        self.show()
        self.preview.show()
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def withdraw(self) -> None:
        """The question is answered."""
        self.hide()
        self.preview.hide()

    def _codec(self) -> str | None:
        item = self.list.currentItem()
        return item.data(_CODEC) if item is not None else None

    def _show(self) -> None:
        codec = self._codec()
        self.use.setEnabled(codec is not None)
        if codec is not None:
            self.preview.show_text(encoding_name(codec), self._readings[codec].replace(_LINE_ENDS, "\n"))

    def _use(self) -> None:
        codec = self._codec()
        if codec is not None:
            self.chosen.emit(codec)


class EncodingPreview(QWidget):
    """The telling lines of a file; letters that an encoding decides are marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(objectName="encodingPreviewTitle")
        self.title.setProperty("role", "section")
        self.text = QPlainTextEdit(objectName="encodingPreview", readOnly=True)
        self.text.setAccessibleName("How the file reads in this encoding")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(100)
        layout = QVBoxLayout(self, spacing=6)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.text, 1)

    def show_text(self, name: str, text: str) -> None:
        """Show lines read in the encoding of that name."""
        self.title.setText(f"The file in {name}: do the marked letters look right?")
        self.text.setPlainText(text)
        look = QTextCharFormat()
        look.setBackground(QColor(theme.colours().accent_soft))
        look.setForeground(QColor(theme.colours().accent_text))
        marks = []
        place = 0
        for letter in text:
            width = 2 if ord(letter) > 0xFFFF else 1  # Qt counts in UTF-16
            if not letter.isascii():
                mark = QTextEdit.ExtraSelection()
                cursor = QTextCursor(self.text.document())
                cursor.setPosition(place)
                cursor.setPosition(place + width, QTextCursor.MoveMode.KeepAnchor)
                mark.cursor, mark.format = cursor, look
                marks.append(mark)
            place += width
        self.text.setExtraSelections(marks)
