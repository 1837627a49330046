"""The product dialog is saved from anywhere, and starts where the typing starts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from acme_desktop.gui.products.product_dialog import ProductDialog


@pytest.mark.parametrize("field", ["sku", "name", "description", "active"])
def test_ctrl_enter_saves_from_every_field(qtbot: QtBot, field: str) -> None:
    dialog = ProductDialog(None)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.sku.hasFocus)
    dialog.sku.setText("A-1")
    dialog.name.setText("Lamp")
    control = getattr(dialog, field)
    control.setFocus()
    with qtbot.waitSignal(dialog.save_wanted) as saved:
        qtbot.keyClick(control, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert saved.args[0].name == "Lamp"
    assert saved.args[0].description == ""
