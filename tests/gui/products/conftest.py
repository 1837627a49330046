"""Catalogues in the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import fill


@pytest.fixture
def filled(qtbot: QtBot, window: MainWindow, database: Database) -> Callable[[int], None]:
    """Fills the catalogue with products P-000000 and so on, and waits until the window shows them."""

    def work(count: int) -> None:
        fill(database, count)
        window.products.refresh()
        qtbot.waitUntil(lambda: window.products.model.count == count, timeout=20_000)
        qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=20_000)

    return work
