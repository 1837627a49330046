"""The webhooks that a dispatcher sends for, as its database session knows them: taken over, filled, written down."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from acme_desktop.core.webhooks import ledger, ownership
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.health import TRIPPED
from acme_desktop.core.webhooks.lane import Lane
from acme_desktop.core.webhooks.message import Message
from acme_desktop.core.webhooks.ownership import Clock
from acme_desktop.core.webhooks.payload import BATCH
from acme_desktop.core.webhooks.sender import Sender

AHEAD = 1000
"""Events read ahead, beyond the batch being made."""

_FORGET_SECONDS = 3600.0
_FORGET_AT_ONCE = 10_000  # deliveries
_RESTORE_SECONDS = 30.0  # how often to look for replays without having been told

_log = logging.getLogger(__name__)


@dataclass
class Owned:
    """A webhook that is ours: what to send, and how."""

    lane: Lane
    sender: Sender
    renewed: float
    restored: float


class Holdings:
    """What is ours while one database session lives.

    Args:
        me: our number among the dispatchers.
        clock: the database's; read again at every `sync`.
        in_thread: runs a function in the thread of the session.
        sender: makes the sender of an endpoint.
        spawn: begins a task of which the dispatcher takes care.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        me: int,
        clock: Clock,
        in_thread: Callable[..., Coroutine[Any, Any, Any]],
        sender: Callable[[Endpoint], Sender],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self.clock = clock
        self._connection, self._me = connection, me
        self._run, self._sender, self._spawn = in_thread, sender, spawn
        self._owned: dict[int, Owned] = {}
        self._forgotten: float | None = None

    def all(self) -> Iterator[Owned]:
        """Each of them."""
        return iter(self._owned.values())

    async def sync(self, *, edited: bool = True) -> bool:
        """Take over what nobody sends for, renew and refresh what is ours; returns whether others have due work."""
        await self.flush()
        self.clock = await self._in_thread(Clock.read)
        for claim in await self._in_thread(ownership.claim, self._me):
            claimed, sender = time.monotonic(), self._sender(claim.endpoint)
            await sender.prepare()
            rows = await self._in_thread(ownership.unfinished, claim.endpoint.id)
            lane = Lane(claim.endpoint, claim.token, self.clock.now())
            lane.restore(rows, self.clock.now())
            self._owned[claim.endpoint.id] = Owned(lane, sender, claimed, claimed)
            _log.info("webhook %s is ours (token %s)", claim.endpoint.id, claim.token)
        for webhook_id, owned in list(self._owned.items()):
            await self._renew(webhook_id, owned, edited=edited)
        if self._forgotten is None or time.monotonic() - self._forgotten > _FORGET_SECONDS:
            forgotten = await self._in_thread(ledger.forget_old, _FORGET_AT_ONCE)
            # The rest of very many goes at the next times, so that no lease runs out meanwhile.
            self._forgotten = time.monotonic() if forgotten < _FORGET_AT_ONCE else None
        return await self.work_elsewhere()

    async def work_elsewhere(self) -> bool:
        """Whether others have due work."""
        return bool(await self._in_thread(ownership.work_elsewhere, self._me, TRIPPED))

    def look_again(self) -> None:
        """There may be more events for each of them."""
        for owned in self._owned.values():
            owned.lane.may_have_more = True

    async def _renew(self, webhook_id: int, owned: Owned, *, edited: bool) -> None:
        now = time.monotonic()
        endpoint = await self._in_thread(ownership.renew, self._me, webhook_id, owned.lane.token, now - owned.renewed)
        if endpoint is None:
            self._let_go(webhook_id)
            return
        owned.renewed = now
        await self._refresh(owned, endpoint, edited=edited)
        if not endpoint.enabled and not owned.lane.in_flight and not owned.lane.has_writes:
            await self._in_thread(ownership.release, self._me, webhook_id)
            self._let_go(webhook_id)

    async def _refresh(self, owned: Owned, endpoint: Endpoint, *, edited: bool) -> None:
        owned.lane.update(endpoint)
        owned.lane.may_have_more = True
        now = time.monotonic()
        if edited or now - owned.restored > _RESTORE_SECONDS:
            owned.restored = now
            rows = await self._in_thread(ownership.unfinished, endpoint.id)
            owned.lane.restore(rows, self.clock.now())
        if not owned.sender.fits(endpoint) and not owned.lane.in_flight:
            await owned.sender.close()
            owned.sender = self._sender(endpoint)

    async def flush(self) -> None:
        """Write down what became of messages."""
        for webhook_id, owned in list(self._owned.items()):
            writes = owned.lane.take_writes(time.monotonic())
            if not writes:
                continue
            rows = await self._in_thread(ledger.flush, webhook_id, owned.lane.token, writes)
            if rows is None:
                self._let_go(webhook_id)
            else:
                owned.lane.written(writes, rows)

    async def fill(self, start: Callable[[Owned], None]) -> None:
        """Read events ahead; `start` is called with each webhook that got some."""
        for webhook_id, owned in list(self._owned.items()):
            lane = owned.lane
            size = lane.endpoint.batch_size if lane.endpoint.mode == BATCH else 1
            while lane.buffered < AHEAD + 2 * size and (unread := lane.unread or lane.may_have_more):
                known = list(lane.ranges)
                ranges = unread if isinstance(unread, list) else []
                filled = await self._in_thread(ledger.fill, webhook_id, ranges, known)
                if not ranges:
                    lane.may_have_more = filled.more
                lane.offer(filled.events, filled.ranges)
                start(owned)

    async def body(self, message: Message) -> bytes | None:
        """The body of a message that is not in memory; None where it cannot be built any more."""
        body: bytes | None = await self._in_thread(ledger.body, message)
        return body

    async def release(self) -> None:
        """Let others have all of them."""
        await self._in_thread(ownership.release, self._me)

    async def forget(self) -> None:
        """Close every connection; what is not written down is sent again by whoever takes over."""
        for owned in self._owned.values():
            await owned.sender.close()
        self._owned.clear()

    def _let_go(self, webhook_id: int) -> None:
        owned = self._owned.pop(webhook_id)
        owned.lane.lost = True
        _log.info("webhook %s is ours no longer", webhook_id)
        self._spawn(owned.sender.close())

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await self._run(work, self._connection, *arguments)
