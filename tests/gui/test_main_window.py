from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.products import edits
from acme_desktop.gui.background import session
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.report_dialog import ImportReportDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.delete_dialogs import DeleteAllDialog
from acme_desktop.gui.products.product_dialog import ProductDialog
from acme_desktop.gui.settings.about_dialog import AboutDialog
from acme_desktop.gui.settings.settings_dialog import SettingsDialog
from tests.gui.driving import drop, fill, find, held_imports, many_rows, open_at, shown, skus, write_csv

NAMES = {
    QTableView: ["productTable"],
    QWidget: ["filterPanel", "importPanel"],
    QLineEdit: ["filterSku", "filterName", "filterDescription", "searchBox"],
    QComboBox: ["filterActive"],
    QLabel: ["rowCountLabel", "pageLabel"],
    QAbstractButton: ["firstPageButton", "previousPageButton", "nextPageButton", "lastPageButton"],
    QAction: [
        "actionImport",
        "actionNewProduct",
        "actionEditProduct",
        "actionDeleteProducts",
        "actionDeleteAll",
        "actionRefresh",
        "actionSettings",
        "actionAbout",
    ],
}
CONTROLS = (QLineEdit, QComboBox, QAbstractSpinBox, QAbstractButton, QAbstractItemView, QProgressBar)


def test_the_contracts_object_names(window: MainWindow) -> None:
    assert window.objectName() == "mainWindow"
    for kind, names in NAMES.items():
        for name in names:
            assert window.findChild(kind, name) is not None, name


def nameless(parent: QWidget) -> list[str]:
    found = []
    for kind in CONTROLS:
        for control in parent.findChildren(kind):
            inside = control.parent()
            if control.objectName().startswith("qt_") or isinstance(inside, (QComboBox, QAbstractSpinBox, QLineEdit)):
                continue  # a part of another control
            if isinstance(control, QHeaderView) and control.isHidden():
                continue
            if "QComboBoxPrivateContainer" in str(inside.metaObject().className() if inside else ""):
                continue
            text = control.text() if isinstance(control, QAbstractButton) else ""
            if not control.accessibleName() and not text:
                found.append(f"{type(control).__name__} {control.objectName()}")
    return found


def test_every_control_has_an_accessible_name(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    fill(database, 3)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 3, timeout=10_000)
    assert nameless(window) == []
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    mapping = shown(qtbot, window, MappingDialog)
    assert nameless(window) == []
    mapping.reject()
    window.open_settings()
    window.products.new_product()
    window.products.delete_all()
    assert nameless(window) == []


def mnemonics(window: QWidget) -> list[str]:
    """The letters that Alt reaches in a window, as they are shown now."""
    texts = [action.text() for action in window.menuBar().actions()] if isinstance(window, MainWindow) else []
    for kind in (QLabel, QAbstractButton):
        for widget in window.findChildren(kind):
            shown_here = widget.isVisible() and widget.window() is window
            if shown_here and (not isinstance(widget, QLabel) or widget.buddy() is not None):
                texts.append(widget.text())
    return [letter for letter in (QKeySequence.mnemonic(text).toString() for text in texts) if letter]


def test_no_two_controls_share_a_mnemonic(qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path) -> None:
    def check(shown_window: QWidget) -> None:
        letters = mnemonics(shown_window)
        assert letters
        assert sorted(letters) == sorted(set(letters)), shown_window.objectName()

    check(window)  # the first run
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes", "A-1,Lamp,,yes", ",x,,yes"])])
    mapping = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(mapping.start.isEnabled, timeout=10_000)
    check(mapping)
    mapping.start.click()
    check(shown(qtbot, window, ImportReportDialog))
    qtbot.waitUntil(lambda: window.products.model.count == 1, timeout=10_000)
    check(window)
    window.products.filters.search.setText("nothing such")
    qtbot.waitUntil(window.products.no_match.isVisible, timeout=10_000)
    check(window)
    for begin, kind in (
        (window.open_settings, SettingsDialog),
        (window.products.new_product, ProductDialog),
        (window.products.delete_all, DeleteAllDialog),
    ):
        begin()
        dialog = shown(qtbot, window, kind)
        check(dialog)
        dialog.reject()


