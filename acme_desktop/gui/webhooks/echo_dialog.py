"""Try webhooks without a server: a receiver on this computer, a webhook to it, and what arrives."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.webhooks import signing
from acme_desktop.core.webhooks.echo import Echo
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.gui.webhooks import work
from acme_desktop.gui.webhooks.echo_thread import EchoThread
from acme_desktop.gui.widgets import on_screen, spacing
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.records import Column, RecordTable

_MOST = 200


@dataclass(frozen=True)
class Arrival:
    """A request that came; `verified` is None while the secret is not known yet."""

    id: int
    at: datetime
    echo: Echo
    verified: bool | None

    @property
    def type(self) -> str:
        """What the body says it is."""
        text = work.pretty(self.echo.body)
        mark = '"type": "'
        return text.partition(mark)[2].partition('"')[0] if mark in text else "?"


def _signature(one: Arrival) -> str:
    return {True: "Good", False: "Wrong", None: "Not checked"}[one.verified]


_COLUMNS = (
    Column("Time", 92, lambda one: f"{one.at.astimezone():%H:%M:%S}"),
    Column("Event", 0, lambda one: one.type),
    Column("Signature", 110, _signature, tone=lambda one: "success" if one.verified else "danger"),
)


class EchoDialog(QDialog):
    """`try_wanted` comes with the URL to point a webhook at; `ended` when the dialog is closed and nothing listens."""

    try_wanted = Signal(str, object)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("webhookEchoDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.endpoint: Endpoint | None = None
        self._url = ""
        self._arrivals: list[Arrival] = []
        self._setup_ui()
        self._thread = EchoThread(self)
        self._thread.listening.connect(self._listening)
        self._thread.failed.connect(self._failed)
        self._thread.arrived.connect(self._arrived)
        self._thread.start()

    def _setup_ui(self) -> None:
        self.setWindowTitle("Try webhooks without a server")
        on_screen.fit(self, 720, 520)
        self.banner = Banner()
        self.banner.setObjectName("webhookEchoBanner")
        self.banner.say("info", "Starting the receiver…")
        self.send = QPushButton("&Send a test", objectName="sendEchoButton")
        self.send.setProperty("kind", "primary")
        self.send.setEnabled(False)
        self.send.clicked.connect(self._send)
        hint = QLabel(
            "Or change products in the window: what you see here is what a server gets.",
            wordWrap=True,
        )
        hint.setProperty("role", "muted")
        top = QHBoxLayout(spacing=12)
        top.addWidget(self.send)
        top.addWidget(hint, 1)
        self.table = RecordTable(_COLUMNS, "echoTable", "What arrived")
        self.table.picked.connect(self._picked)
        self.text = QPlainTextEdit(objectName="echoText", readOnly=True, accessibleName="The request that arrived")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlaceholderText("Nothing has arrived yet.")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        halves = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        halves.addWidget(self.table)
        halves.addWidget(self.text)
        halves.setSizes([330, 360])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addLayout(top)
        layout.addWidget(halves, 1)
        layout.addWidget(buttons)

    def _listening(self, url: str) -> None:
        self._url = url
        self.banner.say(
            "info",
            f"A receiver listens at {url}",
            "A webhook to it is made for you; receiver and webhook go when this window is closed.",
        )
        self._send()

    def _failed(self, error: Exception) -> None:
        self.banner.say("danger", "The receiver cannot be started.", str(error))

    def _send(self) -> None:
        self.send.setEnabled(False)
        self.try_wanted.emit(self._url, self.endpoint.id if self.endpoint is not None else None)

    def tried(self, made: tuple[Endpoint, Any]) -> None:
        """A webhook points here, and its test was sent."""
        self.endpoint = made[0]
        self.send.setEnabled(True)
        self._arrivals = [Arrival(one.id, one.at, one.echo, self._verify(one.echo)) for one in self._arrivals]
        self._show()

    def not_tried(self) -> None:
        """It did not work out."""
        self.send.setEnabled(True)

    def _arrived(self, echo: Echo) -> None:
        number = self._arrivals[0].id + 1 if self._arrivals else 1
        self._arrivals.insert(0, Arrival(number, datetime.now(UTC), echo, self._verify(echo)))
        del self._arrivals[_MOST:]
        self._show()
        self.table.select({number})

    def _show(self) -> None:
        self.table.refill(self._arrivals)
        self._picked()

    def _verify(self, echo: Echo) -> bool | None:
        if self.endpoint is None:
            return None
        return signing.verify(self.endpoint.keys[0], echo.headers, echo.body, time.time())

    def _picked(self) -> None:
        chosen = self.table.selected()
        if chosen:
            heads = "\n".join(f"{name}: {value}" for name, value in chosen[0].echo.headers.items())
            self.text.setPlainText(f"POST {chosen[0].echo.path}\n{heads}\n\n{work.pretty(chosen[0].echo.body)}")

    def done(self, result: int) -> None:
        """Stop listening before the dialog goes."""
        self._thread.stop()
        self.ended.emit()
        super().done(result)
