"""One signed request to an endpoint, and all that is worth knowing about it afterwards.

Never raises for what the endpoint or the network does: that is an outcome. The whole exchange has one deadline,
because httpx's own time-outs start anew with every byte. httpx's requests go straight to the transport: what its client
adds, cookies, redirects, authentication and the environment's proxies, no webhook may have.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import ssl
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from acme_desktop import __version__
from acme_desktop.core.webhooks import signing
from acme_desktop.core.webhooks.addresses import OutOfScope, Resolver, Unreachable
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.retry import Answer
from acme_desktop.core.webhooks.transport import Dialled, GuardedTransport, HeadTooLong, current

DEADLINE = 15.0
CONNECT_SECONDS = 5.0
MOST_BODY = 64 * 1024
SLOTS = 8
"""Requests at a time to one endpoint: few enough for the window's loop."""

REDACTED = "[redacted]"
# The signature of a message tells nothing about the secret, and is what a person compares.
_SENSITIVE = re.compile(
    r"auth|token|secret|pass|pwd|credential|cookie|session|(?<!^webhook-)signature|key(?![a-z])", re.IGNORECASE
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """What became of a request; times in milliseconds, secrets made unreadable.

    Attributes:
        ok: a 2xx came.
        status_code: None where there was no HTTP answer.
        error: one plain sentence, or None.
        retry_after: the header's value, or None.
        address: the one that was dialled.
        response_body: its first 64 KiB, as they came over the wire.
    """

    ok: bool
    status_code: int | None = None
    error: str | None = None
    timed_out: bool = False
    retry_after: str | None = None
    address: str | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: bytes = b""

    @property
    def phases(self) -> list[tuple[str, float]]:
        """The stretches of the exchange in milliseconds, as far as they were measured; together they are the whole."""
        # Each time is a stretch's own length up to the first byte, which is counted from the start.
        steps = [("DNS", self.dns_ms or 0.0), ("connect", self.connect_ms or 0.0)]
        before = sum(length for _, length in steps)
        if self.first_byte_ms is not None:
            steps.append(("first byte", max(0.0, self.first_byte_ms - before)))
            steps.append(("body", max(0.0, self.total_ms - self.first_byte_ms)))
        else:
            steps.append(("waiting", max(0.0, self.total_ms - before)))
        return steps

    @property
    def answer(self) -> Answer:
        """What decides about the next attempt; a 2xx whose body broke off is no answer."""
        broken = not self.ok and self.status_code is not None and 200 <= self.status_code < 300
        return Answer(None if broken else self.status_code, self.timed_out, self.retry_after)


class Sender:
    """Sends to one endpoint; belongs to one event loop. Further requests wait for a free slot.

    Args:
        endpoint: where to; another one of the same scope and certificates may be passed to `send`.
        deadline: seconds for a whole exchange, its body included.
    """

    def __init__(
        self, endpoint: Endpoint, *, slots: int = SLOTS, deadline: float = DEADLINE, resolver: Resolver | None = None
    ) -> None:
        self._scope = endpoint.scope
        self._ca = endpoint.ca
        self._slots = slots
        self._deadline = deadline
        self._resolver = resolver or Resolver()
        # httpx loses pool slots when requests are cancelled while they queue, so they queue here.
        self._free = asyncio.Semaphore(slots)
        self._extensions = {"timeout": httpx.Timeout(deadline, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS).as_dict()}
        self._transport: GuardedTransport | None = None
        self._retired: set[asyncio.Task[None]] = set()

    def fits(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint as it is now can be reached through this sender."""
        return (self._scope, self._ca) == (endpoint.scope, endpoint.ca)

    async def send(self, endpoint: Endpoint, message_id: str, body: bytes, now: float) -> Sent:
        """Send one message.

        Args:
            now: the time of the signature, in seconds since 1970 by the database's clock.
        """
        async with self._free:
            transport = await self._ready()
            signed = signing.headers(endpoint.keys, message_id, int(now), body)
            headers = {**_fixed(endpoint), **endpoint.headers, **signed}
            noted = Dialled()
            started = time.perf_counter()
            found = await self._exchange(transport, endpoint.url, headers, body, noted)
            total = (time.perf_counter() - started) * 1000
            if noted.first_byte_at is not None:
                found["first_byte_ms"] = (noted.first_byte_at - started) * 1000
            return _sent(endpoint, {"request_headers": headers, **found}, noted, total)

    async def prepare(self) -> None:
        """Load what the first request needs, so that it leaves as soon as it is sent, and a rate holds for it too."""
        await self._ready()

    async def close(self) -> None:
        """Close all connections."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()
        for task in list(self._retired):
            await task

    async def _ready(self) -> GuardedTransport:
        if self._transport is None:
            context = await asyncio.to_thread(_context, self._ca)
            if self._transport is None:
                self._transport = GuardedTransport(self._scope, self._resolver, context, self._slots)
        return self._transport

    async def _exchange(
        self, transport: GuardedTransport, url: str, headers: dict[str, str], body: bytes, noted: Dialled
    ) -> dict[str, Any]:
        """Send and read; returns what is found, as fields of `Sent`."""
        found: dict[str, Any] = {}
        token = current.set(noted)
        try:
            request = httpx.Request("POST", _url(url), headers=headers, content=body, extensions=self._extensions)
            found["request_headers"] = dict(request.headers)
            async with asyncio.timeout(self._deadline):
                await _converse(transport, request, found)
        except HeadTooLong as cut:
            found |= {"status_code": cut.status_code, "ok": 200 <= cut.status_code < 300}
            found["error"] = None if found["ok"] else f"The endpoint answered {cut.status_code}."
        except TimeoutError:
            found |= {"ok": False, "timed_out": True, "error": f"No whole answer came within {self._deadline:g} s."}
        except httpcore.PoolTimeout:
            self._rebuild(transport)
            found |= {"ok": False, "timed_out": True, "error": "No connection was free in time."}
        except _FAILURES as error:
            timed_out = isinstance(error, httpcore.TimeoutException)
            found |= {"ok": False, "timed_out": timed_out, "error": _explain(error)}
        except Exception as error:  # noqa: BLE001  whatever it is, it may hold up this message and none of the others
            _log.exception("a request could not be sent")
            found |= {"ok": False, "error": f"This cannot be sent: {_words(error)}."}
        finally:
            current.reset(token)
        return found

    def _rebuild(self, transport: GuardedTransport) -> None:
        """Leave a pool whose slots are lost to itself, and begin a new one."""
        if self._transport is transport:
            self._transport = None
            task = asyncio.get_running_loop().create_task(transport.aclose())
            self._retired.add(task)
            task.add_done_callback(self._retired.discard)


_FIXED = {
    "accept": "*/*",
    "connection": "keep-alive",
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": f"acme-desktop/{__version__}",
}
_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpx.TransportError,
    Unreachable,
    OutOfScope,
    OSError,
)


_url = lru_cache(maxsize=64)(httpx.URL)


def _fixed(endpoint: Endpoint) -> dict[str, str]:
    """The program's own headers but for those that the endpoint has in its own words."""
    own = {name.lower() for name in endpoint.headers}
    return {name: value for name, value in _FIXED.items() if name not in own}


async def _converse(transport: GuardedTransport, request: httpx.Request, found: dict[str, Any]) -> None:
    response = await transport.handle_async_request(request)
    try:
        stream = response.extensions.get("network_stream")
        if stream is not None:
            stream.head_complete = True
        code = response.status_code
        ok = 200 <= code < 300
        found |= {
            "status_code": code,
            "retry_after": response.headers.get("retry-after"),
            "response_headers": dict(response.headers),
        }
        error = None if ok else f"The endpoint answered {code} {response.reason_phrase}".rstrip() + "."
        if 300 <= code < 400 and "location" in response.headers:
            error = f"The endpoint answered {code} and points to {response.headers['location']}; that is not followed."
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) >= MOST_BODY:
                break
        found |= {"ok": ok, "error": error, "response_body": bytes(body[:MOST_BODY])}
    finally:
        # An answer that was not read to its end costs its connection.
        with contextlib.suppress(httpcore.NetworkError, OSError):
            await response.aclose()


