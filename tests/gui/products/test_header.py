from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QStyleOptionHeader, QTableView
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products.filters import Sort
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.columns import COLUMNS, place_of
from acme_desktop.gui.products.table import ProductTable
from tests.gui.driving import fill, find, open_at
from tests.gui.products.test_table import cell, counted, loaded

SHIFT = Qt.KeyboardModifier.ShiftModifier


def click(
    qtbot: QtBot, table: QTableView, field: str, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(place_of(field)) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, keys, place)


def titles(table: ProductTable) -> dict[str, str]:
    """What the header shows, for the columns that are sorted by."""
    header = table._header
    shown = {}
    for section, column in enumerate(COLUMNS):
        option = QStyleOptionHeader()
        header.initStyleOptionForIndex(option, section)
        if option.sortIndicator != QStyleOptionHeader.SortIndicator.None_:
            shown[column.field] = option.text
    return shown


def test_shift_sorts_by_one_more_column(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 30)
    window.products.refresh()
    counted(qtbot, window, 30)
    table, model = window.products.table, window.products.model
    click(qtbot, table, "active")
    assert model.question.sort == Sort("active")
    click(qtbot, table, "name", SHIFT)
    assert model.question.sort == Sort("active", then=Sort("name"))
    click(qtbot, table, "name", SHIFT)
    assert model.question.sort == Sort("active", then=Sort("name", descending=True))
    qtbot.waitUntil(lambda: [cell(window, row) for row in range(3)] == ["P-000020", "P-000010", "P-000000"])
    assert titles(table) == {"active": "Active ¹", "name": "Name ²"}
    click(qtbot, table, "active", SHIFT)
    assert model.question.sort == Sort("active", descending=True, then=Sort("name", descending=True))
    click(qtbot, table, "sku")
    assert model.question.sort == Sort("sku")
    assert titles(table) == {"sku": "SKU"}


