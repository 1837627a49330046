"""Whether a URL is one that its scope lets a webhook reach, told beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from acme_desktop.core.webhooks import reach
from acme_desktop.core.webhooks.addresses import Resolver, Scope, Unreachable


@dataclass(frozen=True)
class Answering(Resolver):
    """A resolver that knows one answer; none is that there is no such name."""

    addresses: tuple[str, ...] = ()

    async def resolve(self, host: str, port: int) -> list[str]:
        if not self.addresses:
            raise Unreachable("no such name")
        return list(self.addresses)


@pytest.mark.parametrize(
    ("found", "scope", "wanted"),
    [
        (("93.184.216.34",), "public", None),
        (("93.184.216.34",), "private", ("93.184.216.34) is a public address", "public")),
        (
            ("192.168.0.7",),
            "public",
            ("192.168.0.7) is a private address, and this webhook may reach public", "private"),
        ),
        (("::1", "127.0.0.1"), "public", ("(::1) is a loopback address", "loopback")),
        (("169.254.169.254",), "public", ("no webhook may reach", None)),
        (("93.184.216.34", "192.168.0.7"), "public", ("(192.168.0.7) is a private address", None)),
        ((), "public", None),
    ],
)
def test_what_a_name_means_decides(
    found: tuple[str, ...], scope: Scope, wanted: tuple[str, Scope | None] | None
) -> None:
    doubt = reach.doubt("https://shop.example/hook", scope, Answering(addresses=found))
    if wanted is None:
        assert doubt is None
        return
    assert doubt is not None
    assert doubt[0].startswith("Deliveries will be refused: shop.example (")
    assert wanted[0] in doubt[0]
    assert doubt[1] == wanted[1]
