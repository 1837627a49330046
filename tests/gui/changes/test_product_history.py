"""One product's timeline, and the way back to an earlier version."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.changes.product_history_dialog import ProductHistoryDialog
from acme_desktop.gui.changes.undo_dialogs import UndoDialog, UndoReportDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.product_dialog import ProductDialog
from tests.gui.driving import shown, skus, write_csv


def timeline(qtbot: QtBot, dialog: ProductHistoryDialog, steps: int) -> list[list[str]]:
    model = dialog.table.records
    qtbot.waitUntil(lambda: model.rowCount() == steps, timeout=10_000)
    return [[model.data(model.index(row, column)) for column in (1, 2, 3, 4)] for row in range(steps)]


def opened(qtbot: QtBot, window: MainWindow, sku: str) -> ProductHistoryDialog:
    window.changes.open_product_history(sku)
    return shown(qtbot, window, ProductHistoryDialog)  # type: ignore[no-any-return]


def test_the_timeline_of_the_selected_product(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('A-1', 'a-1', 'Lamp')")
    file = write_csv(tmp_path / "spring.csv", ["A-1,Never,,yes", "A-1,Desk lamp,Brass,yes"])
    run.import_file(database, file, ImportOptions(), Progress(), author)
    edits.update(database, "A-1", Changes(name="Desk lamp, small"), author=Author("ben", "window on lab-2"))
    qtbot.waitUntil(lambda: window.products.model.count == 1, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)
    window.products.table.selectRow(0)
    window.open_product_history()
    dialog: ProductHistoryDialog = shown(qtbot, window, ProductHistoryDialog)
    assert timeline(qtbot, dialog, 3) == [
        ["Changed", "ben", "window on lab-2", "Edit A-1"],
        ["Changed by an import", "tester", "tests", "spring.csv, line 3"],
        ["Created by another program", "–", "Another program", ""],
    ]
    fields = dialog.fields.records
    assert [fields.data(fields.index(0, column)) for column in range(3)] == ["Name", "Desk lamp", "Desk lamp, small"]
    dialog.table.selectRow(1)
    assert [line.field for line in fields.records] == ["Name", "Description"]
    assert fields.records[1].before == "(none)"
    dialog.close()


def test_an_earlier_version_is_restored_and_that_is_undone(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Lamp", description="Brass", author=author)
    edits.update(database, "A-1", Changes(name="Chair", description=""), author=author)
    dialog = opened(qtbot, window, "a-1")
    timeline(qtbot, dialog, 2)
    assert not dialog.restore.isEnabled()  # the newest version is how it stands
    dialog.table.selectRow(1)
    assert dialog.restore.isEnabled()
    dialog.restore.click()
    timeline(qtbot, dialog, 3)
    product = listing.get(database, "A-1")
    assert (product.name, product.description) == ("Lamp", "Brass")
    assert "has its values of" in dialog.banner.title.text()
    assert not dialog.restore.isEnabled()
    dialog.close()
    window._actions["actionUndo"].trigger()
    asking = shown(qtbot, window, UndoDialog)
    assert "Restore A-1" in asking.step.change.summary
    asking.go.click()
    shown(qtbot, window, UndoReportDialog).close()
    assert listing.get(database, "A-1").name == "Chair"


def test_a_version_that_someone_changed_meanwhile_is_not_overwritten(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Lamp", author=author)
    edits.update(database, "A-1", Changes(name="Chair"), author=author)
    dialog = opened(qtbot, window, "A-1")
    timeline(qtbot, dialog, 2)
    dialog.table.selectRow(1)
    window._hub.stop()  # the news of it comes too late
    edits.update(database, "A-1", Changes(name="Table"), author=Author("ben", "window on lab-2"))
    dialog.restore.click()
    qtbot.waitUntil(lambda: "was changed by ben" in dialog.banner.title.text(), timeout=10_000)
    assert listing.get(database, "A-1").name == "Table"
    timeline(qtbot, dialog, 3)
    dialog.close()


def test_a_deleted_product_is_found_by_its_sku_and_brought_back(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Lamp", author=author)
    edits.update(database, "A-1", Changes(sku="B-1"), author=author)
    edits.delete(database, ["B-1"], author=author)
    window.open_product_history()  # nothing is selected: it asks
    dialog: ProductHistoryDialog = shown(qtbot, window, ProductHistoryDialog)
    qtbot.keyClicks(dialog.sku, "never")
    qtbot.keyClick(dialog.sku, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "There is and was no product" in dialog.banner.title.text(), timeout=10_000)
    dialog.sku.setText(" a-1 ")
    dialog.find.click()
    assert [row[0] for row in timeline(qtbot, dialog, 3)] == ["Deleted", "Changed", "Created"]
    assert dialog.restore.text() == "&Bring back this version"
    dialog.table.selectRow(2)
    dialog.restore.click()
    assert timeline(qtbot, dialog, 4)[0][0] == "Brought back from the history"
    assert skus(database) == ["A-1"]
    dialog.close()


def test_the_history_opens_from_the_products_dialog(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Lamp", author=author)
    qtbot.waitUntil(lambda: window.products.model.count == 1, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)
    window.products.table.selectRow(0)
    window.products.edit_selected()
    product: ProductDialog = shown(qtbot, window, ProductDialog)
    product.name.setText("Chair")
    product.history_button.click()
    assert "Save or cancel first" in product.banner.title.text()
    product.name.setText("Lamp")
    product.history_button.click()
    dialog: ProductHistoryDialog = shown(qtbot, window, ProductHistoryDialog)
    assert [row[0] for row in timeline(qtbot, dialog, 1)] == ["Created"]
    assert not [one for one in window.findChildren(ProductDialog) if one.isVisible()]
    dialog.close()
