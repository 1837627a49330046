"""A second start hands its files to the first window; another data folder is another window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.gui.single_instance import SingleInstance, bring_to_front

LATER_START = """
    import json, sys
    from pathlib import Path
    from PySide6.QtCore import QCoreApplication
    from acme_desktop.gui.single_instance import SingleInstance
    application = QCoreApplication([])
    later = SingleInstance(Path(sys.argv[1]), sys.argv[2] or None, patience=5 if "SOON" in sys.argv else 60)
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
    later = SingleInstance(tmp_path, patience=0.3)
    assert not later.hand_over([])  # in this very process, whose loop stands still meanwhile
    assert not later.listen()


def test_of_starts_at_once_one_has_the_window(later_start: LaterStart, tmp_path: Path):
    starts = [later_start(tmp_path, "SOON", "STAY") for _ in range(4)]
    # None of them answers, so that the others give up; only one may take the place.
    said = [[process.stdout.readline() for _ in range(2)] for process in starts if process.stdout]
    assert sorted(said) == [*[["false\n", "False\n"]] * 3, ["false\n", "True\n"]]


def test_a_window_that_is_just_starting_answers_when_it_can(
    qtbot: QtBot, first: SingleInstance, later_start: LaterStart, tmp_path: Path
):
    later = later_start(tmp_path, "/tmp/a.csv")
    assert later.stdout is not None
    time.sleep(1.5)  # the loop stands still, as it does while a window is built
    assert later.poll() is None
    with qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        pass
    assert asked.args == [[Path("/tmp/a.csv")]]
    assert later.communicate(timeout=20)[0] == "true\n"


def test_a_window_that_closes_takes_no_files_and_leaves_the_place_when_it_is_gone(
    qtbot: QtBot, first: SingleInstance, later_start: LaterStart, tmp_path: Path
):
    first.turn_away()
    later = later_start(tmp_path, "/tmp/a.csv")
    with qtbot.assertNotEmitted(first.asked, wait=1500):
        assert later.poll() is None
    first.close()
    assert later.communicate(timeout=20)[0] == "false\n"


@pytest.mark.skipif(os.name != "posix", reason="only there names are bytes")
def test_names_that_are_no_text_arrive_as_they_are(
    qtbot: QtBot, first: SingleInstance, later_start: LaterStart, tmp_path: Path
):
    name = os.fsdecode(b"/tmp/preis\xe4 \n.csv")
    with qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        later_start(tmp_path, name)
    assert asked.args == [[Path(name)]]


@pytest.mark.skipif(os.name != "posix", reason="only there names are bytes")
def test_a_data_folder_whose_name_is_no_text_has_its_window(qtbot: QtBot, tmp_path: Path):
    folder = tmp_path / os.fsdecode(b"daten \xe4")
    folder.mkdir()
    instance = SingleInstance(folder)
    assert not instance.hand_over([])
    assert instance.listen()
    instance.close()


def test_the_permission_to_come_to_the_front_goes_along(
    qtbot: QtBot, first: SingleInstance, later_start: LaterStart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "granted")
    with qtbot.waitSignal(first.asked, timeout=20_000):
        later_start(tmp_path)
        monkeypatch.delenv("XDG_ACTIVATION_TOKEN")
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "granted"
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN")


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b'{"a": 1}\n',
        b"[1]\n",
        b'{"files": [1], "token": ""}\n',
        b'{"files": "a", "token": ""}\n',
        b'{"files": [], "token": 1}\n',
    ],
)
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


@pytest.mark.parametrize("opened", [QDialog.open, QDialog.show])
def test_the_keyboard_goes_to_the_dialog_that_asks_something(qtbot: QtBot, opened: Callable[[QDialog], None]):
    window, other = QWidget(), QWidget()
    dialog = QDialog(window)
    for widget in (window, other):
        qtbot.addWidget(widget)
    window.show()
    opened(dialog)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    bring_to_front(window)
    qtbot.waitUntil(dialog.isActiveWindow)
    assert not window.isActiveWindow()
