"""What is to be sent to one webhook, in which order: per product, and a failing product holds up only itself.

Everything here is memory and arithmetic; the dispatcher feeds it from the database, sends, and writes down. Each
product has a chain of messages: the first may be sent, the others wait. Events of a product whose chain is being
sent wait in its queue; where the chain has failed they are parked in the table of deliveries, so that the outbox
goes on.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.health import Health
from acme_desktop.core.webhooks.message import Entry, Message, Outcome, Progress, Writes, halve
from acme_desktop.core.webhooks.payload import BATCH, Event, Range, batch_body
from acme_desktop.core.webhooks.retry import Verdict
from acme_desktop.core.webhooks.sender import Sent

BATCH_BYTES = 512 * 1024
_ENVELOPE = len(batch_body([]))
LATE = 0.3
"""Seconds in flight after which a message is noted, so that what came after it can be acknowledged."""

_BURST = 0.1  # seconds' worth of requests that a rate lets catch up


def splits(message: Message, verdict: Verdict) -> bool:
    """Whether a message goes again in two parts, because it was too large in one."""
    return verdict.too_large and len(message.events) > 1


class Lane:
    """The messages of one webhook, which is ours by `token`."""

    def __init__(self, endpoint: Endpoint, token: int, now: float) -> None:
        self.endpoint = endpoint
        self.token = token
        self.ranges: dict[int, Progress] = {}
        self.in_flight: set[Message] = set()
        self.may_have_more = True
        self.lost = False  # whether another dispatcher took it over
        self._health = Health(endpoint)
        self._next_at = now + (1 / endpoint.rate if endpoint.rate else 0.0)
        self._largest_batch = endpoint.batch_size
        self._ready: deque[tuple[Event, Entry]] = deque()
        self._queues: dict[int, deque[tuple[Event, Entry]]] = {}
        self._queued = 0
        self._chains: dict[int, deque[Message]] = {}
        self._heap: list[tuple[float, int, Message]] = []
        self._tie = itertools.count()
        self._rows: dict[int, Message] = {}
        self._outcomes: list[Outcome] = []
        self._halves: list[Message] = []
        self._succeeded = False

    # ---- what comes in

    def restore(self, rows: Iterable[Sequence[Any]], now: float) -> None:
        """Take in the unfinished messages of the database; of known ones, the times when they are due."""
        fresh = []
        for row_id, message_id, type_, change_sets, products, attempts, due in rows:
            known = self._rows.get(row_id)
            if known is None:
                events = tuple(zip(change_sets, products, strict=True))
                self._rows[row_id] = message = Message(message_id, type_, events, None, row_id, attempts, due)
                fresh.append(message)
            elif due is not None and due != known.due and known not in self.in_flight and not known.closed:
                known.due = due
                if self._first_everywhere(known):
                    self._schedule(known, due)
        self._append(fresh, now)

    def update(self, endpoint: Endpoint) -> None:
        """Take in the webhook as it is now; what a person reset counts once nothing of ours is unwritten."""
        if endpoint.open and not self.endpoint.open:
            self._health.probe()
        self.endpoint = endpoint
        if not self._outcomes and not self._health.gone:
            self._health.reset(endpoint)

    def offer(self, events: Sequence[Event], ranges: Sequence[Range]) -> None:
        """Take in a page of events, and the outbox rows as they are after it."""
        for range_ in ranges:
            if range_.id in self.ranges:
                self.ranges[range_.id].range = range_
            else:
                self.ranges[range_.id] = Progress(range_)
        for event in events:
            assert event.place is not None
            self._ready.append((event, self.ranges[event.range_id].enter(event.place)))

    @property
    def unread(self) -> list[Range]:
        """Outbox rows with something left to read."""
        return [progress.range for progress in self.ranges.values() if not progress.range.at_end]

    @property
    def buffered(self) -> int:
        """How many events are in memory."""
        return len(self._ready) + self._queued

    # ---- what goes out

    def next(self, now: float) -> Message | None:
        """The message to send now; None where none may be sent. The caller sends it and then calls `settle`."""
        if not self._open(now):
            return None
        message = self._due(now)
        if message is None:
            if self._health.tripped and now < self._health.probe_at:
                return None
            message = self._form()
        if message is None:
            return None
        if self.endpoint.rate:
            self._next_at = max(self._next_at, now - _BURST) + 1 / self.endpoint.rate
        self.in_flight.add(message)
        return message

    def wake_at(self, now: float) -> float | None:
        """When something becomes sendable by time alone; None where that takes an event."""
        if not self._sendable:
            return None
        times = [entry[0] for entry in self._heap[:1]]
        if self._ready:
            times.append(self._health.probe_at if self._health.tripped else now)
        return max(min(times), self._health.hold_until, self._next_at) if times else None

    def idle(self, now: float) -> bool:
        """Whether nothing is due: what is left waits for its time, or for a person."""
        if self.in_flight or self.has_writes:
            return False
        if not self._sendable or self._health.hold_until > now:
            return True
        if self._heap and self._heap[0][0] <= now:
            return False
        probed_later = self._health.tripped and now < self._health.probe_at
        return probed_later or not (self._ready or self.unread or self.may_have_more)

    @property
    def _sendable(self) -> bool:
        return self.endpoint.open and not (self._health.gone or self.lost)

    def _open(self, now: float) -> bool:
        if not self._sendable or now < self._health.hold_until or now < self._next_at:
            return False
        return not (self._health.one_at_a_time and self.in_flight)

    def _due(self, now: float) -> Message | None:
        while self._heap and self._heap[0][0] <= now:
            due, _, message = heapq.heappop(self._heap)
            stale = message.closed or message in self.in_flight or message.due != due
            if not stale and self._first_everywhere(message):
                return message
        return None

    def _form(self) -> Message | None:
        """Make a message of the next events whose products are free."""
        batch = self.endpoint.mode == BATCH
        most = min(self.endpoint.batch_size, self._largest_batch) if batch else 1
        taken: list[tuple[Event, Entry]] = []
        size = _ENVELOPE
        while self._ready and len(taken) < most:
            event, entry = self._ready[0]
            if event.product_id in self._chains or event.product_id in self._queues:
                self._ready.popleft()
                self._queues.setdefault(event.product_id, deque()).append((event, entry))
                self._queued += 1
                continue
            size += len(event.text) if event.text.isascii() else len(event.text.encode())
            if taken and size + len(taken) > BATCH_BYTES:
                break
            self._ready.popleft()
            taken.append((event, entry))
        if not taken:
            return None
        message = Message.of([event for event, _ in taken], [entry for _, entry in taken], batch=batch)
        for product in message.products:
            self._chains[product] = deque([message])
        return message

    # ---- what became of it

    def settle(self, message: Message, sent: Sent, verdict: Verdict, now: float, started: float) -> None:
        """Take in how an attempt ended; `flush` writes it down."""
        self.in_flight.discard(message)
        message.attempts += 1
        if sent.ok:
            self._health.succeed()
            self._succeeded = True
        else:
            self._health.fail(verdict, now)
        if splits(message, verdict):
            self._split(message, sent, now, started)
        elif verdict.delivered or verdict.dead:
            self._close(message, "delivered" if verdict.delivered else "dead", now, sent, started)
        else:
            self._outcomes.append(Outcome(message, "retrying", message.attempts, sent, started))
            self._schedule(message, now + verdict.wait)

    def skip(self, message: Message, why: str, now: float) -> None:
        """Give a message up that cannot be built any more."""
        self.in_flight.discard(message)
        self._close(message, "skipped", now, error=why)

    def _close(
        self, message: Message, state: str, now: float, sent: Sent | None = None, started: float = 0.0,
        error: str | None = None,
    ) -> None:  # fmt: skip
        message.closed = True
        self._outcomes.append(Outcome(message, state, message.attempts, sent, started, error))
        for product in message.products:
            chain = self._chains[product]
            chain.popleft()
            if chain:
                if self._first_everywhere(chain[0]):
                    self._schedule(chain[0], max(chain[0].due or now, now))
                continue
            del self._chains[product]
            waiting = self._queues.pop(product, None)
            if waiting:
                self._queued -= len(waiting)
                self._ready.extendleft(reversed(waiting))

    def _split(self, message: Message, sent: Sent, now: float, started: float) -> None:
        """Make two messages of one that was too large."""
        middle = len(message.events) // 2
        self._largest_batch = max(1, middle)
        halves = halve(message, middle)
        message.closed = True
        self._outcomes.append(Outcome(message, "split", message.attempts, sent, started))
        for product in message.products:
            own = [half for half in halves if product in half.products]
            chain = self._chains[product]
            chain.popleft()
            chain.extendleft(reversed(own))
        self._halves += halves
        for half in halves:
            half.due = now
            if self._first_everywhere(half):
                self._schedule(half, now)

    def _schedule(self, message: Message, due: float) -> None:
        message.due = due
        heapq.heappush(self._heap, (due, next(self._tie), message))

    def _append(self, messages: Sequence[Message], now: float) -> None:
        # Their rows are not in the order of the changes: the halves of a batch come after what waited behind it.
        events = sorted(
            (change_set, number, product)
            for number, message in enumerate(messages)
            for change_set, product in message.events
        )
        for _, number, product in events:
            chain = self._chains.setdefault(product, deque())
            if not chain or chain[-1] is not messages[number]:
                chain.append(messages[number])
        for message in messages:
            if self._first_everywhere(message):
                self._schedule(message, message.due if message.due is not None else now)

    def _first_everywhere(self, message: Message) -> bool:
        return all(self._chains[product][0] is message for product in message.products)

    # ---- what is written down

    @property
    def has_writes(self) -> bool:
        """Whether there is something to be written down."""
        return bool(self._outcomes or self._halves or self._parkable())

    def take_writes(self, steady: float) -> Writes:
        """What is to be written now; `written` says that it is.

        Args:
            steady: the steady clock, for what is in flight for long.
        """
        health = self._health
        writes = Writes(
            self._outcomes, [], [], self._succeeded, health.failures, health.hold_until or None, health.gone
        )
        self._outcomes, self._succeeded = [], False
        noted = {id(outcome.message) for outcome in writes.outcomes}
        late = [one for one in self.in_flight if one.started is not None and steady - one.started > LATE]
        for message in [*self._halves, *late, *self._park_queues()]:
            # A half can be late as well, before it was noted for the first time.
            if message.row is None and id(message) not in noted:
                noted.add(id(message))
                writes.parked.append(message)
        self._halves = []
        for message in itertools.chain((outcome.message for outcome in writes.outcomes), writes.parked):
            for entry in message.entries:
                entry.done = True
            message.entries = []
        for progress in list(self.ranges.values()):
            place, number = progress.advance()
            if progress.finished:
                del self.ranges[progress.range.id]
            if number or progress.finished:
                writes.moved.append((progress.range, place, number, progress.finished))
        return writes

    def written(self, writes: Writes, rows: Sequence[int]) -> None:
        """Take in the numbers that new messages got: those of the outcomes first, then the parked ones."""
        if writes.gone:
            self._health.gone = False
            self.endpoint = replace(self.endpoint, enabled=False)
        fresh = [outcome.message for outcome in writes.latest if outcome.message.row is None]
        for message, row in zip([*fresh, *writes.parked], rows, strict=True):
            message.row = row
            self._rows[row] = message
        for outcome in writes.outcomes:
            if outcome.message.closed and outcome.message.row is not None:
                self._rows.pop(outcome.message.row, None)
        for message in (*(outcome.message for outcome in writes.outcomes), *writes.parked):
            if message not in self.in_flight:  # what is tried again meanwhile may have to be halved
                message.body = None

    def _parkable(self) -> list[int]:
        return [product for product in self._queues if self._chains[product][0] not in self.in_flight]

    def _park_queues(self) -> list[Message]:
        """Messages for the events that wait behind a message which has failed."""
        parked = []
        for product in self._parkable():
            waiting = self._queues.pop(product)
            self._queued -= len(waiting)
            for event, entry in waiting:
                message = Message.of([event], [entry], batch=self.endpoint.mode == BATCH)
                self._chains[product].append(message)
                parked.append(message)
        return parked
