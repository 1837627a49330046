"""Finding what a window can do: opens the palette and the sheet of shortcuts over a table of actions."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QWidget

from acme_desktop.gui.widgets.menus import ActionTable
from acme_desktop.gui.widgets.palette import Command, CommandPalette
from acme_desktop.gui.widgets.shortcut_sheet import Group, ShortcutSheet

_PALETTE = "actionPalette"
_KEY = "palette/recent"
_KEPT = 12


class Commands(QObject):
    """Knows which actions were used last, from one start of the program to the next."""

    def __init__(self, table: ActionTable, window: QWidget, remembered: QSettings) -> None:
        super().__init__(window)
        self._table, self._window, self._remembered = table, window, remembered
        self._sheet: ShortcutSheet | None = None
        self._recent = [name for name in str(remembered.value(_KEY, "")).split(",") if name]
        table.done.connect(self._used)

    def open_palette(self) -> None:
        """Open the palette."""
        palette = CommandPalette(self.commands(), self._window)
        palette.chosen.connect(lambda name: self._table[name].trigger())
        palette.open()

    def open_sheet(self) -> None:
        """Show the sheet of shortcuts, or bring it to the front."""
        if self._sheet is None:
            self._sheet = ShortcutSheet(self.groups(), self._window)
            self._sheet.destroyed.connect(self._forget_sheet)
            self._sheet.show()
        else:
            self._sheet.raise_()
            self._sheet.activateWindow()

    def commands(self) -> list[Command]:
        """Every action but the palette itself, as it can be used now."""
        places = {name: place for place, name in enumerate(self._recent)}
        return [
            Command(
                entry.row.name,
                entry.title_now,
                entry.path[0],
                entry.keys,
                entry.lacking,
                places.get(entry.row.name, _KEPT),
            )
            for entry in self._table
            if entry.row.name != _PALETTE
        ]

    def groups(self) -> list[Group]:
        """The actions that have a shortcut, by menu."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for entry in self._table:
            if entry.keys:
                groups.setdefault(entry.path[0], []).append((entry.title, entry.keys))
        return list(groups.items())

    def _forget_sheet(self) -> None:
        self._sheet = None

    def _used(self, name: str) -> None:
        if name == _PALETTE:
            return
        self._recent = [name, *(one for one in self._recent if one != name)][:_KEPT]
        self._remembered.setValue(_KEY, ",".join(self._recent))
