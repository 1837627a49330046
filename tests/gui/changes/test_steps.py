"""Undo and redo are called what they are about."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.gui.changes.undo_dialogs import UndoDialog, UndoReportDialog
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import find, shown


def said(window: MainWindow) -> tuple[str, str]:
    texts = [find(window, QAction, name).text() for name in ("actionUndo", "actionRedo")]
    return texts[0], texts[1]


def test_undo_and_redo_name_their_step(qtbot: QtBot, window: MainWindow, database: Database, author: Author) -> None:
    assert said(window) == ("&Undo…", "&Redo…")
    edits.create(database, sku="R&D-1", name="Cup", author=author)
    qtbot.waitUntil(lambda: said(window)[0] == "&Undo: creation of R&&D-1…", timeout=10_000)
    edits.delete(database, ["R&D-1"], author=author)
    qtbot.waitUntil(lambda: said(window)[0] == "&Undo: delete of R&&D-1…", timeout=10_000)
    find(window, QAction, "actionUndo").trigger()
    find(shown(qtbot, window, UndoDialog), QPushButton, "confirmUndoButton").click()
    shown(qtbot, window, UndoReportDialog).close()
    qtbot.waitUntil(lambda: said(window) == ("&Undo: creation of R&&D-1…", "&Redo: delete of R&&D-1…"), timeout=10_000)
