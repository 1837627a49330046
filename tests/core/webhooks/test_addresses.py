"""Which addresses a webhook may reach."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest

from acme_desktop.core.webhooks import addresses
from acme_desktop.core.webhooks.addresses import OutOfScope, Resolver, Scope, Unreachable

ALLOWED: list[tuple[str, Scope]] = [
    ("8.8.8.8", "public"),
    ("2001:4860:4860::8888", "public"),
    ("10.1.2.3", "private"),
    ("172.31.0.1", "private"),
    ("192.168.1.5", "private"),
    ("fd12::1", "private"),
    ("::ffff:10.0.0.1", "private"),
    ("127.0.0.1", "loopback"),
    ("127.8.9.1", "loopback"),
    ("::1", "loopback"),
]
NEVER = [
    "169.254.169.254", "::ffff:169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254",
    "100.100.100.200", "168.63.129.16", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize(("address", "scope"), ALLOWED)
def test_each_address_belongs_to_one_scope(address: str, scope: Scope) -> None:
    for asked in addresses.SCOPES:
        if asked == scope:
            addresses.check(address, asked)
        else:
            with pytest.raises(OutOfScope):
                addresses.check(address, asked)


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("scope", addresses.SCOPES)
def test_some_are_never_allowed(address: str, scope: Scope) -> None:
    with pytest.raises(OutOfScope, match="never"):
        addresses.check(address, scope)


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1"])
def test_a_disguised_loopback_is_not_public(address: str) -> None:
    with pytest.raises(OutOfScope):
        addresses.check(address, "public")


async def test_names_and_numbers_resolve() -> None:
    assert await Resolver().resolve("127.1", 80) == ["127.0.0.1"]
    assert await Resolver().resolve("0x7f000001", 80) == ["127.0.0.1"]
    assert "127.0.0.1" in await Resolver().resolve("localhost", 80)


async def test_an_unknown_name_is_told() -> None:
    with pytest.raises(Unreachable):
        await Resolver().resolve("no-such-name.invalid", 80)
    with pytest.raises(Unreachable):
        await Resolver().resolve("a" * 64 + ".example", 80)


async def test_a_resolver_that_hangs_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_arguments: Any, **_more: Any) -> Any:
        time.sleep(1.0)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    ticks = 0
    started = time.monotonic()

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(Unreachable, match="did not answer"):
        await Resolver(seconds=0.2).resolve("example.com", 80)
    ticking.cancel()
    assert time.monotonic() - started < 0.8
    assert ticks > 5
