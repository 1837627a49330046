"""Form fields that say beside themselves what is wrong, and labels that shorten instead of overflowing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from acme_desktop.gui.widgets.notices import repolish


class Field(QWidget):
    """An input with a line for its error under it; the line takes no room while there is nothing to say."""

    def __init__(self, control: QWidget, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self._name = name
        self._hint = hint
        control.setAccessibleName(name)
        self.message = QLabel(hint, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.message.setObjectName(f"{control.objectName()}Message")
        # A label that wraps claims next to no height of its own and would be squeezed into the field above.
        self.message.setMinimumHeight(self.message.fontMetrics().height() + 2)
        layout = QVBoxLayout(self, spacing=3)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(control)
        layout.addWidget(self.message)
        self.setFocusProxy(control)
        self.complain("")

    @property
    def problem(self) -> str:
        """What is wrong now, or ""."""
        return self.message.text() if self.control.property("invalid") else ""

    def say_hint(self, text: str) -> None:
        """Change the line that is there while nothing is wrong."""
        self._hint = text
        self.complain(self.problem)

    def complain(self, text: str) -> None:
        """Say what is wrong; "" is all right."""
        self.control.setProperty("invalid", bool(text))
        self.message.setText(text or self._hint)
        self.message.setProperty("role", "error" if text else "muted")
        self.message.setVisible(bool(text or self._hint))
        # Screen readers read the description with the field.
        self.control.setAccessibleDescription(text or self._hint)
        repolish(self.control)
        repolish(self.message)


class Form(QFormLayout):
    """Labels beside their fields, evenly spaced, each on the line on which its field's text begins."""

    def __init__(self) -> None:
        super().__init__(
            fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow,
            labelAlignment=Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop,
            rowWrapPolicy=QFormLayout.RowWrapPolicy.DontWrapRows,
            horizontalSpacing=14,
            verticalSpacing=10,
        )
        self.setContentsMargins(0, 0, 0, 0)

    def add(self, label: QLabel, field: QWidget | QLayout) -> None:
        """Another row."""
        # First of all: what is polished before it has its place is polished once more there.
        self.addRow(label, field)
        # Qt puts a label above the middle of a low field, and in the middle of one that has a message below.
        room = _first_line(field) - label.fontMetrics().height()
        label.setContentsMargins(0, max(0, room // 2), 0, 0)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


def _first_line(field: QWidget | QLayout) -> int:
    """The height of what a label stands beside, or of its first line."""
    if isinstance(field, QLayout):
        parts = [part for place in range(field.count()) if (part := field.itemAt(place).widget()) is not None]
        return max(map(_first_line, parts), default=0)
    if isinstance(field, Field):
        return _first_line(field.control)
    # A text of several lines begins where that of one line does.
    line = QLineEdit() if isinstance(field, QPlainTextEdit) else field
    line.ensurePolished()
    return line.sizeHint().height()


class ElidedLabel(QLabel):
    """One line that ends in "…" where it does not fit; the tooltip has the whole."""

    def __init__(
        self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, **properties: object
    ) -> None:
        super().__init__(text, **properties)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._hint()

    def _hint(self) -> None:
        whole = self.text()
        fits = self.fontMetrics().horizontalAdvance(whole) <= self.contentsRect().width()
        self.setToolTip("" if fits else whole)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        painter.drawText(room, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), text)
