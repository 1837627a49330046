"""A window whose events are sent on a qasync loop, as in the program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.webhooks.dialog import WebhookDialog
from tests.gui.driving import open_at


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The loop that pytest-qt's waiting keeps going; whatever it complains of fails the test."""
    complaints: list[dict[str, object]] = []
    loop = QEventLoop(qapp, already_running=True)
    loop.set_exception_handler(lambda _loop, context: complaints.append(context))
    yield loop
    left = asyncio.all_tasks(loop)
    for thread in threading.enumerate():
        if thread.name.startswith("listen-"):
            thread.join(5)
    # Not loop.stop(): that quits the application, and Qt would start no event loop in this thread any more.
    loop._after_run_forever()
    loop._QEventLoop__is_running = False
    loop.close()
    asyncio._set_running_loop(None)
    assert not left
    assert not complaints


@pytest.fixture
def sending(
    qtbot: QtBot, new_window: Callable[..., MainWindow], loop: asyncio.AbstractEventLoop, database: Database
) -> MainWindow:
    """A window that sends what its catalogue notes."""
    window = new_window(loop)
    open_at(qtbot, window, database)
    return window


@pytest.fixture
def dialog(qtbot: QtBot, sending: MainWindow) -> WebhookDialog:
    """The dialog, as the menu opens it."""
    sending._actions["actionWebhooks"].trigger()
    opened = sending.webhooks.dialog
    assert opened is not None
    qtbot.waitUntil(opened.isVisible)
    return opened
