"""Signatures as the Standard Webhooks specification (v1) has them: HMAC-SHA256 over id, timestamp and body.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
KEY_BYTES = 32
TOLERANCE = 300
"""Seconds by which a receiver lets the timestamp differ from its own clock."""


def new_secret() -> str:
    """A fresh secret: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def sign(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``: a signature by each secret, parted by spaces.

    Args:
        timestamp: seconds since 1970, as sent in ``webhook-timestamp``.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join("v1," + _digest(key, content) for key in keys)


def headers(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that make a request a signed webhook."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(keys, message_id, timestamp, body),
    }


def verify(key: str, received: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether the headers (by lower-case names) sign the body with this secret, at about this time."""
    try:
        timestamp = int(received["webhook-timestamp"])
        content = f"{received['webhook-id']}.{timestamp}.".encode() + body
        offered = received["webhook-signature"].split(" ")
    except (KeyError, ValueError):
        return False
    if abs(now - timestamp) > TOLERANCE:
        return False
    expected = "v1," + _digest(key, content)
    return any(hmac.compare_digest(one.encode(), expected.encode()) for one in offered)


def _digest(key: str, content: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(raw, content, hashlib.sha256)).decode("ascii")
