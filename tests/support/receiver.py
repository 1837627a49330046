"""A real loopback HTTP(S) server that notes what it gets and answers as told, faults included."""

from __future__ import annotations

import asyncio
import inspect
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One request; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Reply:
    """A well-formed answer; a function of the writer in its place can do anything."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


Fault = Callable[[asyncio.StreamWriter], Awaitable[None]]
Behaviour = Callable[[Received], "Reply | Fault | Awaitable[Reply | Fault]"]


class Receiver:
    """Serves in a thread of its own, from entering the block to leaving it.

    Args:
        behave: what each request gets; by default 204.
        tls: serve HTTPS with this context.
    """

    def __init__(self, behave: Behaviour | None = None, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.behave: Behaviour = behave or (lambda _request: Reply())
        self.requests: list[Received] = []
        self.connections = 0
        self.bytes_sent = 0
        self._tls = tls
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._started: Future[None] = Future()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/hook"

    def wait_for(self, number: int, seconds: float = 10.0) -> list[Received]:
        """The requests, once there are so many."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= number, seconds):
                raise AssertionError(f"{len(self.requests)} requests came, not {number}")
            return list(self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda _loop, _context: None)  # broken connections are what it is for
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._ending = asyncio.Event()
        self._talks: set[asyncio.Task[Any]] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, ssl=self._tls, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set_result(None)
        await self._ending.wait()
        server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        try:
            while (request := await _read(reader)) is not None:
                with self._changed:
                    self.requests.append(request)
                    self._changed.notify_all()
                answer = self.behave(request)
                if inspect.isawaitable(answer):
                    answer = await answer
                if not isinstance(answer, Reply):
                    await answer(writer)
                    return
                if answer.seconds:
                    await asyncio.sleep(answer.seconds)
                writer.write(_render(answer))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self._talks.discard(task)
            writer.close()

    async def pour(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Write and count, for faults that send a lot."""
        writer.write(data)
        await writer.drain()
        self.bytes_sent += len(data)


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines if line):
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(first.split(" ")[1], headers, body, time.monotonic())


def _render(reply: Reply) -> bytes:
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {reply.status} Told\r\n{lines}\r\n".encode("latin-1") + reply.body
