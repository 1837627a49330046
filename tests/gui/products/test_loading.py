"""How the table gets its rows: by key, from landmarks, from the end; and how the newest question ends the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database import catalogue_indexes, zones
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, listing, positions, reading
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products import counting, pager, pages
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.products.pages import PAGE
from tests.gui.driving import fill, find
from tests.gui.products.test_table import cell, counted, loaded, sleeping


@pytest.fixture
def model(qtbot: QtBot, runner: JobRunner, database: Database) -> Any:
    shown = ProductModel(runner)
    yield shown
    shown.set_database(None)
    qtbot.waitUntil(lambda: not runner.busy, timeout=20_000)


def sku(model: ProductModel, row: int) -> str | None:
    model.data(model.index(row, 0))  # looking at it asks for it
    product = model.product(row)
    return product.sku if product is not None else None


def calls(monkeypatch: pytest.MonkeyPatch, name: str) -> list[tuple[Any, ...]]:
    """The calls of one of the core's functions from now on."""
    seen: list[tuple[Any, ...]] = []
    real: Callable[..., Any] = getattr(listing, name)

    def counting_call(*arguments: Any, **named: Any) -> Any:
        seen.append((*arguments[3:], named))
        return real(*arguments, **named)

    monkeypatch.setattr(listing, name, counting_call)
    return seen


def test_the_next_pages_come_by_key_and_before_they_are_looked_at(
    qtbot: QtBot, model: ProductModel, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 2000)
    by_number = calls(monkeypatch, "page")
    model.set_database(database)
    qtbot.waitUntil(lambda: model.rowCount() == 2000 and sku(model, 0) == "P-000000")
    for number in (0, 1, 2):
        qtbot.waitUntil(lambda number=number: sku(model, number * PAGE) == f"P-{number * PAGE:06d}")
    qtbot.waitUntil(lambda: model.product(4 * PAGE) is not None)  # two pages on, which nobody looked at
    assert by_number == []
    qtbot.waitUntil(lambda: sku(model, 1999) == "P-001999")  # from the end
    for number in (18, 17):
        qtbot.waitUntil(lambda number=number: sku(model, number * PAGE) == f"P-{number * PAGE:06d}")
    qtbot.waitUntil(lambda: model.product(15 * PAGE) is not None)  # the other way now
    assert by_number == []


def test_the_rows_in_sight_come_before_the_whole_first_page(
    qtbot: QtBot, model: ProductModel, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 250)
    begun, asked, go_on = calls(monkeypatch, "glance"), calls(monkeypatch, "after"), threading.Event()
    real = listing.after

    def slow(*arguments: Any, **named: Any) -> Any:
        go_on.wait(20)
        return real(*arguments, **named)

    monkeypatch.setattr(listing, "after", slow)
    model.set_database(database)
    in_sight = model.sight().rows
    qtbot.waitUntil(lambda: not model.waiting)
    assert [sku(model, row) for row in (0, in_sight - 1)] == ["P-000000", f"P-{in_sight - 1:06d}"]
    assert model.product(in_sight) is None
    qtbot.waitUntil(lambda: model.count == 250)
    go_on.set()
    qtbot.waitUntil(lambda: sku(model, PAGE - 1) == f"P-{PAGE - 1:06d}")
    assert [begun[0][0], asked[0][1]] == [in_sight, PAGE - in_sight]
    assert [model.product(row) is not None for row in range(PAGE)] == [True] * PAGE


def test_a_short_answer_takes_one_question(
    qtbot: QtBot, model: ProductModel, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 3)
    begun, asked = calls(monkeypatch, "glance"), calls(monkeypatch, "after")
    model.set_database(database)
    qtbot.waitUntil(lambda: model.rowCount() == 3 and sku(model, 2) == "P-000002")
    assert (len(begun), len(asked)) == (1, 0)


