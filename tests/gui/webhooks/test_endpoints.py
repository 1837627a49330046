from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMessageBox, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import endpoints
from acme_desktop.gui.errors import ErrorDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.webhooks.dialog import WebhookDialog
from acme_desktop.gui.webhooks.secret_dialog import SecretDialog
from acme_desktop.gui.widgets.notices import Banner
from tests.gui.driving import find, shown
from tests.support.certificates import Authority
from tests.support.receiver import Receiver, Reply
from tests.support.webhooks import add_webhook


def click(qtbot: QtBot, parent: object, name: str) -> None:
    button = find(parent, QPushButton, name)
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(qtbot: QtBot, dialog: WebhookDialog, name: str) -> None:
    """An entry of the menu, and the button of the question that it may ask."""
    action = dialog.endpoints.actions_by_name[name]
    assert action.isVisible()
    action.trigger()
    if name in ("disable", "rotate"):
        confirm(qtbot, dialog)


def confirm(qtbot: QtBot, dialog: WebhookDialog) -> None:
    box = shown(qtbot, dialog, QMessageBox)
    click(qtbot, box, "webhookConfirmButton")


def listed(qtbot: QtBot, dialog: WebhookDialog, count: int) -> None:
    table = find(dialog, QTableView, "webhookTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == count, timeout=10_000)


def test_a_webhook_is_added_and_its_secret_is_shown_once(
    qtbot: QtBot, dialog: WebhookDialog, database: Database
) -> None:
    url = find(dialog, QLineEdit, "webhookUrl")
    qtbot.keyClicks(url, "https://shop.example.com/in")
    dialog.endpoints.editor.events["product.deleted"].setChecked(False)
    dialog.endpoints.editor.headers.setPlainText("X-Shop: 7\nAuthorization: Bearer abc")
    dialog.endpoints.editor.mode.setCurrentIndex(1)
    dialog.endpoints.editor.batch_size.setValue(50)
    dialog.endpoints.editor.rate.setValue(20)
    click(qtbot, dialog, "saveWebhookButton")
    secret = shown(qtbot, dialog, SecretDialog)
    (made,) = endpoints.listing(database)
    assert (made.url, made.events) == ("https://shop.example.com/in", ["product.created", "product.updated"])
    assert (made.mode, made.batch_size, made.rate, made.scope) == ("batch", 50, 20.0, "public")
    assert made.headers == {"X-Shop": "7", "Authorization": "Bearer abc"}
    assert secret.secret.text() == made.keys[0]
    click(qtbot, secret, "copySecretButton")
    assert QGuiApplication.clipboard().text() == made.keys[0]
    secret.reject()
    listed(qtbot, dialog, 1)
    assert dialog.endpoints.current is not None
    assert not find(dialog, QPushButton, "saveWebhookButton").isEnabled()


def test_a_rate_below_one_and_certificates_of_ones_own(
    qtbot: QtBot, dialog: WebhookDialog, database: Database, tmp_path: Path
) -> None:
    editor = dialog.endpoints.editor
    authority = Authority.make()
    pem, wrong = tmp_path / "own.pem", tmp_path / "wrong.pem"
    pem.write_text(authority.pem, encoding="ascii")
    wrong.write_text("Nothing of the kind.", encoding="ascii")
    with Receiver(tls=authority.server("127.0.0.1")) as receiver:
        qtbot.keyClicks(editor.url, receiver.url)
        editor.rate.setValue(0.25)
        assert editor.rate.text() == "0.25 requests a second"
        for file in (wrong, tmp_path / "nowhere.pem"):
            editor.certificates.file_chosen.emit(file)
            qtbot.waitUntil(editor.certificates.message.isVisible, timeout=10_000)
            assert editor.certificates.pem == ""
            editor.certificates.show_certificates("")
        editor.certificates.file_chosen.emit(pem)
        qtbot.waitUntil(lambda: editor.certificates.pem == authority.pem, timeout=10_000)
        assert "Test authority" in editor.certificates.held.text()
        click(qtbot, dialog, "testWebhookButton")
        shown(qtbot, dialog, SecretDialog).reject()
        result = find(dialog, Banner, "webhookTestResult")
        qtbot.waitUntil(result.isVisible, timeout=10_000)
        assert result.title.text().startswith("204 in ")
    (made,) = endpoints.listing(database)
    assert (made.rate, made.ca) == (0.25, authority.pem)
    assert not find(dialog, QPushButton, "saveWebhookButton").isEnabled()
    click(qtbot, dialog, "removeCertificatesButton")
    editor.rate.setValue(0)
    click(qtbot, dialog, "saveWebhookButton")
    qtbot.waitUntil(lambda: endpoints.get(database, made.id).ca is None, timeout=10_000)
    assert endpoints.get(database, made.id).rate is None


@pytest.mark.parametrize("url", ["shop.example.com", "ftp://shop.example.com", "https://anna:pw@shop.example.com/"])
def test_a_wrong_url_is_told_beside_the_field(
    qtbot: QtBot, dialog: WebhookDialog, database: Database, url: str
) -> None:
    qtbot.keyClicks(find(dialog, QLineEdit, "webhookUrl"), url)
    click(qtbot, dialog, "saveWebhookButton")
    message = find(dialog, QLabel, "webhookUrlMessage")
    assert message.isVisible()
    assert message.text()
    assert endpoints.listing(database) == []


def test_headers_and_events_are_looked_at(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    editor = dialog.endpoints.editor
    qtbot.keyClicks(editor.url, "https://shop.example.com/in")
    editor.headers.setPlainText("no colon")
    assert "NAME: VALUE" in editor.headers_field.problem
    editor.headers.setPlainText("webhook-id: 1")
    assert editor.headers_field.problem
    editor.headers.setPlainText("")
    for tick in editor.events.values():
        tick.setChecked(False)
    assert editor.events_message.isVisible()
    click(qtbot, dialog, "saveWebhookButton")
    assert endpoints.listing(database) == []


@pytest.mark.parametrize(
    ("url", "scope"),
    [("http://127.0.0.1:9/x", "loopback"), ("http://192.168.1.5/", "private"), ("https://a.example/", "public")],
)
def test_the_reach_follows_what_is_typed(qtbot: QtBot, dialog: WebhookDialog, url: str, scope: str) -> None:
    qtbot.keyClicks(find(dialog, QLineEdit, "webhookUrl"), url)
    assert find(dialog, QComboBox, "webhookScope").currentData() == scope


def test_it_is_edited_paused_disabled_rotated_and_deleted(
    qtbot: QtBot, dialog: WebhookDialog, database: Database
) -> None:
    webhook = add_webhook(database, rate=5)
    listed(qtbot, dialog, 1)
    qtbot.waitUntil(lambda: dialog.endpoints.current is not None)

    def until(holds: Callable[[endpoints.Endpoint], bool]) -> None:
        qtbot.waitUntil(lambda: holds(endpoints.get(database, webhook)), timeout=10_000)
        now = endpoints.get(database, webhook)
        qtbot.waitUntil(lambda: dialog.endpoints.current == now, timeout=10_000)

    dialog.endpoints.editor.rate.setValue(7)
    click(qtbot, dialog, "saveWebhookButton")
    until(lambda one: one.rate == 7.0)
    choose(qtbot, dialog, "pause")
    until(lambda one: one.paused)
    assert "Paused" in find(dialog, QLabel, "webhookStatus").text()
    choose(qtbot, dialog, "resume")
    until(lambda one: not one.paused)
    choose(qtbot, dialog, "disable")
    until(lambda one: not one.enabled)
    choose(qtbot, dialog, "enable")
    until(lambda one: one.enabled)
    choose(qtbot, dialog, "rotate")
    secret = shown(qtbot, dialog, SecretDialog)
    until(lambda one: len(one.keys) == 2)
    assert secret.secret.text() == endpoints.get(database, webhook).keys[0]
    assert "stops signing in 23 h 59 min" in find(dialog, QLabel, "webhookStatus").text()
    secret.reject()
    click(qtbot, dialog, "deleteWebhookButton")
    confirm(qtbot, dialog)
    listed(qtbot, dialog, 0)
    assert endpoints.listing(database) == []
    assert find(dialog, QLineEdit, "webhookUrl").text() == ""


def test_a_webhook_of_another_computer_says_so_and_is_not_tested_from_here(
    qtbot: QtBot, dialog: WebhookDialog, database: Database
) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET computer = 'another'")
        status = find(dialog, QLabel, "webhookStatus")
        qtbot.waitUntil(lambda: "only that one sends to it" in status.text(), timeout=10_000)
        click(qtbot, dialog, "testWebhookButton")
        shown(qtbot, dialog, ErrorDialog).reject()
        qtbot.waitUntil(find(dialog, QPushButton, "testWebhookButton").isEnabled, timeout=10_000)
    assert receiver.connections == 0


def test_what_is_being_edited_survives_news(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    webhook = add_webhook(database)
    listed(qtbot, dialog, 1)
    url = find(dialog, QLineEdit, "webhookUrl")
    url.clear()
    qtbot.keyClicks(url, "http://127.0.0.1:9/else")
    endpoints.pause(database, webhook)
    current = dialog.endpoints
    qtbot.waitUntil(lambda: current.current is not None and current.current.paused, timeout=10_000)
    assert url.text() == "http://127.0.0.1:9/else"


def test_a_test_shows_status_and_milliseconds(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    with Receiver(lambda _: Reply(200, {"content-type": "application/json"}, b'{"got":"it"}')) as receiver:
        qtbot.keyClicks(find(dialog, QLineEdit, "webhookUrl"), receiver.url)
        click(qtbot, dialog, "testWebhookButton")
        shown(qtbot, dialog, SecretDialog).reject()
        result = find(dialog, Banner, "webhookTestResult")
        qtbot.waitUntil(result.isVisible, timeout=10_000)
        assert result.title.text().startswith("200 in ")
        assert result.title.text().endswith(" ms")
        assert '"got": "it"' in dialog.endpoints.trial.answer.toPlainText()
        assert "first byte" in dialog.endpoints.trial.split.accessibleName()
        assert b"webhook.test" in receiver.requests[0].body


def test_what_became_of_the_webhook_is_seen_though_a_result_was(
    qtbot: QtBot, dialog: WebhookDialog, database: Database
) -> None:
    with Receiver() as receiver:
        webhook = add_webhook(database, receiver.url)
        dialog.resize(dialog.minimumSize())
        listed(qtbot, dialog, 1)
        qtbot.waitUntil(lambda: dialog.endpoints.current is not None)
        status = find(dialog, QLabel, "webhookStatus")
        click(qtbot, dialog, "testWebhookButton")
        qtbot.waitUntil(lambda: status.visibleRegion().isEmpty(), timeout=10_000)  # the result is in view instead
        endpoints.pause(database, webhook)
        qtbot.waitUntil(lambda: "Paused" in status.text(), timeout=10_000)
        choose(qtbot, dialog, "resume")
        qtbot.waitUntil(lambda: "Paused" not in status.text(), timeout=10_000)
        assert not status.visibleRegion().isEmpty()


def test_a_failed_test_says_what_to_do(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    with Receiver(lambda _: Reply(404, {}, b"no such page")) as receiver:
        webhook = add_webhook(database, receiver.url)
        endpoints.disable(database, webhook)
        listed(qtbot, dialog, 1)
        qtbot.waitUntil(lambda: dialog.endpoints.current is not None)
        click(qtbot, dialog, "testWebhookButton")
        result = find(dialog, Banner, "webhookTestResult")
        qtbot.waitUntil(result.isVisible, timeout=10_000)
    assert result.title.text().startswith("404 in ")
    assert "check the URL" in result.text.text()
    click(qtbot, dialog, "testWebhookButton")
    qtbot.waitUntil(lambda: result.title.text().startswith("No answer"), timeout=10_000)
    assert result.property("tone") == "danger"


def test_every_control_has_a_name(qtbot: QtBot, sending: MainWindow, dialog: WebhookDialog) -> None:
    for kind in (QPushButton, QLineEdit, QComboBox, QTableView):
        for one in dialog.findChildren(kind):
            if one.objectName().startswith("qt_"):
                continue
            assert one.accessibleName() or getattr(one, "text", str)(), one.objectName()
