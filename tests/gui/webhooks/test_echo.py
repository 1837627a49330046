from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.webhooks import endpoints
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.webhooks.dialog import WebhookDialog
from acme_desktop.gui.webhooks.echo_dialog import EchoDialog
from tests.gui.driving import find, shown


def opened(qtbot: QtBot, window: MainWindow, dialog: WebhookDialog) -> EchoDialog:
    qtbot.mouseClick(find(dialog, QPushButton, "webhookEchoButton"), Qt.MouseButton.LeftButton)
    echo: EchoDialog = shown(qtbot, window, EchoDialog)
    qtbot.waitUntil(lambda: echo.endpoint is not None and bool(echo.table.records.records), timeout=15_000)
    return echo


def test_a_newcomer_sees_a_webhook_arrive(
    qtbot: QtBot, sending: MainWindow, dialog: WebhookDialog, database: Database, author: Author
) -> None:
    echo = opened(qtbot, sending, dialog)
    qtbot.waitUntil(lambda: echo.table.records.records[0].verified is True, timeout=15_000)
    assert echo.table.records.records[0].type == "webhook.test"
    edits.create(database, sku="A-1", name="Lamp", description="x", active=True, author=author)
    qtbot.waitUntil(lambda: echo.table.records.records[0].type == "product.created", timeout=15_000)
    assert echo.table.records.records[0].verified is True
    assert '"sku": "A-1"' in find(echo, QPlainTextEdit, "echoText").toPlainText()
    echo.reject()
    qtbot.waitUntil(lambda: endpoints.listing(database) == [], timeout=15_000)


def test_closing_the_window_takes_receiver_and_webhook_with_it(
    qtbot: QtBot, sending: MainWindow, dialog: WebhookDialog, database: Database
) -> None:
    opened(qtbot, sending, dialog)
    sending.close_now()
    qtbot.waitUntil(lambda: not sending.isVisible(), timeout=15_000)
    assert endpoints.listing(database) == []
