from __future__ import annotations

import gc
import threading
import weakref

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
