"""Which addresses a webhook may reach: checked on the address that is dialled, not on the name.

A name may resolve to something else at every look-up, so the check and the connection use the same answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from dataclasses import dataclass
from typing import Literal

Scope = Literal["public", "private", "loopback"]
SCOPES: tuple[Scope, ...] = ("public", "private", "loopback")
LOOKUP_SECONDS = 5.0

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds answer with credentials; link-local ones are refused as such.
_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

# At most so many look-ups may hang at once; a resolver that is stuck must not take all threads with it.
_MOST_LOOKUPS = 64
_lookups = threading.BoundedSemaphore(_MOST_LOOKUPS)


class Unreachable(OSError):  # noqa: N818
    """The name has no address, or none in time."""


class OutOfScope(OSError):  # noqa: N818
    """The address may not be reached by this webhook."""


@dataclass(frozen=True)
class Resolver:
    """Looks names up with the system's resolver, in threads of its own that nothing waits for."""

    seconds: float = LOOKUP_SECONDS

    async def resolve(self, host: str, port: int) -> list[str]:
        """All addresses of a host.

        Raises:
            Unreachable: it has none, or the resolver did not answer in time.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()
        if not _lookups.acquire(blocking=False):
            raise Unreachable(f"the resolver does not answer ({_MOST_LOOKUPS} look-ups are under way)")

        def deliver(found: list[str] | None, error: OSError | None) -> None:
            if answer.done():
                return
            if found is not None:
                answer.set_result(found)
            else:
                answer.set_exception(Unreachable(f"{host} has no address: {error}"))

        def look_up() -> None:
            found: list[str] | None = None
            error: OSError | None = None
            try:
                entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
            except UnicodeError as broken:
                error = OSError(str(broken))
            except OSError as failure:
                error = failure
            finally:
                _lookups.release()
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(deliver, found, error)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        try:
            async with asyncio.timeout(self.seconds):
                return await answer
        except TimeoutError:
            raise Unreachable(f"the resolver did not answer for {host} within {self.seconds:g} s") from None


def check(text: str, scope: Scope) -> None:
    """Refuse an address that the scope does not allow.

    Raises:
        OutOfScope: with the reason.
    """
    kind = kind_of(text)
    if kind != scope:
        what = f"is {kind}, and this webhook may reach {scope} ones only" if kind else "is never allowed"
        raise OutOfScope(f"the address {text} {what}")


def kind_of(text: str) -> Scope | None:
    """The scope that an address belongs to; None where it is never allowed."""
    address = _innermost(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_link_local or address in _METADATA or address.is_unspecified or address.is_multicast:
        return None
    if address.is_loopback:
        return "loopback"
    if any(address in network for network in _PRIVATE if network.version == address.version):
        return "private"
    return "public" if address.is_global else None


def _innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries, because that is where the packets end."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
