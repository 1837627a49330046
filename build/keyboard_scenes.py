"""Pictures of what the keyboard reaches: the palette, the sheet of shortcuts, and the export dialog with its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def shoot_keyboard(stage: Any, folder: Path) -> None:
    """Every scene, on a catalogue that is filled and shown."""
    window = stage.window
    window.commands.open_palette()
    palette = stage.dialog("commandPalette")
    stage.shoot("palette")
    palette.search.setText("prod")
    stage.shoot("palette-search")
    palette.reject()
    stage.until(lambda: not palette.isVisible())
    window.commands.open_sheet()
    sheet = stage.dialog("shortcutSheet")
    stage.shoot("shortcuts")
    sheet.close()
    stage.until(lambda: not sheet.isVisible())
    shoot_export(stage, folder)


def shoot_export(stage: Any, folder: Path) -> None:
    """The export dialog with something selected, and when the file lies there."""
    window = stage.window
    window.products.table.selectRow(2)
    window.exporting.open()
    dialog = stage.dialog("exportDialog")
    stage.shoot("export")
    dialog.begin(folder / "products.csv")
    stage.until(dialog.banner.isVisible)
    stage.shoot("export-done")
    dialog.close()
    stage.until(lambda: not dialog.isVisible())
