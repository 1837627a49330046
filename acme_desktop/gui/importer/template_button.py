"""The mapping dialog's templates: choose one by name, keep the settings as one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget

from acme_desktop.core.importer.templates import Template


class TemplateButton(QPushButton):
    """Opens a menu with the named templates; `chosen` comes with one, the other two with a name."""

    chosen = Signal(Template)
    save_wanted = Signal(str)
    forget_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("&Templates", parent)
        self.setObjectName("templateButton")
        self.setProperty("menu", True)
        self.setAutoDefault(False)
        self.setAccessibleDescription("Choose remembered settings, or keep these under a name")
        self._names: list[str] = []
        self._savable = False
        self._menu = QMenu(self)
        self._menu.setObjectName("templateMenu")
        self.setMenu(self._menu)
        self.show_templates(())

    def show_templates(self, templates: Sequence[Template]) -> None:
        """Offer these."""
        self._names = [template.name for template in templates if template.name]
        self._menu.clear()
        for template in templates:
            action = self._menu.addAction(_plain(template.name or ""))
            action.triggered.connect(partial(self.chosen.emit, template))
        if not templates:
            self._menu.addAction("No template has a name yet").setEnabled(False)
        self._menu.addSeparator()
        self._save = self._menu.addAction("&Save as template…")
        self._save.setObjectName("saveTemplateAction")
        self._save.setEnabled(self._savable)
        self._save.triggered.connect(self._ask_name)
        if templates:
            menu = self._menu.addMenu("&Forget")
            for name in self._names:
                menu.addAction(_plain(name)).triggered.connect(partial(self.forget_wanted.emit, name))

    def allow_saving(self, allowed: bool) -> None:
        """Whether there is something to keep."""
        self._savable = allowed
        self._save.setEnabled(allowed)

    def _ask_name(self) -> None:
        asking = QInputDialog(self.window())
        asking.setObjectName("templateNameDialog")
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asking.setWindowTitle("Save as template")
        asking.setLabelText("Name of the template; one that exists is replaced:")
        asking.setComboBoxItems(self._names)
        asking.setComboBoxEditable(True)
        asking.setTextValue("")
        asking.textValueSelected.connect(self._named)
        asking.open()

    def _named(self, name: str) -> None:
        if name.strip():
            self.save_wanted.emit(name.strip())


def _plain(text: str) -> str:
    """A menu takes "&" for a mnemonic."""
    return text.replace("&", "&&")
