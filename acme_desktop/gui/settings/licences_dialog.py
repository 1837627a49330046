"""The licences of all parts, to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation import licences
from acme_desktop.core.foundation.licences import Part
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.widgets import on_screen, spacing


class LicencesDialog(QDialog):
    """A list of parts; the text of the one that is chosen."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("licencesDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner = runner
        self._parts: list[tuple[Part, str]] = []
        self._setup_ui()
        runner.start(
            lambda _: [(part, part.text) for part in licences.parts()],
            lane=Lane.QUERY,
            owner=self,
            succeeded=self._show,
        )

    def _setup_ui(self) -> None:
        self.setWindowTitle("Licences")
        on_screen.fit(self, 860, 560)
        self.list = QListWidget(objectName="licenceList", accessibleName="Parts of the program")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # it elides instead
        self.list.currentRowChanged.connect(self._show_text)
        self.text = QPlainTextEdit(objectName="licenceText", readOnly=True, accessibleName="Licence of the part")
        self.text.setTabChangesFocus(True)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.list)
        both.addWidget(self.text)
        both.setSizes([260, 600])
        both.setChildrenCollapsible(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setProperty("kind", "plain")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(both, 1)
        layout.addWidget(buttons)

    def _show(self, parts: list[tuple[Part, str]]) -> None:
        self._parts = parts
        self.list.addItems([part.name for part, _ in parts])
        self.list.setCurrentRow(0)

    def _show_text(self, row: int) -> None:
        self.text.setPlainText(self._parts[row][1] if 0 <= row < len(self._parts) else "")
