"""The window keeps the catalogue's indexes up, in nobody's way."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database import catalogue_indexes, segments
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.gui.background import upkeep
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.background.upkeep import Upkeep
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import close, fill, find, open_at


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_FEW", 20)
    for name in ("SOON", "LATER", "LONG"):
        monkeypatch.setattr(upkeep, name, 50)


def covered(database: Database) -> tuple[segments.Segment, ...]:
    with database.connect() as connection:
        return segments.coverage(connection).segments("folded")


def in_order(database: Database) -> bool:
    return bool(covered(database)) and not catalogue_indexes.due(database)


def test_the_window_brings_products_under_the_indexes(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, author: Author
) -> None:
    fill(database, 200)
    window = new_window()
    open_at(qtbot, window, database)
    qtbot.waitUntil(lambda: in_order(database), timeout=20_000)
    first = covered(database)
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, changed_in) SELECT 'n' || n, 'n' || n, 'N', 1 "
            "FROM generate_series(1, 30) AS n"
        )
    edits.create(database, sku="told", name="of by a notice", author=author)
    qtbot.waitUntil(lambda: in_order(database) and covered(database) != first, timeout=20_000)
    qtbot.waitUntil(lambda: not window.upkeep.busy)
    assert find(window, QLabel, "upkeepLabel").text() == ""


def test_a_window_closes_in_the_middle_of_it(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database
) -> None:
    fill(database, 200)
    window = new_window()
    with database.connect() as writer:  # an index in the making waits for every writer
        writer.execute("UPDATE products SET active = active WHERE sku_key = 'p-000001'")
        open_at(qtbot, window, database)
        label = find(window, QLabel, "upkeepLabel")
        qtbot.waitUntil(lambda: label.text().startswith("Preparing search…"), timeout=20_000)
        close(qtbot, window)
    assert catalogue_indexes.due(database)


def test_a_window_that_closes_begins_none(
    qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate = [], threading.Event()
    monkeypatch.setattr(catalogue_indexes, "due", lambda _: begun.append(True))
    window = new_window()
    open_at(qtbot, window, database)
    qtbot.waitUntil(lambda: bool(begun) and not window.upkeep.busy, timeout=20_000)
    window._runner.start(lambda _: gate.wait(20), must_run=True)
    window.upkeep.look_soon()
    before = len(begun)
    window.close_now()
    qtbot.wait(4 * upkeep.SOON)  # that nothing comes shows in no other way
    gate.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert len(begun) == before


def test_it_is_tried_again_when_it_had_to_give_way(qtbot: QtBot, runner: JobRunner, database: Database) -> None:
    fill(database, 200)
    work = Upkeep(runner, lambda: False)
    with database.connect() as other:
        other.execute("SELECT pg_advisory_lock(%s)", (catalogue_indexes._LOCK,))
        work.set_database(database)
        qtbot.waitUntil(lambda: work.busy)
        qtbot.waitUntil(lambda: not work.busy)
        assert covered(database) == ()
        other.execute("SELECT pg_advisory_unlock(%s)", (catalogue_indexes._LOCK,))
    qtbot.waitUntil(lambda: in_order(database), timeout=20_000)
    qtbot.waitUntil(lambda: not work.busy)


def test_nothing_is_begun_while_the_window_imports(qtbot: QtBot, runner: JobRunner, database: Database) -> None:
    fill(database, 200)
    asked: list[bool] = []

    def importing() -> bool:
        asked.append(True)
        return len(asked) < 3

    work = Upkeep(runner, importing)
    work.set_database(database)
    qtbot.waitUntil(lambda: work.busy, timeout=20_000)
    assert len(asked) == 3
    qtbot.waitUntil(lambda: in_order(database), timeout=20_000)


def test_a_lost_server_is_no_error_of_the_upkeep(
    qtbot: QtBot, runner: JobRunner, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 200)
    due, failures = catalogue_indexes.due, iter((ConnectionError("gone"),))

    def fails_once(asked: Database) -> bool:
        for failure in failures:
            raise failure
        return due(asked)

    monkeypatch.setattr(catalogue_indexes, "due", fails_once)
    monkeypatch.setattr("acme_desktop.gui.background.jobs._log.error", lambda *_, **__: None)
    work = Upkeep(runner, lambda: False)
    work.set_database(database)
    qtbot.waitUntil(lambda: bool(covered(database)), timeout=20_000)
    work.set_database(None)
    assert not work.busy
