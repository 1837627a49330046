"""The room's push buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from acme_desktop.gui import icons


def button(text: str, name: str, icon: str | None = None) -> QPushButton:
    """A button that never becomes the dialog's default by itself.

    Args:
        text: with its mnemonic; without it, it is the accessible name.
        name: the object name.
        icon: one of ours.
    """
    made = QPushButton(text, objectName=name, accessibleName=text.replace("&", ""))
    made.setAutoDefault(False)
    if icon is not None:
        icons.wear(made, icon)
    return made
