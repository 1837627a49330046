"""How tests drive the window: find, drop, wait, and catalogues to look at."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer import staging
from acme_desktop.gui.main_window import MainWindow


def open_at(qtbot: QtBot, window: MainWindow, database: Database) -> None:
    window.open_database(database.url)
    qtbot.waitUntil(lambda: window.products.model.count is not None, timeout=20_000)


def close(qtbot: QtBot, window: MainWindow) -> None:
    """Close the window as a person would, and wait until nothing of it runs any more."""
    if window.isVisible():
        window.close_now()
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)
    window.wait_for_threads()
    qtbot.waitUntil(lambda: not window._runner.busy, timeout=10_000)  # what a thread gave back is taken in


def find(parent: QWidget, kind: type[Any], name: str) -> Any:
    found = parent.findChild(kind, name)
    assert found is not None, f"no {name}"
    return found


def shown(qtbot: QtBot, parent: QObject, kind: type[Any]) -> Any:
    """The dialog of that class, as soon as it is visible."""

    def visible() -> list[Any]:
        return [dialog for dialog in parent.findChildren(kind) if dialog.isVisible()]

    qtbot.waitUntil(lambda: bool(visible()), timeout=20_000)
    return visible()[-1]


def select_row(window: MainWindow, row: int) -> None:
    """Select this row alone. `selectRow` would go by the Ctrl or Shift of the last key that the same test sent."""
    selection, flags = window.products.table.selectionModel(), QItemSelectionModel.SelectionFlag
    selection.setCurrentIndex(window.products.model.index(row, 0), flags.ClearAndSelect | flags.Rows)


def drop(window: QWidget, paths: Iterable[Path]) -> None:
    """Drag files over the window and let go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, button = QPoint(200, 200), Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, button, plain)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    let_go = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, mime, button, plain)
    QApplication.sendEvent(window, let_go)


def held_imports(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let every import stand still behind its first chunk: (it stands there, let them go on)."""
    reached, release = threading.Event(), threading.Event()
    append = staging.append

    def gated(*arguments: Any, **named: Any) -> None:
        append(*arguments, **named)
        reached.set()
        release.wait(20)

    monkeypatch.setattr(staging, "append", gated)
    return reached, release


def write_csv(path: Path, rows: Iterable[str], header: str = "sku,name,description,active") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def many_rows(count: int) -> list[str]:
    return [f"P-{number:06d},Product {number},Text of {number},true" for number in range(count)]


def skus(database: Database) -> list[str]:
    with database.connect() as connection:
        return [sku for (sku,) in connection.execute("SELECT sku FROM products ORDER BY sku_key").fetchall()]


def fill(database: Database, count: int) -> None:
    """Products P-000000 and so on; every tenth is inactive."""
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, active) "
            "SELECT 'P-' || to_char(n, 'FM000000'), 'p-' || to_char(n, 'FM000000'), 'Product ' || n, "
            "'Text of ' || n, n %% 10 <> 0 FROM generate_series(0, %s) AS n",
            (count - 1,),
        )
