"""The main window: arranges the rooms and wires them to each other; decides nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui import actions, errors, icons
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.background.session import Session
from acme_desktop.gui.background.upkeep import Upkeep
from acme_desktop.gui.change_hub import ChangeHub
from acme_desktop.gui.changes.room import ChangesRoom
from acme_desktop.gui.database_pages import StuckPage, starting_page
from acme_desktop.gui.importer.pasting import Pasting
from acme_desktop.gui.importer.room import ImporterRoom
from acme_desktop.gui.products.copying import Copying
from acme_desktop.gui.products.exporting import Exporting
from acme_desktop.gui.products.room import ProductsRoom
from acme_desktop.gui.settings.about_dialog import AboutDialog
from acme_desktop.gui.settings.settings_dialog import SettingsDialog
from acme_desktop.gui.settings.work import Store
from acme_desktop.gui.webhooks.room import WebhooksRoom
from acme_desktop.gui.widgets import leave_question, on_screen
from acme_desktop.gui.widgets.commands import Commands
from acme_desktop.gui.widgets.drop_area import DropArea
from acme_desktop.gui.widgets.menus import ActionTable
from acme_desktop.gui.widgets.status_line import StatusLine
from acme_desktop.gui.widgets.theme import Theme
from acme_desktop.gui.widgets.window_keys import WindowKeys


class MainWindow(QMainWindow):
    """One window on one catalogue.

    `leaving` comes when it begins to close and takes no more files, `finished` when everything behind it has ended.
    """

    leaving = Signal()
    finished = Signal()

    def __init__(
        self,
        runner: JobRunner,
        session: Session,
        hub: ChangeHub,
        theme: Theme,
        data_folder: Path,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__()
        self._runner, self._session, self._hub, self._theme = runner, session, hub, theme
        self._data_folder = data_folder
        self._store = Store(DataFolder(data_folder))
        self._asked_to_leave = self._leaving = False
        self._layout_file = QSettings(str(data_folder / "window.ini"), QSettings.Format.IniFormat)
        self.setObjectName("mainWindow")
        self.setWindowTitle("Acme Product Importer")
        self.setWindowIcon(icons.application_icon())
        self.setMinimumSize(820, 560)
        self.products = ProductsRoom(runner)
        self.importer = ImporterRoom(runner)
        self.changes = ChangesRoom(runner, self)
        self.webhooks = WebhooksRoom(runner, loop, self)
        self.upkeep = Upkeep(runner, lambda: self.importer.busy, self)
        self.exporting = Exporting(runner, self.products, self._layout_file)
        self.copying = Copying(runner, self.products)
        self.pasting = Pasting(runner, self.importer, data_folder / "pasted")
        self._on_database = (
            *(self.products, self.exporting, self.copying),
            *(self.importer, self.changes, self.webhooks, self.upkeep),
        )
        self._setup_ui()
        self._actions = ActionTable(actions.MENUS, self)
        self.commands = Commands(self._actions, self, self._layout_file)
        WindowKeys(self, lambda: (entry.action for entry in self._actions))
        self.addToolBar(self._actions.tool_bar(actions.TOOL_BAR))
        self._table_menu = self._actions.context_menu(actions.CONTEXT_MENU)
        self._wire()
        self._restore_layout()
        self._show_actions()

    # Arrangement

    def _setup_ui(self) -> None:
        self.starting, self.stuck = starting_page(), StuckPage()
        self.stuck.retry_wanted.connect(self._session.retry)
        self.stuck.settings_wanted.connect(self.open_settings)
        self.rooms = QStackedWidget(objectName="rooms")
        for page in (self.starting, self.stuck, self.products):
            self.rooms.addWidget(page)
        central = QWidget()
        layout = QVBoxLayout(central, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.rooms, 1)
        layout.addWidget(self.importer)
        self.setCentralWidget(central)
        line = StatusLine()
        self.said, self.database_label, self.upkeep_label = line.said, line.database, line.upkeep
        self.setStatusBar(line)
        self.resize(on_screen.first_size(1120, 720))
        self.drop_area = DropArea(self, "Drop files to import them")

    def _wire(self) -> None:
        self._session.opening.connect(self._show_starting)
        self._session.opened.connect(self._show_database)
        self._session.failed.connect(self._show_stuck)
        self._session.left.connect(self._leave_database)
        self._session.closed.connect(self._ended)
        self._hub.changed.connect(self.products.refresh)
        self._hub.changed.connect(self.changes.refresh)
        self._hub.changed.connect(self.upkeep.look_soon)
        self.upkeep.said.connect(self.upkeep_label.setText)
        self.changes.bench_wanted.connect(self.importer.open_bench)
        self.changes.resume_wanted.connect(self.importer.resume)
        self.changes.products_wanted.connect(self._show_changed)
        self._theme.changed.connect(self._retint)
        self.drop_area.dropped.connect(self.import_files)
        self.products.import_wanted.connect(self.importer.choose_files)
        self.products.picked.connect(self._show_actions)
        self.changes.steps.named.connect(self._name_steps)
        self.products.history_wanted.connect(self.changes.open_product_history)
        self.products.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.products.table.customContextMenuRequested.connect(self._show_table_menu)
        for speaker in (self.webhooks, self.exporting, self.copying, self.pasting):
            speaker.said.connect(self.say)
        for room in (self.products, self.importer, self.changes):
            room.changed.connect(self._hub.announce)
            room.said.connect(self.say)

    # The database comes and goes

    def _show_starting(self) -> None:
        if self._session.database is None:
            self.rooms.setCurrentWidget(self.starting)
            self.database_label.setText("Starting…")
        self._show_actions()

    def _show_database(self, database: Database) -> None:
        self.rooms.setCurrentWidget(self.products)
        self.database_label.setText(database.display_name)
        self.database_label.setToolTip(f"This window works with: {database.display_name}")
        self.setWindowTitle(f"{database.display_name} — Acme Product Importer")
        for part in self._on_database:
            part.set_database(database)
        self._hub.listen(database)
        self.products.focus_start()
        self._show_actions()

    def _show_stuck(self, error: Exception) -> None:
        if self._leaving:
            return
        if self._session.database is not None:
            errors.show(self, error)
            return
        self.stuck.tell(error)
        self.rooms.setCurrentWidget(self.stuck)
        self.stuck.retry.setFocus()
        self.database_label.setText("No database")
        self._show_actions()

    def _leave_database(self) -> None:
        self._hub.stop()
        for part in self._on_database:
            part.set_database(None)

    def _show_table_menu(self, place: QPoint) -> None:
        self._table_menu.popup(self.products.table.viewport().mapToGlobal(place))

    def _show_actions(self) -> None:
        ready = self._session.database is not None and not self._leaving
        picked = self.products.table.selected_count if ready else 0
        self._actions.show(actions.State(ready, picked))

    def _name_steps(self, undo: str, redo: str) -> None:
        self._actions.specify("actionUndo", undo)
        self._actions.specify("actionRedo", redo)

    # What people ask for

    def import_files(self, paths: Iterable[Path]) -> None:
        """Take files into the import queue."""
        self.importer.add(paths)

    def open_database(self, database_url: str | None = None) -> None:
        """Open the database at the URL given, else the one that environment and settings name."""
        self._store = Store(DataFolder(self._data_folder), database_url)
        self._session.open(database_url)

    def say(self, words: str) -> None:
        """Show a short message in the status bar."""
        self.said.setText(words)

    def open_settings(self) -> None:
        """Open the settings dialog."""
        dialog = SettingsDialog(self._runner, self._theme, self._store, self)
        dialog.saved.connect(self._switch)
        dialog.open()

    def _switch(self, database_url: str | None) -> None:
        if self.importer.busy:
            self.say("The other database is used after the next start: an import is running.")
        elif not self._session.is_open_at(database_url):
            self._session.open(database_url)

    def open_product_history(self) -> None:
        """Tell what happened to the product that is selected; without one, the dialog asks for a SKU."""
        picked = self.products.table.selected_products()
        self.changes.open_product_history(picked[0].sku if len(picked) == 1 else "")

    def _show_changed(self, change_set_id: int) -> None:
        self.products.show_filter(Filter(changed_in=change_set_id))
        self.activateWindow()

    def open_about(self) -> None:
        """Open the About dialog."""
        AboutDialog(self._runner, self._session.database, self._data_folder, self.database_label.text(), self).open()

    def _retint(self) -> None:
        icons.retint(self._theme.colours.text, self._theme.colours.disabled)

    # Coming and going

    def _restore_layout(self) -> None:
        geometry = self._layout_file.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.products.restore_layout(self._layout_file)

    def _save_layout(self) -> None:
        self._layout_file.setValue("geometry", self.saveGeometry())
        self.products.save_layout(self._layout_file)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        if self._asked_to_leave or self._leaving:
            return
        busy = {leave_question.IMPORT: self.importer.busy, leave_question.EXPORT: self.exporting.busy}
        if any(busy.values()):
            leave_question.ask_to_leave(self, [what for what, runs in busy.items() if runs], self._save_and_leave)
        else:
            self._save_and_leave()

    def close_now(self) -> None:
        """Close without asking; what runs is cancelled."""
        if not self._leaving:
            self._leave()

    def _save_and_leave(self) -> None:
        """Save first what is typed; what is refused, or collides with someone else's change, keeps the window open."""
        self._asked_to_leave = True
        self.importer.cancel_all()
        self._runner.cancel_all(Lane.EDIT)
        self.products.save_typed(self._saved)

    def _saved(self, well: bool) -> None:
        self._asked_to_leave = False
        if well:
            self.close_now()
        elif not self._leaving:
            self.say("The window stays open: what you typed last is not saved yet.")

    def wait_for_threads(self) -> None:
        """Wait until no thread of the window is left; only when nothing is shown any more."""
        self._runner.wait()
        self._hub.wait()

    def _leave(self) -> None:
        """Cancel what runs, let go of the database when all is quiet, then be gone; never waits here."""
        self._leaving = True
        self.leaving.emit()
        self._save_layout()
        self._layout_file.sync()
        self.say("Closing…")
        self.centralWidget().setEnabled(False)
        self._show_actions()
        self.importer.cancel_all()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        # Begun behind the cancel, it would hold the window up until every index is made.
        self.upkeep.set_database(None)
        self._runner.cancel_all()
        self.webhooks.when_ended(lambda: self._runner.when_idle(self._session.close))

    def _ended(self) -> None:
        self._hub.stop()
        self.hide()
        self.finished.emit()
