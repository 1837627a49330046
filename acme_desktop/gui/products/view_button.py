"""The button above the table that names the view in use; its menu chooses, saves, renames, moves and deletes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from acme_desktop.core.products.saved_views import SavedView, View
from acme_desktop.gui import icons
from acme_desktop.gui.products import view_columns
from acme_desktop.gui.products.view_name_dialog import ViewNameDialog
from acme_desktop.gui.products.views import Views
from acme_desktop.gui.widgets import question
from acme_desktop.gui.widgets.notices import repolish

_LONGEST = 170  # logical pixels
_KEYS = "Alt+W"  # with and without a view, whose name has no mnemonic


class ViewButton(QPushButton):
    """Shows which view is in use and whether what is shown differs from it.

    `chosen` comes with the `SavedView` to show, or None for the plain catalogue.

    Args:
        views: the saved views.
        shown: gives the view as the window shows it now.
    """

    chosen = Signal(object)

    def __init__(self, views: Views, shown: Callable[[], View], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewButton")
        self.setProperty("kind", "view")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._views, self._shown = views, shown
        self._state: tuple[str, bool, bool] | None = None
        icons.wear(self, "view")
        self._menu = QMenu(self, objectName="viewMenu")
        self._menu.setAccessibleName("Views")
        self._menu.aboutToShow.connect(self._open)
        self.setMenu(self._menu)
        views.changed.connect(self.show_state)
        views.changed.connect(self._fill)
        self.show_state()
        self._fill()

    @property
    def modified(self) -> bool:
        """Whether what is shown differs from the view in use."""
        current = self._views.current
        return current is not None and not same(current.view, self._shown())

    def show_state(self) -> None:
        """Name the view, with a mark where what is shown differs from it."""
        current = self._views.current
        name = current.name if current else "View"
        words = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _LONGEST)
        modified = self.modified
        if (name, modified, current is not None) == self._state:
            return
        self._state = (name, modified, current is not None)
        self.setText(words.replace("&", "&&") + (" • modified" if modified else "") if current else "Vie&w")
        state = f"{name}, modified" if modified else name
        self.setShortcut(_KEYS)
        self.setAccessibleName(f"View: {state}" if current else "View")
        self.setToolTip(f"{state}\nSaved views of the catalogue (Alt+W)" if current else "Saved views (Alt+W)")
        self.setProperty("named", current is not None)
        repolish(self)

    # The menu

    def open_menu(self) -> None:
        """Open the menu below the button."""
        if self.isVisible():
            self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
            self._menu.setActiveAction(self._menu.actions()[0])

    def _open(self) -> None:
        self._fill()
        self._views.load()

    def _fill(self) -> None:
        menu, current = self._menu, self._views.current
        menu.clear()
        group = QActionGroup(menu)
        plain = self._row("All &products", "viewAll", partial(self.chosen.emit, None), checked=current is None)
        group.addAction(plain)
        for view in self._views.all:
            action = self._row(_plain(view.name), f"view_{view.name}", partial(self.chosen.emit, view))
            action.setCheckable(True)
            action.setChecked(current is not None and view.id == current.id)
            group.addAction(action)
        if not self._views.all:
            self._row("No view is saved yet", "viewNone", None)
        menu.addSeparator()
        if current is not None:
            name = _plain(current.name)
            save = self._row(f"&Save changes to “{name}”", "viewSave", self._save_changes)
            save.setEnabled(self.modified)
        self._row("Save as &new view…", "viewSaveAs", self.ask_name)
        if current is not None:
            menu.addSeparator()
            self._row(f"&Rename “{name}”…", "viewRename", self._ask_new_name)
            at = [view.id for view in self._views.all].index(current.id) if current in self._views.all else 0
            up = self._row("Move &up", "viewUp", partial(self._views.move, current.name, -1))
            up.setEnabled(at > 0)
            down = self._row("Move &down", "viewDown", partial(self._views.move, current.name, 1))
            down.setEnabled(at < len(self._views.all) - 1)
            self._row(f"De&lete “{name}”…", "viewDelete", self._ask_delete)

    def _row(self, text: str, name: str, do: Callable[[], object] | None, *, checked: bool | None = None) -> QAction:
        action = self._menu.addAction(text)
        action.setObjectName(name)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        if do is None:
            action.setEnabled(False)
        else:
            action.triggered.connect(lambda: do())
        return action

    # What is asked

    def _save_changes(self) -> None:
        current = self._views.current
        if current is not None:
            self._views.save(current.name, self._shown())

    def ask_name(self) -> None:
        """Ask for a name, and save what is shown under it."""
        dialog = ViewNameDialog("Save as new view", "", [view.name for view in self._views.all], self.window())
        dialog.setObjectName("saveViewDialog")
        dialog.named.connect(lambda name, over: self._views.save(name, self._shown(), replace=over))
        dialog.open()

    def _ask_new_name(self) -> None:
        current = self._views.current
        if current is None:
            return
        others = [view.name for view in self._views.all if view.id != current.id]
        dialog = ViewNameDialog("Rename view", current.name, others, self.window(), replace=False)
        dialog.setObjectName("renameViewDialog")
        dialog.named.connect(lambda name: self._views.rename(current.name, name))
        dialog.open()

    def _ask_delete(self) -> None:
        current: SavedView | None = self._views.current
        if current is None:
            return
        question.ask(
            self.window(),
            "deleteViewDialog",
            f"Delete the view “{current.name}”?",
            "Everybody who uses this database loses it. The products stay.",
            ("&Delete the view", "deleteViewButton"),
            "&Keep it",
            partial(self._views.delete, current.name),
        )


def same(one: View, other: View) -> bool:
    """Whether two views show the same."""
    plain = (one.filter, one.sort.keys, one.moving) == (other.filter, other.sort.keys, other.moving)
    return plain and view_columns.same(one.columns, other.columns)


def _plain(text: str) -> str:
    """A menu takes "&" for a mnemonic."""
    return text.replace("&", "&&")
