"""Bulk edits in the window: an exact preview, one step, refused where someone was faster, cancelled and undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.bulk_edit_dialog import BulkEditDialog
from acme_desktop.gui.widgets.changed_parts import MARKS
from tests.gui.driving import find, shown

Fill = Callable[[int], None]


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> Callable[[], BulkEditDialog]:
    def work() -> BulkEditDialog:
        find(window, QAction, "actionBulkEdit").trigger()
        return shown(qtbot, window, BulkEditDialog)

    return work


def looked(qtbot: QtBot, dialog: BulkEditDialog) -> None:
    qtbot.waitUntil(lambda: dialog.preview is not None, timeout=20_000)
    qtbot.waitUntil(lambda: dialog.rows.rowCount() > 0, timeout=20_000)


def replace(qtbot: QtBot, dialog: BulkEditDialog, text: str, by: str) -> None:
    find(dialog, QLineEdit, "bulkFind").setText(text)
    find(dialog, QLineEdit, "bulkBy").setText(by)
    assert dialog.preview is None
    looked(qtbot, dialog)


def names(database: Database) -> list[str]:
    with database.connect() as connection:
        return [str(name) for (name,) in connection.execute("SELECT name FROM products ORDER BY sku_key")]


def applied(qtbot: QtBot, dialog: BulkEditDialog) -> None:
    with qtbot.waitSignal(dialog.applied, timeout=20_000):
        dialog.apply_button.click()


def test_selected_products_are_previewed_and_changed_as_one_step(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, opened: Callable[[], BulkEditDialog]
) -> None:
    filled(12)
    table = window.products.table
    table.setSelectionMode(QTableView.SelectionMode.MultiSelection)
    table.selectRow(1)
    table.selectRow(10)
    dialog = opened()
    assert dialog.which.currentText() == "The selected ones (2)"
    assert not dialog.apply_button.isEnabled()
    replace(qtbot, dialog, "Product 1", "Lamp")
    assert [dialog.kinds.tabText(place) for place in range(3)] == ["Change (2)", "Stay as they are (0)", "Refused (0)"]
    model = dialog.table.model()
    rows = [[model.index(row, column).data() for column in range(3)] for row in range(2)]
    assert rows == [["P-000001", "Product 1", "Lamp"], ["P-000010", "Product 10", "Lamp0"]]
    assert model.index(0, 1).data(MARKS) == ([(0, 9)], False)
    assert model.index(0, 2).data(MARKS) == ([(0, 4)], True)
    assert names(database)[1] == "Product 1"
    assert dialog.apply_button.text().replace("&", "") == "Change 2 products"
    applied(qtbot, dialog)
    assert (names(database)[1], names(database)[10], names(database)[11]) == ("Lamp", "Lamp0", "Product 11")
    qtbot.waitUntil(lambda: window.products.model.product(1).name == "Lamp", timeout=10_000)
    with database.connect() as connection:
        (made,) = change_set.latest(connection)
    assert made.summary == "Bulk edit: replace ‘Product 1’ by ‘Lamp’ in name, 2 products"


def test_all_products_of_a_filter(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, opened: Callable[[], BulkEditDialog]
) -> None:
    filled(300)
    window.products.filters.active.setCurrentIndex(2)
    qtbot.waitUntil(lambda: window.products.model.count == 30, timeout=20_000)
    qtbot.waitUntil(lambda: window.products.model.rowCount() == 30, timeout=20_000)
    window.products.table.selectAll()
    dialog = opened()
    assert [dialog.which.itemText(place) for place in range(dialog.which.count())] == [
        "All that the filter matches (30)"
    ]
    dialog.form.choose("active")
    looked(qtbot, dialog)
    applied(qtbot, dialog)
    assert listing.count(database, Filter(active=False)) == 0
    qtbot.waitUntil(lambda: window.products.model.count == 0, timeout=20_000)


def test_what_is_refused_is_told_with_its_reason(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, opened: Callable[[], BulkEditDialog]
) -> None:
    filled(3)
    with database.connect() as connection:
        connection.execute("UPDATE products SET name = repeat('x', 990) WHERE sku = 'P-000001'")
    dialog = opened()
    dialog.form.choose("extend")
    find(dialog, QLineEdit, "bulkPrefix").setText("Certainly new: ")
    looked(qtbot, dialog)
    assert dialog.kinds.tabText(2) == "Refused (1)"
    dialog.kinds.setCurrentIndex(2)
    qtbot.waitUntil(lambda: dialog.rows.rowCount() == 1, timeout=20_000)
    assert dialog.rows.index(0, 0).data() == "P-000001"
    assert dialog.rows.index(0, 2).data() == "The text would be too long"
    assert "left as they are" in find(dialog, QLabel, "bulkPreviewHint").text()
    applied(qtbot, dialog)
    assert [name[:9] for name in names(database)] == ["Certainly", "x" * 9, "Certainly"]


def test_what_is_wrong_stands_beside_its_field(
    qtbot: QtBot, window: MainWindow, filled: Fill, opened: Callable[[], BulkEditDialog]
) -> None:
    filled(1)
    dialog = opened()
    assert dialog.form.find.problem == ""
    find(dialog, QLineEdit, "bulkBy").setText("x")
    qtbot.waitUntil(lambda: dialog.form.find.problem == "There is no text to find.", timeout=5_000)
    assert not dialog.apply_button.isEnabled()
    dialog.reject()


def test_the_preview_is_read_on_as_it_is_scrolled(
    qtbot: QtBot, window: MainWindow, filled: Fill, opened: Callable[[], BulkEditDialog]
) -> None:
    filled(450)
    dialog = opened()
    replace(qtbot, dialog, "Product", "Lamp")
    for _ in range(3):
        dialog.table.scrollToBottom()
        count = dialog.rows.rowCount()
        qtbot.waitUntil(lambda: dialog.rows.rowCount() > count or count == 450, timeout=20_000)  # noqa: B023
    assert dialog.rows.rowCount() == 450
    assert len({dialog.rows.index(row, 0).data() for row in range(450)}) == 450
    dialog.reject()


def test_someone_elses_change_since_the_preview_is_told_and_a_new_one_offered(
    qtbot: QtBot,
    window: MainWindow,
    database: Database,
    filled: Fill,
    opened: Callable[[], BulkEditDialog],
    author: Author,
) -> None:
    filled(2)
    dialog = opened()
    replace(qtbot, dialog, "Product", "Lamp")
    edits.update(database, "P-000001", Changes(name="Product theirs"), author=author)
    dialog.apply_button.click()
    qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    assert "changed by someone else since the preview" in dialog.banner.title.text()
    assert names(database) == ["Product 0", "Product theirs"]
    assert not dialog.apply_button.isEnabled()
    find(dialog, QPushButton, "newPreviewButton").click()
    looked(qtbot, dialog)
    assert dialog.rows.index(1, 2).data() == "Lamp theirs"
    applied(qtbot, dialog)
    assert names(database) == ["Lamp 0", "Lamp theirs"]


def test_a_cancel_while_it_runs_changes_nothing(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, opened: Callable[[], BulkEditDialog]
) -> None:
    filled(2)
    dialog = opened()
    replace(qtbot, dialog, "Product", "Lamp")
    with database.connect() as connection:
        lock_catalogue(connection)
        dialog.apply_button.click()
        stage = find(dialog, QLabel, "bulkStage")
        qtbot.waitUntil(lambda: stage.text() == "Waiting for other writers…", timeout=10_000)
        assert not find(dialog, QComboBox, "bulkKind").isEnabled()
        dialog.cancel_button.click()
        qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    assert "Nothing was changed" in dialog.banner.title.text()
    assert names(database) == ["Product 0", "Product 1"]
    assert dialog.apply_button.isEnabled()
    applied(qtbot, dialog)
    assert names(database) == ["Lamp 0", "Lamp 1"]
