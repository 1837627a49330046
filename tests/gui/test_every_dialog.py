"""What every action opens keeps to the same rules: names for a screen reader, one letter for one thing, Esc closes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.importer.report import ImportReport, Superseded
from acme_desktop.core.products import edits
from acme_desktop.core.products.conflicts import Conflict
from acme_desktop.core.products.product import Product
from acme_desktop.gui.actions import MENUS
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.importer.report_dialog import ImportReportDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.conflict_dialog import ConflictDialog
from acme_desktop.gui.products.delete_dialogs import DeleteSelectedDialog
from acme_desktop.gui.widgets import on_screen
from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.menus import Action, Menu
from tests.gui.driving import fill, select_row

CONTROLS = (QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox, QAbstractButton, QAbstractItemView, QProgressBar)
PARTS = (QComboBox, QAbstractSpinBox, QLineEdit, QTabBar, QAbstractItemView)


def rows(menu: Menu) -> Iterator[Action]:
    for row in menu.rows:
        if isinstance(row, Menu):
            yield from rows(row)
        elif row is not None:
            yield row


# An action with dots in its text promises a dialog.
# Nothing is there to bring back; a field of the window takes the number of a page.
_OPEN_NOTHING = ("actionRedo", "actionGoToPage")
OPENING = [row.name for menu in MENUS for row in rows(menu) if row.text.endswith("…") or row.name == "actionShortcuts"]


def nameless(dialog: QWidget) -> list[str]:
    found = []
    for kind in CONTROLS:
        for control in dialog.findChildren(kind):
            part = control.objectName().startswith("qt_") or isinstance(control.parent(), PARTS)
            inside_popup = control.window() is not dialog
            if part or inside_popup or (isinstance(control, QHeaderView) and control.isHidden()):
                continue
            text = control.text() if isinstance(control, QAbstractButton) else ""
            if not control.accessibleName() and not text:
                found.append(f"{type(control).__name__} {control.objectName()}")
    return found


def letters_twice(dialog: QWidget) -> list[str]:
    texts = [tabs.tabText(place) for tabs in dialog.findChildren(QTabBar) for place in range(tabs.count())]
    for kind in (QLabel, QAbstractButton):
        for widget in dialog.findChildren(kind):
            shown = widget.isVisible() and widget.window() is dialog
            if shown and (isinstance(widget, QAbstractButton) or widget.buddy() is not None):
                texts.append(widget.text())
    letters = Counter(letter for text in texts if (letter := QKeySequence.mnemonic(text).toString()))
    return [letter for letter, count in letters.items() if count > 1]


def stays_on_a_small_screen(dialog: QDialog) -> None:
    small = QSize(960, 540)  # 1920x1080 at 200 %
    QApplication.sendPostedEvents()  # it has grown by now as it wants on the screen that there is
    on_screen.bound(dialog, small)
    QApplication.sendPostedEvents()
    room = small - on_screen.FRAME
    assert dialog.size().boundedTo(room) == dialog.size()
    # What is in it is not squeezed either.
    least = dialog.layout().totalMinimumSize() if dialog.layout() is not None else QSize()
    assert least.boundedTo(room) == least
    for box in dialog.findChildren(QDialogButtonBox):
        for button in box.buttons():
            place = QRect(button.mapTo(dialog, QPoint()), button.size())
            assert button.isHidden() or dialog.rect().contains(place), button.text()


def cut_texts(dialog: QDialog) -> list[str]:
    """The words on buttons, labels and tabs that have less room than they need; labels may elide where they say so."""
    cut = []
    for kind in (QAbstractButton, QLabel):
        for widget in dialog.findChildren(kind):
            told = bool(widget.text()) and widget.isVisible() and widget.window() is dialog
            flows = isinstance(widget, ElidedLabel) or (isinstance(widget, QLabel) and widget.wordWrap())
            if told and not flows and widget.width() < widget.sizeHint().width():
                cut.append(widget.text())
    for tabs in dialog.findChildren(QTabBar):
        wanted = sum(tabs.tabSizeHint(place).width() for place in range(tabs.count()) if tabs.isTabVisible(place))
        if tabs.isVisible() and tabs.width() < wanted:
            cut.append(f"tabs {tabs.accessibleName()}")
    return cut


_EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
_LONG = "An excellent thing for every day, at home and abroad. " * 40


def product(sku: str, **values: Any) -> Product:
    told = {"name": "Lamp", "description": "Bright", "active": True} | values
    return Product(1, sku, created_at=_EPOCH, updated_at=_EPOCH, change_set_id=3, **told)


def receipt(parent: QWidget, **counts: int) -> ImportReportDialog:
    read = sum(counts.values())
    report = ImportReport(7, 9, f"/srv/{'suppliers/' * 20}spring.csv", "completed", "upsert", read=read, **counts)
    return ImportReportDialog(report, parent)


def full_receipt(parent: QWidget) -> ImportReportDialog:
    dialog = receipt(parent, created=2_000_000, updated=1_500_000, superseded=1_200, rejected=1_000_000)
    wrong = {"line": 12, "end_line": 12, "field": "name", "reason": "blank_name", "message": _LONG, "value": _LONG}
    dialog.show_details([wrong] * 50, [Superseded(3, 900, "A-1")] * 50)
    return dialog


def conflict(parent: QWidget) -> ConflictDialog:
    mine = product("A-1", name=_LONG[:255], description=_LONG, active=False)
    theirs = product("A-2", name="Lamp, the second edition", description=None)
    return ConflictDialog(Conflict(mine, theirs, product("A-1"), None), parent)


ANSWERS: dict[str, Callable[[QWidget], QDialog]] = {
    "a receipt": full_receipt,
    "a clean receipt": lambda parent: receipt(parent, created=3),
    "a conflict": conflict,
    "deleting": lambda parent: DeleteSelectedDialog([product(f"A-{n}", name=_LONG) for n in range(60)], parent),
    "an error": lambda parent: ErrorDialog(parent, EnvironmentProblem("No room is left.", _LONG, _LONG)),
}
"""Dialogs that no action opens by itself."""


def open_dialogs(window: MainWindow) -> list[QDialog]:
    return [one for one in window.findChildren(QDialog) if one.isVisible()]


@pytest.fixture
def ready(qtbot: QtBot, window: MainWindow, database: Database) -> MainWindow:
    """Something to undo, something to bring back, one product selected, and rows to paste."""
    author = Author("anna", "tests")
    fill(database, 30)
    edits.create(database, sku="B-1", name="Second", author=author)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 31, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)
    select_row(window, 0)
    QApplication.clipboard().setText("sku,name\nN-1,New\n")
    window.activateWindow()
    return window


@pytest.mark.parametrize("name", [name for name in OPENING if name not in _OPEN_NOTHING])
def test_what_an_action_opens(qtbot: QtBot, ready: MainWindow, name: str) -> None:
    action = ready._actions[name]
    assert action.isEnabled(), name
    action.trigger()
    qtbot.waitUntil(lambda: bool(open_dialogs(ready) or QApplication.activePopupWidget()), timeout=10_000)
    if popup := QApplication.activePopupWidget():
        QTest.keyClick(popup, Qt.Key.Key_Escape)
        assert not popup.isVisible()
        return
    dialog = open_dialogs(ready)[-1]
    qtbot.waitUntil(lambda: not ready._runner.busy, timeout=20_000)  # what it reads is in it, and takes room
    assert dialog.objectName(), "the dialog has no object name"
    assert dialog.windowTitle(), "the dialog has no title"
    if not isinstance(dialog, QFileDialog):
        assert nameless(dialog) == []
        assert letters_twice(dialog) == []
        stays_on_a_small_screen(dialog)
        assert cut_texts(dialog) == []
    dialog.activateWindow()
    # The keyboard starts somewhere in it.
    qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget() or ready), timeout=10_000)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not open_dialogs(ready), timeout=10_000)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_answers(qtbot: QtBot, window: MainWindow, name: str) -> None:
    dialog = ANSWERS[name](window)
    dialog.open()
    qtbot.waitExposed(dialog)
    assert dialog.objectName(), "the dialog has no object name"
    assert nameless(dialog) == []
    assert letters_twice(dialog) == []
    stays_on_a_small_screen(dialog)
    assert cut_texts(dialog) == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert open_dialogs(window) == []