def test_columns_are_sorted_moved_and_sized_without_a_mouse(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    fill(database, 30)
    window.products.refresh()
    counted(qtbot, window, 30)
    table, model = window.products.table, window.products.model
    header, name = table.horizontalHeader(), place_of("name")
    window.activateWindow()
    table.setFocus()
    table.setCurrentIndex(model.index(0, place_of("active")))
    sort = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(table, Qt.Key.Key_S, sort)
    assert model.question.sort == Sort("active")
    qtbot.waitUntil(lambda: not model.waiting, timeout=10_000)
    qtbot.keyClick(table, Qt.Key.Key_S, sort)
    assert model.question.sort == Sort("active", descending=True)
    counted(qtbot, window, 30)
    table.setCurrentIndex(model.index(0, name))
    qtbot.keyClick(table, Qt.Key.Key_S, sort | SHIFT)
    assert model.question.sort == Sort("active", descending=True, then=Sort("name"))

    def choose(letter: Qt.Key) -> None:
        table.open_columns_menu()
        qtbot.keyClick(table.columns_menu, letter)
        assert not table.columns_menu.isVisible()

    counted(qtbot, window, 30)
    table.setCurrentIndex(model.index(0, name))
    choose(Qt.Key.Key_I)
    assert header.visualIndex(name) == 2
    choose(Qt.Key.Key_L)
    assert header.visualIndex(name) == 1
    width = header.sectionSize(name)
    choose(Qt.Key.Key_W)
    assert header.sectionSize(name) > width
    choose(Qt.Key.Key_E)
    assert header.sectionSize(name) == width
    choose(Qt.Key.Key_O)
    assert model.question.sort == Sort("name")


def test_a_saved_order_of_several_columns_shows_in_the_header(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    fill(database, 30)
    window.products.refresh()
    counted(qtbot, window, 30)
    window.products.table.sort_by(Sort("active", then=Sort("sku", descending=True)))
    qtbot.waitUntil(lambda: cell(window, 0) == "P-000020", timeout=10_000)
    assert titles(window.products.table) == {"active": "Active ¹", "sku": "SKU ²"}


def test_columns_are_hidden_moved_and_frozen_and_stay_so(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database
) -> None:
    first = new_window()
    open_at(qtbot, first, database)
    table = first.products.table
    table.columns_menu.aboutToShow.emit()
    find(table.columns_menu, QAction, "showColumn_created_at").trigger()
    assert table.isColumnHidden(place_of("created_at"))
    table._header.moveSection(place_of("active"), 1)
    table.freeze(2)
    first.close()
    qtbot.waitUntil(lambda: not first.isVisible(), timeout=20_000)
    table = new_window().products.table
    assert table.isColumnHidden(place_of("created_at"))
    assert table._header.visualIndex(place_of("active")) == 1
    assert table.frozen_count == 2
    find(table.columns_menu, QAction, "actionResetColumns").trigger()
    assert not table.isColumnHidden(place_of("created_at"))
    assert [table._header.logicalIndex(place) for place in range(len(COLUMNS))] == list(range(len(COLUMNS)))
    assert table.frozen_count == 1


def test_the_last_column_cannot_be_hidden(qtbot: QtBot, window: MainWindow) -> None:
    table = window.products.table
    for section in range(len(COLUMNS)):
        table.show_column(section, shown=False)
    table.columns_menu.aboutToShow.emit()
    shown = [section for section in range(len(COLUMNS)) if not table.isColumnHidden(section)]
    assert len(shown) == 1
    assert not find(table.columns_menu, QAction, f"showColumn_{COLUMNS[shown[0]].field}").isEnabled()


def test_the_columns_menu_opens_from_the_keyboard(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 5)
    window.products.refresh()
    counted(qtbot, window, 5)
    window._actions["actionColumns"].trigger()
    assert window.products.table.columns_menu.isVisible()
    window.products.table.columns_menu.close()


def sideways(qtbot: QtBot, window: MainWindow) -> ProductTable:
    """The table, wider than its place and scrolled to the right."""
    table = window.products.table
    table._header.resizeSection(place_of("description"), 900)
    QApplication.processEvents()
    table.horizontalScrollBar().setValue(300)
    qtbot.waitUntil(table._frozen.isVisible)
    return table


def test_the_sku_stays_in_sight_when_scrolled_sideways(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 500)
    window.products.refresh()
    counted(qtbot, window, 500)
    table = sideways(qtbot, window)
    frozen = table._frozen
    assert frozen.columnViewportPosition(0) == 0
    assert [section for section in range(len(COLUMNS)) if not frozen.isColumnHidden(section)] == [0]
    assert frozen.width() == table.columnWidth(0) + 2
    table.verticalScrollBar().setValue(250)
    assert frozen.verticalScrollBar().value() == 250
    frozen.verticalScrollBar().setValue(120)
    assert table.verticalScrollBar().value() == 120
    loaded(qtbot, window, 125)
    place = frozen.visualRect(frozen.model().index(125, 0)).center()
    qtbot.mouseClick(frozen.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert [product.sku for product in table.selected_products()] == ["P-000125"]
    # What the keyboard goes to is not left under the frozen column.
    table.setCurrentIndex(table.model().index(125, 1))
    assert table.visualRect(table.currentIndex()).left() >= frozen.covered()
    click(qtbot, frozen, "sku")
    assert window.products.model.question.sort == Sort("sku", descending=True)
    table.freeze(0)
    assert not frozen.isVisible()


def test_a_frozen_cell_is_edited_in_the_table(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 50)
    window.products.refresh()
    counted(qtbot, window, 50)
    table = sideways(qtbot, window)
    frozen = table._frozen
    qtbot.waitUntil(lambda: window.products.model.product(3) is not None, timeout=10_000)
    place = frozen.visualRect(frozen.model().index(3, 0)).center()
    frozen.doubleClicked.emit(frozen.indexAt(place))
    assert table.horizontalScrollBar().value() == 0
    assert not frozen.isVisible()
