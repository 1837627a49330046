"""Menus from a table of actions, the palette and the sheet over them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from acme_desktop.gui.widgets.commands import Commands
from acme_desktop.gui.widgets.menus import Action, ActionTable, Menu, Need, plain
from acme_desktop.gui.widgets.palette import CommandPalette
from acme_desktop.gui.widgets.shortcut_sheet import ShortcutSheet, as_text


@dataclass(frozen=True)
class State:
    open: bool = True
    picked: int = 0


OPEN = Need(lambda state: state.open, "Nothing is open.")
SOME = Need(lambda state: state.picked > 0, "Nothing is selected.")


class Desk(QMainWindow):
    """A window that notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def ask(self, what: str) -> None:
        self.asked.append(what)


MENUS = (
    Menu(
        "&File",
        (
            Action("actionOpen", "&Open…", None, QKeySequence.StandardKey.Open, "Open it", lambda on: on.ask("open")),
            None,
            Menu(
                "&Send && print",
                (
                    Action("actionMail", "&Mail", None, None, "Mail it", lambda on: on.ask("mail"), (OPEN, SOME)),
                    Action("actionPrint", "&Print", None, ("Ctrl+P", "F7"), "Print it", lambda on: on.ask("print")),
                ),
            ),
        ),
    ),
    Menu(
        "&Help",
        (
            Action("actionPalette", "&Commands", None, "Ctrl+K", "Search", lambda on: on.ask("palette")),
            Action("actionKeys", "&Keys", None, "F1", "Keys", lambda on: on.ask("keys")),
        ),
    ),
)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    window = Desk()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    window.activateWindow()
    return window


@pytest.fixture
def table(desk: Desk) -> ActionTable:
    return ActionTable(MENUS, desk)


