"""The window's actions: no key twice, no letter twice in a menu, every one told apart, and a calm tool bar."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import fill


def twice(found: list[str]) -> list[str]:
    return [one for one, count in Counter(found).items() if count > 1]


def test_no_shortcut_means_two_things(window: MainWindow) -> None:
    keys = [keys.toString() for entry in window._actions for keys in entry.action.shortcuts()]
    assert len(keys) > 10
    assert twice(keys) == []


def menus(window: MainWindow) -> list[QMenu]:
    return [*window.menuBar().findChildren(QMenu), window._table_menu, *window._table_menu.findChildren(QMenu)]


def test_no_letter_stands_twice_in_a_menu(window: MainWindow) -> None:
    for menu in menus(window):
        letters = [QKeySequence.mnemonic(action.text()).toString() for action in menu.actions()]
        assert twice([letter for letter in letters if letter]) == [], menu.title()
        assert [a.text() for a in menu.actions() if not a.isSeparator() and "&" not in a.text()] == [], menu.title()


def test_every_action_says_what_it_is(window: MainWindow) -> None:
    titles = [entry.title for entry in window._actions]
    assert twice(titles) == []
    for entry in window._actions:
        assert entry.action.objectName().startswith("action"), entry.title
        tip = entry.row.tip
        assert tip, entry.title
        assert not tip.endswith("."), tip


def test_a_disabled_action_says_why(window: MainWindow) -> None:
    for entry in window._actions:
        assert entry.action.isEnabled() == (not entry.lacking), entry.title
    edit = next(entry for entry in window._actions if entry.row.name == "actionEditProduct")
    assert edit.lacking


@pytest.mark.parametrize("name", ["actionExport", "actionUndo", "actionRedo", "actionHistory", "actionDeleteProducts"])
def test_the_contracts_actions(window: MainWindow, name: str) -> None:
    assert window.findChild(QAction, name) is window._actions[name]


def test_the_tool_bar_fits_the_smallest_usual_window(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 3)
    window.resize(1024, 700)
    more = [button for button in window.findChildren(QToolButton, "qt_toolbar_ext_button") if button.isVisible()]
    assert more == []


def test_the_tables_menu_opens_with_the_keyboard_too(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 3)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)
    table: QWidget = window.products.table
    table.customContextMenuRequested.emit(table.rect().center())
    qtbot.waitUntil(window._table_menu.isVisible)
    window._table_menu.close()
