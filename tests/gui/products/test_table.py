from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QToolButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.cache import CACHED_PAGES
from acme_desktop.gui.products.columns import place_of
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.products.pages import PAGE
from tests.gui.driving import fill, find, open_at


def cell(window: MainWindow, row: int, column: int = 0) -> str:
    model = window.products.model
    return str(model.data(model.index(row, column)))


def loaded(qtbot: QtBot, window: MainWindow, row: int) -> None:
    qtbot.waitUntil(lambda: cell(window, row) != "…", timeout=10_000)


def counted(qtbot: QtBot, window: MainWindow, count: int) -> None:
    qtbot.waitUntil(lambda: window.products.model.count == count, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.rowCount() == count)


def test_the_model_keeps_qts_rules(
    qtbot: QtBot, runner: JobRunner, database: Database, qtmodeltester: ModelTester
) -> None:
    fill(database, 250)
    model = ProductModel(runner)
    qtmodeltester.check(model)
    model.set_database(database)
    qtbot.waitUntil(lambda: model.rowCount() == 250 and model.product(0) is not None)
    qtmodeltester.check(model)
    model.set_filter(Filter(active=False))
    qtbot.waitUntil(lambda: model.rowCount() == 25)
    qtmodeltester.check(model)
    model.set_database(None)
    qtbot.waitUntil(lambda: not runner.busy)


def test_rows_that_are_not_loaded_are_placeholders_until_they_are_looked_at(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    fill(database, 1234)
    window.products.refresh()
    counted(qtbot, window, 1234)
    assert window.products.model.product(900) is None
    assert cell(window, 900) == "…"  # looking at it asks for it
    loaded(qtbot, window, 900)
    assert cell(window, 900) == "P-000900"
    assert cell(window, 900, 1) == "Product 900"


def test_only_some_pages_are_kept(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    pages = CACHED_PAGES + 5
    fill(database, pages * PAGE)
    window.products.refresh()
    counted(qtbot, window, pages * PAGE)
    for page in range(pages):
        loaded(qtbot, window, page * PAGE)
    assert len(window.products.model._cache.pages) <= CACHED_PAGES


def test_paging(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 1234)
    window.products.refresh()
    counted(qtbot, window, 1234)
    label = find(window, QLabel, "pageLabel")
    buttons = {name: find(window, QToolButton, f"{name}PageButton") for name in ("first", "previous", "next", "last")}
    assert find(window, QLabel, "rowCountLabel").text() == "1,234 products"
    assert label.text() == "Page 1 of 13"
    assert not buttons["first"].isEnabled()
    buttons["next"].click()
    assert label.text() == "Page 2 of 13"
    loaded(qtbot, window, window.products.table.rowAt(5))
    assert cell(window, window.products.table.rowAt(5)) == "P-000100"
    buttons["last"].click()
    assert label.text() == "Page 13 of 13"
    assert not buttons["next"].isEnabled()
    buttons["previous"].click()
    assert label.text() == "Page 12 of 13"
    buttons["first"].click()
    assert label.text() == "Page 1 of 13"


def test_sorting_by_a_header(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 300)
    window.products.refresh()
    counted(qtbot, window, 300)
    window.products.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: cell(window, 0) == "P-000299", timeout=10_000)
    window.products.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: cell(window, 0, 3) == "No", timeout=10_000)


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("filterSku", "p-0001", 100),
        ("filterName", "product 29", 11),
        ("filterDescription", "OF 7", 11),
        ("searchBox", "299", 1),
    ],
)
def test_each_filter_field(
    qtbot: QtBot, window: MainWindow, database: Database, name: str, text: str, count: int
) -> None:
    fill(database, 300)
    window.products.refresh()
    counted(qtbot, window, 300)
    qtbot.keyClicks(find(window, QLineEdit, name), text)
    counted(qtbot, window, count)
    assert "matching product" in find(window, QLabel, "rowCountLabel").text()
    window.products.filters.clear()
    counted(qtbot, window, 300)


def test_active_and_inactive(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 300)
    window.products.refresh()
    counted(qtbot, window, 300)
    box = find(window, QComboBox, "filterActive")
    box.setCurrentIndex(2)
    counted(qtbot, window, 30)
    box.setCurrentIndex(1)
    counted(qtbot, window, 270)


def test_nothing_matches_says_so_and_offers_the_way_back(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 210)
    window.products.refresh()
    counted(qtbot, window, 210)
    window.products.filters.search.setText("no such thing")
    counted(qtbot, window, 0)
    assert window.products.no_match.isVisible()
    assert find(window, QLabel, "pageLabel").text() == "Page 1 of 1"
    assert not window.products.pager.last.isEnabled()
    window.products.filters.clear()
    counted(qtbot, window, 210)
    assert window.products.table.isVisible()
    qtbot.waitUntil(lambda: find(window, QLabel, "pageLabel").text() == "Page 1 of 3", timeout=10_000)


