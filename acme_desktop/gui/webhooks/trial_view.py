"""How a test went: status and milliseconds at a glance, where the time went, and what the receiver answered."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from acme_desktop.core.webhooks.sender import Sent
from acme_desktop.gui.webhooks import words, work
from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.notices import Banner

_TINTS = ("accent_line", "accent_text", "warning", "success")
_NO_TENTHS = 100  # milliseconds


class TimeSplit(QWidget):
    """A bar of the phases with their names and times under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="webhookTimeSplit")
        self._phases: list[tuple[str, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(260, self.fontMetrics().height() + 20)

    def show_phases(self, split: list[tuple[str, float]]) -> None:
        """Show these."""
        self._phases = split
        self.setAccessibleName("Time: " + ", ".join(f"{name} {length:.1f} ms" for name, length in split))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = sum(length for _, length in self._phases) or 1.0
        left = 0.0
        for (_, length), tint in zip(self._phases, _TINTS, strict=False):
            width = self.width() * length / whole
            painter.setBrush(QColor(getattr(colours, tint)))
            painter.drawRect(QRectF(left, 4, max(1.0, width - 1), 7))
            left += width
        metrics, left = self.fontMetrics(), 0.0
        for (name, length), tint in zip(self._phases, _TINTS, strict=False):
            text = f"{name} {length:.{0 if length >= _NO_TENTHS else 1}f} ms"
            middle = 15 + metrics.height() / 2
            painter.setBrush(QColor(getattr(colours, tint)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(left, middle - 4, 8, 8))
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(left + 13, 15, self.width(), metrics.height() + 2), text)
            left += metrics.horizontalAdvance(text) + 26


class TrialView(QWidget):
    """Empty until the first test."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="The test is under way")
        self.banner = Banner()
        self.banner.setObjectName("webhookTestResult")
        self.split = TimeSplit()
        self.caption = QLabel("The answer")
        self.caption.setProperty("role", "section")
        self.answer = QPlainTextEdit(objectName="webhookTestAnswer", readOnly=True, accessibleName="The answer")
        self.answer.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.answer.setFixedHeight(self.answer.fontMetrics().height() * 7 + 18)
        layout = QVBoxLayout(self, spacing=8)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.busy, self.banner, self.split, self.caption):
            layout.addWidget(widget)
        layout.addWidget(self.answer, 1)
        self.clear()

    def clear(self) -> None:
        """Nothing was tested."""
        for widget in (self.busy, self.banner, self.split, self.caption, self.answer):
            widget.hide()

    def wait(self) -> None:
        """A test is under way."""
        self.clear()
        self.busy.show()

    def show_sent(self, sent: Sent) -> None:
        """Show what became of the test."""
        self.clear()
        time = f"{sent.total_ms:.0f} ms" if sent.total_ms >= 10 else f"{sent.total_ms:.1f} ms"
        if sent.ok:
            self.banner.say("success", f"{sent.status_code} in {time}", "The receiver took the test.")
        else:
            title = f"{sent.status_code if sent.status_code is not None else 'No answer'} in {time}"
            self.banner.say("danger", title, words.answer_in_words(sent.status_code, sent.error))
        self.split.show_phases(sent.phases)
        self.split.show()
        if sent.status_code is not None:
            self.caption.setText(f"The answer from {sent.address}" if sent.address else "The answer")
            heads = "\n".join(f"{name}: {value}" for name, value in sent.response_headers.items())
            body = work.pretty(sent.response_body)
            self.answer.setPlainText(f"{body}\n\n{heads}" if body else heads or "(empty)")
            self.caption.show()
            self.answer.show()
