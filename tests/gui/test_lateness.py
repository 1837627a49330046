"""What a late timer is put down to: this program's own work, or a machine that is busy with other things."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "build"))

from lateness import Lateness, Tick

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")


@pytest.fixture
def lateness(qtbot: QtBot) -> Iterator[Lateness]:
    parent = QObject()
    made = Lateness(parent)
    made.start()
    qtbot.waitUntil(lambda: len(made.ticks) > 2)
    made.ticks.clear()
    yield made
    made.stop()


def worked(seconds: float) -> None:
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass


def test_own_work_is_held(qtbot: QtBot, lateness: Lateness) -> None:
    worked(0.1)
    qtbot.waitUntil(lambda: len(lateness.ticks) > 0)
    assert lateness.most_held.own >= 95
    assert lateness.most_held.held >= 85


def test_a_sleep_is_late_but_held_by_nobody(qtbot: QtBot, lateness: Lateness) -> None:
    time.sleep(0.2)
    qtbot.waitUntil(lambda: len(lateness.ticks) > 0)
    assert lateness.latest.late >= 190
    assert lateness.latest.held < 100


def test_the_work_of_a_thread_that_keeps_the_interpreter_is_held(qtbot: QtBot, lateness: Lateness) -> None:
    former = sys.getswitchinterval()
    sys.setswitchinterval(10)  # the thread gives way only where it ends
    thread = threading.Thread(target=worked, args=(0.15,))
    thread.start()
    thread.join()
    sys.setswitchinterval(former)
    qtbot.waitUntil(lambda: len(lateness.ticks) > 0)
    assert lateness.latest.late >= 130
    assert lateness.latest.own < 100


def test_what_no_thread_worked_is_not_held() -> None:
    tick = Tick(late=146, own=10, unscheduled=90, others=20, told=True)
    assert tick.blocked == 46
    assert tick.held == 30
    assert Tick(late=146).held == 146  # where the system does not tell, all of it
    assert Tick(late=4, own=8, told=True).held == 4
    assert "146 ms late: 10 own work, 90 without a processor" in str(tick)
