"""Copy in four forms, and paste as an import."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.report_dialog import ImportReportDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products import copying
from tests.gui.driving import fill, select_row, shown, skus, write_csv


@pytest.fixture
def filled(qtbot: QtBot, window: MainWindow, database: Database) -> MainWindow:
    fill(database, 300)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 300, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)
    window.activateWindow()
    return window


def held() -> str:
    return QGuiApplication.clipboard().text()


def pasted(window: MainWindow) -> list[Path]:
    folder = window._data_folder / "pasted"
    return list(folder.iterdir()) if folder.exists() else []


def test_ctrl_c_copies_for_a_spreadsheet(qtbot: QtBot, filled: MainWindow) -> None:
    table = filled.products.table
    select_row(filled, 1)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert held() == "sku\tname\tdescription\tactive\nP-000001\tProduct 1\tText of 1\ttrue\n"
    assert filled.said.text() == "1 product copied as TSV."


def test_in_a_field_ctrl_c_copies_its_text(qtbot: QtBot, filled: MainWindow) -> None:
    select_row(filled, 1)
    search = filled.products.filters.search
    search.setText("lamp")
    search.setFocus()
    search.selectAll()
    qtbot.keyClick(search, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert held() == "lamp"


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("actionCopyTsv", "sku\tname"),
        ("actionCopyCsv", "sku,name,description,active\nP-000002,"),
        ("actionCopyMarkdown", "| sku | name |"),
    ],
)
def test_copy_as(filled: MainWindow, name: str, begins: str) -> None:
    select_row(filled, 2)
    filled._actions[name].trigger()
    assert held().startswith(begins)


def test_rows_that_are_not_loaded_are_fetched(qtbot: QtBot, filled: MainWindow) -> None:
    filled.products.table.selectAll()
    assert len(filled.products.table.selected_products()) < 300
    filled._actions["actionCopyJson"].trigger()
    qtbot.waitUntil(lambda: filled.said.text() == "300 products copied as JSON.", timeout=10_000)
    assert [one["sku"] for one in json.loads(held())] == [f"P-{number:06d}" for number in range(300)]


def test_too_many_are_refused_plainly(qtbot: QtBot, filled: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "LIMIT", 299)
    QGuiApplication.clipboard().setText("before")
    filled.products.table.selectAll()
    filled._actions["actionCopy"].trigger()
    dialog = shown(qtbot, filled, ErrorDialog)
    dialog.close()
    assert held() == "before"


def test_pasted_rows_go_through_the_import_queue(qtbot: QtBot, filled: MainWindow, database: Database) -> None:
    """As Excel copies them: tabs, CR LF, quotes where a cell has a line end."""
    QGuiApplication.clipboard().setText('SKU\tName\tDescription\r\nN-1\t=1+1\t"two\nlines"\r\nP-000001\tOther\t\r\n')
    table = filled.products.table
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    mapping = shown(qtbot, filled, MappingDialog)
    assert len(pasted(filled)) == 1
    qtbot.waitUntil(lambda: mapping.outlook.tiles["created"].figure.text() == "1", timeout=20_000)
    assert mapping.outlook.tiles["updated"].figure.text() == "1"
    mapping.start.click()
    shown(qtbot, filled, ImportReportDialog).close()
    assert "N-1" in skus(database)
    qtbot.waitUntil(lambda: not pasted(filled), timeout=10_000)


def test_a_paste_that_is_not_wanted_leaves_no_file(qtbot: QtBot, filled: MainWindow) -> None:
    QGuiApplication.clipboard().setText("sku,name\nN-1,New\n")
    filled._actions["actionPaste"].trigger()
    mapping = shown(qtbot, filled, MappingDialog)
    assert [path.suffix for path in pasted(filled)] == [".csv"]
    mapping.reject()
    qtbot.waitUntil(lambda: not pasted(filled), timeout=10_000)


def test_a_paste_that_is_no_table_can_be_taken_off_the_list(qtbot: QtBot, filled: MainWindow) -> None:
    QGuiApplication.clipboard().setText("<!doctype html><html><body>hello</body></html>")
    filled._actions["actionPaste"].trigger()
    qtbot.waitUntil(lambda: bool(pasted(filled)), timeout=10_000)
    mapping = shown(qtbot, filled, MappingDialog)
    mapping.reject()
    qtbot.waitUntil(lambda: not pasted(filled), timeout=10_000)


def test_an_empty_clipboard_is_said(filled: MainWindow) -> None:
    QGuiApplication.clipboard().setText("  \n")
    filled._actions["actionPaste"].trigger()
    assert filled.said.text().startswith("There is nothing to paste")


def test_files_that_were_copied_are_imported_where_they_are(qtbot: QtBot, filled: MainWindow, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "copied.csv", ["A-1,Lamp,,yes"])
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(mime)
    filled._actions["actionPaste"].trigger()
    mapping = shown(qtbot, filled, MappingDialog)
    assert mapping.entry.path == path
    mapping.reject()
    assert path.exists()
