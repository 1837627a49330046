"""Runs the core's dispatcher on the window's own event loop, and ends it before the database is closed.

The dispatcher does its database work in a thread of its own, so that the loop only ever waits for the network.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks.dispatcher import Dispatcher

SLOTS = 10
"""Requests at a time to one endpoint; more would make the window's timers late."""

GRACE_SECONDS = 2.0
"""What is in flight gets this long when the window closes; what is cut off then is sent again under its id."""

_log = logging.getLogger(__name__)


@dataclass
class _Run:
    dispatcher: Dispatcher
    begun: bool = False
    patience: asyncio.TimerHandle | None = None

    async def main(self) -> None:
        self.begun = True
        await self.dispatcher.run()


class AsyncBridge(QObject):
    """At most one dispatcher at a time sends; a former one may still be finishing.

    Args:
        loop: the running loop of the window; None is a window without one, which delivers nothing.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop
        self._runs: dict[asyncio.Task[None], _Run] = {}
        self._waiting: list[Callable[[], object]] = []

    @property
    def running(self) -> bool:
        """Whether a dispatcher sends, or is still finishing."""
        return bool(self._runs)

    def start(self, database: Database) -> None:
        """Send what this database holds, and nothing else's."""
        self.stop()
        if self._loop is not None:
            run = _Run(Dispatcher(database, slots=SLOTS, batch_slots=1))
            task = self._loop.create_task(run.main())
            self._runs[task] = run
            task.add_done_callback(self._over)

    def stop(self) -> None:
        """Let what is in flight finish, for a while; returns at once."""
        for task, run in self._runs.items():
            if not run.begun:
                task.cancel()
            elif run.patience is None and self._loop is not None:
                run.dispatcher.stop()
                run.patience = self._loop.call_later(GRACE_SECONDS, task.cancel)

    def when_ended(self, then: Callable[[], object]) -> None:
        """Call `then` once nothing is sent any more."""
        if self._runs:
            self._waiting.append(then)
        else:
            then()

    def _over(self, task: asyncio.Task[None]) -> None:
        run = self._runs.pop(task)
        if run.patience is not None:
            run.patience.cancel()
        if not task.cancelled() and task.exception() is not None:
            _log.error("the dispatcher failed", exc_info=task.exception())
        if not self._runs:
            waiting, self._waiting = self._waiting, []
            for then in waiting:
                then()
