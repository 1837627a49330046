"""One running program at a time sends for a webhook.

Taking it over bumps a fencing token, and every write of an owner is conditional on its token: an owner that was
replaced without knowing it can send something twice, and write nothing. A dispatcher holds an advisory lock as long
as its database session lives, so that one that was killed is replaced at once and one that hangs when its lease ends.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from acme_desktop.core.webhooks import computer, retry
from acme_desktop.core.webhooks.endpoints import COLUMNS, Endpoint

LEASE_SECONDS = 30

# The first key of the advisory lock; the second is the dispatcher's number. A database may hold a catalogue in each of
# several schemas, and numbers count in each of them.
_LOCK = "('webhooks'::regclass::oid::bigint & 2147483647)::int"

_GONE = f"""
(w.owner IS NULL OR w.lease_until < clock_timestamp() OR NOT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.classid::bigint = {_LOCK} AND l.objid = w.owner::int AND l.objsubid = 2
        AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))
"""

_CLAIM = f"""
UPDATE webhooks
SET owner = %(me)s, token = token + 1, lease_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE id IN (
    SELECT w.id FROM webhooks w
    WHERE w.enabled AND w.deleted_at IS NULL AND (w.scope <> 'loopback' OR w.computer = %(computer)s)
        AND w.owner IS DISTINCT FROM %(me)s AND {_GONE}
    FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING token, {COLUMNS}
"""

# Only the time in which somebody tries counts towards switching off: not a pause, nor the sleep of a computer.
_RENEW = f"""
UPDATE webhooks
SET lease_until = clock_timestamp() + %(lease)s * interval '1 second',
    failing_seconds = CASE WHEN failures = 0 THEN 0 WHEN paused THEN failing_seconds
        ELSE failing_seconds + least(%(elapsed)s, %(lease)s) END
WHERE id = %(id)s AND token = %(token)s AND owner = %(me)s
RETURNING {COLUMNS}
"""

_SWITCH_OFF = f"""
UPDATE webhooks SET enabled = false, switched_off = 'No success in 120 hours.', updated_at = now()
WHERE id = %(id)s AND token = %(token)s AND enabled
    AND failing_seconds >= {retry.SWITCH_OFF_AFTER} AND failures >= {retry.ATTEMPTS}
"""

_RELEASE = """
UPDATE webhooks SET owner = NULL, lease_until = NULL
WHERE owner = %(me)s AND (%(id)s::bigint IS NULL OR id = %(id)s)
"""

# Work that another dispatcher should be doing: whoever sees it looks again soon.
_ELSEWHERE = """
SELECT EXISTS (
    SELECT FROM webhooks w
    WHERE w.enabled AND NOT w.paused AND w.deleted_at IS NULL AND w.owner IS DISTINCT FROM %(me)s
        AND (w.scope <> 'loopback' OR w.computer = %(computer)s)
        AND (w.hold_until IS NULL OR w.hold_until <= clock_timestamp()) AND w.failures < %(tripped)s
        AND (EXISTS (SELECT FROM outbox o WHERE o.webhook_id = w.id AND o.state = 'pending')
            OR EXISTS (
                SELECT FROM deliveries d
                WHERE d.webhook_id = w.id AND d.state IN ('sending', 'retrying')
                    AND coalesce(d.due_at, clock_timestamp()) <= clock_timestamp()
            ))
)
"""


@dataclass(frozen=True)
class Claim:
    """A webhook that is ours now, and the token that says so."""

    token: int
    endpoint: Endpoint


@dataclass(frozen=True)
class Clock:
    """The database's clock, carried on by this computer's steady one: nobody's wall clock counts."""

    offset: float

    @classmethod
    def read(cls, connection: Connection[Any]) -> Clock:
        """Ask the database for the time."""
        before = time.monotonic()
        row: Any = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        return cls(row[0] - (before + time.monotonic()) / 2)

    def now(self) -> float:
        """Seconds since 1970."""
        return time.monotonic() + self.offset


def register(connection: Connection[Any]) -> int:
    """Make the connection's session a dispatcher; returns its number."""
    row: Any = connection.execute("SELECT nextval('dispatchers_id_seq') % 2147483647").fetchone()
    connection.execute(f"SELECT pg_advisory_lock({_LOCK}, %s::int)", (row[0],))
    return int(row[0])


def claim(connection: Connection[Any], me: int) -> list[Claim]:
    """Take over every webhook that nobody sends for."""
    values = {"me": me, "lease": LEASE_SECONDS, "computer": computer.here()}
    rows = connection.execute(_CLAIM, values).fetchall()
    return [Claim(row[0], Endpoint(*row[1:])) for row in rows]


def renew(connection: Connection[Any], me: int, webhook_id: int, token: int, elapsed: float) -> Endpoint | None:
    """Keep a webhook; returns it as it is now, or None where it is ours no longer.

    Args:
        elapsed: seconds since the last time.
    """
    values = {"me": me, "id": webhook_id, "token": token, "elapsed": elapsed, "lease": LEASE_SECONDS}
    connection.execute(_SWITCH_OFF, values)
    with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        return cursor.execute(_RENEW, values).fetchone()


def release(connection: Connection[Any], me: int, webhook_id: int | None = None) -> None:
    """Let go of a webhook, or of every one."""
    connection.execute(_RELEASE, {"me": me, "id": webhook_id})


def work_elsewhere(connection: Connection[Any], me: int, tripped: int) -> bool:
    """Whether something is due that another dispatcher has to send.

    Args:
        tripped: so many failures in a row keep an owner from sending new events.
    """
    values = {"me": me, "computer": computer.here(), "tripped": tripped}
    row = connection.execute(_ELSEWHERE, values).fetchone()
    return row == (True,)


def owned_now(connection: Connection[Any], webhook_id: int, token: int) -> bool | None:
    """Whether the webhook is there still; None where the token counts no longer.

    Locks the webhook's row, so that nobody takes it over or deletes it before the commit.
    """
    row = connection.execute(
        "SELECT deleted_at IS NULL FROM webhooks WHERE id = %s AND token = %s FOR NO KEY UPDATE", (webhook_id, token)
    ).fetchone()
    return None if row is None else bool(row[0])


def unfinished(connection: Connection[Any], webhook_id: int) -> Sequence[tuple[Any, ...]]:
    """The messages of a webhook that are still to be delivered, in order, without their bodies."""
    return connection.execute(
        "SELECT id, message_id, type, change_sets, product_ids, attempts, extract(epoch FROM due_at)::float8"
        " FROM deliveries WHERE webhook_id = %s AND state IN ('sending', 'retrying', 'waiting') ORDER BY id",
        (webhook_id,),
    ).fetchall()