def _explain(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectTimeout):  # also in the middle of TLS, whose own words are about reads
        return f"No connection came about within {CONNECT_SECONDS:g} s."
    verification = _cause(error, ssl.SSLError)
    if verification is not None:
        reason = getattr(verification, "verify_message", "") or getattr(verification, "reason", "") or verification
        return f"TLS: {reason}"
    if isinstance(error, OutOfScope):
        return f"Refused: {error}."
    if isinstance(error, Unreachable):
        return f"DNS: {error}."
    if isinstance(error, httpcore.TimeoutException):
        return "The endpoint stopped in the middle of the exchange."
    if isinstance(error, httpcore.ConnectError):
        return f"No connection: {_words(error)}."
    if isinstance(error, httpcore.RemoteProtocolError):
        return f"The answer was no HTTP, or broke off: {_words(error)}."
    return f"The connection broke: {_words(error)}."


def _words(error: Exception) -> str:
    """What an error says, or what it comes from says; its kind where neither says anything."""
    said = str(error) or str(error.__cause__ or error.__context__ or "")
    return said.rstrip(".") or type(error).__name__


def _cause(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, kind):
        seen = seen.__cause__ or seen.__context__
    return seen


def _sent(endpoint: Endpoint, found: dict[str, Any], noted: Dialled, total: float) -> Sent:
    hidden = _secrets(endpoint)
    found["request_headers"] = redact(found["request_headers"], hidden)
    found["response_headers"] = redact(found.get("response_headers", {}), hidden)
    body = found.get("response_body", b"")
    for one in hidden:
        body = body.replace(one.encode(), REDACTED.encode())
    found["response_body"] = body
    if found.get("error"):
        found["error"] = _without(found["error"], hidden)[:1000]
    return Sent(**found, address=noted.address, dns_ms=noted.dns_ms, connect_ms=noted.connect_ms, total_ms=total)


def _secrets(endpoint: Endpoint) -> list[str]:
    """What must not be kept, the longest first: secrets and values of headers, and what a receiver makes of them."""
    values = [value for name, value in endpoint.headers.items() if _SENSITIVE.search(name)]
    whole = [one for one in (*endpoint.keys, *values) if len(one) >= 4]
    parts = [part for one in whole for part in (one.removeprefix(signing.PREFIX), *one.split()) if len(part) >= 8]
    return sorted({*whole, *parts}, key=len, reverse=True)


def redact(headers: dict[str, str], secrets: list[str]) -> dict[str, str]:
    """Headers fit to be kept and shown."""
    return {name: REDACTED if _SENSITIVE.search(name) else _without(value, secrets) for name, value in headers.items()}


def _without(text: str, secrets: list[str]) -> str:
    for one in secrets:
        text = text.replace(one, REDACTED)
    return text


@lru_cache(maxsize=8)
def _context(ca: str | None) -> ssl.SSLContext:
    """TLS as everywhere: certificates and names are verified, always."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if ca:
        context.load_verify_locations(cadata=ca)
    return context
