"""Which parts of a text changed, and a cell that marks them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from acme_desktop.gui.widgets import theme
from acme_desktop.gui.widgets.letters import units

MARKS = int(Qt.ItemDataRole.UserRole) + 1
"""The role under which a model gives a cell's marks: a list of (start, length), and whether they are new text."""

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
# Longer texts are compared by what they begin and end with: the matcher's time grows with the square.
_LONGEST = 2_000

Span = tuple[int, int]


def changed_parts(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """The parts that only the old text has, and those that only the new one has, as (start, length)."""
    if len(old) + len(new) > _LONGEST:
        return _between_the_ends(old, new)
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    gone: list[Span] = []
    come: list[Span] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    kept = [_has_word(before[from_old:to_old]) for what, from_old, to_old, _, _ in steps if what == "equal"]
    if old != new and not any(kept):
        return [(0, len(old))] if old else [], [(0, len(new))] if new else []
    for place, (what, from_old, to_old, from_new, to_new) in enumerate(steps):
        # A blank or a comma between two changed words reads as changed with them.
        joint = 0 < place < len(steps) - 1 and not _has_word(before[from_old:to_old])
        if what != "equal" or joint:
            _add(gone, len("".join(before[:from_old])), len("".join(before[from_old:to_old])))
            _add(come, len("".join(after[:from_new])), len("".join(after[from_new:to_new])))
    return gone, come


def _has_word(parts: list[str]) -> bool:
    return any(letter.isalnum() for letter in "".join(parts))


def _add(spans: list[Span], start: int, length: int) -> None:
    if length and spans and spans[-1][0] + spans[-1][1] == start:
        spans[-1] = (spans[-1][0], spans[-1][1] + length)
    elif length:
        spans.append((start, length))


def _between_the_ends(old: str, new: str) -> tuple[list[Span], list[Span]]:
    most = min(len(old), len(new))
    start = next((place for place in range(most) if old[place] != new[place]), most)
    end = next((place for place in range(most - start) if old[-1 - place] != new[-1 - place]), most - start)
    gone: list[Span] = []
    come: list[Span] = []
    _add(gone, start, len(old) - start - end)
    _add(come, start, len(new) - start - end)
    return gone, come


class MarkedCells(QStyledItemDelegate):
    """Draws a cell's text with the marks that the model gives under `MARKS`."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        marks = index.data(MARKS)
        if not marks:
            super().paint(painter, option, index)
            return
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        text, cell.text = cell.text, ""
        style = cell.widget.style() if cell.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        cell.text = text
        words = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, cell.widget)
        room = QRect(cell.rect.left() + 8, words.top(), cell.rect.width() - 16, words.height())
        spans, new = marks
        rest, dots_before, left_out = _into_view(
            text, spans, lambda part: cell.fontMetrics.horizontalAdvance(part) <= room.width()
        )
        shown = dots_before + rest
        layout = QTextLayout(shown, cell.font)
        option_ = QTextOption()
        option_.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option_)
        moved = len(dots_before) - left_out
        layout.setFormats([_format(shown, start + moved, start + moved + length, new) for start, length in spans])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(10_000)
        layout.endLayout()
        painter.save()
        dots = cell.fontMetrics.horizontalAdvance("…") if line.naturalTextWidth() > room.width() else 0
        painter.setClipRect(room.adjusted(0, 0, -dots, 0))
        painter.setPen(QColor(theme.colours().text))
        layout.draw(painter, QPointF(room.left(), room.top() + (room.height() - line.height()) / 2))
        if dots:
            painter.setClipRect(room)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), "…")
        painter.restore()


def _into_view(text: str, spans: list[Span], fits) -> tuple[str, str, int]:  # type: ignore[no-untyped-def]
    """The text from where its first change can be seen: (rest, what stands before it, how much was left out)."""
    first = spans[0][0] + min(spans[0][1], 20)
    if fits(text[:first]) or spans[0][0] < 12:
        return text, "", 0
    start = max(0, spans[0][0] - 10)
    return text[start:], "…", start


def _format(shown: str, start: int, end: int, new: bool) -> QTextLayout.FormatRange:
    colours = theme.colours()
    look = QTextCharFormat()
    look.setBackground(QColor(colours.success_soft if new else colours.danger_soft))
    look.setForeground(QColor(colours.success if new else colours.danger))
    if not new:
        look.setFontStrikeOut(True)
    marked = QTextLayout.FormatRange()
    # What is left of the view is cut off, the rest of the mark stays.
    marked.start = units(shown[: max(0, start)])
    marked.length = units(shown[max(0, start) : max(0, end)])
    marked.format = look
    return marked
