"""The real window, with key events alone: nothing is clicked, and no method of it is called to do a thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import listing
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import fill, skus, write_csv

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT, PLAIN = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
MOST_TABS = 40


class Keyboard:
    """A person without a mouse: presses keys and looks."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot, self._window = qtbot, window

    @property
    def focus(self) -> QWidget:
        """What has the keyboard."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.keyClick(self.focus, key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def tab_to(self, name: str) -> None:
        """Press Tab until that widget has the keyboard."""
        passed = []
        for _ in range(MOST_TABS):
            if self.focus.objectName() == name:
                return
            passed.append(self.focus.objectName())
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"no Tab leads to {name}; passed {passed}")

    def until(self, condition: object) -> None:
        self._qtbot.waitUntil(condition, timeout=20_000)

    def dialog(self, name: str) -> QDialog:
        """Wait until a dialog of that name has the keyboard."""

        def there() -> QDialog | None:
            return next((one for one in self._window.findChildren(QDialog, name) if one.isVisible()), None)

        self.until(lambda: there() is not None)
        found = there()
        assert found is not None
        self._comes_up(found)
        return found

    def back(self) -> None:
        """Wait until the main window has the keyboard again."""
        self.until(lambda: not [one for one in self._window.findChildren(QDialog) if one.isVisible()])
        self._comes_up(self._window)

    def _comes_up(self, shown: QWidget) -> None:
        def has_keyboard() -> bool:
            # Offscreen there is no window manager that gives the keyboard to what is left when a dialog closes.
            if QApplication.activeWindow() is None:
                shown.activateWindow()
            return QApplication.activeWindow() is shown and QApplication.focusWidget() is not None

        self.until(has_keyboard)


@pytest.fixture
def keyboard(qtbot: QtBot, window: MainWindow, database: Database) -> Keyboard:
    fill(database, 30)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 30, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(29) is not None, timeout=10_000)
    window.activateWindow()
    window.products.table.setFocus()
    return Keyboard(qtbot, window)


def name_of(database: Database, sku: str) -> str:
    return listing.get(database, sku).name


def test_filter_select_edit_delete_and_undo_both(keyboard: Keyboard, window: MainWindow, database: Database) -> None:
    model, table = window.products.model, window.products.table
    keyboard.press(Qt.Key.Key_F, CTRL)
    assert keyboard.focus.objectName() == "searchBox"
    keyboard.type("product 1")
    keyboard.until(lambda: model.count == 11)
    keyboard.until(lambda: model.product(1) is not None and model.product(1).sku == "P-000010")
    keyboard.tab_to("productTable")
    keyboard.press(Qt.Key.Key_Home)
    keyboard.press(Qt.Key.Key_Down)
    assert [product.sku for product in table.selected_products()] == ["P-000010"]

    keyboard.press(Qt.Key.Key_Return, ALT)
    keyboard.dialog("productDialog")
    keyboard.tab_to("productName")
    keyboard.press(Qt.Key.Key_A, CTRL)
    keyboard.type("Product 1 by hand")
    keyboard.press(Qt.Key.Key_Return)
    keyboard.until(lambda: name_of(database, "P-000010") == "Product 1 by hand")
    keyboard.back()

    keyboard.until(lambda: (model.product(1) or model.product(0)).name == "Product 1 by hand")
    keyboard.press(Qt.Key.Key_Down, SHIFT)
    chosen = [product.sku for product in table.selected_products()]
    assert len(chosen) == 2
    keyboard.press(Qt.Key.Key_Delete)
    keyboard.dialog("deleteProductsDialog")
    keyboard.press(Qt.Key.Key_D, ALT)
    keyboard.until(lambda: not set(chosen) & set(skus(database)))
    keyboard.back()

    for undone in (lambda: set(chosen) <= set(skus(database)), lambda: name_of(database, "P-000010") == "Product 10"):
        keyboard.press(Qt.Key.Key_Z, CTRL)
        keyboard.dialog("undoDialog")
        keyboard.press(Qt.Key.Key_U, ALT)
        keyboard.until(undone)
        keyboard.dialog("undoReportDialog")
        keyboard.press(Qt.Key.Key_Escape)
        keyboard.back()


def test_import_a_file(keyboard: Keyboard, window: MainWindow, database: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "new.csv", ["N-1,Lamp,,yes", ",no number,,yes"])
    keyboard.press(Qt.Key.Key_O, CTRL)
    chooser = keyboard.dialog("chooseFilesDialog")
    assert isinstance(chooser, QFileDialog)
    keyboard.type(str(path))
    keyboard.press(Qt.Key.Key_Return)
    mapping = keyboard.dialog("mappingDialog")
    keyboard.until(lambda: "1" in mapping.outlook.tiles["created"].figure.text())
    keyboard.tab_to("startImportButton")
    keyboard.press(Qt.Key.Key_Space)
    keyboard.dialog("importReportDialog")
    assert "N-1" in skus(database)
    keyboard.press(Qt.Key.Key_Escape)
    keyboard.back()


def test_the_palette_leads_everywhere(keyboard: Keyboard, window: MainWindow) -> None:
    for words, name in (("new prod", "productDialog"), ("settings", "settingsDialog"), ("shortcuts", "shortcutSheet")):
        keyboard.press(Qt.Key.Key_K, CTRL)
        keyboard.dialog("commandPalette")
        keyboard.type(words)
        keyboard.press(Qt.Key.Key_Return)
        keyboard.dialog(name)
        keyboard.press(Qt.Key.Key_Escape)
        keyboard.back()


def test_a_command_that_cannot_be_used_says_why(keyboard: Keyboard, window: MainWindow) -> None:
    window.products.table.clearSelection()
    keyboard.press(Qt.Key.Key_K, CTRL)
    palette = keyboard.dialog("commandPalette")
    keyboard.type("delete")
    keyboard.press(Qt.Key.Key_Return)
    assert palette.note.text() == "Delete: No product is selected."
    keyboard.press(Qt.Key.Key_Escape)
    keyboard.back()


def test_export_with_keys(keyboard: Keyboard, window: MainWindow, tmp_path: Path) -> None:
    keyboard.press(Qt.Key.Key_E, CTRL)
    dialog = keyboard.dialog("exportDialog")
    keyboard.press(Qt.Key.Key_E, ALT)
    keyboard.dialog("exportFileDialog")
    keyboard.press(Qt.Key.Key_A, CTRL)
    keyboard.type(str(tmp_path / "mine.csv"))
    keyboard.press(Qt.Key.Key_Return)
    keyboard.until(lambda: dialog.banner.title.text() == "30 products exported")
    keyboard.dialog("exportDialog")
    keyboard.press(Qt.Key.Key_Escape)
    keyboard.back()
    assert (tmp_path / "mine.csv").stat().st_size > 1_000


def test_tab_goes_through_the_whole_window_and_back(keyboard: Keyboard, window: MainWindow) -> None:
    """Once around, in both directions, and every stop can be seen and has a name."""
    for key, modifier in ((Qt.Key.Key_Tab, PLAIN), (Qt.Key.Key_Backtab, SHIFT)):
        start, stops = keyboard.focus, []
        for _ in range(MOST_TABS):
            keyboard.press(key, modifier)
            stops.append(keyboard.focus)
            if keyboard.focus is start:
                break
        assert stops[-1] is start, [stop.objectName() for stop in stops]
        assert {"searchBox", "filterSku", "productTable"} <= {stop.objectName() for stop in stops}
        for stop in stops:
            assert stop.isVisible()
            assert stop.accessibleName() or getattr(stop, "text", lambda: "")(), stop.objectName()
