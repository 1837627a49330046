"""The filter panel and its chips in the real window, driven as a person would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.date_ranges import DateRange
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.products import edits
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.widgets.day_field import DayField
from acme_desktop.gui.widgets.notices import Picture
from tests.gui.driving import close, fill, find, open_at


def counted(qtbot: QtBot, window: MainWindow, number: int) -> None:
    qtbot.waitUntil(lambda: window.products.model.count == number, timeout=20_000)


def chips(window: MainWindow) -> list[str]:
    return [chip.text.accessibleName() for chip in window.products.view_bar.chips.chips]


@pytest.fixture
def filled(qtbot: QtBot, window: MainWindow, database: Database) -> MainWindow:
    """Fifty products, every tenth inactive; P-000007 is a café's, of long ago."""
    fill(database, 50)
    with database.connect() as connection:
        connection.execute(
            "UPDATE products SET name = 'Café chair', created_at = '2020-02-29 12:00+00', "
            "updated_at = '2020-03-01 12:00+00' WHERE sku = 'P-000007'"
        )
    window.products.refresh()
    counted(qtbot, window, 50)
    return window


def bring(database: Database, folder: Path, name: str, skus: str) -> int:
    """Import products of these SKUs; returns the import's number."""
    file = folder / name
    file.write_text("sku,name\n" + "".join(f"{sku},Imported {name}\n" for sku in skus.split()), encoding="utf-8")
    report = run.import_file(database, file, ImportOptions(), Progress(), Author("anna", "tests"))
    assert report.import_id is not None
    return report.import_id


def test_typing_shows_chips_and_their_crosses_take_them_away(qtbot: QtBot, filled: MainWindow) -> None:
    qtbot.keyClicks(find(filled, QLineEdit, "filterName"), "product 1")
    qtbot.keyClicks(find(filled, QLineEdit, "filterDescription"), "text")
    qtbot.keyClicks(find(filled, QLineEdit, "searchBox"), "0001")
    qtbot.keyClicks(find(filled, QLineEdit, "filterSku"), "p-")
    find(filled, QComboBox, "filterActive").setCurrentIndex(1)
    counted(qtbot, filled, 10)  # 1 and 11 to 19
    assert chips(filled) == [
        "Anything contains “0001”",
        "SKU contains “p-”",
        "Name contains “product 1”",
        "Description contains “text”",
        "Active",
    ]
    qtbot.mouseClick(find(filled, QToolButton, "chipRemove_active"), Qt.MouseButton.LeftButton)
    counted(qtbot, filled, 11)
    assert find(filled, QComboBox, "filterActive").currentIndex() == 0
    qtbot.mouseClick(find(filled, QToolButton, "chipRemove_name"), Qt.MouseButton.LeftButton)
    assert find(filled, QLineEdit, "filterName").text() == ""
    assert len(chips(filled)) == 3
    qtbot.mouseClick(find(filled, QPushButton, "clearAllChipsButton"), Qt.MouseButton.LeftButton)
    counted(qtbot, filled, 50)
    assert chips(filled) == []
    assert find(filled, QLineEdit, "searchBox").text() == ""
    assert not find(filled, QPushButton, "clearFiltersButton").isEnabled()


def test_a_chip_goes_by_the_delete_key_and_no_product_does(
    qtbot: QtBot, filled: MainWindow, database: Database
) -> None:
    filled.products.filters.sku.setText("P-00001")
    counted(qtbot, filled, 10)
    qtbot.waitUntil(lambda: filled.products.model.product(0) is not None)
    filled.products.table.selectRow(0)
    chip = find(filled, QPushButton, "chipText_sku")
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    counted(qtbot, filled, 50)
    assert filled.products.filters.search.hasFocus()
    assert not [dialog for dialog in filled.findChildren(QDialog) if dialog.isVisible()]


