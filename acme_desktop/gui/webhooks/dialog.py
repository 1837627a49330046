"""The window of the webhooks: where events are sent, and the desk of their deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QVBoxLayout, QWidget

from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.gui.webhooks.desk import DeliveryDesk
from acme_desktop.gui.webhooks.endpoints_page import EndpointsPage
from acme_desktop.gui.widgets import on_screen, question, spacing

_LOOK_EVERY_MS = 1000


class WebhookDialog(QDialog):
    """Does not keep the window from working on: a person changes a product and sees it delivered.

    `looked` comes with each tick while it is shown; whoever reads answers on the pages.
    """

    looked = Signal()
    confirmed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("webhookDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Webhooks")
        on_screen.fit(self, 980, 650)
        self.setMinimumSize(800, 440)
        self.endpoints = EndpointsPage()
        self.desk = DeliveryDesk()
        self.tabs = QTabWidget(objectName="webhookTabs", documentMode=True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.endpoints, "&Webhooks")
        self.tabs.addTab(self.desk, "Del&iveries")
        self.tabs.currentChanged.connect(self.looked)
        self.desk.asked.connect(self.looked)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout, tabs=True)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)
        self._ticks = QTimer(self, interval=_LOOK_EVERY_MS)
        self._ticks.timeout.connect(self.looked)
        self._ticks.start()

    @property
    def on_desk(self) -> bool:
        """Whether the deliveries are looked at."""
        return self.tabs.currentWidget() is self.desk

    def show_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        """Show the webhooks as they are now."""
        self.endpoints.show_endpoints(endpoints)

    def ask(self, title: str, text: str, then: str, button: str, subject: object) -> None:
        """Ask before something that cannot be taken back; `confirmed` comes with `then` and the subject."""
        answer = (button, "webhookConfirmButton")
        question.ask(
            self, "webhookConfirmDialog", title, text, answer, "Cancel", lambda: self.confirmed.emit(then, subject)
        )
