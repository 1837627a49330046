from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from acme_desktop.gui.background import collector
from acme_desktop.gui.background.jobs import JobRunner


class Ring:
    """Garbage that only the cyclic collector finds; tells on which thread it went."""

    def __init__(self, went: list[str]) -> None:
        self.me = self
        weakref.finalize(self, lambda: went.append(threading.current_thread().name))


def test_a_worker_never_collects(qtbot: QtBot, qapp: QApplication, runner: JobRunner) -> None:
    collector.install(qapp)
    assert not gc.isenabled()
    went: list[str] = []
    Ring(went)

    def allocate(_progress: object) -> None:
        kept = [[] for _ in range(200_000)]
        assert kept

    runner.start(allocate)
    qtbot.waitUntil(lambda: not runner.busy, timeout=10_000)
    gc.collect()
    assert went == [threading.main_thread().name]


def test_there_is_one_for_the_application(qapp: QApplication) -> None:
    first: QObject = collector.install(qapp)
    assert collector.install(qapp) is first


@dataclass
class Clock:
    """Stands for the module `time`: how much the thread has worked, and what time it is."""

    now: float = 1000.0
    worked: float = 5.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.worked


@dataclass
class Generations:
    """Stands for the module `gc`: what has come together in each generation, and which ones were collected."""

    count: tuple[int, int, int]
    collected: list[int]

    def get_count(self) -> tuple[int, int, int]:
        return self.count

    def get_threshold(self) -> tuple[int, int, int]:
        return (700, 10, 10)

    def collect(self, generation: int) -> None:
        self.collected.append(generation)

    def disable(self) -> None: ...

    def freeze(self) -> None: ...


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(collector, "time", made)
    return made


@pytest.fixture
def generations(monkeypatch: pytest.MonkeyPatch) -> Generations:
    made = Generations((800, 11, 11), [])
    monkeypatch.setattr(collector, "gc", made)
    return made


def checked(watched: collector.MainThreadCollector, clock: Clock, seconds: float, *, busy: float) -> None:
    """Let time go by in steps of a check, of which the thread works a share."""
    for _ in range(round(seconds / 0.1)):
        clock.now += 0.1
        clock.worked += 0.1 * busy
        watched.check()


def test_the_oldest_generation_waits_while_the_window_is_used(
    qapp: QApplication, clock: Clock, generations: Generations
) -> None:
    parent = QObject(qapp)
    watched = collector.MainThreadCollector(parent)
    checked(watched, clock, 10, busy=0.5)
    assert set(generations.collected) == {1}  # what is young is collected all the same
    checked(watched, clock, 0.5, busy=0.01)  # a pause between two turns of the wheel is no rest
    assert 2 not in generations.collected
    checked(watched, clock, 1, busy=0.01)
    assert 2 in generations.collected
    parent.deleteLater()


def test_the_oldest_generation_does_not_wait_for_ever(
    qapp: QApplication, clock: Clock, generations: Generations
) -> None:
    parent = QObject(qapp)
    watched = collector.MainThreadCollector(parent)
    checked(watched, clock, collector.PATIENCE_SECONDS - 1, busy=0.5)
    assert 2 not in generations.collected
    checked(watched, clock, 2, busy=0.5)
    assert generations.collected.count(2) == 1
    parent.deleteLater()