def test_enter_on_a_chip_goes_to_its_field_even_in_a_folded_panel(qtbot: QtBot, filled: MainWindow) -> None:
    filled.products.filters.ranges["updated"].set_value(DateRange("today"))
    filled.products.filters.sku.setText("P-")
    filled.products.filters.ask()
    find(filled, QAction, "actionToggleFilters").trigger()
    assert not filled.products.filters.sku.isVisible()
    chip = find(filled, QPushButton, "chipText_sku")
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert filled.products.filters.sku.hasFocus()
    assert filled.products.filters.sku.selectedText() == "P-"
    chip = find(filled, QPushButton, "chipText_updated")
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert find(filled, QComboBox, "filterUpdated").hasFocus()


def test_accents_are_ignored_where_one_asks_for_it(qtbot: QtBot, filled: MainWindow) -> None:
    qtbot.keyClicks(find(filled, QLineEdit, "filterName"), "cafe")
    counted(qtbot, filled, 0)
    find(filled, QCheckBox, "filterAccents").click()
    counted(qtbot, filled, 1)
    assert chips(filled) == ["Name contains “cafe”, with any accents"]
    find(filled, QPushButton, "clearFiltersButton").click()
    counted(qtbot, filled, 50)
    assert filled.products.filters.empty  # the tick alone filters nothing


def test_ranges_of_days(qtbot: QtBot, filled: MainWindow) -> None:
    created = find(filled, QComboBox, "filterCreated")
    created.setCurrentIndex(created.findText("Last 30 days"))
    counted(qtbot, filled, 49)
    assert chips(filled) == ["Created in the last 30 days"]
    created.setCurrentIndex(created.count() - 1)
    first, last = find(filled, DayField, "filterCreatedFrom"), find(filled, DayField, "filterCreatedTo")
    qtbot.waitUntil(first.isVisible)
    for field, day in ((first, "29 Feb 2020"), (last, "2020-02-29")):
        field.selectAll()
        qtbot.keyClicks(field, day)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    counted(qtbot, filled, 1)
    assert chips(filled) == ["Created on 29 Feb 2020"]
    qtbot.keyClick(last, Qt.Key.Key_Down)  # the day before: in the wrong order, so nothing else is asked
    assert chips(filled) == ["Created on 29 Feb 2020"]
    last.clear()
    counted(qtbot, filled, 50)
    assert chips(filled) == ["Created since 29 Feb 2020"]
    created.setFocus()
    qtbot.keyClick(created, Qt.Key.Key_Delete)
    assert chips(filled) == []
    updated = find(filled, QComboBox, "filterUpdated")
    updated.setCurrentIndex(updated.findText("Today"))
    counted(qtbot, filled, 49)
    qtbot.mouseClick(find(filled, QToolButton, "chipRemove_updated"), Qt.MouseButton.LeftButton)
    counted(qtbot, filled, 50)
    assert updated.currentText() == "Any time"


def test_removing_one_chip_leaves_exact_moments_of_another_as_they_are(qtbot: QtBot, filled: MainWindow) -> None:
    noon = datetime(2020, 2, 29, 12, 0, 0, 0, tzinfo=UTC)
    filled.products.show_filter(Filter(created_to=noon, updated_from=date(2020, 3, 1), sku="P-"))
    counted(qtbot, filled, 1)
    filled.products.filters.remove("sku")
    assert filled.products.filters.filter.created_to == noon
    filled.products.show_filter(Filter(created_to=noon - timedelta(microseconds=1)))
    counted(qtbot, filled, 0)
    assert find(filled, QPushButton, "noMatchClearButton").isVisible()


