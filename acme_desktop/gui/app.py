"""The window's program: builds what it is made of, wires it, runs the loop, and shuts all of it down."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from acme_desktop.core.foundation import logs, milestones, settings, signals
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.settings import Settings
from acme_desktop.gui import errors, icons
from acme_desktop.gui.background import collector
from acme_desktop.gui.background.crash_watch import CrashWatch
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.background.session import Session
from acme_desktop.gui.change_hub import ChangeHub
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.settings import crash_dialog
from acme_desktop.gui.settings.update_notice import UpdateNotice
from acme_desktop.gui.single_instance import SingleInstance, bring_to_front
from acme_desktop.gui.widgets import formatting, theme

_log = logging.getLogger(__name__)

# Python's default of 5 ms would let a busy worker hold the interpreter that long each time the window wants it.
SWITCH_INTERVAL_SECONDS = 0.001
_INTERRUPT_POLL_MS = 250


class Application(QApplication):
    """`file_opened` comes with the path of a file opened with the program on macOS, where that is no argument."""

    file_opened = Signal(str)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.file_opened.emit(event.file())
            return True
        return super().event(event)


def application() -> QApplication:
    """The one QApplication, with the names that the desktop knows the program by."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QApplication.setApplicationName("acme-desktop")
    QApplication.setApplicationDisplayName("Acme Product Importer")
    QApplication.setDesktopFileName("acme-desktop")
    return Application(sys.argv[:1])


def build(app: QApplication, folder: DataFolder, loop: asyncio.AbstractEventLoop | None = None) -> MainWindow:
    """The window with everything behind it, not shown yet and without a database."""
    return _assemble(app, folder, loop)[0]


def _assemble(
    app: QApplication, folder: DataFolder, loop: asyncio.AbstractEventLoop | None
) -> tuple[MainWindow, JobRunner]:
    collector.install(app)
    formatting.settle_locale()
    folder.create()
    chosen, problem = _settings(folder)
    look = theme.install(app)
    look.changed.connect(lambda: icons.retint(look.colours.text, look.colours.disabled))
    look.choose(chosen.theme)
    runner = JobRunner()
    session = Session(runner, folder.root, runner)
    window = MainWindow(runner, session, ChangeHub(runner), look, folder.root, loop)
    runner.setParent(window)
    if problem is not None:
        QTimer.singleShot(0, window, lambda: errors.show(window, problem))
    return window, runner


def _settings(folder: DataFolder) -> tuple[Settings, EnvironmentProblem | None]:
    try:
        return settings.load(folder.settings_file), None
    except EnvironmentProblem as problem:
        return Settings(), problem


def run(data_dir: Path | None = None, database_url: str | None = None, files: Sequence[str] = ()) -> int:
    """Show the window until it is closed.

    Args:
        data_dir: the data folder; None is the usual one.
        database_url: the server to work with; None is what environment and settings name.
        files: taken into the import queue at once.

    Returns:
        The exit status: 0, also where a window of this data folder was there already and took the files; 130 after an
        interrupt from the terminal.
    """
    milestones.passed("imports")
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    folder = DataFolder.choose(data_dir)
    logs.start(folder)
    app = application()
    paths = [Path(name).absolute() for name in files]
    _make(folder)
    instance = SingleInstance(folder.root, database_url)
    if instance.hand_over(paths):
        return 0
    instance.listen()  # before the window is there: who asks meanwhile is answered by its loop
    app.setQuitOnLastWindowClosed(False)
    watch = CrashWatch(folder, errors.diagnostics())
    watch.begin()
    try:
        return _run(app, folder, database_url, paths, instance, watch)
    except Exception as error:
        watch.note(error)
        raise
    finally:
        watch.end()
        instance.close()


def _make(folder: DataFolder) -> None:
    """Make the data folder; where that fails, whoever started the program from a menu, without terminal, is told here.

    Raises:
        EnvironmentProblem: as for `DataFolder.create`.
    """
    try:
        folder.create()
    except EnvironmentProblem as problem:
        if sys.stderr is None or not sys.stderr.isatty():
            errors.ErrorDialog(None, problem).exec()
        raise


def _run(
    app: QApplication,
    folder: DataFolder,
    database_url: str | None,
    paths: Sequence[Path],
    instance: SingleInstance,
    watch: CrashWatch,
) -> int:
    milestones.passed("Qt application")
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    window, runner = _assemble(app, folder, loop)
    milestones.passed("window built")
    measured = _Measured(window) if milestones.wanted() else None
    unhandled = _Unhandled(window, watch)
    unhandled.install(loop)
    interrupted = _obey_interrupts(window)
    over = loop.create_future()
    window.finished.connect(lambda: over.done() or over.set_result(None))
    window.show()
    window.open_database(database_url)
    window.import_files(paths)
    crash_dialog.offer(runner, folder, window)
    UpdateNotice(runner, folder, window)
    instance.asked.connect(lambda more: (window.import_files(more), bring_to_front(window)))
    window.leaving.connect(instance.turn_away)
    if isinstance(app, Application):
        app.file_opened.connect(lambda name: (window.import_files([Path(name)]), bring_to_front(window)))
    try:
        loop.run_until_complete(over)
        window.wait_for_threads()
    finally:
        unhandled.remove()
        del measured
        loop.close()
    return 130 if interrupted else 0


class _Measured(QObject):
    """Notes when the window was first painted, and when its catalogue was there to be looked at."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._model = window.products.model
        window.installEventFilter(self)
        self._model.answered.connect(self._answered)
        self._model.counted.connect(self._answered)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            milestones.passed("window visible")
        return False

    def _answered(self) -> None:
        if self._model.count is not None:
            milestones.passed("catalogue ready")
            milestones.write()


class _Unhandled:
    """An exception that nobody handled is a bug of ours: logged, kept for a report, shown; and the window goes on."""

    def __init__(self, window: MainWindow, watch: CrashWatch) -> None:
        self._window, self._watch = window, watch

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear of those in slots, in threads and in the loop's tasks."""
        sys.excepthook = self._in_slot
        threading.excepthook = self._in_thread
        loop.set_exception_handler(self._in_loop)

    def remove(self) -> None:
        """Hear of none any more."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _in_slot(self, _kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
        self._keep(error)
        errors.show(self._window, error)

    def _in_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._keep(told.exc_value)

    def _in_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._keep(error)
        else:
            loop.default_exception_handler(context)

    def _keep(self, error: BaseException) -> None:
        _log.error("an exception that nobody handled", exc_info=error)
        self._watch.note(error)


def _obey_interrupts(window: MainWindow) -> list[int]:
    """Close the window properly on Ctrl+C, a polite kill and a closed terminal; the list has the signals that came."""
    came: list[int] = []

    def stop(number: int, _frame: object) -> None:
        came.append(number)

    def look() -> None:
        if came:
            timer.stop()
            window.close_now()

    # Python handles signals only while Python runs, which an idle Qt loop does not.
    timer = QTimer(window, interval=_INTERRUPT_POLL_MS)
    timer.timeout.connect(look)
    timer.start()
    for number in signals.heeded():
        signal.signal(number, stop)
    return came
