"""Shortcuts of the window while a text field has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.export_dialog import ExportDialog
from tests.gui.driving import fill, shown


def start(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 3)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 3, timeout=10_000)
    window.activateWindow()
    window.products.filters.focus_search()
    qtbot.waitUntil(window.products.filters.search.hasFocus)


def test_export_opens_from_a_text_field(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    start(qtbot, window, database)
    qtbot.keyClick(window.products.filters.search, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = shown(qtbot, window, ExportDialog)
    dialog.reject()


def test_undoing_and_copying_stay_the_fields_own(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    start(qtbot, window, database)
    field, control = window.products.filters.search, Qt.KeyboardModifier.ControlModifier
    qtbot.keyClicks(field, "lamp")
    qtbot.keyClick(field, Qt.Key.Key_A, control)
    assert field.selectedText() == "lamp"
    qtbot.keyClick(field, Qt.Key.Key_X, control)
    assert field.text() == ""
    qtbot.keyClick(field, Qt.Key.Key_V, control)
    assert field.text() == "lamp"
    qtbot.keyClick(field, Qt.Key.Key_Z, control)
    assert field.text() == ""
    assert not [one for one in window.findChildren(QDialog) if one.isVisible()]
