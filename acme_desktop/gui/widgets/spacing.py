"""The room around and between things, in logical pixels: one rhythm for every window."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget

EDGE = 20
"""Between a dialog's sides and what is in it."""
TOP = 18
TOP_OF_TABS = 10
"""Above tabs, which bring some room of their own."""
BOTTOM = 16
INDENT = 26
"""What belongs to a tick box stands below its text, and not below its box."""


_LINE = 15
"""The height of a line of text for which lengths are told."""


def scaled(widget: QWidget, length: int) -> int:
    """A length that holds text: longer where the system's font is larger."""
    return round(length * max(1.0, widget.fontMetrics().height() / _LINE))


def dialog(layout: QLayout, *, tabs: bool = False) -> None:
    """Keep a dialog's contents off its edges.

    Args:
        layout: the dialog's own.
        tabs: whether it begins with tabs.
    """
    layout.setContentsMargins(EDGE, TOP_OF_TABS if tabs else TOP, EDGE, BOTTOM)
