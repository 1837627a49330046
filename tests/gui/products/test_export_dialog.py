"""Export from the window."""

from __future__ import annotations

import csv
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelection, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products import exporting
from acme_desktop.gui.products.export_dialog import ExportDialog
from tests.gui.driving import fill, find, select_row, shown


@pytest.fixture
def filled(qtbot: QtBot, window: MainWindow, database: Database) -> MainWindow:
    fill(database, 300)
    window.products.refresh()
    qtbot.waitUntil(lambda: window.products.model.count == 300, timeout=10_000)
    qtbot.waitUntil(lambda: window.products.model.product(0) is not None, timeout=10_000)
    return window


def opened(qtbot: QtBot, window: MainWindow) -> ExportDialog:
    window._actions["actionExport"].trigger()
    dialog: ExportDialog = shown(qtbot, window, ExportDialog)
    return dialog


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def export_to(qtbot: QtBot, dialog: ExportDialog, path: Path) -> None:
    dialog.begin(path)
    qtbot.waitUntil(lambda: dialog.banner.isVisible(), timeout=20_000)


def test_everything_by_the_file_dialog_with_keys(
    qtbot: QtBot, filled: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(qtbot, filled)
    assert dialog.scopes["all"].isChecked()
    assert not dialog.scopes["filtered"].isEnabled()
    assert not dialog.scopes["selected"].isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    chooser: Any = shown(qtbot, dialog, QFileDialog)
    assert chooser.defaultSuffix() == "csv"
    chooser.fileSelected.emit(str(tmp_path / "mine.csv"))
    chooser.reject()
    qtbot.waitUntil(lambda: dialog.banner.isVisible(), timeout=20_000)
    assert dialog.banner.title.text() == "300 products exported"
    assert len(read(tmp_path / "mine.csv")) == 301
    assert filled.said.text() == "300 products exported to mine.csv."
    asked: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", asked.append)
    assert not dialog.start.isVisible()
    dialog.show_folder.click()
    assert [Path(url.toLocalFile()) for url in asked] == [tmp_path]


def test_the_filter_and_its_order(qtbot: QtBot, filled: MainWindow, tmp_path: Path) -> None:
    filled.products.filters.active.setCurrentIndex(2)
    qtbot.waitUntil(lambda: filled.products.model.count == 30, timeout=10_000)
    dialog = opened(qtbot, filled)
    assert dialog.scopes["filtered"].isChecked()
    assert "(30)" in dialog.scopes["filtered"].text()
    export_to(qtbot, dialog, tmp_path / "some.csv")
    rows = read(tmp_path / "some.csv")[1:]
    assert [row[0] for row in rows[:2]] == ["P-000000", "P-000010"]
    assert {row[3] for row in rows} == {"false"}


def test_the_selected_ones_also_where_they_are_not_loaded(qtbot: QtBot, filled: MainWindow, tmp_path: Path) -> None:
    filled.products.table.selectAll()
    assert len(filled.products.table.selected_products()) < 300
    dialog = opened(qtbot, filled)
    assert dialog.scopes["selected"].isChecked()
    export_to(qtbot, dialog, tmp_path / "picked.csv")
    assert len(read(tmp_path / "picked.csv")) == 301
    dialog.close()
    selection, model = filled.products.table.selectionModel(), filled.products.model
    flags = selection.SelectionFlag
    far = QItemSelection(model.index(1, 0), model.index(298, 0))
    selection.select(far, flags.ClearAndSelect | flags.Rows)
    qtbot.waitUntil(lambda: filled.products.table.kept.runs is not None, timeout=20_000)  # both ends are loaded
    dialog = opened(qtbot, filled)
    export_to(qtbot, dialog, tmp_path / "most.csv")
    assert [row[0] for row in read(tmp_path / "most.csv")][1:] == [f"P-{number:06d}" for number in range(1, 299)]
    dialog.close()
    select_row(filled, 3)
    dialog = opened(qtbot, filled)
    assert dialog.scopes["all"].isChecked()
    dialog.scopes["selected"].setChecked(True)
    export_to(qtbot, dialog, tmp_path / "one.csv")
    assert [row[0] for row in read(tmp_path / "one.csv")] == ["sku", "P-000003"]


def test_format_safety_and_folder_are_remembered(qtbot: QtBot, filled: MainWindow, tmp_path: Path) -> None:
    dialog = opened(qtbot, filled)
    dialog.safe.setChecked(True)
    export_to(qtbot, dialog, tmp_path / "safe")
    assert read(tmp_path / "safe.csv")[0][-1] == "_marked"
    dialog.close()
    dialog = opened(qtbot, filled)
    assert dialog.safe.isChecked()
    assert dialog._folder == tmp_path
    dialog.format.setCurrentIndex(dialog.format.findData("parquet"))
    assert not dialog.safe.isEnabled()
    export_to(qtbot, dialog, tmp_path / "p.parquet")
    dialog.close()
    assert opened(qtbot, filled).format.currentData() == "parquet"


def test_no_hint_is_cut_while_it_runs(qtbot: QtBot, filled: MainWindow, tmp_path: Path) -> None:
    dialog = opened(qtbot, filled)
    dialog.chosen.disconnect()  # it goes on for as long as is looked at it
    dialog.begin(tmp_path / "products.csv")
    qtbot.waitUntil(dialog.bar.isVisible, timeout=5_000)
    dialog.layout().activate()
    for hint in (dialog.about, dialog.safe_hint):
        assert hint.height() >= hint.heightForWidth(hint.width())
    dialog.stopped()


def test_a_cancel_stops_it_and_leaves_no_file(
    qtbot: QtBot, filled: MainWindow, database: Database, tmp_path: Path
) -> None:
    dialog = opened(qtbot, filled)
    with database.connect() as other:
        other.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
        dialog.begin(tmp_path / "never.csv")
        qtbot.waitUntil(lambda: "Counting" in dialog.status.text(), timeout=10_000)
        assert dialog.bar.isVisible()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: dialog.banner.title.text() == "Cancelled", timeout=10_000)
    assert list(tmp_path.glob("*never*")) == []
    assert dialog.isVisible()
    export_to(qtbot, dialog, tmp_path / "now.csv")
    qtbot.waitUntil(lambda: "300" in dialog.banner.title.text(), timeout=10_000)


