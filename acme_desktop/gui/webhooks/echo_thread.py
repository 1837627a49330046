"""The core's echo receiver on a thread and a loop of its own, so that the window's loop stays the dispatcher's."""

from __future__ import annotations

import asyncio
import threading

from PySide6.QtCore import QObject, Signal

from acme_desktop.core.webhooks.echo import Echo, EchoReceiver


class EchoThread(QObject):
    """`listening` comes with the URL, `arrived` with each request; both on the main thread."""

    listening = Signal(str)
    failed = Signal(Exception)
    arrived = Signal(Echo)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ending: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="echo-receiver", daemon=True)

    def start(self) -> None:
        """Listen on a port that is free."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits for the thread, which has nothing to do but to close its sockets."""
        self._begun.wait()
        if self._loop is not None and self._ending is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(5)

    def _run(self) -> None:
        try:
            asyncio.run(self._listen())
        except OSError as error:
            self.failed.emit(error)
        finally:
            self._begun.set()

    async def _listen(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        receiver = EchoReceiver(self.arrived.emit)
        url = await receiver.start()
        self._begun.set()
        self.listening.emit(url)
        try:
            await self._ending.wait()
        finally:
            await receiver.stop()
