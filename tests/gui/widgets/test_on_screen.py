"""Dialogs stay on the screen, and the screen stays when they go."""

from __future__ import annotations

import gc

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from acme_desktop.gui.widgets import on_screen


def test_a_dialog_is_no_larger_than_the_room(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    dialog.setMinimumSize(2000, 1500)
    on_screen.bound(dialog, QSize(960, 540))
    assert (dialog.width(), dialog.height()) == (948, 496)


def test_the_window_begins_no_larger_than_the_screen() -> None:
    room = QGuiApplication.primaryScreen().availableSize()
    assert on_screen.first_size(10_000, 10_000) == room - on_screen.FRAME
    assert on_screen.first_size(300, 200) == QSize(300, 200)


def test_the_screen_outlives_the_dialogs_that_asked_for_it(qtbot: QtBot) -> None:
    screen = QGuiApplication.primaryScreen()
    dialog = QDialog()
    on_screen.fit(dialog, 300, 200)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.close()
    del dialog
    gc.collect()
    assert screen.availableGeometry().width() > 0
