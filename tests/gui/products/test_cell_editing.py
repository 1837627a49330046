"""Editing in the table: keys, validation beside the cell, saving behind the screen, refusals and conflicts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.background.jobs import Lane
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.cell_delegate import CellDelegate
from acme_desktop.gui.products.cell_editors import CellChoice, CellLine, CellText
from acme_desktop.gui.products.columns import COLUMNS
from acme_desktop.gui.products.conflict_dialog import ConflictDialog
from acme_desktop.gui.products.product_dialog import ProductDialog
from acme_desktop.gui.products.rows import PRODUCT_ROLE
from tests.gui.driving import find, shown

Fill = Callable[[int], None]
STAYS = "The window stays open: what you typed last is not saved yet."
FIELDS = [column.field for column in COLUMNS]


def cell(window: MainWindow, row: int, field: str) -> QModelIndex:
    return window.products.model.index(row, FIELDS.index(field))


def open_cell(qtbot: QtBot, window: MainWindow, row: int, field: str) -> Any:
    """Go to a cell and press F2; the editor that opens."""
    table = window.products.table
    table.setFocus()
    table.setCurrentIndex(cell(window, row, field))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    return editor(qtbot, window)


def editor(qtbot: QtBot, window: MainWindow) -> Any:
    def found() -> list[QWidget]:
        kinds = (CellLine, CellText, CellChoice)
        return [one for kind in kinds for one in window.products.table.viewport().findChildren(kind) if one.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1, timeout=10_000)
    return found()[0]


def looks(window: MainWindow, row: int, field: str) -> tuple[str, bool]:
    """A cell's text as it is drawn, and whether it is in italics."""
    delegate = window.products.table.itemDelegate()
    assert isinstance(delegate, CellDelegate)
    index = cell(window, row, field)
    return delegate.shown(index.data(PRODUCT_ROLE), COLUMNS[index.column()])


def saved(qtbot: QtBot, database: Database, sku: str, **values: object) -> None:
    def there() -> bool:
        found = listing.page(database, Filter(sku=sku), Sort(), 1, 1)
        return bool(found) and all(getattr(found[0], field) == value for field, value in values.items())

    qtbot.waitUntil(there, timeout=10_000)


@contextmanager
def writers_kept_out(database: Database) -> Iterator[None]:
    with database.connect() as connection:
        lock_catalogue(connection)
        yield


def change_sets(database: Database) -> int:
    with database.connect() as connection:
        return int(str(connection.execute("SELECT count(*) FROM change_sets").fetchone()[0]))  # type: ignore[index]


