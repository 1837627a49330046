"""Things that tell: an empty page with its next step, a coloured banner, a figure on a tile."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import theme

_ROOM_FOR_PICTURE = 310  # logical pixels
_TONE_ICONS = {"info": "about", "warning": "warning", "danger": "error", "success": "success"}


class Picture(QLabel):
    """A drawing in a colour of the theme, redrawn when theme or screen change."""

    def __init__(self, name: str, size: int, colour: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = (name, size, colour)
        self.setFixedSize(size, size)

    def set_picture(self, name: str, colour: str) -> None:
        """Show another drawing at the same size."""
        self._what = (name, self._what[1], colour)
        self._draw()

    def _draw(self) -> None:
        name, size, colour = self._what
        self.setPixmap(icons.pixmap(name, size, self.devicePixelRatioF(), getattr(theme.colours(), colour)))

    def showEvent(self, event: QShowEvent) -> None:
        self._draw()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._draw()
        super().changeEvent(event)


class EmptyPage(QWidget):
    """A picture, a title, a sentence and the buttons of the next step, in the middle of the room."""

    def __init__(
        self, picture: str, title: str, text: str, parent: QWidget | None = None, *, colour: str = "accent_text"
    ) -> None:
        super().__init__(parent)
        self.title = QLabel(title, alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self.title.setProperty("role", "title")
        self.text = QLabel(text, alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self.text.setProperty("role", "muted")
        self.text.setMinimumWidth(380)
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName=title)
        self.busy.setFixedWidth(220)
        self.busy.hide()
        self._buttons = QHBoxLayout(spacing=10)
        self._buttons.addStretch()
        self._buttons.addStretch()
        frame = QFrame()
        frame.setProperty("role", "page")
        inner = QVBoxLayout(frame, spacing=12)
        inner.setContentsMargins(24, 36, 24, 36)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._picture = Picture(picture, 72, colour)
        inner.addWidget(self._picture, alignment=centre)
        inner.addWidget(self.title)
        inner.addWidget(self.text)
        inner.addWidget(self.busy, alignment=centre)
        inner.addSpacing(6)
        inner.addLayout(self._buttons)
        frame.setMaximumWidth(620)
        outer = QVBoxLayout(self)
        outer.addStretch()
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(frame, 6)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch()
        self._frame = frame

    def resizeEvent(self, event: QResizeEvent) -> None:
        # In a low window the words need the room; squeezed, they would stand on the picture.
        self._picture.setHidden(self.height() < _ROOM_FOR_PICTURE)
        super().resizeEvent(event)

    def as_drop_zone(self) -> EmptyPage:
        """Draw the dashed border that says: drop it here."""
        self._frame.setProperty("role", "dropzone")
        return self

    def add_button(self, text: str, name: str, *, primary: bool = False) -> QPushButton:
        """Another button for the next step."""
        button = QPushButton(text, objectName=name)
        if primary:
            button.setProperty("kind", "primary")
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button


class Banner(QFrame):
    """A coloured notice: an icon, a title and what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._picture = Picture("about", 20)
        self.title = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.title.setStyleSheet("font-weight: 600")
        self.text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        words = QVBoxLayout(spacing=3)
        words.addWidget(self.title)
        words.addWidget(self.text)
        layout = QHBoxLayout(self, spacing=10)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self._picture, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.hide()

    def say(self, tone: str, title: str, text: str = "") -> None:
        """Show it; `tone` is info, warning, danger or success."""
        self.setProperty("tone", tone)
        repolish(self)
        self._picture.set_picture(_TONE_ICONS[tone], "accent_text" if tone == "info" else tone)
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}".strip())
        self.show()


class Tile(QFrame):
    """One figure with its name."""

    def __init__(self, name: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "tile")
        self._name = name
        # Where room is short, as with a large font, "18 h 24 min" takes two lines and is not cut.
        self.figure = QLabel("–", objectName=object_name, wordWrap=True)
        self.figure.setProperty("role", "figure")
        caption = QLabel(name)
        caption.setProperty("role", "muted")
        layout = QVBoxLayout(self, spacing=0)
        layout.setContentsMargins(12, 7, 12, 7)
        layout.addWidget(self.figure)
        layout.addWidget(caption)
        layout.addStretch()

    def show_figure(self, text: str, tone: str = "") -> None:
        """Set the figure; a tone colours it."""
        self.figure.setText(text)
        self.figure.setAccessibleName(f"{self._name}: {text}")
        self.figure.setProperty("tone", tone)
        repolish(self.figure)


def repolish(widget: QWidget) -> None:
    """Let the style sheet look at a changed property again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def rule() -> QFrame:
    """A thin line."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line
