from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMessageBox, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.webhooks import attempts, endpoints
from acme_desktop.core.webhooks.attempts import Query
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.webhooks import desk as desk_module
from acme_desktop.gui.webhooks import work
from acme_desktop.gui.webhooks.desk import DeliveryDesk
from acme_desktop.gui.webhooks.dialog import WebhookDialog
from acme_desktop.gui.widgets.records import RecordTable
from acme_desktop.gui.widgets.sparkline import Sparkline
from tests.gui.driving import find, shown
from tests.support.receiver import Receiver, Reply
from tests.support.webhooks import add_webhook, make_products

MANY = 15_000


def create(database: Database, sku: str, author: Author) -> None:
    edits.create(database, sku=sku, name=f"Product {sku}", description="x", active=True, author=author)


def desk_of(qtbot: QtBot, dialog: WebhookDialog, count: int) -> RecordTable:
    dialog.tabs.setCurrentWidget(dialog.desk)
    table: RecordTable = find(dialog, RecordTable, "deliveryTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == count, timeout=MANY)
    return table


def pick(box: QComboBox, value: object) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_an_empty_desk_says_why(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    desk_of(qtbot, dialog, 0)
    told = find(dialog, QLabel, "deskMessage")
    qtbot.waitUntil(lambda: told.text() == "There is no webhook yet, so nothing is sent.", timeout=10_000)
    add_webhook(database, "http://127.0.0.1:9/shop")
    qtbot.waitUntil(lambda: told.text() == "No delivery fits these filters.", timeout=10_000)


def test_the_window_delivers_a_change_by_itself(
    qtbot: QtBot, dialog: WebhookDialog, database: Database, author: Author
) -> None:
    with Receiver(lambda _: Reply(200, {}, b'{"got":"it"}')) as receiver:
        add_webhook(database, receiver.url)
        create(database, "A-1", author)
        qtbot.waitUntil(lambda: len(receiver.requests) == 1, timeout=MANY)
        table = desk_of(qtbot, dialog, 1)
        qtbot.waitUntil(lambda: table.records.records[0].state == "delivered", timeout=MANY)
        table.selectRow(0)
        payload = find(dialog, QPlainTextEdit, "deliveryPayload")
        answer = find(dialog, QPlainTextEdit, "deliveryAnswer")
        qtbot.waitUntil(lambda: '"sku": "A-1"' in payload.toPlainText(), timeout=MANY)
        assert "Status 200" in answer.toPlainText()
        assert '"got": "it"' in answer.toPlainText()
        assert "webhook-id" in find(dialog, QPlainTextEdit, "deliveryRequest").toPlainText().lower()
    success = find(dialog, Sparkline, "deskSuccess")
    qtbot.waitUntil(lambda: success.figure == "100 %", timeout=MANY)
    assert find(dialog, Sparkline, "deskLatency").figure.endswith(" ms")


def test_a_failed_one_shows_when_it_is_tried_again_and_is_tried_now(
    qtbot: QtBot, dialog: WebhookDialog, database: Database, author: Author
) -> None:
    well: list[bool] = []
    with Receiver(lambda _: Reply(204 if well else 404)) as receiver:
        webhook = add_webhook(database, receiver.url)
        create(database, "A-1", author)
        qtbot.waitUntil(lambda: len(receiver.requests) == 1, timeout=MANY)
        table = desk_of(qtbot, dialog, 1)
        qtbot.waitUntil(lambda: table.records.records[0].state == "retrying", timeout=MANY)
        # So late that only the button can be the reason of the next attempt.
        with database.connect() as connection:
            connection.execute("UPDATE deliveries SET due_at = now() + interval '2 hours'")
            endpoints.notify(connection, webhook)
        figure = find(dialog, QLabel, "deskNext")
        qtbot.waitUntil(lambda: figure.text().startswith("in 1\xa0h 59\xa0min"), timeout=MANY)
        assert find(dialog, QLabel, "deskBacklog").text() == "1"

        def told() -> str:
            return str(table.model().index(0, table.model().columnCount() - 1).data())

        assert told().startswith("Tried again in 1 h 59 min")
        endpoints.pause(database, webhook)
        qtbot.waitUntil(lambda: figure.text() == "–", timeout=MANY)
        qtbot.waitUntil(lambda: told().startswith("Kept while its webhook is paused: "), timeout=MANY)
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET paused = false, hold_until = now() + interval '5 hours'")
        qtbot.waitUntil(lambda: figure.text().startswith("in 4\xa0h 59\xa0min"), timeout=MANY)
        qtbot.waitUntil(lambda: told().startswith("Tried again in 4 h 59 min"), timeout=MANY)
        endpoints.resume(database, webhook)
        table.selectRow(0)
        button = find(dialog, QPushButton, "replayButton")
        assert button.accessibleName() == "Try now"
        well.append(True)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: table.records.records[0].state == "delivered", timeout=MANY)
        ids = {request.headers["webhook-id"] for request in receiver.requests}
        assert len(ids) == 1
        tried = find(dialog, RecordTable, "attemptTable")
        qtbot.waitUntil(lambda: tried.model().rowCount() == len(receiver.requests), timeout=MANY)


def test_the_filters(qtbot: QtBot, dialog: WebhookDialog, database: Database, author: Author) -> None:
    with Receiver() as good, Receiver(lambda _: Reply(500)) as bad:
        first, second = add_webhook(database, good.url), add_webhook(database, bad.url)
        create(database, "A-1", author)
        create(database, "A-2", author)
        qtbot.waitUntil(lambda: len(good.requests) == 2 and len(bad.requests) >= 2, timeout=MANY)
        table = desk_of(qtbot, dialog, 4)
        desk = dialog.desk
        qtbot.waitUntil(lambda: desk.endpoint.count() == 3, timeout=MANY)
        pick(desk.endpoint, first)
        desk_of(qtbot, dialog, 2)
        assert {one.webhook_id for one in table.records.records} == {first}
        pick(desk.endpoint, None)
        desk_of(qtbot, dialog, 4)
        pick(desk.state, "delivered")
        desk_of(qtbot, dialog, 2)
        pick(desk.state, None)
        desk_of(qtbot, dialog, 4)
        qtbot.keyClicks(find(dialog, QLineEdit, "deskSku"), "a-2")
        desk_of(qtbot, dialog, 2)
        edits.delete(database, ["A-2"], author=author)
        desk_of(qtbot, dialog, 4)  # a product that is gone is found by the SKU that it had
        qtbot.keyClicks(find(dialog, QLineEdit, "deskSku"), "x")
        desk_of(qtbot, dialog, 0)
        assert "a-2x" in find(dialog, QLabel, "deskMessage").text()
        endpoints.disable(database, second)


def test_where_room_is_short_no_figure_is_cut(qtbot: QtBot, window: MainWindow) -> None:
    """As with a large font on a small screen."""
    host = QWidget()
    qtbot.addWidget(host)
    desk = DeliveryDesk(host)
    for tile in (desk.oldest, desk.next):
        tile.show_figure("18\xa0h 24\xa0min")
    desk.setGeometry(0, 0, 720, 600)
    host.resize(720, 600)
    host.show()
    tiles = (desk.backlog, desk.oldest, desk.next, desk.dead)
    for label in (label for tile in tiles for label in tile.findChildren(QLabel)):
        assert label.width() >= label.minimumSizeHint().width()
        assert label.height() >= label.heightForWidth(label.width())
    assert desk.sku.width() >= desk.sku.fontMetrics().horizontalAdvance("X" * 9)


def test_the_plots_tell_what_waited(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    webhook = add_webhook(database)
    endpoints.pause(database, webhook)
    change = make_products(database, 7)
    with database.connect() as connection:
        connection.execute("UPDATE change_sets SET created_at = now() - interval '29 min' WHERE id = %s", (change.id,))
    dialog.tabs.setCurrentWidget(dialog.desk)
    pick(dialog.desk.time, 1)
    backlog, oldest = dialog.desk.backlog, dialog.desk.oldest
    qtbot.waitUntil(lambda: list(backlog.line) == [0] * 24 + [7] * 24, timeout=MANY)
    assert oldest.line[23] == 0
    assert 28 * 60 < oldest.line[-1] < 32 * 60
    assert list(oldest.line) == sorted(oldest.line)
    with_line = backlog.grab().toImage()
    backlog.show_line([0] * 48)
    assert backlog.grab().toImage() != with_line, "it is painted"


def test_older_pages_are_turned_to_and_stay_where_they_are(
    qtbot: QtBot, dialog: WebhookDialog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "SHOWN", 4)
    monkeypatch.setattr(desk_module, "SHOWN", 4)
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 10)
        qtbot.waitUntil(lambda: len(receiver.requests) == 10, timeout=MANY)
        qtbot.waitUntil(lambda: len(attempts.latest(database, Query(state="delivered"))) == 10, timeout=MANY)
        table = desk_of(qtbot, dialog, 4)
        newer, older = (find(dialog, QPushButton, f"{name}DeliveriesButton") for name in ("newer", "older"))
        everything = [one.id for one in attempts.latest(database, Query())]

        def shown_ids() -> list[int]:
            return [one.id for one in table.records.records]

        qtbot.waitUntil(lambda: shown_ids() == everything[:4] and older.isEnabled(), timeout=MANY)
        assert not newer.isEnabled()
        assert find(dialog, QLabel, "deskMessage").text() == "1 to 4, newest first"
        qtbot.mouseClick(older, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: shown_ids() == everything[4:8], timeout=MANY)
        make_products(database, 2, prefix="Q")  # newer ones do not move what is being read
        qtbot.waitUntil(lambda: len(receiver.requests) == 12, timeout=MANY)
        with qtbot.waitSignal(dialog.looked, timeout=MANY):
            pass
        assert shown_ids() == everything[4:8]
        qtbot.mouseClick(older, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: shown_ids() == everything[8:], timeout=MANY)
        qtbot.waitUntil(lambda: not older.isEnabled(), timeout=MANY)
        pick(dialog.desk.state, "delivered")  # another filter begins with the newest
        qtbot.waitUntil(lambda: len(shown_ids()) == 4 and shown_ids()[-1] > everything[3], timeout=MANY)


def test_given_up_ones_are_sent_again_by_import(qtbot: QtBot, dialog: WebhookDialog, database: Database) -> None:
    well: list[bool] = []
    with Receiver(lambda _: Reply(204 if well else 500)) as receiver:
        webhook = add_webhook(database, receiver.url)
        change = make_products(database, 3)
        qtbot.waitUntil(lambda: len(attempts.latest(database, Query(state="retrying"))) == 3, timeout=MANY)
        endpoints.pause(database, webhook)
        with database.connect() as connection:
            connection.execute("UPDATE deliveries SET state = 'dead', due_at = NULL")
        endpoints.resume(database, webhook)
        table = desk_of(qtbot, dialog, 3)
        desk = dialog.desk
        qtbot.waitUntil(lambda: desk.import_.findData(change.id) > 0, timeout=MANY)
        pick(desk.import_, change.id)
        qtbot.waitUntil(lambda: find(dialog, QLabel, "deskDead").text() == "3", timeout=MANY)
        well.append(True)
        again = find(dialog, QPushButton, "replayAllButton")
        assert again.accessibleName() == "Send all “given up” again…"
        qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
        box = shown(qtbot, dialog, QMessageBox)
        qtbot.mouseClick(find(box, QPushButton, "webhookConfirmButton"), Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: {one.state for one in table.records.records} == {"delivered"}, timeout=MANY)
        qtbot.waitUntil(lambda: not again.isEnabled(), timeout=MANY)  # nothing is given up any more
        pick(desk.state, "delivered")
        qtbot.waitUntil(again.isEnabled, timeout=MANY)
        assert again.accessibleName() == "Send all “delivered” again…"


def test_closing_lets_what_is_in_flight_finish(
    qtbot: QtBot, sending: MainWindow, database: Database, author: Author
) -> None:
    with Receiver(lambda _: Reply(204, seconds=0.4)) as receiver:
        add_webhook(database, receiver.url)
        create(database, "A-1", author)
        qtbot.waitUntil(lambda: len(receiver.requests) == 1, timeout=MANY)
        sending.close_now()
        qtbot.waitUntil(lambda: not sending.isVisible(), timeout=MANY)
        assert not sending.webhooks.bridge.running
        assert len(receiver.requests) == 1
    assert [one.state for one in attempts.latest(database, Query())] == ["delivered"]


def test_closing_does_not_wait_for_one_that_never_answers(
    qtbot: QtBot, sending: MainWindow, database: Database, author: Author
) -> None:
    with Receiver(lambda _: Reply(204, seconds=60)) as receiver:
        add_webhook(database, receiver.url)
        create(database, "A-1", author)
        qtbot.waitUntil(lambda: len(receiver.requests) == 1, timeout=MANY)
        sending.close_now()
        qtbot.waitUntil(lambda: not sending.isVisible(), timeout=6_000)
        assert not sending.webhooks.bridge.running
