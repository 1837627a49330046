"""What a test may leave to the next one: widgets on the screen, threads, and keys that Qt takes for held down."""

from __future__ import annotations

import threading

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

PATIENCE_SECONDS = 10


def let_go_of_keys() -> None:
    """Qt takes Shift and Ctrl of the last key that a test sent for held until another key comes, also in later tests.

    With Shift held, `selectRow` selects nothing where nothing is current; with Ctrl, it adds to the selection.
    """
    QTest.keyRelease(QWidget(), Qt.Key.Key_Control)


def delete_what_is_closed() -> None:
    """Have what is to be deleted later deleted now, and not while the next test waits for something."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def widgets() -> list[str]:
    """Which windows, dialogs and menus still stand; they are closed."""
    standing = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    words = [f"{type(widget).__name__} {widget.objectName()} {widget.windowTitle()}".rstrip() for widget in standing]
    for widget in standing:
        widget.close()
        widget.deleteLater()
    delete_what_is_closed()
    return words


def threads() -> set[threading.Thread]:
    """The threads that run now."""
    return set(threading.enumerate())


def running(before: set[threading.Thread]) -> list[str]:
    """Which threads have been started since and do not come to their end; those of a `QThreadPool` are its own."""
    started = [thread for thread in threads() - before if not isinstance(thread, threading._DummyThread)]
    for thread in started:
        thread.join(PATIENCE_SECONDS)
    return [f"thread {thread.name}" for thread in started if thread.is_alive()]
