"""What the table paints, and what it does not: painting is most of what the window's thread does."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QTableView
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.matches import Matcher
from acme_desktop.gui.products.pages import PAGE
from acme_desktop.gui.products.rows import Rows
from acme_desktop.gui.widgets import theme

Fill = Callable[[int], None]


class Painted(QObject):
    """Notes which parts of a viewport are painted."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self.parts: list[QRect] = []
        table.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.parts.append(event.region().boundingRect())
        return False


@contextmanager
def calls_counted() -> Iterator[Counter[str]]:
    """How often each function of Python is called on this thread."""
    counted: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            counted[frame.f_code.co_qualname] += 1

    sys.setprofile(note)
    try:
        yield counted
    finally:
        sys.setprofile(None)


def at_rest(qtbot: QtBot, window: MainWindow) -> None:
    model = window.products.model
    with qtbot.waitSignal(model.placed, timeout=20_000):
        model.refresh()
    qtbot.waitUntil(
        lambda: not window._runner.busy and not model.loader.renewing and not model._wishes.isActive(), timeout=20_000
    )
    QApplication.processEvents()


def look(window: MainWindow) -> QImage:
    return window.products.table.viewport().grab().toImage()


def test_a_screen_of_cells_is_painted_without_qts_questions_to_the_model(
    qtbot: QtBot, window: MainWindow, filled: Fill
) -> None:
    filled(300)
    at_rest(qtbot, window)
    with calls_counted() as counted:
        window.products.table.viewport().repaint()
    cells = counted["MarkingDelegate.paint"]
    assert cells > 30
    assert counted[Rows.data.__qualname__] == 0  # Qt would ask eight times for each cell
    assert sum(counted.values()) < 40 * cells, counted.most_common(12)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_cells_look_as_the_style_has_them(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill, name: str
) -> None:
    long = Changes(name="Café 値段 €5 & more", description="A description too long for any column. " * 9)
    filled(40)
    edits.update(database, "P-000001", long, author=Author("test", "test"))
    theme.install(QApplication.instance()).choose(name)  # type: ignore[arg-type]
    table = window.products.table
    qtbot.waitUntil(lambda: any(one.name == long.name for one in window.products.model.loaded([(0, 39)])), timeout=9000)
    at_rest(qtbot, window)
    table.clearFocus()
    table.selectRow(2)
    ours = look(window)
    former = table.itemDelegate()
    table.setItemDelegate(QStyledItemDelegate(table))
    assert ours == look(window)
    table.setItemDelegate(former)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_scrolling_paints_only_the_rows_that_come_into_sight(
    qtbot: QtBot, window: MainWindow, filled: Fill, name: str
) -> None:
    theme.install(QApplication.instance()).choose(name)  # type: ignore[arg-type]
    filled(300)
    at_rest(qtbot, window)
    table = window.products.table
    painted = Painted(table)
    table.verticalScrollBar().setValue(2)
    QApplication.processEvents()
    height = sum(part.height() for part in painted.parts)
    assert 0 < height <= 3 * table.rowHeight(0), painted.parts


def test_pages_that_come_out_of_sight_paint_nothing(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(10 * PAGE)
    at_rest(qtbot, window)
    painted = Painted(window.products.table)
    window.products.model.loader.want(5)
    qtbot.waitUntil(lambda: window.products.model.product(5 * PAGE) is not None, timeout=10_000)
    at_rest(qtbot, window)
    assert painted.parts == []


def test_news_paint_what_they_change_and_nothing_else(
    qtbot: QtBot, window: MainWindow, database: Database, filled: Fill
) -> None:
    filled(300)
    at_rest(qtbot, window)
    table, model = window.products.table, window.products.model
    painted = Painted(table)
    with qtbot.waitSignal(model.placed, timeout=10_000):
        model.refresh()
    at_rest(qtbot, window)
    assert painted.parts == []
    product = model.product(3)
    assert product is not None
    edits.update(database, product.sku, Changes(name="Something else"), author=Author("test", "test"))
    qtbot.waitUntil(lambda: getattr(model.product(3), "name", "") == "Something else", timeout=10_000)
    at_rest(qtbot, window)
    row = table.visualRect(model.index(3, 0))
    assert painted.parts
    assert all(part.top() >= row.top() and part.bottom() <= row.bottom() + 1 for part in painted.parts), painted.parts


def test_pages_ahead_are_loaded_anew_though_nothing_is_painted(qtbot: QtBot, window: MainWindow, filled: Fill) -> None:
    filled(10 * PAGE)
    at_rest(qtbot, window)
    painted, model = Painted(window.products.table), window.products.model
    model.refresh()
    assert not model._cache.fresh(2)
    qtbot.waitUntil(lambda: all(map(model._cache.fresh, range(3))), timeout=10_000)
    at_rest(qtbot, window)
    assert painted.parts == []


def test_letters_with_accents_are_folded_once_for_many_cells() -> None:
    matcher = Matcher(Filter(search="zolty", ignore_accents=True))
    matcher.spans("name", "żółty")
    with calls_counted() as counted:
        for _ in range(50):
            assert matcher.spans("name", "żółty żółty")
    assert counted["plain"] <= 1  # the blank, which is new
