"""Small plots: bars of what went well and ill, or a line, with caption and figure above; and a line behind a tile."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.notices import Tile

_PAD = 10
_STRIP, _FAINT = 14, 32


class Sparkline(QWidget):
    """Draws itself in the theme's colours; screen readers get the figure and the words."""

    def __init__(self, caption: str, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._caption, self.figure = caption, "–"
        self._bars: Sequence[tuple[int, int]] = ()
        self._line: Sequence[float | None] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(220, self.fontMetrics().height() + 54 + _STRIP)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def show_bars(self, bars: Sequence[tuple[int, int]], figure: str) -> None:
        """Show pairs of good and bad counts, the oldest first."""
        self._bars, self._line, self.figure = bars, (), figure
        self._tell()

    def show_line(self, values: Sequence[float | None], figure: str) -> None:
        """Show values, the oldest first; None is a gap."""
        self._bars, self._line, self.figure = (), values, figure
        self._tell()

    def _tell(self) -> None:
        self.setAccessibleName(f"{self._caption}: {self.figure}")
        self.setToolTip(f"{self._caption}: {self.figure}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        words = self.rect().adjusted(_PAD, 7, -_PAD, 0)
        words.setHeight(self.fontMetrics().height() + 2)
        painter.setPen(QColor(colours.muted))
        caption = self.fontMetrics().elidedText(
            self._caption, Qt.TextElideMode.ElideRight, words.width() - self._figure_width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, caption)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.figure)
        room = QRectF(self.rect()).adjusted(_PAD, words.bottom() + 7, -_PAD, -8)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        if self._bars:
            self._paint_bars(painter, room)
        elif self._line:
            self._paint_line(painter, room)

    def _figure_width(self) -> int:
        return round(self.fontMetrics().horizontalAdvance(self.figure) * 1.15) + 8

    def _paint_bars(self, painter: QPainter, room: QRectF) -> None:
        colours = theme.colours()
        most = max((good + bad for good, bad in self._bars), default=0)
        step = room.width() / len(self._bars)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, (good, bad) in enumerate(self._bars):
            foot = room.bottom()
            for count, colour in ((good, colours.success), (bad, colours.danger)):
                if count:
                    # A single failure among thousands is still seen.
                    height = max(2.0, room.height() * count / most)
                    painter.setBrush(QColor(colour))
                    left = room.left() + place * step
                    painter.drawRect(QRectF(left, max(room.top(), foot - height), max(1.0, step - 1), height))
                    foot -= height

    def _paint_line(self, painter: QPainter, room: QRectF) -> None:
        known = [value for value in self._line if value is not None]
        if not known:
            return
        most, step = max([*known, 0.001]), room.width() / len(self._line)
        path, drawing = QPainterPath(), False
        accent = QColor(theme.colours().accent_text)
        dots = []
        for place, value in enumerate(self._line):
            if value is None:
                drawing = False
                continue
            point = QPointF(room.left() + (place + 0.5) * step, room.bottom() - (room.height() - 3) * value / most)
            if drawing:
                path.lineTo(point)
            else:
                path.moveTo(point)
            drawing = True
            dots.append(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 1.6))
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        for point in dots:
            painter.drawEllipse(point, 2.0, 2.0)


class PlotTile(Tile):
    """A figure as it is now, and below it a small line of how it came to be so."""

    def __init__(self, name: str, object_name: str) -> None:
        super().__init__(name, object_name)
        self.line: Sequence[float] = ()
        margins = self.layout().contentsMargins()
        margins.setBottom(margins.bottom() + _STRIP)
        self.layout().setContentsMargins(margins)

    def show_line(self, values: Sequence[float]) -> None:
        """Show values, the oldest first; all of them nought is no line."""
        self.line = values
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        most = max(self.line, default=0)
        if most <= 0:
            return
        room = QRectF(self.rect()).adjusted(_PAD, self.height() - _STRIP - 5, -_PAD, -7)
        step = room.width() / max(1, len(self.line) - 1)
        points = [
            QPointF(room.left() + place * step, room.bottom() - room.height() * value / most)
            for place, value in enumerate(self.line)
        ]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(theme.colours().accent_text)
        tint.setAlpha(_FAINT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon([room.bottomLeft(), *points, room.bottomRight()])
        tint.setAlpha(_FAINT * 3)
        painter.setPen(QPen(tint, 1.4))
        painter.drawPolyline(points)
