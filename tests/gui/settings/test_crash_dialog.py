"""The next start after a breakdown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.gui.background import crash_watch
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.settings import crash_dialog
from acme_desktop.gui.settings.crash_dialog import CrashDialog
from tests.gui.driving import find, shown

PROGRAM = """
import faulthandler, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from acme_desktop.gui import app, main_window
from acme_desktop.gui.settings.crash_dialog import CrashDialog

shown, offered = main_window.MainWindow._show_database, CrashDialog.open

def fail(window):
    window.close_now()
    raise ValueError("Garden chair")

def show_and_act(self, database):
    shown(self, database)
    acts = {"crash": faulthandler._sigsegv, "fail": lambda: fail(self), "wait": lambda: None}
    QTimer.singleShot(0, acts[sys.argv[3]])

def open_and_say(self):
    offered(self)
    print(self._report.text, flush=True)
    self.window().parent().close_now()

main_window.MainWindow._show_database = show_and_act
CrashDialog.open = open_and_say
sys.exit(app.run(Path(sys.argv[1]), sys.argv[2], []))
"""


def start(data: Path, url: str, what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(data), url, what],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_start_after_a_crash_offers_the_report(tmp_path: Path, database_url: str) -> None:
    assert start(tmp_path, database_url, "crash").returncode < 0
    done = start(tmp_path, database_url, "wait")
    assert done.returncode == 0, done.stderr
    assert "Segmentation fault" in done.stdout
    assert "PySide6" in done.stdout
    assert database_url not in done.stdout


def test_the_start_after_an_unhandled_error_offers_the_report(tmp_path: Path, database_url: str) -> None:
    assert start(tmp_path, database_url, "fail").returncode == 0
    done = start(tmp_path, database_url, "wait")
    assert "in fail" in done.stdout
    assert "builtins.ValueError" in done.stdout
    assert "Garden" not in done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    run = crash_watch.place(DataFolder(tmp_path)) / "2026-01-01-10-00-00-7"
    run.mkdir(parents=True)
    (run / "trace.txt").write_text("Fatal Python error: Aborted", encoding="utf-8")
    return DataFolder(tmp_path)


@pytest.fixture
def dialog(qtbot: QtBot, runner: JobRunner, folder: DataFolder) -> CrashDialog:
    report = crash_watch.pending(folder)
    assert report is not None
    opened = CrashDialog(runner, report)
    opened.open()
    return opened


def press(dialog: CrashDialog, name: str) -> None:
    find(dialog, QPushButton, name).click()


def test_it_is_saved_where_the_person_says_and_then_forgotten(
    qtbot: QtBot, dialog: CrashDialog, folder: DataFolder
) -> None:
    press(dialog, "saveCrashButton")
    chooser = shown(qtbot, dialog, QFileDialog)
    chooser.fileSelected.emit(str(folder.root / "report.txt"))
    with qtbot.waitSignal(dialog.finished):
        chooser.close()
    assert "Fatal Python error: Aborted" in (folder.root / "report.txt").read_text(encoding="utf-8")
    assert crash_watch.pending(folder) is None


def test_where_it_cannot_be_saved_it_stays(qtbot: QtBot, dialog: CrashDialog, folder: DataFolder) -> None:
    dialog.save(folder.root / "none" / "report.txt")
    told = shown(qtbot, dialog, ErrorDialog)
    assert "cannot be written" in told.title_label.text()
    told.reject()
    dialog.reject()
    assert crash_watch.pending(folder) is not None


def test_it_is_copied_and_stays(dialog: CrashDialog, folder: DataFolder) -> None:
    press(dialog, "copyCrashButton")
    assert "Fatal Python error: Aborted" in QGuiApplication.clipboard().text()
    dialog.reject()
    assert crash_watch.pending(folder) is not None


def test_it_is_discarded(qtbot: QtBot, dialog: CrashDialog, folder: DataFolder) -> None:
    with qtbot.waitSignal(dialog.finished):
        press(dialog, "discardCrashButton")
    assert crash_watch.pending(folder) is None


def test_without_a_report_nothing_is_offered(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path, window: MainWindow
) -> None:
    crash_dialog.offer(runner, DataFolder(tmp_path / "other"), window)
    qtbot.waitUntil(lambda: not runner.busy)
    assert window.findChildren(CrashDialog) == []
