"""A signed note that a new version exists: what its maker publishes, and whether it can be believed.

The note is JSON, signed as a whole (the bytes as they came) with Ed25519; the signature lies beside it, base64::

    {"product": "acme-desktop", "version": "1.2.0", "published": "2026-11-23T10:00:00Z",
     "expires": "2027-01-01T00:00:00Z", "notes": "...", "url": "https://...", "sha256": "64 hex digits"}

It expires, so that nobody can keep showing an old one for ever, and names the product, so that another's is no use.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from acme_desktop.core.foundation.errors import EnvironmentProblem

PRODUCT = "acme-desktop"
LONGEST_NOTES = 4000
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){1,3}")
_HTTPS = re.compile(r"https://[A-Za-z0-9.\-\[\]:]+(/[!-~]*)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ReleaseProblem(EnvironmentProblem):
    """The note about a new version cannot be fetched, or cannot be believed."""


class NoVerifier(ReleaseProblem):
    """There is no library here that checks signatures."""


@dataclass(frozen=True)
class Release:
    """A version that its maker vouches for.

    Attributes:
        published: when it came out.
        expires: until when the note may be believed.
        url: the page or file to open in a browser, https.
        sha256: of the file, 64 hexadecimal digits, for a person to compare.
    """

    version: str
    published: datetime
    expires: datetime
    notes: str
    url: str
    sha256: str


def number(version: str) -> tuple[int, ...]:
    """A version to compare: "1.2" and "1.2.0" are the same.

    Raises:
        ReleaseProblem: it is none of numbers and points.
    """
    if not _VERSION.fullmatch(version):
        raise ReleaseProblem("The note about a new version names no version.")
    parts = [int(part) for part in version.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def read(note: bytes, signature: bytes, public_key: str, now: datetime) -> Release:
    """The release that a note tells of; nothing of it is looked at before its signature is found good.

    Args:
        signature: base64 of the 64 bytes.
        public_key: base64 of the 32 bytes.
        now: the time, with a zone.

    Raises:
        ReleaseProblem: not signed with this key, expired, of another product, or not as described above.
    """
    verify(note, signature, public_key)
    try:
        told: Any = json.loads(note)
        release = Release(
            version=str(told["version"]),
            published=_moment(told["published"]),
            expires=_moment(told["expires"]),
            notes=str(told["notes"])[:LONGEST_NOTES],
            url=str(told["url"]),
            sha256=str(told["sha256"]),
        )
        product = told["product"]
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseProblem("The note about a new version is not complete.", details=type(error).__name__) from error
    number(release.version)
    if product != PRODUCT:
        raise ReleaseProblem("The note about a new version is about another program.")
    if not _HTTPS.fullmatch(release.url) or not _SHA256.fullmatch(release.sha256):
        raise ReleaseProblem("The note about a new version names no https address and SHA-256 of it.")
    if release.expires <= now:
        raise ReleaseProblem(
            f"The note about a new version has expired on {release.expires:%Y-%m-%d}.",
            "Look at the maker's own page, and at this computer's clock.",
        )
    return release


def check_key(public_key: str) -> str:
    """What is wrong with a public key as a person gives it; "" where nothing is."""
    try:
        return "" if len(base64.b64decode(public_key.strip(), validate=True)) == 32 else "It is not 32 bytes long."
    except (binascii.Error, ValueError):
        return "It is not written in base64."


def verify(note: bytes, signature: bytes, public_key: str) -> None:
    """Check a signature; arguments and errors as for `read`.

    Raises:
        NoVerifier: this installation has nothing to check with.
    """
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise NoVerifier("Signatures cannot be checked on this system.", "Look at the maker's own page.") from error
    if wrong := check_key(public_key):
        raise ReleaseProblem("The public key of new versions cannot be used.", f"{wrong} Mend it in the settings.")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.strip()))
        key.verify(base64.b64decode(signature.strip(), validate=True), note)
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise ReleaseProblem(
            "The note about a new version is not signed with the key in the settings.", "It is not believed."
        ) from error


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)
