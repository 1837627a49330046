"""Where the keyboard stands in the table: after another question, and where a SKU was gone to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from acme_desktop.core.products.filters import Sort
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.columns import place_of
from acme_desktop.gui.products.go_to import GoToDialog
from tests.gui.driving import find, shown

Fill = Callable[[int], None]


def here(window: MainWindow) -> tuple[int, int]:
    current = window.products.table.currentIndex()
    return current.row(), current.column()


def go_to(qtbot: QtBot, window: MainWindow, sku: str) -> None:
    window.products.go_to.open()
    dialog = shown(qtbot, window, GoToDialog)
    qtbot.keyClicks(find(dialog, QLineEdit, "goToSkuField"), sku)
    dialog.go.click()
    qtbot.waitUntil(lambda: window.products.table.selected_count == 1, timeout=10_000)


def test_after_a_sort_the_first_row_is_current_and_not_selected(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(30)
    table, description = window.products.table, place_of("description")
    table.setCurrentIndex(window.products.model.index(20, description))
    table.sort_by(Sort("name", descending=True))
    qtbot.waitUntil(lambda: here(window) == (0, description), timeout=10_000)
    assert table.selected_count == 0
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert here(window) == (1, description)


def test_a_sort_by_a_column_at_the_right_leaves_it_in_sight(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(30)
    table, bar = window.products.table, window.products.table.horizontalScrollBar()
    table.setCurrentIndex(window.products.model.index(20, place_of("name")))
    table.setColumnWidth(place_of("description"), 2000)
    qtbot.waitUntil(lambda: bar.maximum() > 0, timeout=5_000)
    bar.setValue(bar.maximum())
    table.sort_by(Sort("updated_at"))
    qtbot.waitUntil(lambda: here(window) == (0, place_of("name")), timeout=10_000)
    assert bar.value() == bar.maximum()


def test_going_to_a_sku_stays_in_the_column(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(30)
    go_to(qtbot, window, "P-000007")
    assert here(window) == (7, place_of("name"))  # and not the SKU, which F2 would edit
    window.products.table.setCurrentIndex(window.products.model.index(2, place_of("description")))
    go_to(qtbot, window, "P-000009")
    qtbot.waitUntil(lambda: here(window) == (9, place_of("description")), timeout=10_000)
    qtbot.keyClick(window.products.table, Qt.Key.Key_End)
    assert here(window) == (29, place_of("description"))
