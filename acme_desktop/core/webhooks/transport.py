"""httpx's way to the network, with a guard: it dials only addresses that were checked, and reads only so much.

The name in the URL stays in the Host header and in the TLS handshake; what is dialled is the checked address.
"""

from __future__ import annotations

import importlib.util
import select
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from acme_desktop.core.webhooks import addresses
from acme_desktop.core.webhooks.addresses import Resolver, Scope

# httpcore asks for sniffio several times in every request. Where it is not installed, that would search the disk each
# time; a None among the modules ends the search at once.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

MOST_HEAD = 64 * 1024
"""Bytes of status line and headers that are read."""


class HeadTooLong(Exception):  # noqa: N818  not an error where the status says that all is well
    """The headers do not end; a status line came."""

    def __init__(self, status_code: int) -> None:
        super().__init__(f"headers of more than {MOST_HEAD} bytes")
        self.status_code = status_code


@dataclass
class Dialled:
    """What is known of the connection that a request went over; times in milliseconds."""

    address: str | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    first_byte_at: float | None = None


current: ContextVar[Dialled] = ContextVar("dialled")
"""Where the request of this task notes its connection."""


class GuardedStream(httpcore.AsyncNetworkStream):
    """One connection; counts what comes in, per response."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, address: str) -> None:
        self._inner = inner
        self._address = address
        self._received = 0
        self._start = b""
        self._socket = inner.get_extra_info("socket")
        self.head_complete = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes of the answer; raises `HeadTooLong` where its headers do not end."""
        if not self.head_complete:
            max_bytes = min(max_bytes, MOST_HEAD - self._received)
            if max_bytes <= 0:
                raise self._too_long()
        data = await self._inner.read(max_bytes, timeout)
        dialled = current.get(None)
        if dialled is not None and dialled.first_byte_at is None:
            dialled.first_byte_at = time.perf_counter()
            dialled.address = self._address
        self._received += len(data)
        if len(self._start) < 16:
            self._start += data[:16]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a piece of a request, whose answer is counted from nought."""
        self._received, self._start, self.head_complete = 0, b"", False
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, secured."""
        started = time.perf_counter()
        secured = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        dialled = current.get(None)
        if dialled is not None:
            dialled.connect_ms = (dialled.connect_ms or 0.0) + (time.perf_counter() - started) * 1000
        return GuardedStream(secured, self._address)

    def get_extra_info(self, info: str) -> Any:
        """What the socket knows."""
        if info == "is_readable":
            return self._readable()  # asked for every idle connection in every request
        return self._inner.get_extra_info(info)

    def _readable(self) -> bool:
        """Whether bytes wait, or the other side has closed."""
        number = -1 if self._socket is None else self._socket.fileno()
        if number < 0:
            return True
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(number, select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([number], [], [], 0)[0])

    def _too_long(self) -> Exception:
        version, _, rest = self._start.partition(b" ")
        if version in (b"HTTP/1.0", b"HTTP/1.1") and rest[:3].isdigit():
            return HeadTooLong(int(rest[:3]))
        return httpcore.RemoteProtocolError(f"{MOST_HEAD} bytes without a status line")


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, checks every address, and dials one that was checked."""

    def __init__(self, scope: Scope, resolver: Resolver) -> None:
        self._scope = scope
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a checked address of the host."""
        dialled = current.get(Dialled())
        started = time.perf_counter()
        try:
            found = await self._resolver.resolve(host.strip("[]"), port)
        finally:
            dialled.dns_ms = (time.perf_counter() - started) * 1000
        for address in found:
            dialled.address = address
            addresses.check(address, self._scope)
        return await self._dial(found, port, timeout, dialled, socket_options)

    async def _dial(
        self, found: list[str], port: int, timeout: float | None, dialled: Dialled, socket_options: Iterable[Any] | None
    ) -> httpcore.AsyncNetworkStream:
        started = time.perf_counter()
        end = started + (timeout or 0)
        for number, address in enumerate(found):
            dialled.address = address
            left = None if timeout is None else max(end - time.perf_counter(), 0.001) / (len(found) - number)
            try:
                stream = await self._inner.connect_tcp(address, port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(found) - 1:
                    raise
            else:
                dialled.connect_ms = (time.perf_counter() - started) * 1000
                return GuardedStream(stream, address)
        raise httpcore.ConnectError("the name has no address")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise httpcore.ConnectError("a webhook has no socket file")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


class _ResponseStream(httpx.AsyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's transport over a guarded pool. Raises httpcore's errors as they are, and the guard's own."""

    def __init__(self, scope: Scope, resolver: Resolver, context: ssl.SSLContext, slots: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=slots,
            max_keepalive_connections=slots,
            keepalive_expiry=30,
            network_backend=GuardedBackend(scope, resolver),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body of the answer is still to be read."""
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_ResponseStream(answer.stream),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()
