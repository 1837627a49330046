"""Looking for a new version at a real server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import acme_desktop
from acme_desktop.core.foundation import updates
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.foundation.settings import Settings
from acme_desktop.core.foundation.updates import Look, Source
from tests.support.certificates import Authority
from tests.support.processes import eventually
from tests.support.release_notes import Publisher, note, public, publisher, signature

NOW = datetime.now(UTC)
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def maker() -> Iterator[Publisher]:
    with publisher() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def look(folder: DataFolder, maker: Publisher, key: Ed25519PrivateKey = KEY) -> Look:
    return updates.look(folder, Source(maker.url, public(key)), Progress(), NOW)


def test_a_new_version_is_found_and_remembered(folder: DataFolder, maker: Publisher) -> None:
    maker.publish(KEY, note(NOW))
    found = look(folder, maker)
    assert (found.version, found.words) == ("9.9.9", "Version 9.9.9 is available.")
    assert found.url == "https://example.com/acme-desktop-9.9.9.tar.gz"
    assert updates.last(folder) == found


def test_it_asks_for_the_note_and_its_signature_and_tells_nothing_else(folder: DataFolder, maker: Publisher) -> None:
    maker.publish(KEY, note(NOW))
    look(folder, maker)
    assert [path for path, _ in maker.asked] == ["/latest.json.sig", "/latest.json"]
    for _, headers in maker.asked:
        assert set(headers) == {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}
        assert headers["User-Agent"] == "acme-desktop"


@pytest.mark.parametrize("version", [acme_desktop.__version__, "0.0.9"])
def test_what_is_installed_or_older_is_not_new(folder: DataFolder, maker: Publisher, version: str) -> None:
    maker.publish(KEY, note(NOW, version=version))
    found = look(folder, maker)
    assert (found.version, found.words) == ("", "This is the newest version.")


def test_a_note_that_falls_behind_one_seen_before_is_refused(folder: DataFolder, maker: Publisher) -> None:
    maker.publish(KEY, note(NOW))
    look(folder, maker)
    maker.publish(KEY, note(NOW, version="9.9.8"))
    found = look(folder, maker)
    assert "older than what was seen" in found.words
    assert (found.version, found.newest) == ("9.9.9", "9.9.9")


def test_an_expired_note_played_again_is_refused(folder: DataFolder, maker: Publisher) -> None:
    maker.publish(KEY, note(NOW, expires=NOW - timedelta(seconds=1)))
    found = look(folder, maker)
    assert found.version == ""
    assert "expired" in found.words


def test_a_note_of_somebody_else_is_not_believed(folder: DataFolder, maker: Publisher) -> None:
    maker.publish(Ed25519PrivateKey.generate(), note(NOW))
    found = look(folder, maker)
    assert found.version == ""
    assert "not signed" in found.words


def test_a_huge_answer_is_not_read(folder: DataFolder, maker: Publisher) -> None:
    data = note(NOW, notes="x" * 20_000_000)
    maker.publish(KEY, data)
    assert "far too long" in look(folder, maker).words
    maker.files["/latest.json.sig"] = b"x" * 20_000_000
    assert "far too long" in look(folder, maker).words


def test_a_redirect_is_not_followed(folder: DataFolder, maker: Publisher) -> None:
    with publisher() as other:
        other.publish(KEY, note(NOW))
        for path in ("/latest.json", "/latest.json.sig"):
            maker.files[path] = (302, {"Location": other.url, "Content-Length": "0"})
        assert "leads elsewhere" in look(folder, maker).words
        assert other.asked == []


def test_a_packed_answer_is_not_unpacked(folder: DataFolder, maker: Publisher) -> None:
    """A small answer that unpacks to gigabytes is signed by nobody."""
    maker.files["/latest.json.sig"] = signature(KEY, b"")
    maker.files["/latest.json"] = (200, {"Content-Encoding": "gzip", "Content-Length": "0"})
    assert "not complete" in look(folder, maker).words


def test_a_server_that_fails_or_is_away_is_told_quietly(folder: DataFolder, maker: Publisher) -> None:
    maker.files["/latest.json.sig"] = (500, {"Content-Length": "0"})
    assert "status 500" in look(folder, maker).words
    with publisher() as gone:
        pass
    assert "cannot be reached" in look(folder, gone).words


def test_a_slow_answer_is_not_waited_for(folder: DataFolder, maker: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "MOST_SECONDS", 0.2)
    maker.open.clear()
    assert "takes too long" in look(folder, maker).words


def test_a_look_is_cancelled_while_it_waits(folder: DataFolder, maker: Publisher) -> None:
    maker.open.clear()
    progress = Progress()

    def cancel() -> None:
        eventually(lambda: maker.asked)
        progress.cancel()

    person = threading.Thread(target=cancel)
    person.start()
    with pytest.raises(Cancelled):
        updates.look(folder, Source(maker.url, public(KEY)), progress, NOW)
    person.join()
    assert updates.last(folder) == Look()


def test_a_server_without_a_certificate_that_is_known_is_not_talked_to(folder: DataFolder) -> None:
    with publisher(Authority.make().server("127.0.0.1")) as stranger:
        stranger.publish(KEY, note(NOW))
        assert "cannot be reached" in look(folder, stranger).words
        assert stranger.asked == []


@pytest.mark.parametrize(
    "url", ["http://example.com/latest.json", "file:///etc/passwd", "https://", "https://a:b@c/d", "nonsense", "//[x"]
)
def test_other_addresses_than_https_are_never_asked(folder: DataFolder, url: str) -> None:
    assert updates.check_url(url)
    assert "cannot be used" in updates.look(folder, Source(url, public(KEY)), Progress(), NOW).words


def test_https_and_this_computer_may_be_asked() -> None:
    for url in ("https://example.com/a.json", "http://127.0.0.1:8000/a", "http://[::1]/a", "http://localhost/a"):
        assert updates.check_url(url) == ""


def test_nothing_is_due_without_consent(folder: DataFolder, maker: Publisher) -> None:
    assert not Settings().updates
    assert not updates.due(folder, Settings(update_url=maker.url))
    assert not updates.due(folder, Settings(updates=True))
    agreed = Settings(updates=True, update_url=maker.url, update_key=public(KEY))
    assert updates.due(folder, agreed)
    look(folder, maker)
    assert not updates.due(folder, agreed, NOW + timedelta(hours=23))
    assert updates.due(folder, agreed, NOW + timedelta(hours=25))
    assert updates.due(folder, agreed, NOW - timedelta(days=400))  # the clock was set back


def test_a_version_that_was_installed_meanwhile_is_no_longer_new(folder: DataFolder) -> None:
    folder.create()
    (folder.root / "updates.json").write_text(
        f'{{"at": "{NOW.isoformat()}", "words": "Version 0.1 is available.", "version": "{acme_desktop.__version__}", '
        '"notes": "", "url": "https://a/", "sha256": "", "newest": "0.1"}',
        encoding="utf-8",
    )
    assert updates.last(folder).version == ""


@pytest.mark.parametrize("spoilt", ["{", "at", "newest", "version"])
def test_a_spoilt_memory_counts_as_none(folder: DataFolder, spoilt: str) -> None:
    folder.create()
    whole = {**asdict(Look()), "at": "2026-11-23T10:00:00+00:00", "newest": "1.0", "version": "9.0"}
    text = "{" if spoilt == "{" else json.dumps({**whole, spoilt: "yesterday"})
    (folder.root / "updates.json").write_text(text, encoding="utf-8")
    assert updates.last(folder) == Look()
    assert updates.due(folder, Settings(updates=True, update_url="https://a/"))
