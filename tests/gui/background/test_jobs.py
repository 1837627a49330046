from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.foundation.progress import Progress, Snapshot
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import JobRunner, Lane


def test_a_result_comes_back_on_the_main_thread(qtbot: QtBot, runner: JobRunner) -> None:
    threads: list[object] = []

    def work(_progress: Progress) -> int:
        threads.append(threading.current_thread())
        return 42

    got: list[tuple[int, bool]] = []
    main = QThread.currentThread()
    runner.start(work, succeeded=lambda value: got.append((value, QThread.currentThread() is main)))
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(42, True)]
    assert threads[0] is not threading.main_thread()


def test_a_failure_that_nobody_handles_is_shown(qtbot: QtBot, runner: JobRunner, qapp: QApplication) -> None:
    def work(_progress: Progress) -> None:
        raise InputProblem("The file is empty.", "Choose another.", "0 bytes")

    runner.start(work)

    def dialogs() -> list[errors.ErrorDialog]:
        shown = [widget for widget in qapp.topLevelWidgets() if isinstance(widget, errors.ErrorDialog)]
        return [dialog for dialog in shown if dialog.title_label.text() == "The file is empty."]

    qtbot.waitUntil(lambda: bool(dialogs()))
    (dialog,) = dialogs()
    assert dialog.advice_label.text() == "Choose another."
    dialog.close()


def test_cancelled_is_an_outcome_and_no_error(qtbot: QtBot, runner: JobRunner) -> None:
    started = threading.Event()
    outcomes: list[str] = []

    def work(progress: Progress) -> None:
        started.set()
        while True:
            progress.check()
            threading.Event().wait(0.001)

    job = runner.start(
        work,
        succeeded=lambda _: outcomes.append("succeeded"),
        failed=lambda _: outcomes.append("failed"),
        cancelled=lambda: outcomes.append("cancelled"),
    )
    assert started.wait(5)
    runner.cancel(job)
    qtbot.waitUntil(lambda: bool(outcomes))
    assert outcomes == ["cancelled"]


def test_a_job_that_is_cancelled_before_its_turn_never_runs(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    ran: list[str] = []
    runner.start(lambda _: gate.wait(5), lane=Lane.IMPORT)
    second = runner.start(lambda _: ran.append("ran"), lane=Lane.IMPORT)
    runner.cancel(second)
    qtbot.waitUntil(lambda: second.progress.cancelled)
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert ran == []


def test_an_interrupt_that_blocks_does_not_block_the_window(qtbot: QtBot, runner: JobRunner) -> None:
    working, interrupting, release = threading.Event(), threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        progress.interrupt_with(lambda: (interrupting.set(), release.wait(5)))
        working.set()
        release.wait(5)

    job = runner.start(work)
    assert working.wait(5)
    runner.cancel(job)
    assert interrupting.wait(5)  # the call before returned although the interrupt hangs
    release.set()
    qtbot.waitUntil(lambda: not runner.busy)


def test_progress_is_sampled(qtbot: QtBot, runner: JobRunner) -> None:
    release = threading.Event()
    seen: list[Snapshot] = []

    def work(progress: Progress) -> None:
        progress.stage("Reading", 10)
        for done in range(1, 6):
            progress.update(done, rows=done * 100)
        release.wait(5)

    runner.start(work, progressed=seen.append)
    qtbot.waitUntil(lambda: any(snapshot.rows == 500 for snapshot in seen))
    release.set()
    assert seen[-1].stage == "Reading"
    assert seen[-1].fraction == pytest.approx(0.5)
    assert len(seen) < 5  # sampled, and not pushed for each step


def test_a_dropped_job_gives_nothing_back(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    got: list[object] = []
    job = runner.start(lambda _: gate.wait(5), succeeded=got.append)
    runner.drop(job)
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert got == []


def test_nothing_is_called_back_after_the_owner_is_gone(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    got: list[object] = []
    owner = QObject()
    runner.start(lambda _: gate.wait(5), owner=owner, succeeded=got.append)
    owner.deleteLater()
    with qtbot.waitSignal(owner.destroyed):
        pass
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert got == []


def test_when_idle_comes_once_and_after_the_last_job(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    calls: list[bool] = []
    runner.start(lambda _: gate.wait(5))
    runner.when_idle(lambda: calls.append(runner.busy))
    gate.set()
    qtbot.waitUntil(lambda: bool(calls))
    runner.start(lambda _: None)
    qtbot.waitUntil(lambda: not runner.busy)
    assert calls == [False]


def test_what_must_run_is_not_cancelled(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    closed: list[str] = []
    runner.start(lambda _: gate.wait(5), lane=Lane.IMPORT)
    runner.start(lambda _: closed.append("closed"), lane=Lane.IMPORT, must_run=True)
    runner.cancel_all()
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert closed == ["closed"]
