"""How tests get to the end of an endless table."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from acme_desktop.gui.widgets.endless import EndlessTable


def scroll_to_the_end(qtbot: QtBot, table: EndlessTable) -> None:
    """Scroll down until nothing more comes; a refresh on the way may begin anew."""

    def ended() -> bool:
        table.scrollToBottom()
        return table.complete

    qtbot.waitUntil(ended, timeout=20_000)
