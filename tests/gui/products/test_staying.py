"""What stays where it is while others change the catalogue; and going to one product."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.columns import place_of
from acme_desktop.gui.products.go_to import GoToDialog
from acme_desktop.gui.products.table import ProductTable
from tests.gui.driving import fill, find, shown
from tests.gui.products.test_table import cell, counted, loaded


@pytest.fixture
def table(qtbot: QtBot, window: MainWindow, database: Database) -> ProductTable:
    """The table of 1,000 products, in the middle."""
    fill(database, 1000)
    window.products.refresh()
    counted(qtbot, window, 1000)
    window.products.table.go_to_page(5)
    loaded(qtbot, window, 520)
    return window.products.table


def top_sku(table: ProductTable) -> str:
    product = table.products_model.product(table.verticalScrollBar().value())
    return product.sku if product is not None else ""


def selected(table: ProductTable) -> list[str]:
    return [product.sku for product in table.selected_products()]


def test_rows_in_sight_and_the_selection_stay_when_others_add_and_delete_before_them(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    table.selectRow(505)
    for name in ("A-1", "A-2", "A-3"):
        edits.create(database, sku=name, name=name, author=author)
    edits.delete(database, ["P-000007"], author=author)
    counted(qtbot, window, 1002)
    qtbot.waitUntil(lambda: table.products_model.row_of(506) is not None)
    assert top_sku(table) == "P-000500"
    assert table.verticalScrollBar().value() == 502
    qtbot.waitUntil(lambda: selected(table) == ["P-000505"])
    assert table.currentIndex().row() == 507
    qtbot.waitUntil(lambda: cell(window, 0) == "A-1")


def test_rows_that_vanish_leave_the_selection(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    table.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
    for row in (503, 504, 505):
        table.selectRow(row)
    edits.delete(database, ["P-000504"], author=author)
    counted(qtbot, window, 999)
    qtbot.waitUntil(lambda: selected(table) == ["P-000503", "P-000505"])
    assert table.selected_count == 2


def test_a_selection_out_of_sight_follows_its_products(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    table.selectRow(505)
    table.go_to_page(0)
    loaded(qtbot, window, 0)
    edits.create(database, sku="B", name="before all", author=author)
    counted(qtbot, window, 1001)
    qtbot.waitUntil(lambda: selected(table) == ["P-000505"])
    qtbot.waitUntil(lambda: cell(window, 0) == "B")
    assert table.verticalScrollBar().value() == 0  # at the start, the start stays in sight


def test_a_product_that_moves_among_others_stays_selected(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    table.selectRow(505)
    edits.update(database, "P-000505", Changes(sku="P-000520b"), author=author)
    qtbot.waitUntil(lambda: selected(table) == ["P-000520b"], timeout=10_000)
    assert cell(window, 520) == "P-000520b"
    assert table.currentIndex().row() == 520


def test_an_open_editor_stays_with_what_is_typed_and_its_row_in_place(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    index = table.products_model.index(510, place_of("name"))
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("half a na")
    height = table.visualRect(table.currentIndex()).top()
    edits.create(database, sku="A", name="before all", author=author)
    edits.delete(database, ["P-000509", "P-000511"], author=author)
    edits.update(database, "P-000510", Changes(sku="P-000700b"), author=author)  # it moves far away itself
    counted(qtbot, window, 999)
    qtbot.waitUntil(lambda: table.products_model.data(table.currentIndex().siblingAtColumn(0)) == "P-000700b")
    assert table.indexWidget(table.currentIndex()) is editor
    assert editor.text() == "half a na"
    assert table.visualRect(table.currentIndex()).top() == height
    qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_everything_selected_stays_selected(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    table.selectAll()
    edits.delete(database, ["P-000504"], author=author)
    counted(qtbot, window, 999)
    assert table.everything_selected


def go(qtbot: QtBot, window: MainWindow, sku: str) -> GoToDialog:
    window._actions["actionGoToSku"].trigger()
    dialog: GoToDialog = shown(qtbot, window, GoToDialog)
    qtbot.keyClicks(find(dialog, QLineEdit, "goToSkuField"), sku)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    return dialog


def test_go_to_a_sku(qtbot: QtBot, window: MainWindow, table: ProductTable) -> None:
    go(qtbot, window, "p-000042")
    qtbot.waitUntil(lambda: selected(table) == ["P-000042"], timeout=10_000)
    assert table.currentIndex().row() == 42
    top = table.verticalScrollBar().value()
    assert top < 42 < top + 30


def test_go_to_a_sku_that_is_not_there_says_so(qtbot: QtBot, window: MainWindow, table: ProductTable) -> None:
    dialog = go(qtbot, window, "nothing")
    qtbot.waitUntil(lambda: "no product" in dialog.field.problem, timeout=10_000)
    assert not dialog.clear.isVisible()
    dialog.reject()


def test_go_to_a_sku_that_the_filters_hide_offers_to_clear_them(
    qtbot: QtBot, window: MainWindow, table: ProductTable
) -> None:
    window.products.filters.search.setText("Product 77")
    counted(qtbot, window, 11)
    dialog = go(qtbot, window, "P-000300")
    clear = find(dialog, QPushButton, "goToSkuClearButton")
    qtbot.waitUntil(clear.isVisible, timeout=10_000)
    clear.click()
    qtbot.waitUntil(lambda: selected(table) == ["P-000300"], timeout=10_000)
    counted(qtbot, window, 1000)
    assert table.currentIndex().row() == 300