def test_what_another_program_changed_takes_its_place_after_a_first_glance(
    qtbot: QtBot, model: ProductModel, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zones, "FROM", 1000)
    monkeypatch.setattr(catalogue_indexes, "_FEW", 100)
    fill(database, 30_000)
    with database.connect() as connection:
        connection.execute("UPDATE products SET name = name || ' walnut' WHERE sku >= 'P-029000'")
    assert catalogue_indexes.maintain(database)
    with database.connect() as connection:  # without a word to anybody
        connection.execute("UPDATE products SET name = name || ' walnut' WHERE sku = 'P-000007'")
    every_way = reading.ways
    monkeypatch.setattr(reading, "ways", lambda asked, *more: every_way(asked, *more)[-1 if asked.at_a_glance else 0 :])
    begun: list[str] = []
    model.loader.begun.connect(lambda products: begun.append(products[0].sku))
    model.set_database(database)
    model.set_filter(Filter(name="walnut"))
    qtbot.waitUntil(lambda: sku(model, 0) == "P-000007" and sku(model, 1) == "P-029000")
    qtbot.waitUntil(lambda: model.count == 1001)
    assert begun == ["P-029000"]


def test_landmarks_are_gathered_for_a_large_answer_and_used(
    qtbot: QtBot, model: ProductModel, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LANDMARKS_FROM", 1000)
    fill(database, 8000)
    by_number = calls(monkeypatch, "page")
    model.set_database(database)
    qtbot.waitUntil(lambda: model.loader.landmarks is not None, timeout=10_000)
    qtbot.waitUntil(lambda: sku(model, 5555) == "P-005555")
    assert by_number[-1][-1]["landmarks"] is model.loader.landmarks
    model.sort_by(Sort("name"))
    assert model.loader.landmarks is None  # those were of another question


def test_a_new_question_ends_the_gathering_on_the_server(
    qtbot: QtBot, model: ProductModel, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LANDMARKS_FROM", 1)
    fill(database, 20)
    ended: list[str] = []

    def slow(on: Database, _question: Filter, _sort: Sort, progress: Progress) -> None:
        with on.cancellable(progress) as connection:
            try:
                connection.execute("SELECT pg_sleep(30)")
            finally:
                ended.append("cancelled")

    monkeypatch.setattr(listing, "landmarks", slow)
    model.set_database(database)
    qtbot.waitUntil(lambda: sleeping(database), timeout=10_000)
    model.set_filter(Filter(search="no such product"))
    qtbot.waitUntil(lambda: bool(ended), timeout=10_000)


def test_a_new_question_ends_the_page_before_on_the_server(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 20)
    window.products.refresh()
    counted(qtbot, window, 20)
    ended: list[str] = []
    real: Callable[..., Any] = listing.after

    def slow(on: Database, question: Filter, sort: Sort, at: Any, size: int, progress: Progress) -> Any:
        if question.search != "slow":
            return real(on, question, sort, at, size, progress)
        with on.cancellable(progress) as connection:
            try:
                connection.execute("SELECT pg_sleep(30)")
            finally:
                ended.append("cancelled")

    monkeypatch.setattr(listing, "after", slow)
    window.products.model.set_filter(Filter(search="slow"))
    qtbot.waitUntil(lambda: sleeping(database), timeout=10_000)
    window.products.model.set_filter(Filter(search="Product 7"))
    qtbot.waitUntil(lambda: cell(window, 0) == "P-000007" and bool(ended), timeout=10_000)
    assert window.products.model.rowCount() == 1


def test_an_estimate_is_told_until_the_count_is_there(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 2000)
    monkeypatch.setattr(counting, "AFTER_MS", 0)
    monkeypatch.setattr(listing, "estimate", lambda *_: 1_234_567)
    let_go: list[bool] = []
    real: Callable[..., int] = listing.count

    def slow(on: Database, question: Filter, progress: Progress) -> int:
        with on.cancellable(progress) as connection:
            while not let_go:
                connection.execute("SELECT pg_sleep(0.01)")
        return real(on, question, progress)

    monkeypatch.setattr(listing, "count", slow)
    model, table = window.products.model, window.products.table
    model.set_filter(Filter(search="product"))
    label = find(window, QLabel, "rowCountLabel")
    qtbot.waitUntil(lambda: label.text() == "about 1,235,000 products", timeout=10_000)
    qtbot.waitUntil(lambda: model.rowCount() == 1_234_567)
    table.go_to_page(table.page_count - 1)
    qtbot.waitUntil(lambda: sku(model, 1_234_566) == "P-001999", timeout=10_000)
    table.selectRow(1_234_566)
    let_go.append(True)
    counted(qtbot, window, 2000)
    # The end stays in sight, and what was selected there stays selected.
    assert [product.sku for product in table.selected_products()] == ["P-001999"]
    assert table.currentIndex().row() == 1999
    assert table.page_in_sight == table.page_count - 1
    qtbot.waitUntil(lambda: sku(model, 1990) == "P-001990")
    assert label.text() == "2,000 products"


def test_a_slow_order_is_named(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 20)
    window.products.refresh()
    counted(qtbot, window, 20)
    let_go: list[bool] = []
    real: Callable[..., Any] = listing.glance

    def slow(on: Database, question: Filter, sort: Sort, size: int, progress: Progress) -> Any:
        with on.cancellable(progress) as connection:
            while not let_go:
                connection.execute("SELECT pg_sleep(0.01)")
        return real(on, question, sort, size, progress)

    monkeypatch.setattr(listing, "glance", slow)
    monkeypatch.setattr(pager, "HINT_AFTER_MS", 1)
    hint = find(window, QLabel, "slowSortLabel")
    window.products.table.sort_by(Sort("description"))
    qtbot.waitUntil(lambda: hint.text() == "Sorting by description looks at every product…")
    let_go.append(True)
    qtbot.waitUntil(lambda: hint.text() == "", timeout=10_000)


def test_the_count_is_told_together_with_its_rows(
    qtbot: QtBot, window: MainWindow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads that there are 250 products can turn the page."""
    fill(database, 30)
    window.products.refresh()
    label, model = find(window, QLabel, "rowCountLabel"), window.products.model
    qtbot.waitUntil(lambda: label.text() == "30 products", timeout=10_000)
    gate, real = threading.Event(), positions.stretch

    def held(*arguments: Any, **named: Any) -> Any:
        gate.wait(20)
        return real(*arguments, **named)

    monkeypatch.setattr(positions, "stretch", held)
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name) SELECT 'Z' || n, 'z' || n, 'x' FROM generate_series(1, 220) AS n"
        )
    with qtbot.waitSignal(model.loader.counting.counted, timeout=10_000):
        window.products.refresh()
    assert (label.text(), model.rowCount()) == ("30 products", 30)
    gate.set()
    with qtbot.waitSignal(model.counted, timeout=10_000):
        pass
    assert (label.text(), model.rowCount()) == ("250 products", 250)
    window.products.pager.next.click()
    assert find(window, QLabel, "pageLabel").text() == "Page 2 of 3"


def test_qts_rules_hold_while_rows_move(
    qtbot: QtBot, model: ProductModel, database: Database, author: Author, qtmodeltester: ModelTester
) -> None:
    fill(database, 250)
    model.set_database(database)
    qtbot.waitUntil(lambda: model.rowCount() == 250 and sku(model, 0) == "P-000000")
    qtmodeltester.check(model)
    edits.delete(database, ["P-000003", "P-000004", "P-000120"], author=author)
    for name in ("A", "P-000002b", "P-000050b", "Z"):
        edits.create(database, sku=name, name=name, author=author)
    model.refresh()
    qtbot.waitUntil(lambda: model.rowCount() == 251 and sku(model, 0) == "A", timeout=10_000)
    qtbot.waitUntil(lambda: [sku(model, row) for row in (3, 4, 5)] == ["P-000002", "P-000002b", "P-000005"])
    qtbot.waitUntil(lambda: sku(model, 250) == "Z")


def test_ten_million_rows_can_be_selected_and_shown_at_once(
    qtbot: QtBot, window: MainWindow, database: Database
) -> None:
    """Nothing in the view looks at every row."""
    fill(database, 200)
    window.products.refresh()
    counted(qtbot, window, 200)
    model, table = window.products.model, window.products.table
    model._resize(10_000_000)
    QApplication.processEvents()
    table.selectAll()
    window.repaint()
    table.verticalScrollBar().setValue(9_000_000)
    window.repaint()
    assert table.selected_count == 10_000_000
    assert table.verticalScrollBar().maximum() > 9_999_900
    assert table.page_count == 100_000
    table.go_to_page(50_000)
    assert table.verticalScrollBar().value() == 5_000_000
    model._resize(200)


def test_go_to_a_page_by_its_number(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    fill(database, 1234)
    window.products.refresh()
    counted(qtbot, window, 1234)
    window._actions["actionGoToPage"].trigger()
    field = find(window, QLineEdit, "pageField")
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert find(window, QLabel, "pageLabel").text() == "Page 7 of 13"
    loaded(qtbot, window, 600)
    qtbot.keyClicks(field, "9999")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert find(window, QLabel, "pageLabel").text() == "Page 13 of 13"
