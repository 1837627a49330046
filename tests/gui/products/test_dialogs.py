from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.products import edits, listing
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.delete_dialogs import DeleteAllDialog, DeleteSelectedDialog
from acme_desktop.gui.products.product_dialog import ProductDialog
from tests.gui.driving import fill, find, shown, skus


def filled(qtbot: QtBot, window: MainWindow, database: Database, count: int) -> None:
    fill(database, count)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == count, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)


def trigger(window: MainWindow, name: str) -> None:
    action = find(window, QAction, name)
    assert action.isEnabled(), name
    action.trigger()


def gone(qtbot: QtBot, dialog: QDialog) -> None:
    with qtbot.waitSignal(dialog.finished, timeout=10_000):
        pass


def test_a_product_is_created(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    trigger(window, "actionNewProduct")
    dialog = shown(qtbot, window, ProductDialog)
    qtbot.keyClicks(find(dialog, QLineEdit, "productSku"), "  NEW-1 ")
    qtbot.keyClicks(find(dialog, QLineEdit, "productName"), "Lamp")
    dialog.description.setPlainText("Two\nlines")
    dialog.active.setChecked(False)
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        find(dialog, QPushButton, "saveProductButton").click()
    product = listing.get(database, "new-1")
    assert (product.sku, product.name, product.description, product.active) == ("NEW-1", "Lamp", "Two\nlines", False)
    qtbot.waitUntil(lambda: window.products.model.count == 1, timeout=10_000)


def test_what_is_wrong_stands_beside_the_field(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    trigger(window, "actionNewProduct")
    dialog = shown(qtbot, window, ProductDialog)
    find(dialog, QPushButton, "saveProductButton").click()
    assert find(dialog, QLabel, "productSkuMessage").text() == "The SKU is blank."
    assert find(dialog, QLabel, "productNameMessage").text() == "The name is blank."
    assert dialog.sku.accessibleDescription() == "The SKU is blank."
    qtbot.keyClicks(dialog.sku, "A-1")
    assert "blank" not in find(dialog, QLabel, "productSkuMessage").text()
    assert dialog.isVisible()
    assert skus(database) == []
    dialog.reject()


def test_a_sku_that_exists_is_told_as_such_and_keeps_what_was_typed(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Theirs", author=author)
    trigger(window, "actionNewProduct")
    dialog = shown(qtbot, window, ProductDialog)
    dialog.sku.setText("a-1")
    dialog.name.setText("Mine")
    find(dialog, QPushButton, "saveProductButton").click()
    qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    assert "exists already" in dialog.banner.title.text()
    assert dialog.name.text() == "Mine"
    assert dialog.save_button.isEnabled()
    dialog.reject()


def test_a_product_is_edited(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    filled(qtbot, window, database, 5)
    window.products.table.selectRow(3)
    trigger(window, "actionEditProduct")
    dialog = shown(qtbot, window, ProductDialog)
    assert dialog.sku.text() == "P-000003"
    dialog.name.setText("Renamed")
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        dialog.save_button.click()
    assert listing.get(database, "P-000003").name == "Renamed"


def test_saving_nothing_new_closes_and_writes_nothing(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    filled(qtbot, window, database, 1)
    window.products.table.selectRow(0)
    trigger(window, "actionEditProduct")
    dialog = shown(qtbot, window, ProductDialog)
    with qtbot.waitSignal(dialog.accepted):
        dialog.save_button.click()
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM change_sets").fetchone() == (0,)


def test_a_lost_server_while_saving_is_shown_with_its_details(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise EnvironmentProblem("The server went away.", "Try again.", "08006")

    monkeypatch.setattr(edits, "create", broken)
    trigger(window, "actionNewProduct")
    dialog = shown(qtbot, window, ProductDialog)
    dialog.sku.setText("A-1")
    dialog.name.setText("Lamp")
    dialog.save_button.click()
    error = shown(qtbot, window, ErrorDialog)
    assert error.title_label.text() == "The server went away."
    error.close()
    assert dialog.sku.text() == "A-1"
    dialog.reject()


def test_selected_products_are_deleted_after_one_question(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    filled(qtbot, window, database, 5)
    window.products.table.selectRow(1)
    trigger(window, "actionDeleteProducts")
    dialog = shown(qtbot, window, DeleteSelectedDialog)
    assert "P-000001" in dialog.heading.text()
    assert dialog.cancel_button.isDefault()
    dialog.reject()
    assert len(skus(database)) == 5
    window.products.table.setSelectionMode(window.products.table.SelectionMode.MultiSelection)
    window.products.table.selectRow(3)
    trigger(window, "actionDeleteProducts")
    dialog = shown(qtbot, window, DeleteSelectedDialog)
    find(dialog, QPushButton, "confirmDeleteButton").click()
    qtbot.waitUntil(lambda: window.products.model.count == 3, timeout=10_000)
    assert skus(database) == ["P-000000", "P-000002", "P-000004"]


def test_delete_all_wants_two_confirmations_and_the_count_typed(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    filled(qtbot, window, database, 1234)
    trigger(window, "actionDeleteAll")
    dialog = shown(qtbot, window, DeleteAllDialog)
    qtbot.waitUntil(dialog.continue_button.isEnabled, timeout=10_000)
    assert "1,234" in dialog.heading.text()
    assert not dialog.delete_button.isVisible()
    dialog.continue_button.click()
    assert dialog.delete_button.isVisible()
    for wrong in ("", "1233", "yes", "12345"):
        dialog.typed.setText(wrong)
        assert not dialog.delete_button.isEnabled(), wrong
    dialog.typed.setText("1,234")
    assert dialog.delete_button.isEnabled()
    assert len(skus(database)) == 1234
    with qtbot.waitSignal(dialog.accepted, timeout=20_000):
        dialog.delete_button.click()
    assert skus(database) == []
    qtbot.waitUntil(lambda: window.products.first_run.isVisible(), timeout=10_000)


def test_delete_all_is_refused_when_the_count_changed_meanwhile(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    filled(qtbot, window, database, 3)
    trigger(window, "actionDeleteAll")
    dialog = shown(qtbot, window, DeleteAllDialog)
    qtbot.waitUntil(dialog.continue_button.isEnabled, timeout=10_000)
    dialog.continue_button.click()
    dialog.typed.setText("3")
    edits.create(database, sku="NEW", name="Newer", author=author)
    dialog.delete_button.click()
    error = shown(qtbot, window, ErrorDialog)
    assert "Nothing is deleted" in error.title_label.text()
    error.close()
    assert len(skus(database)) == 4
    dialog.reject()


def test_deleting_everything_can_be_cancelled_while_it_runs(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    filled(qtbot, window, database, 3)
    trigger(window, "actionDeleteAll")
    dialog = shown(qtbot, window, DeleteAllDialog)
    qtbot.waitUntil(dialog.continue_button.isEnabled, timeout=10_000)
    dialog.continue_button.click()
    dialog.typed.setText("3")
    with database.connect() as other:
        lock_catalogue(other)
        dialog.delete_button.click()
        assert dialog.busy.isVisible()
        qtbot.waitUntil(lambda: dialog.stage.text().startswith("Counting products"), timeout=10_000)
        dialog.reject()
        assert dialog.isVisible()
        qtbot.waitUntil(lambda: "Nothing was deleted" in dialog.heading.text(), timeout=10_000)
    assert len(skus(database)) == 3
    assert dialog.delete_button.isEnabled()
    dialog.reject()
    assert not dialog.isVisible()


def test_selecting_all_of_a_filter_deletes_all_of_it_and_nothing_else(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    filled(qtbot, window, database, 2000)
    window.products.filters.active.setCurrentIndex(1)
    qtbot.waitUntil(lambda: window.products.model.count == 1800, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.rowCount() == 1800)
    window.products.table.selectAll()
    trigger(window, "actionDeleteProducts")
    dialog = shown(qtbot, window, DeleteAllDialog)
    qtbot.waitUntil(dialog.continue_button.isEnabled, timeout=10_000)
    assert "filter" in dialog.text.text()
    dialog.continue_button.click()
    dialog.typed.setText("1800")
    with qtbot.waitSignal(dialog.accepted, timeout=20_000):
        dialog.delete_button.click()
    assert len(skus(database)) == 200


def test_escape_leaves_every_dialog(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    filled(qtbot, window, database, 1)
    window.products.table.selectRow(0)
    for name, kind in (
        ("actionNewProduct", ProductDialog),
        ("actionEditProduct", ProductDialog),
        ("actionDeleteProducts", DeleteSelectedDialog),
        ("actionDeleteAll", DeleteAllDialog),
    ):
        trigger(window, name)
        dialog = shown(qtbot, window, kind)
        with qtbot.waitSignal(dialog.rejected):
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert len(skus(database)) == 1