@pytest.fixture
def remembered(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def commands(table: ActionTable, desk: Desk, remembered: QSettings) -> Commands:
    return Commands(table, desk, remembered)


def test_a_row_becomes_an_action_in_its_menu(desk: Desk, table: ActionTable) -> None:
    assert [action.text() for action in desk.menuBar().actions()] == ["&File", "&Help"]
    file = desk.menuBar().actions()[0].menu()
    assert [action.text() for action in file.actions()] == ["&Open…", "", "&Send && print"]
    table["actionPrint"].trigger()
    assert desk.asked == ["print"]
    assert desk.findChild(QAction, "actionPrint").shortcuts() == [QKeySequence("Ctrl+P"), QKeySequence("F7")]
    entry = next(one for one in table if one.row.name == "actionPrint")
    assert (entry.title, entry.path, entry.keys) == ("Send & print Print", ("File", "Send & print"), "Ctrl+P, F7")
    assert plain("Save &as…") == "Save as"


def test_what_is_lacking_is_told(table: ActionTable) -> None:
    mail = next(one for one in table if one.row.name == "actionMail")
    for state, lacking in ((State(False), "Nothing is open."), (State(), "Nothing is selected."), (State(True, 1), "")):
        table.show(state)
        assert (mail.lacking, mail.action.isEnabled()) == (lacking, not lacking)


def test_a_context_menu_has_the_same_actions(table: ActionTable) -> None:
    menu = table.context_menu(("actionOpen", None, ("More", ("actionMail",))))
    assert menu.actions()[0] is table["actionOpen"]
    assert menu.actions()[2].menu().actions() == [table["actionMail"]]


def test_an_action_can_say_what_it_is_about(table: ActionTable, commands: Commands) -> None:
    table.specify("actionOpen", "R & D")
    assert table["actionOpen"].text() == "&Open: R && D…"
    assert commands.commands()[0].title == "Open: R & D"
    assert next(iter(table)).title == "Open"
    table.specify("actionOpen", "")
    assert table["actionOpen"].text() == "&Open…"


# The palette


def opened(desk: Desk, commands: Commands) -> CommandPalette:
    commands.open_palette()
    palette: CommandPalette = desk.findChildren(CommandPalette)[-1]
    return palette


def titles(palette: CommandPalette) -> list[str]:
    return [palette.found.index(row).data() for row in range(palette.found.rowCount())]


def test_typing_and_enter_do_it(qtbot: QtBot, desk: Desk, table: ActionTable, commands: Commands) -> None:
    table.show(State())
    palette = opened(desk, commands)
    assert titles(palette) == ["Open", "Send & print Mail", "Send & print Print", "Keys"]
    qtbot.keyClicks(palette.search, "t pri")
    assert titles(palette)[0] == "Send & print Print"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert desk.asked == ["print"]
    assert not palette.isVisible()


def test_arrows_choose_and_go_round(qtbot: QtBot, desk: Desk, table: ActionTable, commands: Commands) -> None:
    table.show(State())
    palette = opened(desk, commands)
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.list.currentIndex().data() == "Keys"
    assert palette.search.accessibleDescription() == "Keys, Help, F1"
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(palette.search, key)
    assert palette.list.currentIndex().data() == "Send & print Print"
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert desk.asked == []
    assert not palette.isVisible()


def test_a_disabled_one_says_why_and_stays(qtbot: QtBot, desk: Desk, table: ActionTable, commands: Commands) -> None:
    table.show(State())
    palette = opened(desk, commands)
    qtbot.keyClicks(palette.search, "mail")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert palette.note.text() == "Send & print Mail: Nothing is selected."
    assert desk.asked == []


def test_nothing_found_is_said(qtbot: QtBot, desk: Desk, commands: Commands) -> None:
    palette = opened(desk, commands)
    qtbot.keyClicks(palette.search, "xyz")
    assert palette.nothing.isVisible()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(palette.search, key)
    assert palette.isVisible()


def test_what_was_used_last_comes_first_also_after_a_restart(
    desk: Desk, table: ActionTable, commands: Commands, remembered: QSettings
) -> None:
    table.show(State(picked=1))
    table["actionMail"].trigger()
    table["actionPrint"].trigger()
    table["actionPalette"].trigger()
    palette = opened(desk, commands)
    assert titles(palette) == ["Send & print Print", "Send & print Mail", "Open", "Keys"]
    again = Commands(table, desk, remembered)
    assert [one.recency for one in again.commands()] == [12, 1, 0, 12]


# The sheet


def test_the_sheet_is_made_of_the_actions(qtbot: QtBot, desk: Desk, commands: Commands) -> None:
    opening = QKeySequence(QKeySequence.StandardKey.Open).toString(QKeySequence.SequenceFormat.NativeText)
    expected = [
        ("File", [("Open", opening), ("Send & print Print", "Ctrl+P, F7")]),
        ("Help", [("Commands", "Ctrl+K"), ("Keys", "F1")]),
    ]
    assert commands.groups() == expected
    commands.open_sheet()
    commands.open_sheet()
    [sheet] = desk.findChildren(ShortcutSheet)
    shown = [sheet.tree.topLevelItem(place) for place in range(2)]
    qtbot.keyClicks(sheet.search, "ctrl+p")
    assert [item.isHidden() for item in shown] == [False, True]
    sheet.search.setText("help")
    assert [item.isHidden() for item in shown] == [True, False]
    sheet.activateWindow()
    sheet.tree.setFocus()
    qtbot.waitUntil(sheet.tree.hasFocus)
    qtbot.keyClick(sheet.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == as_text(expected)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not desk.findChildren(ShortcutSheet))
    commands.open_sheet()


def test_the_sheet_as_text() -> None:
    text = as_text([("File", [("Open", "Ctrl+O"), ("Quit now", "Ctrl+Q")]), ("Help", [("Keys", "F1")])])
    assert text == "File\n  Open      Ctrl+O\n  Quit now  Ctrl+Q\n\nHelp\n  Keys      F1\n"
