"""What was sent, written down by the owner of a webhook: one transaction for everything since the last time.

Acknowledgements need not wait for the disk: what a crash of the server takes back is sent again under the same id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from acme_desktop.core.webhooks import endpoints, ownership, payload
from acme_desktop.core.webhooks.message import Message, Outcome, Writes
from acme_desktop.core.webhooks.payload import BATCH, Event, Range

KEPT_DAYS = 30
_UNFINISHED = ("sending", "retrying", "waiting")

_DELIVERIES = """
COPY deliveries (id, webhook_id, message_id, type, change_sets, product_ids, state, attempts, due_at, body,
    status_code, error) FROM STDIN
"""

_ATTEMPTS = """
COPY delivery_attempts (delivery_id, webhook_id, number, started_at, ok, status_code, error, address, dns_ms,
    connect_ms, first_byte_ms, total_ms, request_headers, response_headers, response_body) FROM STDIN
"""

# A message that a person skipped meanwhile stays skipped, unless it arrived.
_UPDATE = """
UPDATE deliveries AS d
SET state = u.state, attempts = u.attempts, due_at = to_timestamp(u.due), status_code = u.code, error = u.error,
    updated_at = clock_timestamp(),
    body = CASE WHEN u.state IN ('delivered', 'skipped', 'split') THEN NULL ELSE d.body END
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::float8[], %s::int[], %s::text[])
    AS u (id, state, attempts, due, code, error)
WHERE d.id = u.id AND (d.state <> 'skipped' OR u.state = 'delivered')
"""

_MOVE = """
UPDATE outbox AS o
SET part = coalesce(u.part, o.part), after_key = coalesce(u.key, o.after_key), after_id = coalesce(u.id, o.after_id),
    passed = o.passed + u.number, state = CASE WHEN u.finished AND o.state = 'pending' THEN 'done' ELSE o.state END
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::bool[])
    AS u (range_id, part, key, id, number, finished)
WHERE o.id = u.range_id
"""

_WEBHOOK = """
UPDATE webhooks
SET failures = %(failures)s, hold_until = to_timestamp(%(hold_until)s),
    last_success_at = CASE WHEN %(succeeded)s THEN clock_timestamp() ELSE last_success_at END,
    failing_seconds = CASE WHEN %(succeeded)s THEN 0 ELSE failing_seconds END,
    enabled = enabled AND NOT %(gone)s,
    switched_off = CASE WHEN %(gone)s THEN 'The endpoint answered 410: it asks not to be called again.'
        ELSE switched_off END
