"""Chips wrap, are removed by mouse and keyboard, and never let the keyboard fall into nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.gui.widgets.chips import Chip, ChipBar

NAMES = [Chip("sku", "SKU contains “A-1”"), Chip("name", "Name contains “bolt & nut”"), Chip("active", "Active")]


@pytest.fixture
def around(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 300)
    return window


@pytest.fixture
def bar(qtbot: QtBot, around: QWidget) -> ChipBar:
    layout = QVBoxLayout(around)
    made = ChipBar("bar", QPushButton("View"))
    layout.addWidget(made)
    layout.addStretch()
    around.show()
    made.show_chips(NAMES)
    qtbot.waitUntil(lambda: made.chips[-1].isVisible())
    return made


def keys(bar: ChipBar) -> list[str]:
    return [chip.key for chip in bar.chips]


def test_chips_wrap_in_a_narrow_window(qtbot: QtBot, bar: ChipBar) -> None:
    def lines() -> int:
        return len({chip.geometry().center().y() for chip in bar.chips})

    qtbot.waitUntil(lambda: lines() == 1)
    low = bar.height()
    bar.window().resize(260, 300)
    qtbot.waitUntil(lambda: lines() == 3)
    assert bar.height() > 2 * low
    assert all(bar.rect().contains(chip.geometry()) for chip in bar.chips)


def test_a_cross_and_the_button_for_all(qtbot: QtBot, bar: ChipBar) -> None:
    with qtbot.waitSignal(bar.removed) as removed:
        qtbot.mouseClick(bar.chips[1].cross, Qt.MouseButton.LeftButton)
    assert removed.args == ["name"]
    with qtbot.waitSignal(bar.cleared):
        qtbot.mouseClick(bar.clear_all, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.chosen) as chosen:
        qtbot.mouseClick(bar.chips[0].text, Qt.MouseButton.LeftButton)
    assert chosen.args == ["sku"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_removes_the_chip_and_not_what_the_windows_delete_means(qtbot: QtBot, bar: ChipBar, key: Qt.Key) -> None:
    deleted: list[bool] = []
    shortcut = QShortcut(QKeySequence(key), bar.window())
    shortcut.activated.connect(lambda: deleted.append(True))
    bar.removed.connect(
        lambda gone: bar.show_chips([chip for chip in NAMES if chip.key in keys(bar) and chip.key != gone])
    )
    bar.chips[1].text.setFocus()
    qtbot.keyClick(bar.chips[1].text, key)
    assert (keys(bar), deleted) == (["sku", "active"], [])
    assert bar.chips[1].text.hasFocus()  # the neighbour
    qtbot.keyClick(bar.chips[1].text, key)
    assert bar.chips[0].text.hasFocus()
    with qtbot.waitSignal(bar.emptied):
        qtbot.keyClick(bar.chips[0].text, key)
    assert not bar.clear_all.isVisible()


def test_arrows_go_from_chip_to_chip_and_enter_goes_to_the_field(qtbot: QtBot, bar: ChipBar) -> None:
    bar.chips[0].text.setFocus()
    qtbot.keyClick(bar.chips[0].text, Qt.Key.Key_Left)
    assert bar.chips[0].text.hasFocus()
    for _ in range(2):
        qtbot.keyClick(bar.window().focusWidget(), Qt.Key.Key_Right)
    assert bar.chips[2].text.hasFocus()
    with qtbot.waitSignal(bar.chosen) as chosen:
        qtbot.keyClick(bar.chips[2].text, Qt.Key.Key_Return)
    assert chosen.args == ["active"]
    qtbot.keyClick(bar.chips[2].text, Qt.Key.Key_Right)
    assert bar.clear_all.hasFocus()
    qtbot.keyClick(bar.clear_all, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert bar.chips[2].text.hasFocus()  # Tab takes them in their order too


def test_a_chip_that_stays_keeps_the_keyboard_and_says_its_new_words(bar: ChipBar) -> None:
    bar.chips[2].text.setFocus()
    stays = bar.chips[2]
    bar.show_chips([Chip("search", "Anything contains “x”"), Chip("active", "Inactive")])
    assert bar.chips[1] is stays
    assert stays.text.hasFocus()
    assert stays.text.text() == stays.text.accessibleName() == "Inactive"


def test_a_long_chip_is_cut_and_told_whole(bar: ChipBar) -> None:
    words = "Name contains “" + "very long & " * 20 + "”"
    bar.show_chips([Chip("name", words)])
    (chip,) = bar.chips
    assert chip.text.text().endswith("…")
    assert "&&" in chip.text.text()  # no mnemonic
    assert chip.text.accessibleName() == words
    assert words in chip.text.toolTip()
    assert words in chip.cross.accessibleName()


def test_chips_begin_on_the_right_where_people_read_from_there(qtbot: QtBot, around: QWidget, bar: ChipBar) -> None:
    around.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: bar.chips[0].x() > bar.chips[1].x() > bar.chips[2].x())
    assert bar.rect().contains(bar.chips[0].geometry())
