"""Paints cells with what the filter looks for marked in them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from acme_desktop.core.products.filters import Filter
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.matches import Matcher, Span
from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.letters import units

_Index = QModelIndex | QPersistentModelIndex
_DOTS = "…"


class MarkingDelegate(QStyledItemDelegate):
    """A plain delegate that marks the matches of `mark`'s filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matcher = Matcher(Filter())

    def mark(self, asked: Filter) -> None:
        """Mark what this filter looks for from now on."""
        self._matcher = Matcher(asked)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        field = COLUMNS[index.column()].field
        if not self._matcher.concerns(field):
            super().paint(painter, option, index)
            return
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        spans = self._matcher.spans(field, own.text)
        if not spans:
            super().paint(painter, option, index)
            return
        text, own.text = own.text, ""
        style = own.widget.style() if own.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        own.text = text
        place = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, own, own.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, own, own.widget) + 1
        _draw(painter, own, place.adjusted(margin, 0, -margin, 0), spans)


def _draw(painter: QPainter, option: QStyleOptionViewItem, place: QRect, spans: list[Span]) -> None:
    text = option.fontMetrics.elidedText(option.text, option.textElideMode, place.width())
    layout = QTextLayout(text, option.font)
    setting = QTextOption()
    setting.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(setting)
    layout.setFormats(_formats(option.text, text, spans))
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1_000_000)
    layout.endLayout()
    right = bool(option.displayAlignment & Qt.AlignmentFlag.AlignRight)
    left = place.right() + 1 - line.naturalTextWidth() if right else place.left()
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    painter.save()
    painter.setClipRect(place)
    painter.setPen(QColor(theme.colours().text) if selected else option.palette.color(QPalette.ColorRole.Text))
    layout.draw(painter, QPointF(left, place.top() + (place.height() - line.height()) / 2))
    painter.restore()


def _formats(whole: str, shown: str, spans: list[Span]) -> list[QTextLayout.FormatRange]:
    """Ranges of the text that is shown; what is cut off marks the dots in its place."""
    look = QTextCharFormat()
    look.setBackground(QColor(theme.colours().warning_line))
    look.setForeground(QColor(theme.colours().text))
    cut = len(shown) - 1 if shown != whole and shown.endswith(_DOTS) else len(shown)
    found = []
    for span in spans:
        start, end = min(span.start, cut), min(span.start + span.length, len(shown))
        if end > start:
            one = QTextLayout.FormatRange()
            one.start = units(shown[:start])
            one.length = units(shown[start:end])
            one.format = look
            found.append(one)
    return found
