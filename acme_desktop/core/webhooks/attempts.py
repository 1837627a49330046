"""The delivery desk: what was sent and what came back, what waits and why; replay and "retry now".

A delivery is one message, from its first attempt on. What was not tried yet stands in the outbox (`backlog`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.webhooks import endpoints, payload
from acme_desktop.core.webhooks.payload import BATCH

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

TEST = "webhook.test"
STATES = ("sending", "retrying", "waiting", "delivered", "dead", "skipped", "split")


@dataclass(frozen=True)
class Delivery:
    """One message.

    Attributes:
        type: the event's type, ``batch`` or ``webhook.test``.
        state: ``sending``; ``retrying`` at `due_at`; ``waiting`` behind an earlier one of its product;
            ``delivered``; ``dead`` after the last attempt; ``skipped``; ``split`` into two smaller ones.
        due_at: when it is tried next.
    """

    id: int
    webhook_id: int
    message_id: str
    type: str
    change_sets: list[int]
    product_ids: list[int]
    state: str
    attempts: int
    due_at: datetime | None
    status_code: int | None
    error: str | None
    created_at: datetime
    updated_at: datetime

    def to_json(self) -> dict[str, Any]:
        """One delivery as an object; of a batch the number of its events."""
        values = asdict(self)
        change_sets, products = values.pop("change_sets"), values.pop("product_ids")
        values["events"] = len(products)
        values["change_set_id"] = change_sets[0] if change_sets else None
        values["product_id"] = products[0] if len(products) == 1 else None
        return {name: iso(value) if isinstance(value, datetime) else value for name, value in values.items()}


@dataclass(frozen=True)
class Attempt:
    """One request and its answer; times in milliseconds, secrets unreadable, at most 64 KiB of body."""

    id: int
    delivery_id: int
    number: int
    started_at: datetime
    ok: bool
    status_code: int | None
    error: str | None
    address: str | None
    dns_ms: float | None
    connect_ms: float | None
    first_byte_ms: float | None
    total_ms: float
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    response_body: bytes

    def to_json(self) -> dict[str, Any]:
        """One attempt as an object."""
        body = self.response_body.decode("utf-8", "replace")
        return {**asdict(self), "started_at": iso(self.started_at), "response_body": body}


@dataclass(frozen=True)
class Query:
    """Which deliveries; every condition that is given has to hold.

    Attributes:
        since, until: when the delivery was first noted.
        product_ids: about one of these, at least.
        change_set_id: of an import, the change set that it made.
    """

    webhook_id: int | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    product_ids: Sequence[int] | None = None
    change_set_id: int | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition in SQL, with its values."""
        forms = {
            "webhook_id": "webhook_id = %(webhook_id)s",
            "state": "state = %(state)s",
            "since": "created_at >= %(since)s",
            "until": "created_at < %(until)s",
            "product_ids": "product_ids && %(product_ids)s::bigint[]",
            "change_set_id": "%(change_set_id)s = ANY (change_sets)",
        }
        values = {name: value for name, value in asdict(self).items() if value is not None}
        return " AND ".join([forms[name] for name in values] or ["true"]), values


@dataclass(frozen=True)
class Backlog:
    """What waits for a webhook.

    Attributes:
        events: still to be delivered, failed ones included.
        dead: messages that were given up.
        oldest: since when the oldest waits.
        next_attempt: when the next failed one is tried, or the first one after a pause that the endpoint asked for;
            None while people keep it from being sent to.
    """

    webhook_id: int
    events: int
    dead: int
    oldest: datetime | None
    next_attempt: datetime | None


_COLUMNS = """id, webhook_id, message_id, type, change_sets, product_ids, state, attempts, due_at, status_code, error,
    created_at, updated_at"""
_ATTEMPT_COLUMNS = """id, delivery_id, number, started_at, ok, status_code, error, address, dns_ms, connect_ms,
    first_byte_ms, total_ms, request_headers, response_headers, response_body"""

_BACKLOG = """
SELECT w.id, coalesce(o.events, 0) + coalesce(d.events, 0), coalesce(d.dead, 0), least(o.oldest, d.oldest),
    CASE WHEN NOT w.enabled OR w.paused THEN NULL
        WHEN w.hold_until > now() AND coalesce(o.events, d.events) > 0 THEN greatest(d.due, w.hold_until)
        ELSE d.due END
FROM webhooks w
LEFT JOIN (
    SELECT webhook_id, sum(greatest(total - passed, 0)) AS events, min(created_at) AS oldest
    FROM outbox WHERE state = 'pending' GROUP BY webhook_id
) AS o ON o.webhook_id = w.id
LEFT JOIN (
    SELECT webhook_id, coalesce(sum(cardinality(product_ids)) FILTER (WHERE state <> 'dead'), 0) AS events,
        count(*) FILTER (WHERE state = 'dead') AS dead, min(created_at) FILTER (WHERE state <> 'dead') AS oldest,
        min(due_at) FILTER (WHERE state = 'retrying') AS due
    FROM deliveries WHERE state IN ('sending', 'retrying', 'waiting', 'dead') GROUP BY webhook_id
) AS d ON d.webhook_id = w.id
WHERE w.deleted_at IS NULL
ORDER BY w.id
"""


