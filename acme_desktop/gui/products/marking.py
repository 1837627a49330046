"""Paints cells with what the filter looks for marked in them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Product
from acme_desktop.gui.products.columns import COLUMNS, Column
from acme_desktop.gui.products.matches import Matcher, Span
from acme_desktop.gui.products.rows import NOT_LOADED, Rows
from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.letters import units

_Index = QModelIndex | QPersistentModelIndex
_DOTS = "…"
# As plain numbers: Python's enumerations take longer to be combined and handed over than a short text to be drawn.
_LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value | Qt.TextFlag.TextSingleLine.value
_RIGHT = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value | Qt.TextFlag.TextSingleLine.value
_SELECTED = QStyle.StateFlag.State_Selected.value


@dataclass(frozen=True)
class _Space:
    """How far a cell's text stands from each edge of the cell, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


class MarkingDelegate(QStyledItemDelegate):
    """Paints a product's cells, and marks in them what `mark`'s filter looks for.

    It draws a cell from the product itself. The option that Qt would fill takes eight questions to the model for each
    cell, and the answers cost more than the drawing does: on a large screen the window stalled at every page.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matcher = Matcher(Filter())
        self._space: _Space | None = None

    def mark(self, asked: Filter) -> None:
        """Mark what this filter looks for from now on."""
        self._matcher = Matcher(asked)

    def shown(self, product: Product, column: Column) -> tuple[str, bool]:
        """A cell's text, and whether it is in italics."""
        return column.text(product), False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        column, model = COLUMNS[index.column()], index.model()
        product = model.look_at(index.row()) if isinstance(model, Rows) else None
        text, italic = self.shown(product, column) if product is not None else (NOT_LOADED, False)
        painter.save()
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        if text:
            if italic:
                option.font.setItalic(True)
            painter.setFont(option.font)
            painter.setPen(_ink(option, muted=product is None or not product.active))
            self._write(painter, option, style, column, text)
        painter.restore()

    def _write(self, painter: QPainter, option: QStyleOptionViewItem, style: QStyle, column: Column, text: str) -> None:
        if self._space is None:
            self._space = _space(option, style)
        space = self._space
        place = option.rect.adjusted(space.left, space.top, -space.right, -space.bottom)
        elided = QFontMetrics(option.font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        spans = self._matcher.spans(column.field, text)
        if spans:
            _draw(painter, option.font, place, elided, _formats(text, elided, spans), right=column.right)
        else:
            painter.drawText(place, _RIGHT if column.right else _LEFT, elided)


def _space(option: QStyleOptionViewItem, style: QStyle) -> _Space:
    """As the style has it for every cell with a text."""
    own = QStyleOptionViewItem(option)
    own.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
    own.text = NOT_LOADED
    own.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    place = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, own, own.widget)
    margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, own, own.widget) + 1
    whole = own.rect
    return _Space(
        place.left() - whole.left() + margin,
        place.top() - whole.top(),
        whole.right() - place.right() + margin,
        whole.bottom() - place.bottom(),
    )


def _ink(option: QStyleOptionViewItem, *, muted: bool) -> QColor:
    if option.state.value & _SELECTED:
        return QColor(theme.colours().text)
    return QColor(theme.colours().muted) if muted else option.palette.color(QPalette.ColorRole.Text)


def _draw(
    painter: QPainter,
    font: QFont,
    place: QRect,
    text: str,
    formats: list[QTextLayout.FormatRange],
    *,
    right: bool,
) -> None:
    layout = QTextLayout(text, font)
    setting = QTextOption()
    setting.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(setting)
    layout.setFormats(formats)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1_000_000)
    layout.endLayout()
    left = place.right() + 1 - line.naturalTextWidth() if right else place.left()
    painter.setClipRect(place)
    layout.draw(painter, QPointF(left, place.top() + (place.height() - line.height()) / 2))


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