WHERE id = %(id)s
"""


@dataclass(frozen=True)
class Filled:
    """A page for a lane: events in order, the outbox rows as they are after them, and whether more may be waiting."""

    events: list[Event]
    ranges: list[Range]
    more: bool


def flush(connection: Connection[Any], webhook_id: int, token: int, writes: Writes) -> list[int] | None:
    """Write everything down; returns the numbers of new deliveries, or None where the webhook is ours no longer."""
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = off")
        kept = ownership.owned_now(connection, webhook_id, token)
        if kept is None:
            return None
        fresh = [outcome for outcome in writes.latest if outcome.message.row is None]
        rows = _numbers(connection, len(fresh) + len(writes.parked))
        numbers = {id(outcome.message): row for outcome, row in zip(fresh, rows, strict=False)}
        _insert(connection, webhook_id, fresh, writes.parked, rows)
        _update(connection, [outcome for outcome in writes.latest if outcome.message.row is not None])
        _log(connection, webhook_id, writes.outcomes, numbers)
        if writes.moved:
            connection.execute(_MOVE, _moves(writes))
        if writes.outcomes:
            values = {"failures": writes.failures, "hold_until": writes.hold_until, "succeeded": writes.succeeded}
            connection.execute(_WEBHOOK, values | {"gone": writes.gone, "id": webhook_id})
        if not kept:
            connection.execute(endpoints.SKIP, {"id": webhook_id})
    return rows


def fill(connection: Connection[Any], webhook_id: int, unread: Sequence[Range], known: Sequence[int]) -> Filled:
    """Read the next events of a webhook.

    Args:
        unread: outbox rows that are known and not read to their end.
        known: the numbers of all that are known.
    """
    more = True
    ranges = list(unread)
    if not ranges:
        ranges = payload.pending(connection, webhook_id, known, payload.PAGE)
        more = len(ranges) == payload.PAGE
    events: list[Event] = []
    while ranges and not events and any(not one.at_end for one in ranges):
        done = [one for one in ranges if one.at_end]
        events, rest = payload.read_page(connection, [one for one in ranges if not one.at_end])
        ranges = done + rest
    return Filled(events, ranges, more)


def body(connection: Connection[Any], message: Message) -> bytes | None:
    """The bytes of a message that were kept, or else are built again; None where the products are gone."""
    row: Any = connection.execute("SELECT body FROM deliveries WHERE id = %s", (message.row,)).fetchone()
    if row is not None and row[0] is not None:
        return str(row[0]).encode()
    events = payload.single(connection, message.events)
    if len(events) != len(message.events):
        return None
    texts = [event.text for event in events]
    return (payload.batch_body(texts) if message.type == BATCH else texts[0]).encode()


def forget_old(connection: Connection[Any], most: int) -> int:
    """Delete what is finished and older than thirty days; returns how many deliveries that were.

    What was given up stays as long as its webhook does.

    Args:
        most: deliveries at a time, the oldest ones.
    """
    old = f"created_at < now() - interval '{KEPT_DAYS} days'"
    connection.execute(f"DELETE FROM outbox WHERE state <> 'pending' AND {old}")
    return connection.execute(
        f"DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE {old} AND (state IN ('delivered',"
        " 'skipped', 'split') OR webhook_id IN (SELECT id FROM webhooks WHERE deleted_at IS NOT NULL))"
        " ORDER BY id LIMIT %s)",
        (most,),
    ).rowcount


def pending_events(connection: Connection[Any]) -> int:
    """Events that are still to be delivered, for all webhooks."""
    row: Any = connection.execute(
        "SELECT (SELECT coalesce(sum(greatest(o.total - o.passed, 0)), 0)"
        " FROM outbox o JOIN webhooks w ON w.id = o.webhook_id WHERE o.state = 'pending' AND w.deleted_at IS NULL)"
        " + (SELECT coalesce(sum(cardinality(d.product_ids)), 0)"
        " FROM deliveries d WHERE d.state IN ('sending', 'retrying', 'waiting'))"
    ).fetchone()
    return int(row[0])


def _numbers(connection: Connection[Any], count: int) -> list[int]:
    if not count:
        return []
    statement = "SELECT nextval('deliveries_id_seq') FROM generate_series(1, %s)"
    return [row[0] for row in connection.execute(statement, (count,))]


def _insert(
    connection: Connection[Any],
    webhook_id: int,
    fresh: Sequence[Outcome],
    parked: Sequence[Message],
    rows: Sequence[int],
) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(_DELIVERIES) as copy:
        for row, outcome in zip(rows, fresh, strict=False):
            code, error = (outcome.sent.status_code, outcome.sent.error) if outcome.sent else (None, outcome.error)
            copy.write_row(_delivery(row, webhook_id, outcome.message, outcome.state, code, error))
        for row, message in zip(rows[len(fresh) :], parked, strict=True):
            state = "sending" if message.started is not None else "waiting" if message.due is None else "retrying"
            copy.write_row(_delivery(row, webhook_id, message, state, None, None))


def _delivery(
    row: int, webhook_id: int, message: Message, state: str, code: int | None, error: str | None
) -> list[Any]:
    kept = message.body is not None and state in (*_UNFINISHED, "dead")
    return [
        row,
        webhook_id,
        message.message_id,
        message.type,
        [change_set for change_set, _ in message.events],
        [product for _, product in message.events],
        state,
        message.attempts,
        datetime.fromtimestamp(message.due, UTC) if message.due is not None and state in _UNFINISHED else None,
        message.body.decode() if kept and message.body is not None else None,
        code,
        error,
    ]


def _update(connection: Connection[Any], outcomes: Sequence[Outcome]) -> None:
    if not outcomes:
        return
    messages = [outcome.message for outcome in outcomes]
    connection.execute(
        _UPDATE,
        (
            [message.row for message in messages],
            [outcome.state for outcome in outcomes],
            [message.attempts for message in messages],
            [outcome.message.due if outcome.state in _UNFINISHED else None for outcome in outcomes],
            [outcome.sent.status_code if outcome.sent else None for outcome in outcomes],
            [outcome.sent.error if outcome.sent else outcome.error for outcome in outcomes],
        ),
    )


def _log(connection: Connection[Any], webhook_id: int, outcomes: Sequence[Outcome], numbers: dict[int, int]) -> None:
    tried = [outcome for outcome in outcomes if outcome.sent is not None]
    if not tried:
        return
    with connection.cursor() as cursor, cursor.copy(_ATTEMPTS) as copy:
        for outcome in tried:
            sent, message = outcome.sent, outcome.message
            assert sent is not None
            copy.write_row(
                [
                    message.row if message.row is not None else numbers[id(message)],
                    webhook_id,
                    outcome.number,
                    datetime.fromtimestamp(0, UTC) + timedelta(seconds=outcome.started),
                    sent.ok,
                    sent.status_code,
                    sent.error,
                    sent.address,
                    sent.dns_ms,
                    sent.connect_ms,
                    sent.first_byte_ms,
                    sent.total_ms,
                    Jsonb(sent.request_headers),
                    Jsonb(sent.response_headers),
                    sent.response_body,
                ]
            )


def _moves(writes: Writes) -> tuple[list[Any], ...]:
    return (
        [range_.id for range_, _, _, _ in writes.moved],
        [place.part if place else None for _, place, _, _ in writes.moved],
        [place.key if place else None for _, place, _, _ in writes.moved],
        [place.id if place else None for _, place, _, _ in writes.moved],
        [number for _, _, number, _ in writes.moved],
        [finished for _, _, _, finished in writes.moved],
    )
