"""Which notes about a new version are believed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from acme_desktop.core.foundation import releases
from acme_desktop.core.foundation.releases import ReleaseProblem
from tests.support.release_notes import note, public, signature

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()


def read(data: bytes, *, by: Ed25519PrivateKey = KEY, key: str | None = None) -> releases.Release:
    return releases.read(data, signature(by, data), public(KEY) if key is None else key, NOW)


def test_a_signed_note_is_believed() -> None:
    release = read(note(NOW, version="1.2.0", notes="Faster."))
    assert (release.version, release.notes) == ("1.2.0", "Faster.")
    assert release.expires == NOW + timedelta(days=30)


def test_one_signed_by_somebody_else_is_not() -> None:
    with pytest.raises(ReleaseProblem, match="not signed with the key"):
        read(note(NOW), by=Ed25519PrivateKey.generate())


def test_one_that_was_changed_is_not() -> None:
    data = note(NOW)
    with pytest.raises(ReleaseProblem, match="not signed with the key"):
        releases.read(data.replace(b"example.com", b"example.org"), signature(KEY, data), public(KEY), NOW)


@pytest.mark.parametrize("signed", [b"", b"!!!", b"AAAA", base64.b64encode(bytes(64)), "ü".encode()])
def test_what_is_no_signature_is_refused(signed: bytes) -> None:
    with pytest.raises(ReleaseProblem, match="not signed with the key"):
        releases.read(note(NOW), signed, public(KEY), NOW)


@pytest.mark.parametrize("key", ["", "no base64", base64.b64encode(bytes(31)).decode()])
def test_what_is_no_key_is_said(key: str) -> None:
    with pytest.raises(ReleaseProblem, match="public key"):
        read(note(NOW), key=key)


def test_an_expired_one_is_not_believed() -> None:
    with pytest.raises(ReleaseProblem, match="expired on 2026-11-22"):
        read(note(NOW, expires=NOW - timedelta(days=1)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"product": "another"}, "another program"),
        ({"version": "newest"}, "no version"),
        ({"version": "1.0-beta"}, "no version"),
        ({"url": "http://example.com/x"}, "no https address"),
        ({"url": "file:///etc/passwd"}, "no https address"),
        ({"url": "https://example.com/a b"}, "no https address"),
        ({"url": "https://user@example.com/"}, "no https address"),
        ({"sha256": "abc"}, "no https address"),
        ({"expires": "2027-01-01T00:00:00"}, "not complete"),
        ({"published": 7}, "not complete"),
    ],
)
def test_a_note_that_is_not_as_agreed_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ReleaseProblem, match=words):
        read(note(NOW, **changes))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b"\xff", json.dumps({"version": "1"}).encode()])
def test_a_signed_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(ReleaseProblem, match="not complete"):
        read(data)


def test_versions_compare_by_their_numbers() -> None:
    assert releases.number("1.10") > releases.number("1.9.9")
    assert releases.number("1.2.0") == releases.number("1.2")
    assert releases.number("0.1.1") > releases.number("0.1.0")
