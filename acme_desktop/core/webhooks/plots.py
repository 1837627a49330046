"""How webhooks fared over some time, for small plots: what waited and how long, what went well, how quick it was.

All of it is read from what is kept anyway: when a change was made, when its events were done with, and the attempts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

SLOTS = 48


@dataclass(frozen=True)
class Slot:
    """A stretch of time: attempts that went well and ill, and how long they took (milliseconds)."""

    start: datetime
    succeeded: int
    failed: int
    median_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True)
class Waiting:
    """A stretch of time: the events that waited in all or part of it, and how long the oldest had waited by then."""

    events: int
    oldest_seconds: float


_ATTEMPTS = """
SELECT s.start, count(a.id) FILTER (WHERE a.ok), count(a.id) FILTER (WHERE NOT a.ok),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY a.total_ms), percentile_cont(0.95) WITHIN GROUP (ORDER BY a.total_ms)
FROM generate_series(now() - %(span)s, now() - %(step)s, %(step)s) AS s (start)
LEFT JOIN delivery_attempts a
    ON a.webhook_id = %(webhook_id)s AND a.started_at >= s.start AND a.started_at < s.start + %(step)s
GROUP BY s.start ORDER BY s.start
"""

# An event waits from its change until its delivery is over; those of one change that end in one slot are one row. The
# halves of a batch that was split stand for it.
_WAITS = """
WITH ended AS (
    SELECT change_sets[1] AS change_set_id, sum(cardinality(product_ids)) AS events, max(updated_at) AS finish
    FROM deliveries
    WHERE webhook_id = ANY (%(ids)s) AND updated_at >= now() - %(span)s AND state IN ('delivered', 'dead', 'skipped')
    GROUP BY change_sets[1], date_bin(%(step)s, updated_at, now() - %(span)s)
), waits AS (
    SELECT * FROM ended
    UNION ALL
    SELECT change_sets[1], sum(cardinality(product_ids)), NULL FROM deliveries
    WHERE webhook_id = ANY (%(ids)s) AND state IN ('sending', 'retrying', 'waiting') GROUP BY change_sets[1]
    UNION ALL
    SELECT change_set_id, greatest(total - passed, 0), NULL FROM outbox
    WHERE webhook_id = ANY (%(ids)s) AND state = 'pending'
)
SELECT greatest(extract(epoch FROM c.created_at - (now() - %(span)s)), 0)::float8,
    extract(epoch FROM coalesce(w.finish, now()) - (now() - %(span)s))::float8,
    extract(epoch FROM coalesce(w.finish, now()) - c.created_at)::float8, w.events
FROM waits w JOIN change_sets c ON c.id = w.change_set_id
"""


def attempts(database: Database, webhook_id: int, *, span: timedelta, slots: int = SLOTS) -> list[Slot]:
    """Success and latency of a webhook over the last `span`, in equal slots, the oldest first."""
    values = {"webhook_id": webhook_id, "span": span, "step": span / slots}
    with database.connect() as connection:
        return [Slot(*row) for row in connection.execute(_ATTEMPTS, values)]  # type: ignore[arg-type]


def waiting(database: Database, webhook_ids: Sequence[int], *, span: timedelta, slots: int = SLOTS) -> list[Waiting]:
    """Backlog and oldest age of some webhooks over the last `span`, in equal slots, the oldest first."""
    step = (span / slots).total_seconds()
    events, ages = [0] * slots, [0.0] * slots
    values = {"ids": list(webhook_ids), "span": span, "step": span / slots}
    with database.connect() as connection:
        rows: list[Any] = connection.execute(_WAITS, values).fetchall()
    for start, finish, waited, number in rows:
        first, last = (min(int(moment / step), slots - 1) for moment in (start, finish))
        for slot in range(first, last + 1):
            events[slot] += int(number)
            over = max(0.0, finish - (slot + 1) * step)  # what it still had to wait when the slot ended
            ages[slot] = max(ages[slot], waited - over)
    return [Waiting(*pair) for pair in zip(events, ages, strict=True)]
