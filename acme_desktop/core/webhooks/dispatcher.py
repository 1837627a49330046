"""The dispatcher: sends what the outbox holds, from the window's loop or from plain asyncio.

All database work goes through one thread and one session with the synchronous driver: the loop never waits for it,
and a lost session means that every webhook is up for others to take. NOTIFY only wakes it up; it looks by itself
every few seconds as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from acme_desktop.core.changes import change_set
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.webhooks import endpoints, ledger, ownership, retry
from acme_desktop.core.webhooks.addresses import Resolver
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.lane import TRIPPED, Lane
from acme_desktop.core.webhooks.message import Message
from acme_desktop.core.webhooks.ownership import Clock
from acme_desktop.core.webhooks.payload import BATCH
from acme_desktop.core.webhooks.sender import DEADLINE, SLOTS, Sender

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database
    from acme_desktop.core.database.notifications import Listener

POLL_SECONDS = 5.0
FLUSH_SECONDS = 0.05
_TAKE_OVER_SECONDS = 0.1
_FORGET_SECONDS = 3600.0
_RESTORE_SECONDS = 30.0  # how often to look for replays without having been told
_PATIENCE = 30.0  # seconds that `until_empty` waits for a server that went away
_AHEAD = 1000  # events read ahead, beyond the batch being made

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass
class Totals:
    """What a dispatcher did, in events: `failed` counts attempts, `pending` is what is left for all webhooks."""

    delivered: int = 0
    failed: int = 0
    pending: int = 0


@dataclass
class _Owned:
    """A webhook that is ours: what to send, and how."""

    lane: Lane
    sender: Sender
    renewed: float
    restored: float


class Dispatcher:
    """Sends for every webhook that nobody else sends for.

    Args:
        slots: requests at a time to one endpoint, in mode each.
        batch_slots: the same in mode batch, whose requests keep the loop much longer: 1 in the window.
        deadline: seconds for one exchange.
        resolver: how names become addresses.
    """

    def __init__(
        self,
        database: Database,
        *,
        slots: int = SLOTS,
        batch_slots: int = 2,
        deadline: float = DEADLINE,
        resolver: Resolver | None = None,
    ) -> None:
        self.totals = Totals()
        self._database = database
        self._slots = slots
        self._batch_slots = min(batch_slots, slots)
        self._deadline = deadline
        self._resolver = resolver
        self._owned: dict[int, _Owned] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._stopping = False
        self._resync = True
        self._told = False  # whether there may be work for a dispatcher that is no longer there
        self._forgotten = 0.0

    async def run(self, *, until_empty: bool = False) -> Totals:
        """Send until `stop`, or until nothing is due any more; survives restarts of the database.

        Raises:
            EnvironmentProblem: with `until_empty`, the database stays away.
        """
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="webhooks")
        listeners = [] if until_empty else self._listen()
        failures, lost_at = 0, 0.0
        try:
            while not self._stopping:
                try:
                    await self._session(until_empty)
                    break
                except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                    failures = 1 if self._connected else failures + 1
                    if failures == 1:
                        _log.warning("the dispatcher lost the database: %s", error)
                        lost_at = time.monotonic()
                    if until_empty and time.monotonic() - lost_at > _PATIENCE:
                        raise EnvironmentProblem(
                            "The database cannot be reached.", "What is not delivered is kept.", str(error)
                        ) from error
                    self._wake.clear()
                    await self._pause(min(0.1 * 2**failures, POLL_SECONDS))
            return self.totals
        finally:
            for listener in listeners:
                listener.stop()
            self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """End `run` soon: what is in flight finishes. From the loop's own thread."""
        self._stopping = True
        self._wake.set()

    # ---- one database session

    async def _session(self, until_empty: bool) -> None:
        self._connected = False
        connection = await self._in_thread(self._connect)
        try:
            self._me = await self._in_thread(ownership.register, connection)
            self._clock = await self._in_thread(Clock.read, connection)
            self._connected, self._resync, self._broken = True, True, None
            await self._pump(connection, until_empty)
            await self._finish(connection)
            self.totals.pending = await self._in_thread(ledger.pending_events, connection)
        finally:
            await self._drop_everything()
            with contextlib.suppress(psycopg.Error):
                await self._in_thread(connection.close)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._database.url, autocommit=True, application_name="acme-desktop webhooks", connect_timeout=10
        )

    async def _pump(self, connection: psycopg.Connection[Any], until_empty: bool) -> None:
        synced = flushed = 0.0
        elsewhere = False
        while not self._stopping:
            self._wake.clear()
            if self._broken is not None:
                raise self._broken
            now = time.monotonic()
            if self._resync or now - synced >= (_TAKE_OVER_SECONDS if elsewhere else POLL_SECONDS):
                edited, self._resync, synced = self._resync, False, now
                elsewhere = await self._sync(connection, edited=edited)
            if now - flushed >= FLUSH_SECONDS:
                flushed = now
                await self._flush(connection)
            await self._fill(connection)
            for owned in self._owned.values():
                self._start(connection, owned)
            if self._told and not elsewhere:
                self._told = False
                elsewhere = await self._in_thread(ownership.work_elsewhere, connection, self._me, TRIPPED)
            if until_empty and self._idle():
                # Once more, for what came meanwhile.
                elsewhere, synced = await self._sync(connection), time.monotonic()
                await self._fill(connection)
                if not elsewhere and self._idle():
                    return
            limit = _TAKE_OVER_SECONDS if elsewhere else max(synced + POLL_SECONDS - time.monotonic(), 0)
            await self._pause(min(limit, self._until_next(flushed)))

    def _idle(self) -> bool:
        now = self._clock.now()
        return not self._tasks and all(owned.lane.idle(now) for owned in self._owned.values())

    def _until_next(self, flushed: float) -> float:
        """Seconds until something is to be done without being woken."""
        steady, now = time.monotonic(), self._clock.now()
        waits = [POLL_SECONDS]
        for owned in self._owned.values():
            if owned.lane.in_flight or owned.lane.has_writes:
                waits.append(max(flushed + FLUSH_SECONDS - steady, 0.0))
            if len(owned.lane.in_flight) < self._most(owned.lane):
                at = owned.lane.wake_at(now)
                if at is not None:
                    waits.append(max(at - now, FLUSH_SECONDS if owned.lane.in_flight else 0.001))
        return min(waits)

    # ---- with the database

    async def _sync(self, connection: psycopg.Connection[Any], *, edited: bool = True) -> bool:
        """Take over what nobody sends for, renew and refresh what is ours; returns whether others have due work."""
        await self._flush(connection)
        self._clock = await self._in_thread(Clock.read, connection)
        for claim in await self._in_thread(ownership.claim, connection, self._me):
            rows = await self._in_thread(ownership.unfinished, connection, claim.endpoint.id)
            lane, now = Lane(claim.endpoint, claim.token, self._clock.now()), time.monotonic()
            lane.restore(rows, self._clock.now())
            self._owned[claim.endpoint.id] = _Owned(lane, self._sender(claim.endpoint), now, now)
            _log.info("webhook %s is ours (token %s)", claim.endpoint.id, claim.token)
        for webhook_id, owned in list(self._owned.items()):
            now = time.monotonic()
            endpoint = await self._in_thread(
                ownership.renew, connection, self._me, webhook_id, owned.lane.token, now - owned.renewed
            )
            if endpoint is None:
                await self._let_go(webhook_id)
                continue
            owned.renewed = now
            await self._refresh(connection, owned, endpoint, edited=edited)
            if not endpoint.enabled and not owned.lane.in_flight and not owned.lane.has_writes:
                await self._in_thread(ownership.release, connection, self._me, webhook_id)
                await self._let_go(webhook_id)
        if time.monotonic() - self._forgotten > _FORGET_SECONDS:
            self._forgotten = time.monotonic()
            await self._in_thread(ledger.forget_old, connection)
        return await self._in_thread(ownership.work_elsewhere, connection, self._me, TRIPPED)

    async def _refresh(
        self, connection: psycopg.Connection[Any], owned: _Owned, endpoint: Endpoint, *, edited: bool
    ) -> None:
        owned.lane.update(endpoint)
        owned.lane.may_have_more = True
        now = time.monotonic()
        if edited or now - owned.restored > _RESTORE_SECONDS:
            owned.restored = now
            rows = await self._in_thread(ownership.unfinished, connection, endpoint.id)
            owned.lane.restore(rows, self._clock.now())
        if not owned.sender.fits(endpoint) and not owned.lane.in_flight:
            await owned.sender.close()
            owned.sender = self._sender(endpoint)

    async def _flush(self, connection: psycopg.Connection[Any]) -> None:
        for webhook_id, owned in list(self._owned.items()):
            writes = owned.lane.take_writes(time.monotonic())
            if not writes:
                continue
            rows = await self._in_thread(ledger.flush, connection, webhook_id, owned.lane.token, writes)
            if rows is None:
                await self._let_go(webhook_id)
            else:
                owned.lane.written(writes, rows)

    async def _fill(self, connection: psycopg.Connection[Any]) -> None:
        for webhook_id, owned in list(self._owned.items()):
            lane = owned.lane
            size = lane.endpoint.batch_size if lane.endpoint.mode == BATCH else 1
            while lane.buffered < _AHEAD + 2 * size and (unread := lane.unread or lane.may_have_more):
                known = list(lane.ranges)
                ranges = unread if isinstance(unread, list) else []
                filled = await self._in_thread(ledger.fill, connection, webhook_id, ranges, known)
                if not ranges:
                    lane.may_have_more = filled.more
                lane.offer(filled.events, filled.ranges)
                self._start(connection, owned)

    # ---- sending

    def _start(self, connection: psycopg.Connection[Any], owned: _Owned) -> None:
        """Send as much as may be sent now."""
        lane = owned.lane
        # Whoever could not renew its lease in time has no business sending.
        while len(lane.in_flight) < self._most(lane) and time.monotonic() < owned.renewed + ownership.LEASE_SECONDS:
            message = lane.next(self._clock.now())
            if message is None:
                return
            task = self._loop.create_task(self._deliver(connection, owned, message))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _most(self, lane: Lane) -> int:
        """How many requests may be in flight."""
        return self._batch_slots if lane.endpoint.mode == BATCH else self._slots

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._broken = task.exception()
            self._wake.set()

    async def _deliver(self, connection: psycopg.Connection[Any], owned: _Owned, message: Message) -> None:
        lane = owned.lane
        if message.body is None:
            message.body = await self._in_thread(ledger.body, connection, message)
        if message.body is None:
            lane.skip(message, "It cannot be built any more: another program changed the products.", self._clock.now())
            return
        started, message.started = self._clock.now(), time.monotonic()
        sent = await owned.sender.send(lane.endpoint, message.message_id, message.body, started)
        message.started = None
        now = self._clock.now()
        verdict = retry.judge(sent.answer, message.attempts + 1, datetime.fromtimestamp(now, UTC))
        lane.settle(message, sent, verdict, now, started)
        if sent.ok:
            self.totals.delivered += len(message.events)
        else:
            self.totals.failed += len(message.events)
            _log.info("webhook %s, %s: %s", lane.endpoint.id, message.message_id, sent.error)
        if not self._stopping:
            self._start(connection, owned)
        if lane.buffered < _AHEAD or not lane.in_flight:
            self._wake.set()

    async def _finish(self, connection: psycopg.Connection[Any]) -> None:
        """Let what is in flight come to its end, write it down, and let go."""
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=FLUSH_SECONDS * 4)
            await self._flush(connection)
        await self._flush(connection)
        await self._in_thread(ownership.release, connection, self._me)

    async def _let_go(self, webhook_id: int) -> None:
        owned = self._owned.pop(webhook_id)
        owned.lane.lost = True
        _log.info("webhook %s is ours no longer", webhook_id)
        task = self._loop.create_task(owned.sender.close())
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def _drop_everything(self) -> None:
        """Forget what is not written down; whoever takes over sends it again."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for owned in self._owned.values():
            await owned.sender.close()
        self._owned.clear()

    def _sender(self, endpoint: Endpoint) -> Sender:
        return Sender(endpoint, slots=self._slots, deadline=self._deadline, resolver=self._resolver)

    # ---- waiting

    async def _in_thread(self, work: Callable[..., _T], *arguments: Any) -> _T:
        return await self._loop.run_in_executor(self._thread, work, *arguments)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _listen(self) -> list[Listener]:
        listeners = []
        for channel, woken in ((change_set.CHANNEL, self._changed), (endpoints.CHANNEL, self._edited)):
            listener = self._database.listen(channel)
            threading.Thread(target=self._hear, args=(listener, woken), name=f"listen-{channel}", daemon=True).start()
            listeners.append(listener)
        return listeners

    def _hear(self, listener: Listener, woken: Callable[[], None]) -> None:
        for _ in listener:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(woken)

    def _changed(self) -> None:
        self._told = True
        for owned in self._owned.values():
            owned.lane.may_have_more = True
        self._wake.set()

    def _edited(self) -> None:
        self._resync = True
        self._wake.set()