def test_typing_cancels_the_question_before(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 20)
    window.products.refresh()
    counted(qtbot, window, 20)
    cancelled: list[str] = []
    real: Callable[..., int] = listing.count

    def slow(on: Database, question: Filter, progress: Progress) -> int:
        if question.search != "slow":
            return real(on, question, progress)
        with on.cancellable(progress) as connection:
            try:
                connection.execute("SELECT pg_sleep(30)")
            finally:
                cancelled.append("slow")
        return 999

    monkeypatch.setattr(listing, "count", slow)
    search = window.products.filters.search
    search.setText("slow")
    window.products.filters.ask()
    qtbot.waitUntil(lambda: sleeping(database), timeout=10_000)
    search.setText("Product 7")
    counted(qtbot, window, 1)
    qtbot.waitUntil(lambda: bool(cancelled), timeout=10_000)  # on the server, long before its 30 s are over
    assert window.products.model.count == 1


def sleeping(database: Database) -> bool:
    with database.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
        ).fetchone()
    return row == (1,)


def test_a_change_from_elsewhere_shows_without_losing_place_or_selection(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    fill(database, 500)
    window.products.refresh()
    counted(qtbot, window, 500)
    table = window.products.table
    loaded(qtbot, window, 200)
    table.go_to_page(2)
    loaded(qtbot, window, 205)
    table.selectRow(205)
    top = table.verticalScrollBar().value()
    edits.update(database, "P-000205", Changes(name="Renamed elsewhere"), author=author)
    qtbot.waitUntil(lambda: cell(window, 205, 1) == "Renamed elsewhere", timeout=10_000)
    assert table.verticalScrollBar().value() == top
    assert [product.sku for product in table.selected_products()] == ["P-000205"]
    edits.delete(database, ["P-000499"], author=author)
    counted(qtbot, window, 499)
    assert [product.sku for product in table.selected_products()] == ["P-000205"]


def test_a_server_that_is_lost_is_told_in_the_room_and_not_in_a_storm_of_dialogs(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from acme_desktop.core.foundation.errors import EnvironmentProblem

    fill(database, 10)

    def broken(*_arguments: Any) -> int:
        raise EnvironmentProblem("The server went away.", "Try again.")

    monkeypatch.setattr(listing, "count", broken)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.trouble.isVisible(), timeout=10_000)
    assert window.products.trouble.title.text() == "The server went away."
    monkeypatch.undo()
    window.products.refresh()
    counted(qtbot, window, 10)
    assert not window.products.trouble.isVisible()


def test_a_narrow_window_favours_the_name_and_a_wide_one_the_description(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    fill(database, 3)
    window.products.refresh()
    counted(qtbot, window, 3)
    table = window.products.table
    name, description = place_of("name"), place_of("description")
    assert table.columnWidth(name) > 1.3 * table.columnWidth(description)
    assert not table.horizontalScrollBar().isVisible()
    window.resize(1700, 900)
    qtbot.waitUntil(lambda: table.columnWidth(description) > 1.5 * table.columnWidth(name), timeout=10_000)
    assert not table.horizontalScrollBar().isVisible()


def test_columns_that_nobody_sized_fit_the_next_window_too(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database
) -> None:
    fill(database, 3)
    first = new_window()
    open_at(qtbot, first, database)
    first.resize(1600, 900)
    qtbot.waitUntil(lambda: first.products.table.viewport().width() > 1200, timeout=10_000)
    first.close()
    qtbot.waitUntil(lambda: not first.isVisible(), timeout=20_000)
    second = new_window()  # as large as the first began
    open_at(qtbot, second, database)
    second.resize(1024, 700)
    qtbot.waitUntil(lambda: second.products.table.viewport().width() < 900, timeout=10_000)
    assert second.products.table.horizontalScrollBar().maximum() == 0


def test_column_widths_are_remembered(qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database) -> None:
    first = new_window()
    open_at(qtbot, first, database)
    first.products.table.horizontalHeader().resizeSection(1, 333)
    first.close()
    qtbot.waitUntil(lambda: not first.isVisible(), timeout=20_000)
    second = new_window()
    assert second.products.table.columnWidth(1) == 333


def test_selecting_everything_costs_nothing_and_is_counted(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    fill(database, 2000)
    window.products.refresh()
    counted(qtbot, window, 2000)
    window.products.table.selectAll()
    assert window.products.table.selected_count == 2000
    assert len(window.products.table.selected_products()) < 2000
