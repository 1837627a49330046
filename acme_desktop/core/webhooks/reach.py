"""Whether a webhook's URL is one that its scope lets it reach, told before anything is sent."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from acme_desktop.core.webhooks import addresses
from acme_desktop.core.webhooks.addresses import Resolver, Scope, Unreachable

_PATIENCE = 2.0


def doubt(url: str, scope: Scope, resolver: Resolver | None = None) -> tuple[str, Scope | None] | None:
    """Why deliveries to a URL will be refused, and the scope that would let them pass; None where they are not.

    What a name means may change, and each delivery looks again: this is a warning and no verdict. Not from within a
    running event loop; takes two seconds at most where the resolver does not answer.

    Returns:
        A sentence, and the scope to choose (None where no scope allows the address).
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = asyncio.run((resolver or Resolver(_PATIENCE)).resolve(host, port))
    except Unreachable:
        return None
    kinds = {address: addresses.kind_of(address) for address in found}
    refused = next((address for address, kind in kinds.items() if kind != scope), None)
    if refused is None:
        return None
    kind, named = kinds[refused], refused if host == refused else f"{host} ({refused})"
    if kind is None:
        return f"Deliveries will be refused: {named} is an address that no webhook may reach.", None
    why = f"Deliveries will be refused: {named} is a {kind} address, and this webhook may reach {scope} ones only."
    return why, kind if set(kinds.values()) == {kind} else None