def test_what_an_import_changed_is_picked_or_typed(
    qtbot: QtBot, filled: MainWindow, database: Database, tmp_path: Path
) -> None:
    first = bring(database, tmp_path, "spring.csv", "A B C")
    second = bring(database, tmp_path, "autumn.csv", "C D")
    counted(qtbot, filled, 54)
    choice = find(filled, QComboBox, "filterImport")
    choice.lineEdit().setFocus()
    qtbot.waitUntil(lambda: choice.count() == 2, timeout=10_000)
    assert [choice.itemText(row) for row in range(2)] == [f"{second} · autumn.csv", f"{first} · spring.csv"]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    counted(qtbot, filled, 2)  # C was changed again since
    assert chips(filled) == [f"Changed by import {first} (spring.csv)"]
    choice.lineEdit().selectAll()
    qtbot.keyClicks(choice.lineEdit(), str(second))
    qtbot.keyClick(choice.lineEdit(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chips(filled) == [f"Changed by import {second} (autumn.csv)"], timeout=10_000)
    counted(qtbot, filled, 2)
    choice.lineEdit().selectAll()
    qtbot.keyClicks(choice.lineEdit(), "4711")
    qtbot.keyClick(choice.lineEdit(), Qt.Key.Key_Return)
    field = filled.products.filters.changed_in
    qtbot.waitUntil(field.message.isVisible, timeout=10_000)
    assert field.message.text() == "There is no import 4711."
    assert len(chips(filled)) == 1
    choice.lineEdit().clear()
    counted(qtbot, filled, 54)
    assert chips(filled) == []


def test_other_rooms_show_what_a_change_set_touched(
    qtbot: QtBot, filled: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    made = edits.create(database, sku="NEW", name="New", author=author)
    filled.products.filters.sku.setText("something else")
    filled.products.show_filter(Filter(changed_in=made.id))
    counted(qtbot, filled, 1)
    assert chips(filled) == [f"Changed by change {made.id}"]
    number = bring(database, tmp_path, "spring.csv", "NEW")
    with database.connect() as connection:
        row = connection.execute("SELECT change_set_id FROM imports WHERE id = %s", (number,)).fetchone()
    assert row is not None
    filled.products.show_filter(Filter(changed_in=row[0]))
    qtbot.waitUntil(lambda: chips(filled) == [f"Changed by import {number} (spring.csv)"], timeout=10_000)
    counted(qtbot, filled, 1)


def test_a_long_import_is_elided_and_whole_with_the_keyboard_in_it(
    qtbot: QtBot, filled: MainWindow, database: Database, tmp_path: Path
) -> None:
    number = bring(database, tmp_path, "a-supplier-with-a-very-long-name-2026-11.csv", "A-1")
    field = filled.products.filters.changed_in
    field.setFocus()
    qtbot.keyClicks(field.line, str(number))
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    whole = f"{number} · a-supplier-with-a-very-long-name-2026-11.csv"
    qtbot.waitUntil(lambda: field.line.text() == whole, timeout=10_000)
    filled.products.filters.search.setFocus()
    qtbot.waitUntil(lambda: field.line.text().endswith("…"), timeout=5_000)
    assert field.choice.toolTip() == whole
    field.setFocus()
    qtbot.waitUntil(lambda: field.line.text() == whole, timeout=5_000)


def test_another_database_is_not_asked_for_an_import_of_this_one(
    qtbot: QtBot, filled: MainWindow, database: Database, other_database: Database, author: Author
) -> None:
    fill(other_database, 3)
    made = edits.create(database, sku="P-000099", name="New", author=author)
    filled.products.show_filter(Filter(changed_in=made.id, sku="P-"))
    counted(qtbot, filled, 1)
    filled._switch(other_database.url)
    counted(qtbot, filled, 3)
    assert chips(filled) == ["SKU contains “P-”"]


def test_the_panel_scrolls_in_a_low_window_and_the_wheel_changes_no_list(qtbot: QtBot, filled: MainWindow) -> None:
    filled.resize(1024, 560)
    area = find(filled, QScrollArea, "filterFields")
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    choice = find(filled, QComboBox, "filterImport")
    choice.setFocus(Qt.FocusReason.TabFocusReason)
    area.ensureWidgetVisible(choice)
    assert area.viewport().rect().contains(choice.mapTo(area.viewport(), choice.rect().center()))
    active = find(filled, QComboBox, "filterActive")
    before = bar.value()
    assert before > 0
    for step in (QPoint(0, -120), QPoint(0, 120), QPoint(0, 120)):
        place = QPointF(active.rect().center())
        plain = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
        event = QWheelEvent(place, QPointF(active.mapToGlobal(place.toPoint())), QPoint(), step, *plain)
        QApplication.sendEvent(active, event)
    assert active.currentIndex() == 0
    assert bar.value() < before


def test_the_folded_panel_is_remembered_and_gives_its_room_to_the_table(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database
) -> None:
    fill(database, 3)
    first = new_window()
    open_at(qtbot, first, database)
    wide = first.products.table.width()
    first.products.filters.search.setFocus()
    find(first, QToolButton, "toggleFiltersButton").click()
    qtbot.waitUntil(lambda: first.products.table.width() > wide + 150)
    assert find(first, QToolButton, "toggleFiltersButton").accessibleName() == "Show the filters"
    close(qtbot, first)
    second = new_window()
    open_at(qtbot, second, database)
    assert second.products.filters.collapsed
    assert not second.products.filters.search.isVisible()
    find(second, QAction, "actionFind").trigger()
    assert second.products.filters.search.hasFocus()
    assert not second.products.filters.collapsed


def test_a_range_moves_on_with_the_day(qtbot: QtBot, filled: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    from acme_desktop.core.foundation import date_ranges

    class Tomorrow(date):
        @classmethod
        def today(cls) -> date:
            return date.today() + timedelta(days=1)

    find(filled, QComboBox, "filterCreated").setCurrentIndex(1)
    counted(qtbot, filled, 49)
    monkeypatch.setattr(date_ranges, "date", Tomorrow)
    filled.products.refresh()
    counted(qtbot, filled, 0)
    assert chips(filled) == ["Created today"]


def test_tab_goes_from_the_panel_over_the_chips_to_the_table(qtbot: QtBot, filled: MainWindow) -> None:
    filled.products.filters.sku.setText("P-")
    filled.products.filters.active.setCurrentIndex(1)
    counted(qtbot, filled, 45)
    find(filled, QComboBox, "filterImport").lineEdit().setFocus()
    for name in ("viewButton", "chipText_sku", "chipText_active", "clearAllChipsButton", "productTable"):
        qtbot.keyClick(filled.focusWidget(), Qt.Key.Key_Tab)
        assert filled.focusWidget().objectName() == name


def test_delete_in_a_field_of_the_panel_deletes_no_product(qtbot: QtBot, filled: MainWindow) -> None:
    filled.products.table.selectRow(0)
    created = find(filled, QComboBox, "filterCreated")
    created.setCurrentIndex(1)
    counted(qtbot, filled, 49)
    qtbot.waitUntil(lambda: filled.products.model.product(0) is not None, timeout=10_000)
    filled.products.table.selectRow(0)
    created.setFocus()
    qtbot.keyClick(created, Qt.Key.Key_Delete)
    assert created.currentText() == "Any time"
    assert not [dialog for dialog in filled.findChildren(QDialog) if dialog.isVisible()]


def test_the_empty_page_gives_up_its_picture_before_its_words(qtbot: QtBot, filled: MainWindow) -> None:
    filled.products.filters.sku.setText("no such thing")
    counted(qtbot, filled, 0)
    page = filled.products.no_match
    picture = page.findChild(Picture)
    qtbot.waitUntil(picture.isVisible)
    filled.resize(820, 560)
    for name in ("name", "description", "search"):
        getattr(filled.products.filters, name).setText("very long words of a filter, long enough for a line")
    filled.products.filters.ask()
    qtbot.waitUntil(picture.isHidden)
    assert page.title.isVisible()
    filled.resize(1024, 900)
    qtbot.waitUntil(picture.isVisible)
