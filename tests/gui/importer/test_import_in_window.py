from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Snapshot
from acme_desktop.core.importer import staged, staging
from acme_desktop.core.products import edits
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.importer.entry import ImportEntry, State
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.report_dialog import ImportReportDialog
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import drop, find, held_imports, many_rows, shown, skus, write_csv


def ready(qtbot: QtBot, dialog: MappingDialog) -> QPushButton:
    button: QPushButton = find(dialog, QPushButton, "startImportButton")
    qtbot.waitUntil(button.isEnabled, timeout=10_000)
    return button


def compared(qtbot: QtBot, dialog: MappingDialog, created: str) -> None:
    figure = find(dialog, QLabel, "previewCreated")
    qtbot.waitUntil(lambda: figure.text() == created, timeout=20_000)


def test_from_a_dropped_file_to_the_catalogue(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "new.csv", ["A-1,Lamp,Bright,yes", "A-2,Chair,,no", ",No SKU,,yes", "A-1,Lamp 2,,yes"])
    assert window.products.first_run.isVisible()
    drop(window, [file])
    dialog = shown(qtbot, window, MappingDialog)
    assert dialog.columns.columns == {"sku": 0, "name": 1, "description": 2, "active": 3}
    ready(qtbot, dialog)
    compared(qtbot, dialog, "2")
    assert find(dialog, QLabel, "previewRejected").text() == "1"
    assert find(dialog, QLabel, "previewSuperseded").text() == "1"
    assert skus(database) == []  # nothing is written before it is started
    ready(qtbot, dialog).click()
    receipt = shown(qtbot, window, ImportReportDialog)
    assert skus(database) == ["A-1", "A-2"]
    assert find(receipt, QLabel, "reportCreated").text() == "2"
    qtbot.waitUntil(lambda: receipt.rejects.records.rowCount() == 1, timeout=10_000)
    cells = [receipt.rejects.records.data(receipt.rejects.records.index(0, column)) for column in range(4)]
    assert cells[0] == "4"
    assert cells[2] == "No SKU"
    assert receipt.superseded.records.rowCount() == 1
    # The table refreshes itself.
    qtbot.waitUntil(lambda: window.products.model.count == 2, timeout=10_000)
    assert window.products.table.isVisible()
    assert "2 created" in find(window, QLabel, "importStatusLabel").text()