def test_f2_edits_the_name_and_enter_saves_it(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(5)
    line = open_cell(qtbot, window, 2, "name")
    assert (line.text(), line.selectedText()) == ("Product 2", "Product 2")
    qtbot.keyClicks(line, "Lamp")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    saved(qtbot, database, "P-000002", name="Lamp", description="Text of 2")
    qtbot.waitUntil(lambda: window.products.model.product(2).name == "Lamp", timeout=10_000)
    assert window.products.table.currentIndex() == cell(window, 2, "name")
    assert change_sets(database) == 1


def test_a_double_click_edits_the_cell(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(3)
    table = window.products.table
    place = table.visualRect(cell(window, 1, "name")).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert editor(qtbot, window).text() == "Product 1"
    assert not window.findChildren(ProductDialog)


def test_enter_opens_the_dialog(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(3)
    table = window.products.table
    table.setFocus()
    table.setCurrentIndex(cell(window, 1, "name"))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    dialog = shown(qtbot, window, ProductDialog)
    assert dialog.sku.text() == "P-000001"
    dialog.reject()


def test_escape_leaves_the_cell_as_it_was(qtbot: QtBot, window: MainWindow, database: Database, filled: Fill) -> None:
    filled(3)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClicks(line, "Nothing of it")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert looks(window, 1, "name") == ("Product 1", False)
    assert change_sets(database) == 0


def test_a_wrong_value_is_told_beside_the_cell_and_not_taken(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(3)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    hint = find(window.products.table, QLabel, "cellHint")
    assert (hint.isVisible(), hint.text()) == (True, "The name is blank.")
    assert line.accessibleDescription() == "The name is blank."
    assert not hint.geometry().intersects(line.geometry())
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab):
        qtbot.keyClick(line, key)
        assert line.isVisible()
    qtbot.keyClicks(line, "Lamp")
    assert not hint.isVisible()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    saved(qtbot, database, "P-000001", name="Lamp")


def test_a_wrong_value_is_dropped_where_the_cell_is_left_by_mouse(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(3)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(window.products.said) as said:
        window.products.filters.search.setFocus()
    assert said.args == ["P-000001 was not changed: The name is blank."]
    assert change_sets(database) == 0


def test_tab_goes_from_cell_to_cell_and_on_to_the_next_row(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(3)
    line = open_cell(qtbot, window, 0, "sku")
    qtbot.keyClicks(line, "A-1")
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    line = editor(qtbot, window)
    qtbot.keyClicks(line, "First")
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    text = editor(qtbot, window)
    assert isinstance(text, CellText)
    qtbot.keyClicks(text, "One")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(text, "Two")
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    choice = editor(qtbot, window)
    assert isinstance(choice, CellChoice)
    qtbot.keyClicks(choice, "Y")
    qtbot.keyClick(choice, Qt.Key.Key_Tab)
    assert window.products.table.currentIndex().column() == FIELDS.index("sku")
    qtbot.keyClick(editor(qtbot, window), Qt.Key.Key_Escape)
    saved(qtbot, database, "A-1", name="First", description="One\nTwo", active=True)


def test_edits_of_one_product_follow_each_other_without_a_conflict(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(2)
    with writers_kept_out(database):
        for field, text in (("name", "Lamp"), ("sku", "L-1"), ("name", "Lamp 2")):
            line = open_cell(qtbot, window, 1, field)
            qtbot.keyClicks(line, text)
            qtbot.keyClick(line, Qt.Key.Key_Return)
        assert looks(window, 1, "name") == ("Lamp 2", True)
        assert looks(window, 1, "sku") == ("L-1", True)
        assert looks(window, 1, "description") == ("Text of 1", False)
    saved(qtbot, database, "L-1", name="Lamp 2")
    qtbot.waitUntil(lambda: looks(window, 0, "name") == ("Lamp 2", False), timeout=10_000)
    assert change_sets(database) == 2
    assert not window.findChildren(ConflictDialog)


def test_news_do_not_disturb_an_open_editor(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> None:
    filled(3)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClicks(line, "Half ty")
    edits.update(database, "P-000000", Changes(name="News"), author=author)
    qtbot.waitUntil(lambda: window.products.model.product(0).name == "News", timeout=10_000)
    qtbot.keyClicks(line, "ped")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    saved(qtbot, database, "P-000001", name="Half typed")


def test_an_open_editor_stays_with_its_product_when_others_come_before_it(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> None:
    filled(3)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClicks(line, "Half ty")
    edits.create(database, sku="A-0", name="First of all", author=author)
    qtbot.waitUntil(lambda: window.products.model.count == 4, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0).sku == "A-0", timeout=10_000)
    assert line.isVisible()
    qtbot.keyClicks(line, "ped")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    saved(qtbot, database, "P-000001", name="Half typed")
    assert change_sets(database) == 2


def test_what_is_typed_outlives_the_row_that_someone_takes_away(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> None:
    """A product that no longer matches takes its row along, and what was being typed goes on in the dialog."""
    filled(3)
    window.products.show_filter(Filter(active=True))
    model = window.products.model
    qtbot.waitUntil(lambda: model.rowCount() == 2 and model.product(0).sku == "P-000001", timeout=10_000)
    qtbot.keyClicks(open_cell(qtbot, window, 0, "name"), "Half ty")
    edits.set_active(database, ["P-000001"], False, author=author)
    dialog: ProductDialog = shown(qtbot, window, ProductDialog)
    assert dialog.name.text() == "Half ty"
    assert dialog.banner.title.text() == "P-000001 is not among the products shown any more."
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.name)
    qtbot.keyClicks(dialog.name, "ped")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    conflict: ConflictDialog = shown(qtbot, window, ConflictDialog)
    conflict.save.click()
    saved(qtbot, database, "P-000001", name="Half typed", active=False)


def test_what_cannot_be_saved_from_a_cell_stays_in_the_dialog(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> None:
    filled(3)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClicks(line, "Half typed")
    edits.delete(database, ["P-000001"], author=author)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    dialog: ProductDialog = shown(qtbot, window, ProductDialog)
    problem: ErrorDialog = shown(qtbot, dialog, ErrorDialog)
    assert problem.title_label.text() == "There is no product with the SKU P-000001."
    qtbot.keyClick(problem, Qt.Key.Key_Escape)
    assert dialog.name.text() == "Half typed"
    assert dialog.banner.title.text() == "What you typed for P-000001 was not saved."
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_an_untouched_editor_goes_with_its_row_and_the_table_keeps_the_keyboard(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> None:
    filled(3)
    open_cell(qtbot, window, 1, "name")
    edits.delete(database, ["P-000001"], author=author)
    qtbot.waitUntil(lambda: window.products.model.count == 2, timeout=10_000)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.products.table)
    assert not window.findChildren(ProductDialog)


def test_another_question_takes_what_is_typed_first(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    """A key that clears the filters or sorts leaves the cell, as a click elsewhere does."""
    filled(3)
    qtbot.keyClicks(open_cell(qtbot, window, 1, "name"), "Typed")
    window.products.table.sort_by(Sort("name"))
    saved(qtbot, database, "P-000001", name="Typed")
    assert not window.findChildren(ProductDialog)


def test_what_is_typed_when_the_window_closes_is_saved(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    """Also where other work keeps the edit waiting, of which closing cancels all that may be cancelled."""
    filled(3)
    release = threading.Event()
    for _ in range(Lane.EDIT.value[1]):
        window._runner.start(lambda _: release.wait(20), lane=Lane.EDIT)
    qtbot.keyClicks(open_cell(qtbot, window, 1, "name"), "Typed last")
    with qtbot.waitSignal(window.finished, timeout=20_000):
        window.close()
        assert window._runner._cancelling.waitForDone(10_000)
        release.set()
    saved(qtbot, database, "P-000001", name="Typed last")


def test_a_conflict_while_the_window_closes_keeps_it_open(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> None:
    filled(2)
    qtbot.keyClicks(open_cell(qtbot, window, 1, "name"), "Mine")
    edits.update(database, "P-000001", Changes(name="Theirs"), author=author)
    window.close()
    dialog = shown(qtbot, window, ConflictDialog)
    assert window.isVisible()
    assert window.said.text() == STAYS
    dialog.choose("mine")
    dialog.save.click()
    saved(qtbot, database, "P-000001", name="Mine")
    qtbot.waitUntil(lambda: not window.products._doing.saving._under_way, timeout=10_000)
    with qtbot.waitSignal(window.finished, timeout=20_000):
        window.close()


def test_what_is_refused_while_the_window_closes_keeps_it_open(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(2)
    qtbot.keyClicks(open_cell(qtbot, window, 1, "sku"), "P-000000")
    window.close()
    qtbot.waitUntil(lambda: window.said.text() == STAYS, timeout=10_000)
    line = editor(qtbot, window)
    assert window.isVisible()
    assert line.text() == "P-000000"
    line.clear()
    window.close()
    assert window.isVisible()
    assert editor(qtbot, window) is line  # a wrong value is told beside the cell
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    with qtbot.waitSignal(window.finished, timeout=20_000):
        window.close()


def test_space_switches_the_active_cell_and_no_other(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(2)
    table = window.products.table
    table.setFocus()
    table.setCurrentIndex(cell(window, 1, "name"))
    qtbot.keyClick(table, Qt.Key.Key_Space)
    table.setCurrentIndex(cell(window, 1, "active"))
    qtbot.keyClick(table, Qt.Key.Key_Space)
    saved(qtbot, database, "P-000001", active=False)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    saved(qtbot, database, "P-000001", active=True)
    assert change_sets(database) == 2


def test_a_taken_sku_opens_the_cell_again_with_what_was_typed(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(2)
    line = open_cell(qtbot, window, 1, "sku")
    qtbot.keyClicks(line, "p-000000")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(find(window.products.table, QLabel, "cellHint").isVisible, timeout=10_000)
    line = editor(qtbot, window)
    assert line.text() == "p-000000"
    assert "exists already" in find(window.products.table, QLabel, "cellHint").text()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert looks(window, 1, "sku") == ("P-000001", False)


@pytest.fixture
def conflict(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, author: Author
) -> tuple[ConflictDialog, str]:
    """Someone else changed name and active while a description and then the name were edited in their cells."""
    filled(2)
    line = open_cell(qtbot, window, 1, "name")
    qtbot.keyClicks(line, "Mine")
    edits.update(database, "P-000001", Changes(name="Theirs", active=False), author=author)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    return shown(qtbot, window, ConflictDialog), "P-000001"


def test_a_conflict_in_a_cell_can_keep_mine(
    qtbot: QtBot, window: MainWindow, database: Database, conflict: tuple[ConflictDialog, str]
) -> None:
    dialog, sku = conflict
    assert listing.get(database, sku).name == "Theirs"
    dialog.choose("mine")
    dialog.save.click()
    saved(qtbot, database, sku, name="Mine", active=True)


def test_a_conflict_in_a_cell_can_take_theirs(
    qtbot: QtBot, window: MainWindow, database: Database, conflict: tuple[ConflictDialog, str]
) -> None:
    dialog, _ = conflict
    dialog.choose("theirs")
    dialog.save.click()
    qtbot.waitUntil(lambda: looks(window, 1, "name") == ("Theirs", False), timeout=10_000)
    assert change_sets(database) == 1


def test_a_conflict_in_a_cell_can_go_on_in_the_dialog(
    qtbot: QtBot, window: MainWindow, database: Database, conflict: tuple[ConflictDialog, str]
) -> None:
    dialog, sku = conflict
    dialog.edit.click()
    editing = shown(qtbot, window, ProductDialog)
    assert (editing.name.text(), editing.active.isChecked()) == ("Mine", False)
    editing.name.setText("Both")
    editing.save_button.click()
    saved(qtbot, database, sku, name="Both", active=False)


def test_the_current_cell_can_be_seen(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(3)
    table = window.products.table
    table.setFocus()
    qtbot.waitUntil(table.hasFocus, timeout=5_000)
    table.setCurrentIndex(cell(window, 1, "name"))
    corner = table.visualRect(cell(window, 1, "name")).topLeft() + QPoint(3, 0)
    before = table.viewport().grab().toImage().pixelColor(corner)
    table.setCurrentIndex(cell(window, 1, "sku"))
    QApplication.processEvents()
    assert table.viewport().grab().toImage().pixelColor(corner) != before