def latest(database: Database, query: Query, *, limit: int = 100, before: int | None = None) -> list[Delivery]:
    """The newest deliveries first; `before` is the last id of the page above."""
    condition, values = query.where()
    with database.connect() as connection, connection.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM deliveries WHERE {condition}"
            " AND id < coalesce(%(before)s, 9223372036854775807) ORDER BY id DESC LIMIT %(limit)s",
            values | {"before": before, "limit": limit},
        ).fetchall()


def get(database: Database, delivery_id: int) -> Delivery:
    """One delivery.

    Raises:
        NotFound: there is none with that id.
    """
    with database.connect() as connection:
        return _get(connection, delivery_id)


def attempts(database: Database, delivery_id: int) -> list[Attempt]:
    """The attempts of a delivery, the first one first."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(Attempt)) as cursor:
        statement = f"SELECT {_ATTEMPT_COLUMNS} FROM delivery_attempts WHERE delivery_id = %s ORDER BY id"
        return cursor.execute(statement, (delivery_id,)).fetchall()


def body(database: Database, delivery_id: int) -> str | None:
    """What a delivery sends; None where another program removed the products that it is about.

    Raises:
        NotFound: there is no such delivery.
    """
    with database.connect() as connection:
        delivery = _get(connection, delivery_id)
        kept: Any = connection.execute("SELECT body FROM deliveries WHERE id = %s", (delivery_id,)).fetchone()
        if kept[0] is not None:
            return str(kept[0])
        named = list(zip(delivery.change_sets, delivery.product_ids, strict=True))
        texts = [event.text for event in payload.single(connection, named)]
    if not named or len(texts) != len(named):
        return None
    return payload.batch_body(texts) if delivery.type == BATCH else texts[0]


def replay(database: Database, delivery_id: int) -> Delivery:
    """Send a finished or dead delivery again, under the same id and with all its attempts; or a failed one now.

    Raises:
        NotFound: there is no such delivery.
        Refused: it cannot be sent again: a test, or one of a deleted webhook.
    """
    with database.connect() as connection:
        delivery = _get(connection, delivery_id)
        if delivery.type == TEST:
            raise Refused("A test is not sent again.", "Test the webhook once more.")
        if _again(connection, "id = %(id)s", {"id": delivery_id}) == 0:
            raise Refused("The webhook of this delivery was deleted.", "Nothing is sent.")
        return _get(connection, delivery_id)


def replay_all(database: Database, query: Query) -> int:
    """Send again every dead delivery that the query names (with a state: those in that state); returns how many."""
    condition, values = (query if query.state else Query(**{**asdict(query), "state": "dead"})).where()
    with database.connect() as connection:
        return _again(connection, condition, values)


def backlog(database: Database) -> list[Backlog]:
    """What waits for each webhook."""
    with database.connect() as connection:
        return [Backlog(*row) for row in connection.execute(_BACKLOG)]  # type: ignore[arg-type]


# A failed one is due now; another begins anew. Its chain and the rate hold for it as for any other.
_AGAIN = """
UPDATE deliveries AS d
SET state = CASE WHEN state IN ('sending', 'retrying', 'waiting') THEN state ELSE 'retrying' END,
    attempts = CASE WHEN state IN ('sending', 'retrying', 'waiting') THEN attempts ELSE 0 END,
    due_at = CASE WHEN state = 'waiting' THEN due_at ELSE clock_timestamp() END
WHERE {condition} AND type <> 'webhook.test' AND webhook_id IN (SELECT id FROM webhooks w WHERE w.deleted_at IS NULL)
RETURNING webhook_id
"""


def _again(connection: Connection[Any], condition: str, values: dict[str, Any]) -> int:
    rows = connection.execute(_AGAIN.format(condition=condition), values).fetchall()
    for webhook_id in {row[0] for row in rows}:
        endpoints.notify(connection, webhook_id)
    return len(rows)


def _get(connection: Connection[Any], delivery_id: int) -> Delivery:
    with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        delivery = cursor.execute(f"SELECT {_COLUMNS} FROM deliveries WHERE id = %s", (delivery_id,)).fetchone()
    if delivery is None:
        raise NotFound(f"There is no delivery {delivery_id}.", "See `acme-desktop webhooks deliveries`.")
    return delivery
