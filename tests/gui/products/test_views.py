"""Saved views in the real window: kept in the database, shared, and told apart from what was changed since."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import saved_views
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.saved_views import View
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.view_name_dialog import ViewNameDialog
from tests.gui.driving import close, fill, find, open_at, shown

BOB = Author("bob", "tests")


def counted(qtbot: QtBot, window: MainWindow, number: int) -> None:
    qtbot.waitUntil(lambda: window.products.model.count == number, timeout=20_000)


def button(window: MainWindow) -> str:
    return window.products.view_bar.button.accessibleName()


def row(window: MainWindow, name: str) -> QAction:
    """A row of the menu, which is open for it."""
    menu = window.products.view_bar.button.menu()
    menu.aboutToShow.emit()
    return next(action for action in menu.actions() if action.objectName() == name)


def names(window: MainWindow) -> list[str]:
    return [view.name for view in window.products.views.all]


def save_as(qtbot: QtBot, window: MainWindow, name: str) -> None:
    find(window, QAction, "actionSaveView").trigger()
    dialog = shown(qtbot, window, ViewNameDialog)
    qtbot.keyClicks(dialog.name, name)
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: button(window) == f"View: {name}", timeout=10_000)


@pytest.fixture
def filled(qtbot: QtBot, window: MainWindow, database: Database) -> MainWindow:
    fill(database, 50)
    window.products.refresh()
    counted(qtbot, window, 50)
    return window


def test_a_view_is_saved_and_restored_after_a_restart(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database
) -> None:
    fill(database, 50)
    first = new_window()
    open_at(qtbot, first, database)
    room = first.products
    qtbot.keyClicks(room.filters.search, "product")
    room.filters.active.setCurrentIndex(2)
    room.filters.ranges["created"].choice.setCurrentIndex(2)
    counted(qtbot, first, 5)
    header = room.table.horizontalHeader()
    order = Sort.of(Sort("active"), Sort("name", descending=True))
    room.table.sort_by(order)
    header.moveSection(header.visualIndex(1), 0)
    header.resizeSection(1, 321)
    header.hideSection(2)
    room.table.freeze(2)
    save_as(qtbot, first, "Gone & inactive")
    close(qtbot, first)

    second = new_window()
    open_at(qtbot, second, database)
    room, header = second.products, second.products.table.horizontalHeader()
    header.moveSection(header.visualIndex(1), 4)
    header.resizeSection(1, 99)
    counted(qtbot, second, 50)
    qtbot.waitUntil(lambda: names(second) == ["Gone & inactive"], timeout=10_000)
    row(second, "view_Gone & inactive").trigger()
    counted(qtbot, second, 5)
    assert button(second) == "View: Gone & inactive"
    assert room.filters.search.text() == "product"
    assert room.filters.moving == {"created": "last_7_days"}
    assert room.model.question.sort == order
    assert (header.visualIndex(1), header.sectionSize(1)) == (0, 321)
    assert header.isSectionHidden(2)
    assert room.table.frozen_count == 2
    room.table.freeze(1)
    qtbot.waitUntil(lambda: button(second) == "View: Gone & inactive, modified")


def test_what_is_changed_since_is_marked_and_can_be_saved_or_taken_back(
    qtbot: QtBot, filled: MainWindow, database: Database
) -> None:
    filled.products.filters.sku.setText("P-00001")
    counted(qtbot, filled, 10)
    save_as(qtbot, filled, "Teens")
    filled.products.filters.active.setCurrentIndex(1)
    assert button(filled) == "View: Teens, modified"
    filled.products.filters.active.setCurrentIndex(0)
    assert button(filled) == "View: Teens"
    assert not row(filled, "viewSave").isEnabled()
    filled.products.table.sort_by(Sort("name"))
    qtbot.waitUntil(lambda: button(filled) == "View: Teens, modified")
    row(filled, "view_Teens").trigger()
    qtbot.waitUntil(lambda: button(filled) == "View: Teens")
    assert filled.products.model.question.sort == Sort()
    header = filled.products.table.horizontalHeader()
    header.moveSection(1, 0)
    qtbot.waitUntil(lambda: button(filled) == "View: Teens, modified")
    filled.products.filters.sku.setText("P-00002")
    filled.products.filters.ask()
    row(filled, "viewSave").trigger()
    qtbot.waitUntil(lambda: button(filled) == "View: Teens", timeout=10_000)
    with database.connect() as connection:
        assert saved_views.named(connection, "Teens").view.filter == Filter(sku="P-00002")
    row(filled, "viewAll").trigger()
    counted(qtbot, filled, 50)
    assert button(filled) == "View"


def test_a_name_that_is_taken_is_replaced_knowingly(qtbot: QtBot, filled: MainWindow, database: Database) -> None:
    save_as(qtbot, filled, "All")
    filled.products.filters.sku.setText("P-00001")
    counted(qtbot, filled, 10)
    filled.products.save_view()
    dialog = shown(qtbot, filled, ViewNameDialog)
    assert not dialog.save.isEnabled()
    dialog.name.setText(" All ")
    assert dialog.save.text() == "&Replace"
    assert "replaced" in dialog.field.message.text()
    dialog.save.click()
    qtbot.waitUntil(lambda: button(filled) == "View: All", timeout=10_000)
    with database.connect() as connection:
        (only,) = saved_views.listed(connection)
    assert only.view.filter == Filter(sku="P-00001")


def test_a_name_that_someone_took_meanwhile_is_not_replaced_unasked(
    qtbot: QtBot, filled: MainWindow, database: Database
) -> None:
    filled.products.save_view()
    dialog = shown(qtbot, filled, ViewNameDialog)
    qtbot.keyClicks(dialog.name, "Bob's")
    with database.connect() as connection:
        saved_views.save(connection, "Bob's", View(Filter(active=False)), BOB)
    dialog.save.click()
    told = shown(qtbot, filled, ErrorDialog)
    assert "already" in told.title_label.text()
    told.close()
    with database.connect() as connection:
        assert saved_views.named(connection, "Bob's").saved_by == "bob"


def test_the_menu_opens_by_the_same_keys_with_and_without_a_view(qtbot: QtBot, filled: MainWindow) -> None:
    button = filled.products.view_bar.button
    assert button.shortcut().toString() == "Alt+W"
    save_as(qtbot, filled, "R&D")
    assert button.text() == "R&&D"
    assert button.shortcut().toString() == "Alt+W"


def test_renaming_moving_and_deleting(qtbot: QtBot, filled: MainWindow) -> None:
    for name in ("One", "Two"):
        save_as(qtbot, filled, name)
    assert not row(filled, "viewDown").isEnabled()
    row(filled, "viewUp").trigger()
    qtbot.waitUntil(lambda: names(filled) == ["Two", "One"], timeout=10_000)
    row(filled, "viewRename").trigger()
    dialog = shown(qtbot, filled, ViewNameDialog)
    dialog.name.setText("One")
    assert not dialog.save.isEnabled()
    assert dialog.field.problem == "Another view has this name."
    dialog.name.setText("Three")
    dialog.save.click()
    qtbot.waitUntil(lambda: names(filled) == ["Three", "One"], timeout=10_000)
    assert button(filled) == "View: Three"
    row(filled, "viewDelete").trigger()
    box = shown(qtbot, filled, QMessageBox)
    assert "Three" in box.text()
    find(box, QPushButton, "deleteViewButton").click()
    qtbot.waitUntil(lambda: names(filled) == ["One"], timeout=10_000)
    assert button(filled) == "View"
    assert filled.products.model.count == 50


def test_views_of_others_are_there_when_the_menu_opens(qtbot: QtBot, filled: MainWindow, database: Database) -> None:
    assert row(filled, "viewNone").isEnabled() is False
    with database.connect() as connection:
        saved_views.save(connection, "Bob's", View(Filter(active=False)), BOB)
    filled.products.open_views()
    menu = filled.products.view_bar.button.menu()
    qtbot.waitUntil(lambda: any(action.text() == "Bob's" for action in menu.actions()), timeout=10_000)
    assert menu.isVisible()
    menu.close()
    row(filled, "view_Bob's").trigger()
    counted(qtbot, filled, 5)
    # One without columns leaves them as they are.
    assert button(filled) == "View: Bob's"
    with database.connect() as connection:
        saved_views.save(connection, "Bob's", View(Filter(active=True)), BOB)
    filled.products.views.load()
    qtbot.waitUntil(lambda: button(filled) == "View: Bob's, modified", timeout=10_000)
    with database.connect() as connection:
        saved_views.delete(connection, "Bob's")
    filled.products.views.load()
    qtbot.waitUntil(lambda: button(filled) == "View", timeout=10_000)


def test_a_view_that_someone_deleted_meanwhile_cannot_be_renamed(
    qtbot: QtBot, filled: MainWindow, database: Database
) -> None:
    save_as(qtbot, filled, "One")
    row(filled, "viewRename").trigger()
    dialog = shown(qtbot, filled, ViewNameDialog)
    with database.connect() as connection:
        saved_views.delete(connection, "One")
    find(dialog, QLineEdit, "viewName").setText("Two")
    dialog.save.click()
    told = shown(qtbot, filled, ErrorDialog)
    assert "no saved view named One any more" in told.title_label.text()
    told.close()


def test_another_database_has_views_of_its_own(qtbot: QtBot, filled: MainWindow, other_database: Database) -> None:
    save_as(qtbot, filled, "One")
    filled._switch(other_database.url)
    counted(qtbot, filled, 0)
    qtbot.waitUntil(lambda: names(filled) == [], timeout=10_000)
    assert button(filled) == "View"
