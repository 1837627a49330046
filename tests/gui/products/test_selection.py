"""What is done to a selection is done to the products that were selected, whoever else changes the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.bulk_edit_dialog import BulkEditDialog
from acme_desktop.gui.products.delete_dialogs import DeleteAllDialog, DeleteSelectedDialog
from acme_desktop.gui.products.export_dialog import Choice, ExportDialog
from acme_desktop.gui.products.table import ProductTable
from tests.gui.driving import fill, shown, skus
from tests.gui.products.test_table import counted, loaded

COUNT = 5_000
MEANT = [f"P-{number:06d}" for number in range(100, 1_101)]


def click(qtbot: QtBot, window: MainWindow, row: int, key: Qt.KeyboardModifier) -> None:
    table = window.products.table
    table.verticalScrollBar().setValue(row - 5)
    loaded(qtbot, window, row)
    place = table.visualRect(table.products_model.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, key, place)


@pytest.fixture
def table(qtbot: QtBot, window: MainWindow, database: Database) -> ProductTable:
    """5,000 products, of which the rows 100 to 1100 are selected by Shift."""
    fill(database, COUNT)
    window.products.refresh()
    counted(qtbot, window, COUNT)
    click(qtbot, window, 100, Qt.KeyboardModifier.NoModifier)
    click(qtbot, window, 1_100, Qt.KeyboardModifier.ShiftModifier)
    assert window.products.table.selected_count == len(MEANT)
    return window.products.table


def insert_above(database: Database, author: Author) -> None:
    for number in range(10):
        edits.create(database, sku=f"A-{number}", name="above", author=author)


def delete_inside(database: Database, author: Author) -> None:
    edits.delete(database, [f"P-{number:06d}" for number in range(300, 305)], author=author)


def swap_inside(database: Database, author: Author) -> None:
    edits.delete(database, ["P-000300"], author=author)
    edits.create(database, sku="P-000300b", name="never selected", author=author)


def copied(qtbot: QtBot, window: MainWindow, count: int) -> list[str]:
    window._actions["actionCopyJson"].trigger()
    qtbot.waitUntil(lambda: window.said.text().startswith(f"{count:,} products copied"), timeout=10_000)
    return [one["sku"] for one in json.loads(QGuiApplication.clipboard().text())]


def refused(qtbot: QtBot, window: MainWindow) -> None:
    dialog = shown(qtbot, window, ErrorDialog)
    dialog.close()


@pytest.mark.parametrize("change", [delete_inside, swap_inside])
@pytest.mark.parametrize("action", ["actionDeleteProducts", "actionBulkEdit", "actionCopyJson"])
def test_what_changed_unseen_is_refused(
    qtbot: QtBot,
    window: MainWindow,
    database: Database,
    author: Author,
    table: ProductTable,
    change: Callable[[Database, Author], None],
    action: str,
) -> None:
    window._hub.stop()
    QGuiApplication.clipboard().setText("before")
    insert_above(database, author)
    change(database, author)
    before = skus(database)
    window._actions[action].trigger()
    refused(qtbot, window)
    assert not [one for kind in (DeleteSelectedDialog, BulkEditDialog) for one in window.findChildren(kind)]
    assert (skus(database), QGuiApplication.clipboard().text()) == (before, "before")


def test_an_export_of_what_changed_unseen_writes_no_file(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable, tmp_path: Path
) -> None:
    window._hub.stop()
    swap_inside(database, author)
    window._actions["actionExport"].trigger()
    dialog: ExportDialog = shown(qtbot, window, ExportDialog)
    dialog.chosen.emit(Choice(tmp_path / "out.csv", "selected", safe=False))
    qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    assert not (tmp_path / "out.csv").exists()
    dialog.close()


def test_what_changed_elsewhere_unseen_leaves_it_the_same_products(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    window._hub.stop()
    insert_above(database, author)
    assert copied(qtbot, window, 1_001) == MEANT
    window._actions["actionDeleteProducts"].trigger()
    dialog: DeleteSelectedDialog = shown(qtbot, window, DeleteSelectedDialog)
    assert "1,001" in dialog.heading.text()
    dialog.accept()
    qtbot.waitUntil(lambda: window.said.text().startswith("1,001 products were deleted"), timeout=20_000)
    assert skus(database) == [
        *(f"A-{number}" for number in range(10)),
        *(f"P-{number:06d}" for number in range(COUNT) if not 100 <= number <= 1_100),
    ]


@pytest.mark.parametrize("top", [0, 600, 3_000])
def test_what_is_added_elsewhere_moves_the_selection_along(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable, top: int
) -> None:
    table.verticalScrollBar().setValue(top)
    insert_above(database, author)
    counted(qtbot, window, COUNT + 10)
    qtbot.waitUntil(lambda: table._blocks() == [(110, 1_110)], timeout=10_000)
    assert copied(qtbot, window, 1_001) == MEANT


def test_an_edit_among_the_selected_ones_keeps_them(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    for number in (100, 500, 1_100):
        edits.update(database, f"P-{number:06d}", Changes(name="edited"), author=author)
    edits.create(database, sku="A-1", name="above", author=author)
    counted(qtbot, window, COUNT + 1)
    qtbot.waitUntil(lambda: table._blocks() == [(101, 1_101)], timeout=10_000)
    assert copied(qtbot, window, 1_001) == MEANT


@pytest.mark.parametrize("change", [delete_inside, swap_inside])
def test_what_changes_among_them_clears_the_selection_and_says_so(
    qtbot: QtBot,
    window: MainWindow,
    database: Database,
    author: Author,
    table: ProductTable,
    change: Callable[[Database, Author], None],
) -> None:
    change(database, author)
    qtbot.waitUntil(lambda: not table.selected_count, timeout=10_000)
    assert window.said.text().startswith("The selection was cleared")


def test_everything_is_all_that_matches_by_then(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    table.selectAll()
    insert_above(database, author)
    counted(qtbot, window, COUNT + 10)
    qtbot.waitUntil(lambda: table.selected_count == COUNT + 10, timeout=10_000)
    assert len(copied(qtbot, window, COUNT + 10)) == COUNT + 10
    window._actions["actionDeleteProducts"].trigger()
    dialog: DeleteAllDialog = shown(qtbot, window, DeleteAllDialog)
    qtbot.waitUntil(lambda: f"{COUNT + 10:,}" in dialog.heading.text(), timeout=10_000)
    dialog.reject()


def test_a_product_that_took_over_the_sku_is_not_deleted(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    click(qtbot, window, 200, Qt.KeyboardModifier.NoModifier)
    window._hub.stop()
    edits.delete(database, ["P-000200"], author=author)
    edits.create(database, sku="P-000200", name="another one", author=author)
    window._actions["actionDeleteProducts"].trigger()
    shown(qtbot, window, DeleteSelectedDialog).accept()
    refused(qtbot, window)
    assert "P-000200" in skus(database)


def test_shift_selects_from_the_last_click_also_over_pages_gone_to(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    fill(database, COUNT)
    window.products.refresh()
    counted(qtbot, window, COUNT)
    table = window.products.table
    click(qtbot, window, 100, Qt.KeyboardModifier.NoModifier)
    window.products.pager.last.click()
    window.products.pager.previous.click()
    loaded(qtbot, window, 4_803)
    top = table.verticalScrollBar().value()
    place = table.visualRect(table.products_model.index(4_803, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place)
    assert table.selected_count == 4_704
    assert table.verticalScrollBar().value() == top
    # What is selected next begins anew.
    window.products.pager.first.click()
    click(qtbot, window, 10, Qt.KeyboardModifier.NoModifier)
    click(qtbot, window, 20, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected_count == 11


def test_all_rows_selected_by_shift_are_those_rows(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, table: ProductTable
) -> None:
    """Only Ctrl+A means whatever matches."""
    click(qtbot, window, 0, Qt.KeyboardModifier.NoModifier)
    table.verticalScrollBar().setValue(COUNT)
    loaded(qtbot, window, COUNT - 1)
    last = table.visualRect(table.products_model.index(COUNT - 1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, last)
    assert table.everything_selected
    insert_above(database, author)
    counted(qtbot, window, COUNT + 10)
    qtbot.waitUntil(lambda: table._blocks() == [(10, COUNT + 9)], timeout=10_000)
    assert len(copied(qtbot, window, COUNT)) == COUNT
