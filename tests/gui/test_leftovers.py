"""What a test leaves behind is found, named and cleared away before the next one."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui import leftovers


@pytest.mark.parametrize("held", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_key_of_the_test_before_is_not_held(qtbot: QtBot, held: Qt.KeyboardModifier) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    qtbot.keyClick(field, Qt.Key.Key_A, held)
    assert QApplication.keyboardModifiers() == held
    leftovers.let_go_of_keys()
    assert QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


def test_a_dialog_that_still_stands_is_named_and_closed(qtbot: QtBot) -> None:
    dialog = QDialog(objectName="forgotten", windowTitle="No such database")
    dialog.open()
    assert leftovers.widgets() == ["QDialog forgotten No such database"]
    assert leftovers.widgets() == []


def test_a_thread_that_goes_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 0.01)
    before, over = leftovers.threads(), threading.Event()
    thread = threading.Thread(target=over.wait, name="forgotten")
    thread.start()
    assert leftovers.running(before) == ["thread forgotten"]
    over.set()
    thread.join()
    assert leftovers.running(before) == []
