"""The catalogue of then and the difference between two dates, in the real window."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.changes.as_of_dialog import AsOfDialog
from acme_desktop.gui.changes.difference_dialog import DifferenceDialog
from acme_desktop.gui.changes.moment_field import MomentField
from acme_desktop.gui.changes.product_history_dialog import ProductHistoryDialog
from acme_desktop.gui.main_window import MainWindow
from tests.gui.changes.scrolling import scroll_to_the_end
from tests.gui.driving import fill, shown, skus


def now(database: Database) -> datetime:
    with database.connect() as connection:
        (moment,) = connection.execute("SELECT clock_timestamp()").fetchone()  # type: ignore[misc]
    return moment  # type: ignore[return-value]


@pytest.fixture
def changed(database: Database, author: Author) -> datetime:
    """Three products, of which one is edited, one deleted and one renamed since the moment returned."""
    for sku, name in (("A-1", "Desk lamp"), ("A-2", "Chair"), ("A-3", "Table")):
        edits.create(database, sku=sku, name=name, author=author)
    when = now(database)
    edits.update(database, "A-1", Changes(name="Floor lamp"), author=author)
    edits.delete(database, ["A-2"], author=author)
    edits.update(database, "A-3", Changes(sku="Z-3"), author=author)
    edits.create(database, sku="A-4", name="Shelf", author=author)
    return when


def as_of(qtbot: QtBot, window: MainWindow, when: datetime, rows: int) -> AsOfDialog:
    window.changes.open_as_of()
    dialog: AsOfDialog = shown(qtbot, window, AsOfDialog)
    dialog.show_moment(when)
    qtbot.waitUntil(lambda: dialog.table.records.rowCount() == rows, timeout=10_000)
    return dialog


def test_the_catalogue_of_then_is_shown_searched_and_exported(
    qtbot: QtBot, window: MainWindow, changed: datetime, tmp_path: Path
) -> None:
    dialog = as_of(qtbot, window, changed, 3)
    assert [(one.sku, one.name) for one in dialog.table.records.records] == [
        ("A-1", "Desk lamp"),
        ("A-2", "Chair"),
        ("A-3", "Table"),
    ]
    qtbot.waitUntil(lambda: dialog.label.text().startswith("3 products at"), timeout=10_000)
    dialog.name.setText("lamp")
    qtbot.waitUntil(lambda: dialog.table.records.rowCount() == 1, timeout=10_000)
    dialog.name.clear()
    dialog.sku.setText("a-2")
    qtbot.waitUntil(lambda: [one.sku for one in dialog.table.records.records] == ["A-2"], timeout=10_000)
    dialog.sku.setText("Z-3")
    qtbot.waitUntil(lambda: dialog.banner.isVisible() and not dialog.table.records.records, timeout=10_000)
    dialog.sku.clear()
    qtbot.waitUntil(lambda: dialog.table.records.rowCount() == 3, timeout=10_000)
    dialog.save_to(tmp_path / "then.csv")
    qtbot.waitUntil((tmp_path / "then.csv").exists, timeout=10_000)
    assert [line.split(",")[0] for line in (tmp_path / "then.csv").read_text().splitlines()] == [
        "sku",
        "A-1",
        "A-2",
        "A-3",
    ]
    qtbot.waitUntil(lambda: "3 products were exported" in window.said.text(), timeout=10_000)
    dialog.close()


def test_a_large_catalogue_of_then_comes_in_pages(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    fill(database, 350)
    when = now(database)
    edits.delete_all(database, confirm=350, author=author)
    dialog = as_of(qtbot, window, when, 100)
    scroll_to_the_end(qtbot, dialog.table)
    found = [one.sku for one in dialog.table.records.records]
    assert found == [f"P-{number:06d}" for number in range(350)]
    dialog.close()


def test_a_product_of_then_is_found_in_the_history_and_comes_back(
    qtbot: QtBot, window: MainWindow, database: Database, changed: datetime
) -> None:
    dialog = as_of(qtbot, window, changed, 3)
    dialog.table.selectRow(1)
    dialog.table.activated.emit(dialog.table.currentIndex())
    story: ProductHistoryDialog = shown(qtbot, window, ProductHistoryDialog)
    qtbot.waitUntil(lambda: len(story.table.records.records) == 2, timeout=10_000)
    story.restore.click()
    qtbot.waitUntil(lambda: "A-2" in skus(database), timeout=10_000)
    qtbot.waitUntil(lambda: len(story.table.records.records) == 3, timeout=10_000)
    story.close()
    dialog.close()


def test_the_difference_between_two_dates(
    qtbot: QtBot, window: MainWindow, database: Database, changed: datetime, tmp_path: Path
) -> None:
    dialog = as_of(qtbot, window, changed, 3)
    dialog.compare.click()
    compared: DifferenceDialog = shown(qtbot, window, DifferenceDialog)
    view = compared.view
    qtbot.waitUntil(lambda: view.kinds.tabText(0) == "All (4)", timeout=10_000)
    assert [view.kinds.tabText(place) for place in (1, 2, 3)] == ["Created (1)", "Changed (2)", "Deleted (1)"]
    qtbot.waitUntil(lambda: len(view.feed.records) == 4, timeout=10_000)
    assert [(one.kind, one.key, one.changed) for one in view.feed.records] == [
        ("changed", "a-1", ("name",)),
        ("deleted", "a-2", ()),
        ("changed", "a-3", ("sku",)),
        ("created", "a-4", ()),
    ]
    view.save_to(tmp_path / "difference.csv")
    qtbot.waitUntil((tmp_path / "difference.csv").exists, timeout=10_000)
    with (tmp_path / "difference.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 4
    compared.show_span(datetime(2001, 1, 1).astimezone(), datetime(2001, 1, 2).astimezone())
    qtbot.waitUntil(lambda: view.banner.isVisible(), timeout=10_000)
    assert "No product was created, changed or deleted" in view.banner.text.text()
    compared.show_span(now(database), changed)
    qtbot.waitUntil(lambda: "end lies before the start" in view.banner.title.text(), timeout=10_000)
    compared.close()
    dialog.close()


def test_a_change_elsewhere_is_read_where_the_comparison_ends_now(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, changed: datetime
) -> None:
    window.changes.open_difference()
    compared: DifferenceDialog = shown(qtbot, window, DifferenceDialog)
    compared.show_span(changed, None)
    qtbot.waitUntil(lambda: len(compared.view.feed.records) == 4, timeout=10_000)
    edits.create(database, sku="A-5", name="Stool", author=author)
    qtbot.waitUntil(lambda: len(compared.view.feed.records) == 5, timeout=10_000)
    compared.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", time.max), ("14:30", time(14, 30, 0, 999_999)), ("9.05:07", time(9, 5, 7, 999_999)), ("25:00", None)],
)
def test_a_moment_is_typed(qtbot: QtBot, text: str, expected: time | None) -> None:
    field = MomentField("moment", "As of", at_end=True)
    qtbot.addWidget(field)
    day = date.today() - timedelta(days=3)
    field.set_value(datetime.combine(day, time(8)).astimezone())
    field.time.setText(text)
    field.time.editingFinished.emit()
    if expected is None:
        assert field.time.property("invalid")
        assert field.value == datetime.combine(day, time(8)).astimezone()
    else:
        assert field.value == datetime.combine(day, expected).astimezone()
    field.set_value(None)
    assert (field.value, field.time.isEnabled()) == (None, False)
