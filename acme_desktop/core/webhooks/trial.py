"""The test of a webhook: one `webhook.test`, the same way as everything else, no retry, also while it is disabled."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from acme_desktop.core.foundation.errors import InputProblem, Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.webhooks import endpoints, payload
from acme_desktop.core.webhooks.addresses import Resolver
from acme_desktop.core.webhooks.attempts import TEST
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.event_sql import SCHEMA_VERSION
from acme_desktop.core.webhooks.ownership import Clock
from acme_desktop.core.webhooks.payload import BATCH
from acme_desktop.core.webhooks.sender import DEADLINE, Sender, Sent

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database


@dataclass(frozen=True)
class Trial:
    """How a test went.

    Attributes:
        delivery_id: where it stands in the delivery log.
        sent: status, times, headers and body of the answer.
    """

    delivery_id: int
    sent: Sent

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        return {
            "ok": self.sent.ok,
            "status_code": self.sent.status_code,
            "milliseconds": round(self.sent.total_ms, 1),
            "error": self.sent.error,
        }


def run(database: Database, webhook_id: int, *, deadline: float = DEADLINE, resolver: Resolver | None = None) -> Trial:
    """Send a test and wait for its answer; not from within a running event loop.

    Raises:
        NotFound: there is no such webhook.
        Refused: its receiver is on another computer.
        InputProblem: its URL or headers cannot be sent.
    """
    endpoint = endpoints.get(database, webhook_id)
    if endpoint.elsewhere:
        raise Refused(
            f"Webhook {webhook_id} goes to a receiver on the computer that made it, which is not this one.",
            "Test it there, or give it a URL that both can reach.",
        )
    with database.connect() as connection:
        now = Clock.read(connection).now()
    message_id = f"test_{uuid.uuid4().hex}"
    body = test_body(endpoint, message_id, now)
    try:
        sent = asyncio.run(_send(endpoint, message_id, body.encode(), now, deadline, resolver))
    except ValueError as error:
        raise InputProblem("The webhook's URL or headers cannot be sent.", "Correct them.", str(error)) from error
    with database.connect() as connection:
        return Trial(_log(connection, endpoint, message_id, body, sent, now), sent)


def test_body(endpoint: Endpoint, message_id: str, now: float) -> str:
    """What a test sends, in the shape of the webhook's mode."""
    text = json.dumps(
        {
            "id": message_id,
            "type": TEST,
            "timestamp": iso(datetime.fromtimestamp(now, UTC)),
            "schema_version": SCHEMA_VERSION,
            "data": {"webhook_id": endpoint.id, "message": "This is a test from Acme Product Importer."},
        },
        separators=(",", ":"),
    )
    return payload.batch_body([text]) if endpoint.mode == BATCH else text


async def _send(
    endpoint: Endpoint, message_id: str, body: bytes, now: float, deadline: float, resolver: Resolver | None
) -> Sent:
    sender = Sender(endpoint, slots=1, deadline=deadline, resolver=resolver)
    try:
        return await sender.send(endpoint, message_id, body, now)
    finally:
        await sender.close()


def _log(connection: Connection[Any], endpoint: Endpoint, message_id: str, body: str, sent: Sent, now: float) -> int:
    row: Any = connection.execute(
        "INSERT INTO deliveries (webhook_id, message_id, type, change_sets, product_ids, state, attempts, body,"
        " status_code, error) VALUES (%s, %s, %s, '{}', '{}', %s, 1, %s, %s, %s) RETURNING id",
        (endpoint.id, message_id, TEST, "delivered" if sent.ok else "skipped", body, sent.status_code, sent.error),
    ).fetchone()
    connection.execute(
        "INSERT INTO delivery_attempts (delivery_id, webhook_id, number, started_at, ok, status_code, error, address,"
        " dns_ms, connect_ms, first_byte_ms, total_ms, request_headers, response_headers, response_body)"
        " VALUES (%s, %s, 1, to_timestamp(%s), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row[0], endpoint.id, now, sent.ok, sent.status_code, sent.error, sent.address, sent.dns_ms,
            sent.connect_ms, sent.first_byte_ms, sent.total_ms, Jsonb(sent.request_headers),
            Jsonb(sent.response_headers), sent.response_body,
        ),
    )  # fmt: skip
    return int(row[0])
