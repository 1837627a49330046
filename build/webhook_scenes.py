"""The scenes of webhooks: a test that goes well and one that does not, the desk of deliveries, the receiver here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stage import Stage

_PATHS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/shop/webhooks", {"headers": {"X-Shop": "7"}, "rate": 50.0}),
    ("/search/update", {}),
    ("/old/stock", {"mode": "batch"}),
)
_PRODUCTS = 18  # fewer than the failures after which new events wait

# Changes, deliveries and attempts as if they had come over a day.
_SPREAD = (
    """UPDATE delivery_attempts
    SET started_at = started_at - ((SELECT max(id) FROM deliveries) - delivery_id) * interval '36 min',
        total_ms = total_ms + id * 13 % 29""",
    "UPDATE deliveries SET created_at = created_at - ((SELECT max(id) FROM deliveries) - id) * interval '36 min'",
    "UPDATE deliveries SET updated_at = created_at + interval '4 min' WHERE state = 'delivered'",
    "UPDATE change_sets c SET created_at = d.created_at FROM deliveries d WHERE d.change_sets[1] = c.id",
)


def shoot_webhooks(stage: Stage) -> None:
    """A test that goes well and one that does not, the desk with failures, and the receiver on this computer."""
    from acme_desktop.core.changes.outbox import EVENT_TYPES
    from acme_desktop.core.webhooks import endpoints
    from acme_desktop.core.webhooks.endpoints import EndpointChanges
    from tests.support.receiver import Received, Receiver, Reply

    def answer(request: Received) -> Reply:
        if request.path.startswith("/search"):
            return Reply(503, {"content-type": "application/json"}, b'{"error":"The index is being rebuilt."}')
        if request.path.startswith("/old"):
            return Reply(404, {"content-type": "text/html"}, b"<h1>Not found</h1>")
        seconds = len(request.body) % 7 / 60
        return Reply(200, {"content-type": "application/json"}, b'{"received":true,"queue":3}', seconds=seconds)

    database = stage.window._session.database
    with Receiver(answer) as receiver:
        root = receiver.url.removesuffix("/hook")
        made = [
            endpoints.add(database, EndpointChanges(url=root + path, events=EVENT_TYPES, scope="loopback", **more))[0]
            for path, more in _PATHS
        ]
        stage.window._actions["actionWebhooks"].trigger()
        dialog = stage.dialog("webhookDialog")
        page = dialog.endpoints
        stage.until(lambda: page.current is not None)
        stage.shoot("webhooks")
        shoot_rotation(stage, page)
        page.test.click()
        stage.until(page.trial.banner.isVisible)
        stage.shoot("webhook-test")
        page.table.selectRow(2)
        page.test.click()
        stage.until(page.trial.banner.isVisible)
        stage.shoot("webhook-test-failed")
        endpoints.delete(database, made[-1].id)
        shoot_desk(stage, dialog)
        shoot_echo(stage, dialog)
        dialog.close()
        for one in made[:-1]:
            endpoints.delete(database, one.id)


def shoot_rotation(stage: Stage, page: Any) -> None:
    """A new secret, shown this once, and how long the old one signs as well."""
    from PySide6.QtWidgets import QPushButton

    page.actions_by_name["rotate"].trigger()
    stage.until(lambda: stage.window.findChild(QPushButton, "webhookConfirmButton")).click()
    secret = stage.dialog("webhookSecretDialog")
    stage.shoot("webhook-secret")
    secret.reject()
    stage.until(lambda: page.current is not None and page.current.previous_secret_until is not None)
    stage.shoot("webhook-rotated")


def shoot_desk(stage: Stage, dialog: Any) -> None:
    """Deliveries to a receiver that works and one that does not, spread over the day."""
    from acme_desktop.core.changes.change_set import Author
    from acme_desktop.core.products import edits

    database, author = stage.window._session.database, Author.here("window")
    for number in range(1, _PRODUCTS + 1):
        name = f"Desk lamp {number}"
        edits.create(database, sku=f"LMP-{number:03}", name=name, description="Brass", active=True, author=author)

    def tried() -> int:
        with database.connect() as connection:
            return int(connection.execute("SELECT count(*) FROM delivery_attempts").fetchone()[0])

    stage.until(lambda: tried() >= 2 * _PRODUCTS + 2)
    with database.connect() as connection:
        for statement in _SPREAD:
            connection.execute(statement)
    dialog.tabs.setCurrentWidget(dialog.desk)
    desk = dialog.desk
    stage.until(lambda: desk.table.records.rowCount() > _PRODUCTS)
    desk.table.select({next(one.id for one in desk.table.records.records if one.state == "retrying")})
    desk.table.scrollTo(desk.table.currentIndex().siblingAtRow(desk.table.currentIndex().row() + 2))
    stage.until(desk.folder.answer.toPlainText)
    stage.shoot("delivery-desk")


def shoot_echo(stage: Stage, dialog: Any) -> None:
    """The receiver on this computer, with what arrived."""
    dialog.tabs.setCurrentIndex(0)
    dialog.endpoints.echo.click()
    echo = stage.dialog("webhookEchoDialog")
    stage.until(lambda: echo.endpoint is not None and echo.table.records.rowCount())
    stage.shoot("webhook-echo")
    echo.close()
