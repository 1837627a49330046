from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run, staged
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.changes.history_dialog import HistoryDialog
from acme_desktop.gui.changes.undo_dialogs import UndoDialog, UndoReportDialog
from acme_desktop.gui.importer.rejects_bench import RejectsBench
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import find, many_rows, shown, skus, write_csv


def bring_in(database: Database, author: Author, path: Path) -> int:
    report = run.import_file(database, path, ImportOptions(), Progress(), author)
    assert report.change_set_id is not None
    return report.change_set_id


def history(qtbot: QtBot, window: MainWindow, rows: int) -> HistoryDialog:
    window._actions["actionHistory"].trigger()
    dialog: HistoryDialog = shown(qtbot, window, HistoryDialog)
    qtbot.waitUntil(lambda: len(dialog.table.records.records) == rows, timeout=10_000)
    return dialog


def cut_off(database: Database, author: Author, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave an import behind as a crash does: rows staged, nobody at work on it."""
    monkeypatch.setattr(staged.StagedImport, "_forget", lambda *_: None)
    with staged.StagedImport(database, path, ImportOptions(), author) as running:
        running.read(Progress())
    monkeypatch.undo()


def test_the_history_tells_everything_of_an_import(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes", ",Chair,,yes"]))
    dialog = history(qtbot, window, 1)
    model = dialog.table.records
    cells = [model.data(model.index(0, column)) for column in range(model.columnCount())]
    assert cells[1:4] == ["spring.csv", "tester", "Imported"]
    assert cells[4:] == ["1", "0", "0", "1"]
    assert find(dialog, QLabel, "factFile").text() == str(tmp_path / "spring.csv")
    assert len(find(dialog, QLabel, "factSHA256").text()) == 64
    assert "comma" in find(dialog, QLabel, "factSettings").text()
    dialog.filter.setText("autumn")
    assert model.rowCount() == 0
    assert not dialog.undo.isEnabled()
    dialog.close()


def test_an_import_is_undone_and_brought_back(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes", "A-2,Chair,,yes"]))
    edits.update(database, "A-2", Changes(name="Edited since"), author=author)
    dialog = history(qtbot, window, 1)
    dialog.undo.click()
    asking = shown(qtbot, window, UndoDialog)
    assert "2 products that it created are removed" in asking.text.text()
    assert skus(database) == ["A-1", "A-2"]  # nothing before it is confirmed
    asking.go.click()
    told = shown(qtbot, window, UndoReportDialog)
    assert skus(database) == ["A-2"]
    assert "1 product was kept" in told.banner.title.text()
    row = told.kept.records.records[0]
    assert row.sku == "A-2"
    assert "changed since" in row.why
    told.close()
    qtbot.waitUntil(lambda: dialog.table.records.records[0].state == "Undone", timeout=10_000)
    assert dialog.undo.text() == "&Bring back…"
    dialog.undo.click()
    shown(qtbot, window, UndoDialog).go.click()
    shown(qtbot, window, UndoReportDialog).close()
    assert skus(database) == ["A-1", "A-2"]
    dialog.close()


def test_undo_and_redo_of_the_latest_change(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Lamp", author=author)
    for action, left in (("actionUndo", []), ("actionRedo", ["A-1"])):
        window._actions[action].trigger()
        shown(qtbot, window, UndoDialog).go.click()
        shown(qtbot, window, UndoReportDialog).close()
        assert skus(database) == left
    window._actions["actionRedo"].trigger()
    qtbot.waitUntil(lambda: "nothing to redo" in window.said.text(), timeout=10_000)


def test_not_confirming_an_undo_changes_nothing(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author
) -> None:
    edits.create(database, sku="A-1", name="Lamp", author=author)
    window._actions["actionUndo"].trigger()
    shown(qtbot, window, UndoDialog).reject()
    qtbot.waitUntil(lambda: not window._runner.busy, timeout=10_000)
    assert skus(database) == ["A-1"]


def test_the_bench_opens_from_the_history(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes", ",Chair,,yes"]))
    dialog = history(qtbot, window, 1)
    dialog.bench.click()
    bench = shown(qtbot, window, RejectsBench)
    assert [one.cells for one in bench.model.rejects] == [["", "Chair", "", "yes"]]
    bench.close()
    dialog.close()


def test_an_import_that_was_cut_off_is_resumed_from_the_history(
    qtbot: QtBot,
    window: MainWindow,
    database: Database,
    author: Author,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut_off(database, author, write_csv(tmp_path / "big.csv", many_rows(60)), monkeypatch)
    dialog = history(qtbot, window, 1)
    assert dialog.table.records.records[0].state == "Cut off"
    assert dialog.resume.isVisible()
    dialog.resume.click()
    qtbot.waitUntil(lambda: len(skus(database)) == 60, timeout=20_000)
    assert not staging_tables(database)


def test_a_notice_at_the_start_offers_to_resume(
    qtbot: QtBot,
    new_window: object,
    database: Database,
    author: Author,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut_off(database, author, write_csv(tmp_path / "big.csv", many_rows(60)), monkeypatch)
    window: MainWindow = new_window()  # type: ignore[operator]
    window.open_database(database.url)
    notice = window.importer.interrupted
    qtbot.waitUntil(notice.isVisible, timeout=20_000)
    assert "big.csv was cut off after 60 rows" in notice.words.text()
    find(notice, QPushButton, "resumeButton").click()
    assert not notice.isVisible()
    qtbot.waitUntil(lambda: len(skus(database)) == 60, timeout=20_000)


def staging_tables(database: Database) -> list[str]:
    with database.connect() as connection:
        return [name for (name,) in connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'staging%'")]
