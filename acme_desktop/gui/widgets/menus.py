"""Menus, shortcuts and tool bar from one table of actions, which also tells why an action is not to be had now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QSizePolicy, QToolBar, QWidget

from acme_desktop.gui import icons


@dataclass(frozen=True)
class Need:
    """What an action cannot do without: a look at the state, and the sentence that says what is lacking."""

    met: Callable[[Any], bool]
    lacking: str


@dataclass(frozen=True)
class Action:
    """One row of the table.

    Args:
        name: the object name.
        text: as in the menu, with its mnemonic.
        icon: a drawing of `gui.icons`, or None.
        keys: a shortcut, a standard key, or None; several in a tuple, of which the first is shown.
        tip: one sentence without its full stop.
        do: takes the window and does it.
        needs: all that must be met for it to be enabled; the first that is not is told.
    """

    name: str
    text: str
    icon: str | None
    keys: Any
    tip: str
    do: Callable[[Any], object]
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Menu:
    """A menu: actions, menus within it, and None for a line between."""

    title: str
    rows: Sequence[Action | Menu | None]
    icon: str | None = None


def plain(text: str) -> str:
    """A menu text without its mnemonic and without the dots that promise a dialog."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")


@dataclass
class Entry:
    """An action as it stands in the window."""

    row: Action
    action: QAction
    path: tuple[str, ...]
    """The titles of its menus, from the menu bar inwards."""
    lacking: str = ""
    """Why it is disabled, or ""."""

    @property
    def title(self) -> str:
        """What it is called outside its menu: "Copy as CSV" for "CSV" in a menu "Copy as"."""
        return " ".join((*self.path[1:], plain(self.row.text)))

    @property
    def title_now(self) -> str:
        """The title with what it would be about now, see `ActionTable.specify`."""
        return " ".join((*self.path[1:], plain(self.action.text())))

    @property
    def keys(self) -> str:
        """Its shortcuts as the platform writes them, or ""; of a standard key's several the usual one."""
        keys = self.row.keys if isinstance(self.row.keys, tuple) else (self.row.keys,)
        form = QKeySequence.SequenceFormat.NativeText
        return ", ".join(QKeySequence(one).toString(form) for one in keys if one is not None)


class ActionTable(QObject):
    """Builds the table's actions into a window; `table["actionUndo"]` is the QAction of that name."""

    done = Signal(str)
    """An action was used; its name."""

    def __init__(self, menus: Sequence[Menu], window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._entries: dict[str, Entry] = {}
        for menu in menus:
            self._fill(window.menuBar(), menu, ())

    def __getitem__(self, name: str) -> QAction:
        return self._entries[name].action

    def __iter__(self) -> Iterator[Entry]:
        """Every action, in the order of the menus."""
        return iter(self._entries.values())

    def _fill(self, parent: QMenuBar | QMenu, menu: Menu, path: tuple[str, ...]) -> None:
        made = parent.addMenu(menu.title)
        made.setToolTipsVisible(False)
        if menu.icon is not None:
            icons.wear(made.menuAction(), menu.icon)
        for row in menu.rows:
            if row is None:
                made.addSeparator()
            elif isinstance(row, Menu):
                self._fill(made, row, (*path, plain(menu.title)))
            else:
                made.addAction(self._make(row, (*path, plain(menu.title))))

    def _make(self, row: Action, path: tuple[str, ...]) -> QAction:
        action = QAction(row.text, self._window, objectName=row.name)
        action.setStatusTip(row.tip)
        action.setToolTip(row.tip)
        if row.keys is not None:
            action.setShortcuts(_sequences(row.keys))
            if keys := action.shortcut().toString(QKeySequence.SequenceFormat.NativeText):
                action.setToolTip(f"{row.tip} ({keys})")
        if row.icon is not None:
            icons.wear(action, row.icon)
        self._window.addAction(action)
        action.triggered.connect(lambda: self._do(row))
        self._entries[row.name] = Entry(row, action, path)
        return action

    def _do(self, row: Action) -> None:
        row.do(self._window)
        self.done.emit(row.name)

    def show(self, state: object) -> None:
        """Enable what this state allows, and note what the rest lacks."""
        for entry in self:
            entry.lacking = next((need.lacking for need in entry.row.needs if not need.met(state)), "")
            entry.action.setEnabled(not entry.lacking)

    def specify(self, name: str, subject: str) -> None:
        """Say in an action's text what it would be about now: "Undo: edit of A-1…"; "" says nothing."""
        entry = self._entries[name]
        about = f": {subject.replace('&', '&&')}" if subject else ""
        dots = "…" if entry.row.text.endswith("…") else ""
        entry.action.setText(f"{entry.row.text.removesuffix('…')}{about}{dots}")

    def context_menu(self, names: Sequence[str | tuple[str, Sequence[str]] | None]) -> QMenu:
        """A menu of some of the actions.

        Args:
            names: actions' names; None for a line, (title, names) for a menu within.
        """
        menu = QMenu(self._window)
        self._add(menu, names)
        return menu

    def _add(self, menu: QMenu, names: Sequence[str | tuple[str, Sequence[str]] | None]) -> None:
        for name in names:
            if name is None:
                menu.addSeparator()
            elif isinstance(name, str):
                menu.addAction(self[name])
            else:
                self._add(menu.addMenu(name[0]), name[1])

    def tool_bar(self, rows: Sequence[tuple[str, str] | str | None]) -> QToolBar:
        """A calm tool bar.

        Args:
            rows: an action's name and its one word; None for a line, "" for the room that is left.
        """
        bar = QToolBar("Main tool bar", objectName="mainToolBar", movable=False, iconSize=QSize(18, 18))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for row in rows:
            if row is None:
                bar.addSeparator()
            elif isinstance(row, str):
                gap = QWidget()
                gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                bar.addWidget(gap)
            else:
                name, word = row
                # The style leaves hardly any room between the icon and its word.
                self[name].setIconText(f" {word}")
                bar.addAction(self[name])
                button = bar.widgetForAction(self[name])
                button.setAccessibleName(word)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return bar


def _sequences(keys: Any) -> list[QKeySequence]:
    if isinstance(keys, QKeySequence.StandardKey):
        return QKeySequence.keyBindings(keys)
    return [one for each in keys for one in _sequences(each)] if isinstance(keys, tuple) else [QKeySequence(keys)]
