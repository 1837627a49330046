"""A table that asks for more when its end comes into view."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from acme_desktop.gui.widgets.endless import EndlessTable
from acme_desktop.gui.widgets.records import Column


@dataclass(frozen=True)
class Row:
    id: int

    @property
    def name(self) -> str:
        return f"Row\n{self.id}"


def rows(first: int, last: int) -> list[Row]:
    return [Row(number) for number in range(first, last)]


@pytest.fixture
def table(qtbot: QtBot) -> EndlessTable:
    made = EndlessTable((Column("Id", 60, lambda row: str(row.id)), Column("Name", 0, lambda row: row.name)), "t", "T")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    return made


def test_what_takes_the_rest_is_never_squeezed_to_a_sliver(qtbot: QtBot, table: EndlessTable) -> None:
    table.resize(110, 200)
    assert table.columnWidth(1) == 90
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() > 0, timeout=10_000)
    table.resize(500, 200)
    assert table.columnWidth(1) == table.viewport().width() - table.columnWidth(0)
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0, timeout=10_000)


def test_it_asks_once_when_the_end_comes_near_and_goes_on_below(qtbot: QtBot, table: EndlessTable) -> None:
    asked: list[int] = []
    table.more_wanted.connect(lambda: asked.append(table.records.rowCount()))
    table.restart(rows(0, 100), complete=False)
    assert asked == []
    table.selectRow(3)
    table.scrollToBottom()
    assert asked == [100]
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() - 2)
    assert asked == [100]  # one question at a time
    place = table.verticalScrollBar().value()
    table.add(rows(100, 200), complete=False)
    assert (table.verticalScrollBar().value(), [one.id for one in table.selected()]) == (place, [3])
    table.scrollToBottom()
    assert asked == [100, 200]
    table.add(rows(200, 210), complete=True)
    table.scrollToBottom()
    assert (asked, table.complete, table.records.rowCount()) == ([100, 200], True, 210)


def test_what_does_not_come_is_asked_for_again(qtbot: QtBot, table: EndlessTable) -> None:
    asked: list[int] = []
    table.more_wanted.connect(lambda: asked.append(table.records.rowCount()))
    table.restart(rows(0, 20), complete=False)
    assert asked == [20]  # all of it is in view
    table.stop_waiting()
    table.resize(400, 220)
    assert asked == [20, 20]


def test_the_selected_rows_are_copied_a_line_each(qtbot: QtBot, table: EndlessTable) -> None:
    table.restart(rows(0, 3), complete=True)
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1\tRow 1"
