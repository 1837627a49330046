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
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from acme_desktop.core.changes import change_set
from acme_desktop.core.webhooks import endpoints, ledger, ownership, retry
from acme_desktop.core.webhooks.addresses import Resolver
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.holdings import AHEAD, Holdings, Owned
from acme_desktop.core.webhooks.lane import Lane, splits
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
_PATIENCE = 30.0  # seconds that `until_empty` waits for a server that went away

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass
class Totals:
    """What a dispatcher did, in events.

    Attributes:
        failed: counts every attempt; a batch that goes on in parts did not fail.
        pending: what is left for all webhooks.
    """

    delivered: int = 0
    failed: int = 0
    pending: int = 0


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
        self._held: Holdings | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._stopping = False
        self._resync = True
        self._told = False  # whether there may be work for a dispatcher that is no longer there

    async def run(self, *, until_empty: bool = False) -> Totals:
        """Send until `stop`, or until nothing is due any more; survives restarts of the database.

        Raises:
            EnvironmentProblem: with `until_empty`, the database stays away; or the role lacks a right.
        """
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="webhooks")
        listeners = self._listen()
        failures, lost_at = 0, 0.0
        try:
            with self._database.translated():
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
                            raise
                        self._wake.clear()
                        await self._pause(min(0.1 * 2**failures, POLL_SECONDS))
            return self.totals
        finally:
            for listener in listeners:
                listener.stop()
            self._thread.submit(self._disconnect)  # whoever was cancelled while connecting never saw the connection
            self._thread.shutdown(wait=False)

    @property
    def sends_for(self) -> list[int]:
        """The webhooks that are its own now."""
        return [owned.lane.endpoint.id for owned in self._held.all()] if self._held is not None else []

    def stop(self) -> None:
        """End `run` soon: what is in flight finishes. From the loop's own thread."""
        self._stopping = True
        self._wake.set()

    # ---- one database session

    async def _session(self, until_empty: bool) -> None:
        self._connected = False
        connection = await self._in_thread(self._connect)
        try:
            me = await self._in_thread(ownership.register, connection)
            clock = await self._in_thread(Clock.read, connection)
            self._connected, self._resync, self._broken = True, True, None
            held = self._held = Holdings(connection, me, clock, self._in_thread, self._sender, self._spawn)
            await self._pump(held, until_empty)
            await self._finish(held)
            self.totals.pending = await self._in_thread(ledger.pending_events, connection)
        finally:
            await self._drop_everything()
            self._held = None
            await self._in_thread(self._disconnect)

    def _connect(self) -> psycopg.Connection[Any]:
        self._connection = self._database.session("acme-desktop webhooks")
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    async def _pump(self, held: Holdings, until_empty: bool) -> None:
        synced = flushed = 0.0
        elsewhere = False
        while not self._stopping:
            self._wake.clear()
            if self._broken is not None:
                raise self._broken
            now = time.monotonic()
            if self._resync or now - synced >= (_TAKE_OVER_SECONDS if elsewhere else POLL_SECONDS):
                edited, self._resync, synced = self._resync, False, now
                elsewhere = await held.sync(edited=edited)
            if now - flushed >= FLUSH_SECONDS:
                flushed = now
                await held.flush()
            await held.fill(self._start)
            for owned in held.all():
                self._start(owned)
            if self._told and not elsewhere:
                self._told = False
                elsewhere = await held.work_elsewhere()
            if until_empty and self._idle(held):
                # Once more, for what came meanwhile.
                elsewhere, synced = await held.sync(), time.monotonic()
                await held.fill(self._start)
                if not elsewhere and self._idle(held):
                    return
            limit = _TAKE_OVER_SECONDS if elsewhere else max(synced + POLL_SECONDS - time.monotonic(), 0)
            await self._pause(min(limit, self._until_next(held, flushed)))

    def _idle(self, held: Holdings) -> bool:
        now = held.clock.now()
        return not self._tasks and all(owned.lane.idle(now) for owned in held.all())

    def _until_next(self, held: Holdings, flushed: float) -> float:
        """Seconds until something is to be done without being woken."""
        steady, now = time.monotonic(), held.clock.now()
        waits = [POLL_SECONDS]
        for owned in held.all():
            if owned.lane.in_flight or owned.lane.has_writes:
                waits.append(max(flushed + FLUSH_SECONDS - steady, 0.0))
            if len(owned.lane.in_flight) < self._most(owned.lane):
                at = owned.lane.wake_at(now)
                if at is not None:
                    waits.append(max(at - now, FLUSH_SECONDS if owned.lane.in_flight else 0.001))
        return min(waits)

    # ---- sending

    def _start(self, owned: Owned) -> None:
        """Send as much as may be sent now."""
        lane, held = owned.lane, self._held
        assert held is not None
        # Whoever could not renew its lease in time has no business sending.
        while len(lane.in_flight) < self._most(lane) and time.monotonic() < owned.renewed + ownership.LEASE_SECONDS:
            message = lane.next(held.clock.now())
            if message is None:
                return
            self._spawn(self._deliver(held, owned, message))

    def _most(self, lane: Lane) -> int:
        """How many requests may be in flight."""
        return self._batch_slots if lane.endpoint.mode == BATCH else self._slots

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._broken = task.exception()
            self._wake.set()

    async def _deliver(self, held: Holdings, owned: Owned, message: Message) -> None:
        lane = owned.lane
        if message.body is None:
            message.body = await held.body(message)
        if message.body is None:
            lane.skip(message, "It cannot be built any more: another program changed the products.", held.clock.now())
            return
        started, message.started = held.clock.now(), time.monotonic()
        sent = await owned.sender.send(lane.endpoint, message.message_id, message.body, started)
        message.started = None
        now = held.clock.now()
        verdict = retry.judge(sent.answer, message.attempts + 1, datetime.fromtimestamp(now, UTC))
        lane.settle(message, sent, verdict, now, started)
        if sent.ok:
            self.totals.delivered += len(message.events)
        else:
            self.totals.failed += 0 if splits(message, verdict) else len(message.events)
            _log.info("webhook %s, %s: %s", lane.endpoint.id, message.message_id, sent.error)
        if not self._stopping and held is self._held:
            self._start(owned)
        if lane.buffered < AHEAD or not lane.in_flight:
            self._wake.set()

    async def _finish(self, held: Holdings) -> None:
        """Let what is in flight come to its end, write it down, and let go."""
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=FLUSH_SECONDS * 4)
            await held.flush()
        await held.flush()
        await held.release()

    async def _drop_everything(self) -> None:
        """Forget what is not written down; whoever takes over sends it again."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._held is not None:
            await self._held.forget()

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
        if self._held is not None:
            self._held.look_again()
        self._wake.set()

    def _edited(self) -> None:
        self._resync = True
        self._wake.set()
