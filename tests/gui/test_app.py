"""The whole program as a process of its own, as `__main__` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from acme_desktop.core.foundation.signals import ENDING

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from acme_desktop.gui import app, main_window

shown = main_window.MainWindow._show_database

def show_and_say(self, database):
    shown(self, database)
    print("open", database.display_name, flush=True)
    if "close" in sys.argv:
        QTimer.singleShot(0, self.close)

main_window.MainWindow._show_database = show_and_say
sys.exit(app.run(Path(sys.argv[1]), sys.argv[2], []))
"""


def start(tmp_path: Path, url: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data"), url, *words],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_opens_closes_and_ends(tmp_path: Path, database_url: str) -> None:
    process = start(tmp_path, database_url, "close")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.startswith("open ")
    assert "Traceback" not in err


@pytest.mark.parametrize("number", ENDING)
def test_an_interrupt_closes_it_properly(tmp_path: Path, database_url: str, number: int) -> None:
    process = start(tmp_path, database_url)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("open ")
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_a_file_that_macos_opens_with_it_is_told(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from acme_desktop.gui import app
application = app.application()
application.file_opened.connect(print)
application.sendEvent(application, QFileOpenEvent(QUrl.fromLocalFile(sys.argv[1])))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "/tmp/prices ż.csv"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "/tmp/prices ż.csv\n"


def test_a_data_folder_that_cannot_be_made_is_told_where_no_terminal_is_seen(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.gui import app

def look():
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        print(dialog.title_label.text(), flush=True)
        dialog.close()

application = app.application()
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
try:
    app.run(sys.argv[1])
except EnvironmentProblem:
    print("ended")
"""
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "data")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == f"The data folder {tmp_path / 'data'} is a file.\nended\n"
