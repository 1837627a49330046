"""The real window on a real database; nothing is stubbed but the person."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.gui import app as gui_app
from acme_desktop.gui.background import collector
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.main_window import MainWindow
from tests.gui import leftovers
from tests.gui.driving import close, open_at
from tests.support import postgres

AUTHOR = Author("tester", "tests")


@pytest.fixture
def author() -> Author:
    return AUTHOR


@pytest.fixture(autouse=True)
def _nothing_is_left(qapp: QApplication) -> Iterator[None]:
    """Each test begins with an empty screen, no key held and no thread of another test, and has to leave it so."""
    leftovers.let_go_of_keys()
    before = leftovers.threads()
    yield
    # As in the program: no worker deletes what belongs to the main thread.
    collector.install(qapp).check()
    leftovers.delete_what_is_closed()
    left = [*leftovers.widgets(), *leftovers.running(before)]
    assert not left, f"the test left behind: {', '.join(left)}"


@pytest.fixture
def other_database(_template: str) -> Iterator[Database]:
    """A second catalogue."""
    with postgres.clone(_template) as url:
        database = Database.open(url)
        yield database
        database.close()


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    jobs.cancel_all()
    qtbot.waitUntil(lambda: not jobs.busy, timeout=10_000)
    jobs.wait()


@pytest.fixture
def new_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Callable[..., MainWindow]:
    """Builds windows on one data folder; each is closed as a person would, before any database of the test goes."""
    made: list[MainWindow] = []

    def build(loop: asyncio.AbstractEventLoop | None = None) -> MainWindow:
        window = gui_app.build(qapp, DataFolder(tmp_path / "data"), loop)
        made.append(window)  # pytest-qt itself holds none
        qtbot.addWidget(window, before_close_func=partial(close, qtbot))
        window.resize(1024, 700)
        window.show()
        return window

    return build


@pytest.fixture
def window(qtbot: QtBot, new_window: Callable[[], MainWindow], database: Database) -> MainWindow:
    """A window with its catalogue open and counted."""
    opened = new_window()
    open_at(qtbot, opened, database)
    return opened
