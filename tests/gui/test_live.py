"""Another process changes products, and this window shows it: soon, and without taking anything from the person."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.product_dialog import ProductDialog
from tests.gui.driving import fill, select_row, shown

COUNT = 2_000
SOON_SECONDS = 1.0
TRIES = 5

# Each line that comes in is one change: made, and then told how long after the epoch it was committed.
OTHER = """
import sys, time
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes

database, author = Database.open(sys.argv[1]), Author("bob", "another process")
print("ready", flush=True)
for line in sys.stdin:
    what, *words = line.rstrip().split(" ", 2)
    if what == "rename":
        edits.update(database, words[0], Changes(name=words[1]), author=author)
    elif what == "delete":
        edits.delete(database, [words[0]], author=author)
    else:
        edits.create(database, sku=words[0], name=words[1], author=author)
    print(time.time(), flush=True)
database.close()
"""


class Other:
    """Another process on the same catalogue."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", OTHER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def do(self, line: str) -> float:
        """Have it change something; returns when that was committed."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return float(self._read())

    def end(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0


@pytest.fixture
def seen(qtbot: QtBot, window: MainWindow, database: Database) -> MainWindow:
    """A window that has scrolled to the middle, with two products selected there."""
    fill(database, COUNT)
    window.products.refresh()
    table, model = window.products.table, window.products.model
    qtbot.waitUntil(lambda: model.count == model.rowCount() == COUNT, timeout=10_000)
    table.go_to_page(10)
    qtbot.waitUntil(lambda: model.product(1_004) is not None, timeout=10_000)
    select_row(window, 1_002)
    selection = table.selectionModel()
    selection.select(model.index(1_004, 0), selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
    return window


@pytest.fixture
def other(database: Database) -> Iterator[Other]:
    one = Other(database.url)
    yield one
    one.end()


def picked(window: MainWindow) -> list[str]:
    return [product.sku for product in window.products.table.selected_products()]


def seen_after(qtbot: QtBot, committed: float, condition: Callable[[], object]) -> float:
    """How many seconds after its commit a change is seen."""
    qtbot.waitUntil(condition, timeout=20_000)
    return time.time() - committed


def asked_for(qtbot: QtBot, window: MainWindow) -> float:
    """How many seconds this machine takes now to show what somebody asks for by hand."""
    began = time.time()
    with qtbot.waitSignal(window.products.model.placed, timeout=20_000):
        window.products.refresh()
    return time.time() - began


def test_a_change_is_seen_within_a_second_where_one_looks(qtbot: QtBot, seen: MainWindow, other: Other) -> None:
    table, model = seen.products.table, seen.products.model
    place, before = table.verticalScrollBar().value(), picked(seen)
    assert len(before) == 2
    waited: list[float] = []
    # What counts is how long the window lets a change wait. On a machine that is slow or has other work, showing it
    # takes its time as well, as long as when somebody asks for it; and one change may be held up more than the others.
    while len(waited) < TRIES and (not waited or min(waited) >= SOON_SECONDS):
        name = f"Changed by bob {len(waited)}"
        committed = other.do(f"rename P-001003 {name}")
        took = seen_after(
            qtbot, committed, lambda name=name: (there := model.product(1_003)) is not None and there.name == name
        )
        waited.append(took - asked_for(qtbot, seen))
    assert min(waited) < SOON_SECONDS, f"it waited {waited} s"
    assert (table.verticalScrollBar().value(), picked(seen)) == (place, before)


def test_what_comes_and_goes_further_up_moves_neither_place_nor_selection(
    qtbot: QtBot, seen: MainWindow, other: Other
) -> None:
    """The rows in sight get other numbers; the products that are selected stay the same ones."""
    model, before = seen.products.model, picked(seen)
    for line, count in (
        ("create A-000001 First", COUNT + 1),
        ("delete P-000000", COUNT),
        ("delete P-000001", COUNT - 1),
    ):
        other.do(line)
        qtbot.waitUntil(lambda count=count: model.count == count, timeout=20_000)
        qtbot.waitUntil(lambda: picked(seen) == before, timeout=10_000)


def test_an_open_edit_is_left_alone(qtbot: QtBot, seen: MainWindow, other: Other) -> None:
    model = seen.products.model
    select_row(seen, 1_002)
    qtbot.waitUntil(lambda: picked(seen) == ["P-001002"], timeout=10_000)
    seen._actions["actionEditProduct"].trigger()
    dialog: ProductDialog = shown(qtbot, seen, ProductDialog)
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "half typ")
    committed = other.do("rename P-001002 Changed by bob")
    seen_after(
        qtbot, committed, lambda: model.product(1_002) is not None and model.product(1_002).name == "Changed by bob"
    )
    assert dialog.name.text() == "half typ"
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
