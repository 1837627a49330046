"""A receiver to try webhooks with: listens on this computer only, answers 204 and tells what came."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

_LARGEST = 1024 * 1024
_PATIENCE = 30.0
_Cancelled = asyncio.CancelledError  # only `stop` cancels, and Python 3.11 prints a traceback of a talk that ends so


@dataclass(frozen=True)
class Echo:
    """One request; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class EchoReceiver:
    """Serves on the running loop, between `start` and `stop`.

    Args:
        tell: called with each request, on the loop.
        port: 0 is any that is free.
        status: what is answered.
    """

    def __init__(self, tell: Callable[[Echo], None], *, port: int = 0, status: int = 204) -> None:
        self._tell = tell
        self._port = port
        self._status = status
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens; for a webhook of scope loopback."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/echo"

    async def start(self) -> str:
        """Listen; returns the URL.

        Raises:
            OSError: the port is taken.
        """
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        return self.url

    async def stop(self) -> None:
        """End, with all connections."""
        if self._server is not None:
            self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            with contextlib.suppress(
                OSError, ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError, _Cancelled
            ):
                while (echo := await _read(reader)) is not None:
                    self._tell(echo)
                    writer.write(f"HTTP/1.1 {self._status} Echo\r\ncontent-length: 0\r\n\r\n".encode())
                    await writer.drain()
        finally:
            self._talks.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Echo | None:
    async with asyncio.timeout(_PATIENCE):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        words = first.split(" ")
        if len(words) != 3 or not 0 <= length <= _LARGEST:
            return None
        return Echo(words[1], headers, await reader.readexactly(length))