def test_the_window_is_there_before_the_database_and_says_what_it_waits_for(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = session.open_workspace

    def slow(*arguments: Any) -> Any:
        gate.wait(20)
        return real(*arguments)

    monkeypatch.setattr(session, "open_workspace", slow)
    window = new_window()
    window.open_database(database.url)
    assert window.starting.isVisible()
    assert "Starting the database" in window.starting.title.text()
    assert not find(window, QAction, "actionNewProduct").isEnabled()
    assert find(window, QAction, "actionSettings").isEnabled()
    gate.set()
    qtbot.waitUntil(lambda: window.products.isVisible(), timeout=20_000)
    assert find(window, QAction, "actionNewProduct").isEnabled()


def test_a_database_that_cannot_be_opened_says_what_to_do_and_can_be_tried_again(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = session.open_workspace

    def broken(*_arguments: Any) -> Any:
        raise EnvironmentProblem("No server answers.", "Check the network.", "ECONNREFUSED")

    monkeypatch.setattr(session, "open_workspace", broken)
    window = new_window()
    window.open_database(database.url)
    qtbot.waitUntil(window.stuck.isVisible, timeout=10_000)
    assert (window.stuck.title.text(), window.stuck.text.text()) == ("No server answers", "Check the network.")
    find(window, QPushButton, "retryButton").click()
    qtbot.waitUntil(lambda: not window.stuck.isVisible(), timeout=10_000)
    qtbot.waitUntil(window.stuck.isVisible, timeout=10_000)
    window.stuck.details.click()
    dialog = shown(qtbot, window, ErrorDialog)
    assert len(window.findChildren(ErrorDialog)) == 1  # the newest, not one for each try
    assert dialog.details.toPlainText() == "ECONNREFUSED"
    dialog.close()
    monkeypatch.setattr(session, "open_workspace", real)
    find(window, QPushButton, "retryButton").click()
    qtbot.waitUntil(window.products.isVisible, timeout=20_000)


def test_the_window_always_shows_which_database_it_is(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    label = find(window, QLabel, "databaseLabel")
    assert label.text() == database.display_name
    assert database.display_name in window.windowTitle()


def test_switching_to_another_database(
    qtbot: QtBot, window: MainWindow, database: Database, other_database: Database, author: Author
) -> None:
    fill(database, 7)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 7, timeout=10_000)
    edits.create(other_database, sku="OTHER", name="In the other one", author=author)
    window._switch(other_database.url)
    qtbot.waitUntil(lambda: window.products.model.count == 1, timeout=20_000)
    assert find(window, QLabel, "databaseLabel").text() == other_database.display_name
    edits.create(other_database, sku="OTHER-2", name="Heard of", author=author)
    qtbot.waitUntil(lambda: window.products.model.count == 2, timeout=10_000)
    window._switch(database.url)
    qtbot.waitUntil(lambda: window.products.model.count == 7, timeout=20_000)
    qtbot.waitUntil(lambda: not window._runner.busy, timeout=10_000)
    window._hub.wait()


def test_a_switch_that_fails_leaves_the_window_where_it_was(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    window._switch("postgresql://nobody@127.0.0.1:9/none")
    dialog = shown(qtbot, window, ErrorDialog)
    dialog.close()
    assert find(window, QLabel, "databaseLabel").text() == database.display_name
    assert window.products.isVisible()


def test_two_windows_see_each_others_changes(
    qtbot: QtBot, window: MainWindow, new_window: Callable[[], MainWindow], database: Database, author: Author
) -> None:
    second = new_window()
    open_at(qtbot, second, database)
    edits.create(database, sku="A-1", name="From a script", author=author)
    for one in (window, second):
        qtbot.waitUntil(lambda one=one: one.products.model.count == 1, timeout=10_000)


def test_files_given_at_the_start_wait_for_the_database(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, tmp_path: Path
) -> None:
    window = new_window()
    window.open_database(database.url)
    window.import_files([write_csv(tmp_path / "given.csv", ["A-1,Lamp,,yes"])])
    dialog = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    dialog.start.click()
    qtbot.waitUntil(lambda: skus(database) == ["A-1"], timeout=20_000)


def running_import(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> threading.Event:
    """An import that stands in the middle of its file until the event is set."""
    reached, release = held_imports(monkeypatch)
    drop(window, [write_csv(tmp_path / "new.csv", many_rows(500))])
    dialog = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    dialog.start.click()
    assert reached.wait(20)
    return release


def test_closing_during_an_import_asks_and_staying_goes_on(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = running_import(qtbot, window, tmp_path, monkeypatch)
    window.close()
    box = shown(qtbot, window, QMessageBox)
    assert window.isVisible()
    box.reject()
    release.set()
    qtbot.waitUntil(lambda: len(skus(database)) == 500, timeout=20_000)


def test_closing_during_an_import_cancels_it_and_never_freezes(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = running_import(qtbot, window, tmp_path, monkeypatch)
    window.close()
    box = shown(qtbot, window, QMessageBox)
    with qtbot.waitSignal(window.finished, timeout=20_000):
        find(box, QPushButton, "closeAnywayButton").click()
        assert window.isVisible()  # it waits for the import's end without blocking
        release.set()
    assert not window.isVisible()
    assert window._session.database is None
    assert skus(database) == []


def test_closing_while_the_database_starts(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = session.open_workspace

    def slow(*arguments: Any) -> Any:
        gate.wait(20)
        return real(*arguments)

    monkeypatch.setattr(session, "open_workspace", slow)
    window = new_window()
    window.open_database(database.url)
    with qtbot.waitSignal(window.finished, timeout=20_000):
        window.close()
        gate.set()
    assert window._session.database is None


def test_icons_have_the_very_size_in_which_buttons_show_them(window: MainWindow) -> None:
    shown = [button for button in window.findChildren(QToolButton) if button.isVisible() and not button.icon().isNull()]
    shown = [button for button in shown if not isinstance(button.parent(), QLineEdit)]
    assert len(shown) >= 8
    for button in shown:
        for ratio in (1, 2):
            assert button.iconSize() * ratio in button.icon().availableSizes(), button.accessibleName()


def test_the_geometry_is_remembered_in_the_data_folder(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, tmp_path: Path
) -> None:
    first = new_window()
    open_at(qtbot, first, database)
    first.resize(901, 603)
    with qtbot.waitSignal(first.finished, timeout=20_000):
        first.close()
    assert (tmp_path / "data" / "window.ini").exists()
    from acme_desktop.core.foundation.paths import DataFolder
    from acme_desktop.gui import app

    second = app.build(QGuiApplication.instance(), DataFolder(tmp_path / "data"))
    assert second.height() == 603  # Qt fits the width to the small screen of the tests
    second.deleteLater()


def test_about_names_the_versions_and_places(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    find(window, QAction, "actionAbout").trigger()
    dialog = shown(qtbot, window, AboutDialog)
    facts = find(dialog, QLabel, "aboutFacts").text()
    for part in ("PySide6", "Python", str(tmp_path / "data")):
        assert part in facts


def test_the_drop_highlight_comes_and_goes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
    from PySide6.QtWidgets import QApplication

    highlight = find(window, QWidget, "dropHighlight")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    plain = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), *plain))
    assert highlight.isVisible()
    assert highlight.size() == window.size()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not highlight.isVisible()
    text = QMimeData()
    text.setText("no file")
    refused = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, text, plain[2], plain[3])
    refused.ignore()
    QApplication.sendEvent(window, refused)
    assert not highlight.isVisible()


def test_a_broken_settings_file_is_told_and_the_window_still_opens(
    qtbot: QtBot, new_window: Callable[[], MainWindow], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "settings.json").write_text("{", encoding="utf-8")
    window = new_window()
    dialog = shown(qtbot, window, ErrorDialog)
    assert "settings file" in dialog.title_label.text()
    dialog.close()
