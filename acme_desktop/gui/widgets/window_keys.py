"""The window's own shortcuts win over a text field's, but what edits text stays the field's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

_KEYS = QKeySequence.StandardKey
_FIELDS_OWN = (_KEYS.Undo, _KEYS.Redo, _KEYS.Cut, _KEYS.Copy, _KEYS.Paste, _KEYS.SelectAll, _KEYS.Delete)


class WindowKeys(QObject):
    """Watches the text field of a window that has the keyboard, and that one alone.

    A field claims keys such as Ctrl+E (end of the line) before any shortcut is looked for.
    """

    def __init__(self, window: QWidget, actions: Callable[[], Iterable[QAction]]) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._field: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None and before is self._field:
            before.removeEventFilter(self)
        here = isinstance(now, QLineEdit | QPlainTextEdit) and now.window() is self._window
        self._field = now if here else None
        if self._field is not None:
            self._field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if any(event.matches(key) for key in _FIELDS_OWN):
            return False
        pressed = QKeySequence(event.keyCombination())
        if not any(action.isEnabled() and pressed in action.shortcuts() for action in self._actions()):
            return False
        event.ignore()
        return True
