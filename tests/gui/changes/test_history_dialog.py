from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.undo import undo
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
from acme_desktop.gui.widgets.changed_parts import MARKS
from acme_desktop.gui.widgets.records import RecordTable
from tests.gui.changes.scrolling import scroll_to_the_end
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


def cells(table: RecordTable, row: int = 0) -> list[str]:
    model = table.records
    return [model.data(model.index(row, column)) for column in range(model.columnCount())]


def row_of(dialog: HistoryDialog, name: str) -> None:
    """Select the entry of that name."""
    (row,) = [row for row, one in enumerate(dialog.table.records.records) if one.name == name]
    dialog.table.selectRow(row)


def test_the_history_tells_everything_of_an_import(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes", ",Chair,,yes"]))
    dialog = history(qtbot, window, 1)
    assert cells(dialog.table)[1:] == ["Import", "spring.csv", "tester", "1", "–", "–", "Imported"]
    assert find(dialog, QLabel, "factFile").text() == str(tmp_path / "spring.csv")
    assert len(find(dialog, QLabel, "factSHA256").text()) == 64
    assert "comma" in find(dialog, QLabel, "factSettings").text()
    assert find(dialog, QLabel, "factRows").text() == "2 read: 1 created, 1 rejected"
    assert dialog.bench.isVisible()
    dialog.filter.setText("autumn")
    qtbot.waitUntil(lambda: dialog.table.records.rowCount() == 0, timeout=10_000)
    assert "Nothing in the history fits" in dialog.banner.text.text()
    assert not dialog.undo.isEnabled()
    dialog.close()


def test_every_kind_of_change_is_in_one_history(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes", "A-2,Chair,,yes"]))
    edits.update(database, "A-1", Changes(name="Desk lamp"), author=Author("ben", "window on lab-2"))
    deleted = edits.delete(database, ["A-2"], author=author)
    undo(database, deleted.id, author=author)
    run.import_file(database, write_csv(tmp_path / "bad.csv", []), ImportOptions(), Progress(), author)
    dialog = history(qtbot, window, 5)
    shown_kinds = [cells(dialog.table, row)[1] for row in range(5)]
    assert shown_kinds == ["Import", "Undo", "Deletion", "Edit", "Import"]
    assert cells(dialog.table, 2)[-1] == "Undone"
    row_of(dialog, "Edit A-1")
    assert find(dialog, QLabel, "factBy").text() == "ben, window on lab-2"
    assert find(dialog, QLabel, "factProducts").text() == "1 product updated"
    assert dialog.resume.isHidden()
    dialog.close()


def test_the_history_is_filtered_by_kind_person_words_and_time(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes"]))
    edits.update(database, "A-1", Changes(name="Desk lamp"), author=Author("ben", "window on lab-2"))
    with database.connect() as connection:
        connection.execute("UPDATE change_sets SET created_at = created_at - interval '40 days' WHERE kind = 'import'")
    dialog = history(qtbot, window, 2)
    filters = dialog.filters

    def left(names: list[str]) -> None:
        qtbot.waitUntil(lambda: [one.name for one in dialog.table.records.records] == names, timeout=10_000)

    filters.kind.setCurrentIndex(filters.kind.findData("import"))
    left(["spring.csv"])
    filters.kind.setCurrentIndex(0)
    left(["Edit A-1", "spring.csv"])
    qtbot.waitUntil(lambda: filters.actor.findData("ben") > 0, timeout=10_000)
    filters.actor.setCurrentIndex(filters.actor.findData("ben"))
    left(["Edit A-1"])
    filters.actor.setCurrentIndex(0)
    filters.words.setText("lab-2 edit")
    left(["Edit A-1"])
    filters.words.setText("")
    left(["Edit A-1", "spring.csv"])
    filters.time.choice.setCurrentIndex(filters.time.choice.findData("last_30_days"))
    left(["Edit A-1"])
    dialog.close()


def test_a_long_history_comes_in_pages(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO change_sets (kind, actor, client, created, summary, created_at) "
            "SELECT 'create', 'anna', 'tests', 1, 'Create ' || n, now() - (1000 - n) * interval '1 minute' "
            "FROM generate_series(1, 450) AS n"
        )
        connection.execute(
            "INSERT INTO imports (file, status, options, actor, client, started_at) SELECT n || '.csv', 'failed', "
            "'{}', 'ben', 'tests', now() - (1000 - 3 * n) * interval '1 minute' FROM generate_series(1, 100) AS n"
        )
    dialog = history(qtbot, window, 100)
    scroll_to_the_end(qtbot, dialog.table)
    entries = dialog.table.records.records
    assert len({one.id for one in entries}) == len(entries) == 550
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)
    dialog.close()


def test_what_a_change_did_to_each_product(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Desk lamp,,yes", "A-2,Chair,,yes"]))
    bring_in(database, author, write_csv(tmp_path / "autumn.csv", ["A-1,Floor lamp,,yes", "A-3,Table,,no"]))
    edits.update(database, "A-1", Changes(name="Later"), author=author)
    dialog = history(qtbot, window, 3)
    row_of(dialog, "autumn.csv")
    dialog.tabs.setCurrentWidget(dialog.products)
    table = dialog.products.table
    qtbot.waitUntil(lambda: table.records.rowCount() == 4, timeout=10_000)
    assert [cells(table, row) for row in range(4)] == [
        ["Changed", "A-1", "Name", "Desk lamp", "Floor lamp"],
        ["Created", "A-3", "SKU", "", "A-3"],
        ["", "", "Name", "", "Table"],
        ["", "", "Active", "", "No"],
    ]
    model = table.records
    assert model.data(model.index(0, 3), MARKS) == (((0, 4),), False)
    assert model.data(model.index(0, 4), MARKS) == (((0, 5),), True)
    qtbot.waitUntil(lambda: dialog.products.kinds.tabText(1) == "Created (1)", timeout=10_000)
    assert not dialog.products.kinds.isTabEnabled(3)  # nothing was deleted
    dialog.products.kinds.setCurrentIndex(1)
    qtbot.waitUntil(lambda: table.records.rowCount() == 3, timeout=10_000)
    dialog.products.save_to(tmp_path / "created.csv")
    qtbot.waitUntil((tmp_path / "created.csv").exists, timeout=10_000)
    assert (tmp_path / "created.csv").read_text(encoding="utf-8").splitlines()[1] == "created,,A-3,,Table,,,,f"
    qtbot.waitUntil(lambda: "1 difference was saved" in window.said.text(), timeout=10_000)
    dialog.close()


def test_the_products_of_a_change_are_shown_in_the_table(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes"]))
    bring_in(database, author, write_csv(tmp_path / "autumn.csv", ["A-2,Chair,,yes", "A-3,Table,,yes"]))
    dialog = history(qtbot, window, 2)
    row_of(dialog, "autumn.csv")
    dialog.show_products.click()
    qtbot.waitUntil(lambda: window.products.model.count == 2, timeout=10_000)
    assert not window.findChildren(HistoryDialog)


def test_an_import_is_undone_and_brought_back(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    bring_in(database, author, write_csv(tmp_path / "spring.csv", ["A-1,Lamp,,yes", "A-2,Chair,,yes"]))
    edits.update(database, "A-2", Changes(name="Edited since"), author=author)
    dialog = history(qtbot, window, 2)
    row_of(dialog, "spring.csv")
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
    qtbot.waitUntil(lambda: dialog.picked().state == "Undone", timeout=10_000)
    assert dialog.picked().name == "spring.csv"  # what was picked stays so below the new undo
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