def test_closing_the_dialog_cancels(qtbot: QtBot, filled: MainWindow, database: Database, tmp_path: Path) -> None:
    dialog = opened(qtbot, filled)
    gone: list[bool] = []
    dialog.destroyed.connect(lambda: gone.append(True))
    with database.connect() as other:
        other.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
        dialog.begin(tmp_path / "never.csv")
        dialog.close()
        qtbot.waitUntil(lambda: bool(gone), timeout=10_000)
    assert list(tmp_path.glob("*never*")) == []


def test_a_place_that_cannot_be_written_is_said_and_another_can_be_tried(
    qtbot: QtBot, filled: MainWindow, tmp_path: Path
) -> None:
    dialog = opened(qtbot, filled)
    export_to(qtbot, dialog, tmp_path / "nowhere" / "p.csv")
    assert "cannot be written" in dialog.banner.title.text()
    dialog.begin(tmp_path / "p.csv")
    qtbot.waitUntil(lambda: dialog.banner.title.text() == "300 products exported", timeout=20_000)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Exports stand still, before they write, until they are let go on or cancelled."""
    release = threading.Event()
    real = exporting.export

    def gated(*arguments: Any, **named: Any) -> Any:
        progress = next(one for one in arguments if isinstance(one, Progress))
        while not release.wait(0.01):
            progress.check()
        return real(*arguments, **named)

    monkeypatch.setattr(exporting, "export", gated)
    return release


def test_closing_the_window_during_an_export_asks_and_staying_goes_on(
    qtbot: QtBot, filled: MainWindow, tmp_path: Path, held: threading.Event
) -> None:
    dialog = opened(qtbot, filled)
    dialog.begin(tmp_path / "long.csv")
    filled.close()
    box: QMessageBox = shown(qtbot, filled, QMessageBox)
    assert box.text() == "An export is running. Cancel it and close the window?"
    box.reject()
    held.set()
    qtbot.waitUntil(lambda: dialog.banner.title.text() == "300 products exported", timeout=20_000)
    assert filled.isVisible()
    with qtbot.waitSignal(filled.finished, timeout=20_000):
        filled.close()  # nothing runs any more, and nothing is asked


def test_closing_the_window_can_cancel_the_export(
    qtbot: QtBot, filled: MainWindow, tmp_path: Path, held: threading.Event
) -> None:
    opened(qtbot, filled).begin(tmp_path / "long.csv")
    filled.close()
    box: QMessageBox = shown(qtbot, filled, QMessageBox)
    with qtbot.waitSignal(filled.finished, timeout=20_000):
        find(box, QPushButton, "closeAnywayButton").click()
    assert list(tmp_path.glob("*.csv*")) == []
