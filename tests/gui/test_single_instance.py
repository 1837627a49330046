"""A second start hands its files to the first window; another data folder is another window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.gui.single_instance import SingleInstance, bring_to_front

LATER_START = """
    import json, sys
    from pathlib import Path
    from PySide6.QtCore import QCoreApplication
    from acme_desktop.gui.single_instance import SingleInstance
    application = QCoreApplication([])
    later = SingleInstance(Path(sys.argv[1]), sys.argv[2] or None)
    print(json.dumps(later.hand_over([Path(name) for name in sys.argv[3:]])), flush=True)
    if "STAY" in sys.argv:
        print(later.listen(), flush=True)
        sys.stdin.read()
"""

LaterStart = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def later_start() -> Iterator[LaterStart]:
    """Another process that hands over the files named."""
    running = []

    def start(folder: Path, *files: str, url: str = "") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", textwrap.dedent(LATER_START), str(folder), url, *files]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[SingleInstance]:
    instance = SingleInstance(tmp_path)
    assert not instance.hand_over([])
    assert instance.listen()
    yield instance
    instance.close()


def test_files_reach_the_first_window(qtbot: QtBot, first: SingleInstance, later_start: LaterStart, tmp_path: Path):
    names = ["/tmp/ żółw.csv", "/tmp/two.xlsx"]
    with qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        later = later_start(tmp_path / ".", *names)
    assert asked.args == [[Path(name) for name in names]]
    assert later.communicate(timeout=20)[0] == "true\n"


def test_a_start_without_files_asks_for_the_window_only(
    qtbot: QtBot, first: SingleInstance, later_start: LaterStart, tmp_path: Path
):
    with qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        later_start(tmp_path)
    assert asked.args == [[]]


def test_another_data_folder_or_database_is_another_window(
    first: SingleInstance, later_start: LaterStart, tmp_path: Path
):
    (tmp_path / "other").mkdir()
    assert later_start(tmp_path / "other").communicate(timeout=20)[0] == "false\n"
    assert later_start(tmp_path, url="postgresql://elsewhere/x").communicate(timeout=20)[0] == "false\n"


@pytest.mark.skipif(os.name != "posix", reason="a pipe of Windows ends with its process")
def test_a_window_that_was_killed_is_no_obstacle(qtbot: QtBot, later_start: LaterStart, tmp_path: Path):
    killed = later_start(tmp_path, "STAY")
    assert killed.stdout is not None
    assert [killed.stdout.readline() for _ in range(2)] == ["false\n", "True\n"]
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    instance = SingleInstance(tmp_path)
    assert not instance.hand_over([])
    assert instance.listen()
    with qtbot.waitSignal(instance.asked, timeout=20_000):
        later_start(tmp_path)
    instance.close()


def test_a_window_too_busy_to_answer_keeps_its_place(qtbot: QtBot, first: SingleInstance, tmp_path: Path):
    later = SingleInstance(tmp_path)
    assert not later.hand_over([])  # in this very process, whose loop stands still meanwhile
    assert not later.listen()


@pytest.mark.parametrize("line", [b"nonsense\n", b'{"a": 1}\n', b"[1]\n", json.dumps("x").encode() + b"\n"])
def test_nonsense_is_not_taken(qtbot: QtBot, first: SingleInstance, line: bytes):
    socket = QLocalSocket()
    socket.connectToServer(first._name)
    assert socket.waitForConnected(2000)
    with qtbot.assertNotEmitted(first.asked, wait=100):
        socket.write(line)
    socket.abort()


def test_a_minimised_window_comes_back(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    bring_to_front(window)
    assert window.isVisible()
    assert not window.isMinimized()
