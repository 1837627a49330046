"""What a webhook's URL, headers and certificates may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.foundation.words import quoted

_LONGEST_URL = 2000
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_RESERVED = {
    "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "upgrade",
    "te", "trailer", "accept-encoding", "expect", "webhook-id", "webhook-timestamp", "webhook-signature",
}  # fmt: skip


def check_url(url: str) -> None:
    """Refuse what is no URL of a receiver.

    Raises:
        InputProblem: with the reason.
    """
    import httpx

    advice = "Write it as https://HOST/PATH."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        _ = httpx.URL(url).host  # which sends it, and is stricter about names
    except (ValueError, httpx.InvalidURL) as error:
        raise InputProblem(f"{url} is not a URL.", advice, str(error)) from error
    plain = url.isprintable() and not any(letter.isspace() for letter in url) and len(url) <= _LONGEST_URL
    if parts.scheme not in ("http", "https") or not host or not plain or "\\" in url:
        raise InputProblem(f"{quoted(url)} is not a URL that a webhook can have.", advice)
    if parts.username is not None or parts.password is not None:
        raise InputProblem(
            "A URL with a user name or a password would show them in every list.",
            "Leave them out and add a header, such as Authorization.",
        )


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that cannot be sent, or that the program sets itself.

    Raises:
        InputProblem: with the reason.
    """
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise InputProblem(f"{quoted(name)} is not the name of a header.", "Use letters, digits and hyphens.")
        if name.lower() in _RESERVED:
            raise InputProblem(f"The header {name} is set by the program itself.", "Leave it out.")
        if not value.isascii() or not value.isprintable():
            raise InputProblem(f"The header {name} has characters that cannot be sent.", "Use plain ASCII.")


def check_certificates(pem: str) -> None:
    """Refuse what is no list of certificates in PEM.

    Raises:
        InputProblem: with the reason.
    """
    import ssl

    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError) as error:
        raise InputProblem(
            "These are not certificates in PEM.", "Choose a file that begins with BEGIN CERTIFICATE.", str(error)
        ) from error


@dataclass(frozen=True)
class Certificate:
    """A certificate as people know it: its common name (or organisation), and the last day on which it is valid."""

    name: str
    until: date


def certificates(pem: str) -> list[Certificate]:
    """What a list of certificates in PEM holds, which `check_certificates` took."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    return [_certificate(held) for held in context.get_ca_certs()]


def _certificate(held: Mapping[str, Any]) -> Certificate:
    import ssl

    subject = dict(pair for part in held["subject"] for pair in part)
    name = subject.get("commonName") or subject.get("organizationName") or held["serialNumber"]
    return Certificate(name, datetime.fromtimestamp(ssl.cert_time_to_seconds(held["notAfter"]), UTC).date())