def test_it_can_be_started_before_the_comparison_is_there(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", many_rows(50))])
    dialog = shown(qtbot, window, MappingDialog)
    ready(qtbot, dialog).click()
    shown(qtbot, window, ImportReportDialog)
    assert len(skus(database)) == 50


def test_several_files_are_asked_about_and_imported_in_order(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    first = write_csv(tmp_path / "first.csv", ["A-1,First,,yes"])
    second = write_csv(tmp_path / "second.csv", ["A-1,Second,,yes", "A-2,Second,,yes"])
    drop(window, [first, second])
    for _ in range(2):
        dialog = shown(qtbot, window, MappingDialog)
        ready(qtbot, dialog).click()
    qtbot.waitUntil(lambda: all(entry.state is State.DONE for entry in window.importer._entries), timeout=20_000)
    with database.connect() as connection:
        names = connection.execute("SELECT name FROM products ORDER BY sku_key").fetchall()
    assert names == [("Second",), ("Second",)]


def test_columns_are_mapped_by_hand(qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "odd.csv", ["x,A-1,Lamp"], header="foo,bar,baz")
    drop(window, [file])
    dialog = shown(qtbot, window, MappingDialog)
    start = find(dialog, QPushButton, "startImportButton")
    qtbot.waitUntil(dialog.banner.isVisible)
    assert not start.isEnabled()
    assert "SKU and Name" in dialog.banner.title.text()
    for field, column in (("sku", 2), ("name", 3)):
        box = dialog.columns.boxes[field]
        box.setCurrentIndex(column)
        box.activated.emit(column)
    ready(qtbot, dialog).click()
    shown(qtbot, window, ImportReportDialog)
    assert skus(database) == ["A-1"]


def test_one_column_for_two_fields_is_refused_beside_the_choice(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    dialog = shown(qtbot, window, MappingDialog)
    ready(qtbot, dialog)
    box = dialog.columns.boxes["name"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert "two fields" in dialog.banner.title.text()
    assert not dialog.start.isEnabled()
    dialog.reject()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        ("sku,name\nA-1,Caf\xe9\nA-2,Caf\xe9\n".encode("cp1252") * 3, "UTF-8"),
    ],
)
def test_a_refused_file_says_why_and_what_next(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "refused.csv"
    file.write_bytes(content)
    drop(window, [file])
    dialog = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    assert words in f"{dialog.banner.title.text()} {dialog.banner.text.text()}"
    assert "--" not in dialog.banner.text.text()  # no advice for the command line
    assert not dialog.start.isEnabled()
    dialog.reject()


def test_choosing_the_encoding_reads_the_file_again(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes("sku;name\nA-1;Café\nA-2;Thé\nA-3;Crème\n".encode("cp1252"))
    drop(window, [file])
    dialog = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    box = dialog.reading.encoding
    place = box.findData("cp1252")
    box.setCurrentIndex(place)
    box.activated.emit(place)
    ready(qtbot, dialog).click()
    shown(qtbot, window, ImportReportDialog)
    with database.connect() as connection:
        assert connection.execute("SELECT name FROM products ORDER BY sku_key").fetchall() == [
            ("Café",),
            ("Thé",),
            ("Crème",),
        ]


def test_a_running_import_shows_its_progress_and_is_cancelled(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, release = held_imports(monkeypatch)
    drop(window, [write_csv(tmp_path / "new.csv", many_rows(2000))])
    dialog = shown(qtbot, window, MappingDialog)
    ready(qtbot, dialog).click()
    assert reached.wait(20)
    status = find(window, QLabel, "importStatusLabel")
    qtbot.waitUntil(lambda: status.text().startswith("Reading"), timeout=10_000)
    bar = find(window, QProgressBar, "importProgressBar")
    assert bar.isVisible()
    cancel = find(window, QPushButton, "cancelImportButton")
    cancel.click()
    assert status.text() == "Cancelling…"
    release.set()
    qtbot.waitUntil(lambda: status.text().startswith("Cancelled"), timeout=20_000)
    assert skus(database) == []
    assert not bar.isVisible()


def test_a_catalogue_that_changed_since_the_comparison_is_asked_about_again(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    dialog = shown(qtbot, window, MappingDialog)
    compared(qtbot, dialog, "1")
    edits.create(database, sku="A-1", name="Theirs", author=author)
    ready(qtbot, dialog).click()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=10_000)
    again = shown(qtbot, window, MappingDialog)
    assert "changed" in again.banner.title.text()
    qtbot.waitUntil(lambda: find(again, QLabel, "previewUpdated").text() == "1", timeout=20_000)
    ready(qtbot, again).click()
    shown(qtbot, window, ImportReportDialog)
    with database.connect() as connection:
        assert connection.execute("SELECT name FROM products").fetchall() == [("Lamp",)]


def test_leaving_the_dialog_changes_nothing_and_leaves_no_trace(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", many_rows(20))])
    dialog = shown(qtbot, window, MappingDialog)
    compared(qtbot, dialog, "20")
    dialog.reject()
    qtbot.waitUntil(lambda: not window._runner.busy, timeout=10_000)
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM imports").fetchone() == (0,)
        tables = connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'staging%'").fetchall()
    assert tables == []
    assert find(window, QLabel, "importStatusLabel").text().startswith("Cancelled")


def test_the_rejects_are_saved_from_the_report(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes", ",Chair,,yes"])])
    ready(qtbot, shown(qtbot, window, MappingDialog)).click()
    receipt = shown(qtbot, window, ImportReportDialog)
    target = tmp_path / "to mend.csv"
    receipt.save_wanted.emit(target)
    qtbot.waitUntil(target.exists, timeout=10_000)
    qtbot.waitUntil(lambda: "saved" in receipt.banner.title.text(), timeout=10_000)
    assert "Chair" in target.read_text(encoding="utf-8")


def test_finished_files_are_cleared_from_the_panel(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    ready(qtbot, shown(qtbot, window, MappingDialog)).click()
    shown(qtbot, window, ImportReportDialog).close()
    find(window, QPushButton, "clearFinishedButton").click()
    assert window.importer._entries == []
    assert find(window, QWidget, "importPanel").isVisible()


def test_a_bug_in_the_import_is_shown_with_its_details(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any, **_named: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(staging, "append", broken)
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    ready(qtbot, shown(qtbot, window, MappingDialog)).click()
    qtbot.waitUntil(lambda: window.importer._entries[0].state is State.FAILED, timeout=20_000)
    assert isinstance(window.importer._entries[0].error, ZeroDivisionError)
    shown(qtbot, window, ErrorDialog).close()


def test_a_failed_import_keeps_its_settings_for_the_next_try(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "odd.csv", ["A-1,Lamp", ",Chair"], header="foo,bar")])
    dialog = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=10_000)
    for field, column in (("sku", 1), ("name", 2)):
        box = dialog.columns.boxes[field]
        box.setCurrentIndex(column)
        box.activated.emit(column)
    dialog.reading.limit.setValue(0)
    dialog.reading.blank.setCurrentIndex(1)
    ready(qtbot, dialog).click()
    entry = window.importer._entries[0]
    qtbot.waitUntil(lambda: entry.state is State.FAILED, timeout=20_000)
    shown(qtbot, window, ImportReportDialog).close()
    assert skus(database) == []
    find(window, QPushButton, "chooseMappingButton").click()
    again = shown(qtbot, window, MappingDialog)
    assert again.columns.columns == {"sku": 0, "name": 1}
    assert (again.reading.limit.value(), again.reading.blank.currentData()) == (0, "keep")
    again.reading.limit.setValue(-1)
    qtbot.waitUntil(again.start.isEnabled, timeout=10_000)
    ready(qtbot, again).click()
    qtbot.waitUntil(lambda: skus(database) == ["A-1"], timeout=20_000)


def test_progress_of_the_whole_import_never_goes_back() -> None:
    entry = ImportEntry(Path("x.csv"))
    seen = []
    for stage, done, total in (
        ("Reading", 0, 100),
        ("Reading", 50, 100),
        ("Reading", 100, 100),
        ("Comparing with the catalogue", 0, None),
        ("Writing to the catalogue", 0, None),
        ("Something new", 0, None),
    ):
        entry.watch(Snapshot(stage, done, total, 10, 1.0))
        seen.append(entry.fraction)
    assert seen == sorted(seen)
    assert seen[-1] < 1.0
    entry.move(State.DONE)
    assert entry.fraction == 1.0


def test_a_running_import_can_be_cancelled_while_another_file_is_asked_about(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, release = held_imports(monkeypatch)
    drop(window, [write_csv(tmp_path / "first.csv", many_rows(50))])
    ready(qtbot, shown(qtbot, window, MappingDialog)).click()
    assert reached.wait(20)
    drop(window, [write_csv(tmp_path / "second.csv", ["B-1,Lamp,,yes"])])
    second = shown(qtbot, window, MappingDialog)
    ready(qtbot, second)
    qtbot.waitUntil(lambda: "before this one" in second.note.text(), timeout=10_000)
    first = window.importer._entries[0]
    find(window, QPushButton, "cancelImportButton").click()
    release.set()
    qtbot.waitUntil(lambda: first.state is State.CANCELLED, timeout=20_000)
    compared(qtbot, second, "1")  # as soon as nothing goes before it
    ready(qtbot, second).click()
    qtbot.waitUntil(lambda: skus(database) == ["B-1"], timeout=20_000)


def test_cancelling_the_row_of_the_file_that_is_asked_about_closes_its_dialog(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    dialog = shown(qtbot, window, MappingDialog)
    find(window, QPushButton, "cancelImportButton").click()
    qtbot.waitUntil(lambda: window.importer._questions.dialog is None)
    assert window.importer._entries[0].state is State.CANCELLED
    assert not dialog.isVisible()


def test_the_same_file_again_is_said_before_it_is_imported(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])
    drop(window, [file])
    first = shown(qtbot, window, MappingDialog)
    compared(qtbot, first, "1")
    ready(qtbot, first).click()
    shown(qtbot, window, ImportReportDialog).close()
    drop(window, [file])
    again = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(lambda: find(again, QLabel, "previewUnchanged").text() == "1", timeout=20_000)
    assert again.banner.isVisible()
    assert "imported" in again.banner.text.text()


def test_the_time_that_a_person_thinks_is_not_the_imports(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", ["A-1,Lamp,,yes"])])
    dialog = shown(qtbot, window, MappingDialog)
    compared(qtbot, dialog, "1")
    real = time.monotonic
    monkeypatch.setattr(staged.time, "monotonic", lambda: real() + 3600)
    ready(qtbot, dialog).click()
    receipt = shown(qtbot, window, ImportReportDialog)
    assert receipt.report.seconds < 60


def test_closing_the_window_over_an_open_preview_leaves_no_trace(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    drop(window, [write_csv(tmp_path / "new.csv", many_rows(20))])
    compared(qtbot, shown(qtbot, window, MappingDialog), "20")
    with qtbot.waitSignal(window.finished, timeout=20_000):
        window.close()
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM imports").fetchone() == (0,)
        assert connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'staging%'").fetchall() == []
