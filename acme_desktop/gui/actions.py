"""Every action of the main window, one row each: menus, shortcuts, tool bar, palette and key sheet are made from it.

To add one, put a row into its menu: object name, text with mnemonic, icon, shortcut, tip, what it calls, what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtGui import QKeySequence

from acme_desktop.gui.changes.room import ChangesRoom
from acme_desktop.gui.importer.pasting import Pasting
from acme_desktop.gui.importer.room import ImporterRoom
from acme_desktop.gui.products.copying import Copying
from acme_desktop.gui.products.exporting import Exporting
from acme_desktop.gui.products.room import ProductsRoom
from acme_desktop.gui.webhooks.room import WebhooksRoom
from acme_desktop.gui.widgets.commands import Commands
from acme_desktop.gui.widgets.menus import Action, Menu, Need


class Window(Protocol):
    """What the rows call."""

    products: ProductsRoom
    importer: ImporterRoom
    changes: ChangesRoom
    webhooks: WebhooksRoom
    exporting: Exporting
    copying: Copying
    pasting: Pasting
    commands: Commands

    def open_settings(self) -> None: ...
    def open_about(self) -> None: ...
    def open_product_history(self) -> None: ...
    def close(self) -> bool: ...


@dataclass(frozen=True)
class State:
    """What decides which actions are to be had."""

    ready: bool = False
    """A database is open."""
    picked: int = 0
    """How many products are selected."""


_DATABASE = Need(lambda state: state.ready, "No database is open.")
_SOME = Need(lambda state: state.picked > 0, "No product is selected.")
_ONE = Need(lambda state: state.picked == 1, "One product has to be selected.")

READY = (_DATABASE,)
PICKED = (_DATABASE, _SOME)
ONE = (_DATABASE, _ONE)

_KEYS = QKeySequence.StandardKey

# fmt: off
MENUS = (
    Menu("&File", (
        Action("actionImport", "&Import files…", "import", _KEYS.Open,
               "Import product files", lambda on: on.importer.choose_files()),
        Action("actionHistory", "&History…", "history", "Ctrl+H",
               "Every change and every import", lambda on: on.changes.open_history(), READY),
        None,
        Action("actionExport", "E&xport products…", "export", "Ctrl+E",
               "Write products to a file", lambda on: on.exporting.open(), READY),
        None,
        Action("actionWebhooks", "&Webhooks…", "webhook", "Ctrl+Shift+W",
               "Where changes are sent", lambda on: on.webhooks.open(), READY),
        Action("actionSettings", "&Settings…", "settings", "Ctrl+,",
               "Database and appearance", lambda on: on.open_settings()),
        None,
        Action("actionQuit", "&Quit", "quit", "Ctrl+Q",
               "Close the window and quit", lambda on: on.close()),
    )),
    Menu("&Edit", (
        Action("actionUndo", "&Undo…", "undo", _KEYS.Undo,
               "Take the newest change back", lambda on: on.changes.undo_latest(), READY),
        Action("actionRedo", "&Redo…", "redo", _KEYS.Redo,
               "Bring back what was undone last", lambda on: on.changes.redo_latest(), READY),
        None,
        Action("actionSelectAll", "&Select all", "select-all", _KEYS.SelectAll,
               "Select every product that is shown", lambda on: on.products.table.selectAll(), READY),
        Action("actionCopy", "&Copy", "copy", _KEYS.Copy,
               "Copy the products selected, for a spreadsheet", lambda on: on.copying.copy("tsv"), PICKED),
        Menu("Copy &as", (
            Action("actionCopyTsv", "&TSV, for spreadsheets", None, None,
                   "Copy the products selected, with tabs between", lambda on: on.copying.copy("tsv"), PICKED),
            Action("actionCopyCsv", "&CSV", None, None,
                   "Copy the products selected as a CSV file has them", lambda on: on.copying.copy("csv"), PICKED),
            Action("actionCopyJson", "&JSON", None, None,
                   "Copy the products selected, with all their fields", lambda on: on.copying.copy("json"), PICKED),
            Action("actionCopyMarkdown", "&Markdown table", None, None,
                   "Copy the products selected as a table", lambda on: on.copying.copy("markdown"), PICKED),
        )),
        Action("actionPaste", "&Paste as an import…", "import", _KEYS.Paste,
               "Import rows copied from a spreadsheet", lambda on: on.pasting.paste(), READY),
    )),
    Menu("&Product", (
        Action("actionNewProduct", "&New product…", "add", _KEYS.New,
               "Create a product", lambda on: on.products.new_product(), READY),
        Action("actionEditProduct", "&Edit product…", "edit", "Alt+Return",
               "Edit the product selected", lambda on: on.products.edit_selected(), ONE),
        Action("actionEditCell", "Edit &in the cell", None, "F2",
               "Edit the cell in its place", lambda on: on.products.edit_cell(), PICKED),
        Action("actionToggleActive", "Switch &active or inactive", None, "Ctrl+T",
               "Switch the current product active or inactive", lambda on: on.products.toggle_active(), PICKED),
        Action("actionBulkEdit", "Edit &several products…", None, "Ctrl+Shift+E",
               "Change the products selected, or all that are shown, at once",
               lambda on: on.products.bulk_edit(), READY),
        Action("actionDeleteProducts", "&Delete…", "delete", _KEYS.Delete,
               "Delete the products selected", lambda on: on.products.delete_selected(), PICKED),
        Action("actionProductHistory", "Product &history…", "history", "Ctrl+Shift+H",
               "What happened to a product, and back to an earlier version",
               lambda on: on.open_product_history(), READY),
        None,
        Action("actionDeleteAll", "Delete a&ll products…", "delete-all", None,
               "Delete every product of the catalogue", lambda on: on.products.delete_all(), READY),
    )),
    Menu("&View", (
        Action("actionFind", "&Find", "search", _KEYS.Find,
               "Go to the search box", lambda on: on.products.filters.focus_search(), READY),
        Action("actionClearFilters", "&Clear filters", "filter", "Ctrl+Shift+F",
               "Show every product again", lambda on: on.products.filters.clear(), READY),
        Action("actionToggleFilters", "Filter &panel", "sidebar", "F9",
               "Hide the filter panel, or show it again", lambda on: on.products.toggle_filters(), READY),
        None,
        Action("actionGoToSku", "&Go to SKU…", None, "Ctrl+G",
               "Find one product in what is shown", lambda on: on.products.go_to.open(), READY),
        Action("actionGoToPage", "Go to p&age…", None, "Ctrl+Alt+G",
               "Type the number of a page", lambda on: on.products.pager.focus_page(), READY),
        Action("actionColumns", "C&olumns…", None, "Ctrl+Alt+C",
               "Sort, move, size, show, hide and freeze columns",
               lambda on: on.products.table.open_columns_menu(), READY),
        Action("actionSort", "Sort &by this column", None, "Ctrl+Alt+S",
               "Order by the current cell's column, the second time the other way round",
               lambda on: on.products.table.sort_here(), READY),
        Action("actionSortMore", "Sort t&hen by this column", None, "Ctrl+Alt+Shift+S",
               "Order by the current cell's column where the columns before are the same",
               lambda on: on.products.table.sort_here(adding=True), READY),
        None,
        Action("actionViews", "Saved &views…", "view", "Ctrl+Shift+G",
               "Choose a saved view", lambda on: on.products.open_views(), READY),
        Action("actionSaveView", "&Save as new view…", "save", "Ctrl+Shift+S",
               "Keep filters, order and columns under a name", lambda on: on.products.save_view(), READY),
        None,
        Action("actionAsOf", "Catalogue as of a &date…", "waiting", "Ctrl+Shift+D",
               "Look at the catalogue as it was", lambda on: on.changes.open_as_of(), READY),
        Action("actionDifference", "Compare &two dates…", None, "Ctrl+Alt+D",
               "See what was created, changed and deleted between two dates",
               lambda on: on.changes.open_difference(), READY),
        None,
        Action("actionRefresh", "&Refresh", "refresh", _KEYS.Refresh,
               "Read the products again", lambda on: on.products.refresh(), READY),
    )),
    Menu("&Help", (
        Action("actionPalette", "&Find a command…", "search", "Ctrl+K",
               "Search everything that this window can do", lambda on: on.commands.open_palette()),
        Action("actionShortcuts", "&Keyboard shortcuts", None, (_KEYS.HelpContents, "Ctrl+/"),
               "All keys on one sheet", lambda on: on.commands.open_sheet()),
        None,
        Action("actionAbout", "&About Acme Product Importer", "about", None,
               "Versions and licences", lambda on: on.open_about()),
    )),
)
# fmt: on

TOOL_BAR = (
    ("actionImport", "Import"),
    ("actionHistory", "History"),
    None,
    ("actionNewProduct", "New"),
    ("actionEditProduct", "Edit"),
    ("actionDeleteProducts", "Delete"),
    None,
    ("actionRefresh", "Refresh"),
    "",
    ("actionWebhooks", "Webhooks"),
    ("actionSettings", "Settings"),
)
"""The actions at hand, each with its one word; a line is None, the room left over is ""."""

CONTEXT_MENU = (
    "actionEditProduct",
    "actionEditCell",
    "actionBulkEdit",
    "actionDeleteProducts",
    "actionProductHistory",
    None,
    "actionCopy",
    ("Copy &as", ("actionCopyTsv", "actionCopyCsv", "actionCopyJson", "actionCopyMarkdown")),
    "actionExport",
)
"""What the table offers on a product."""
