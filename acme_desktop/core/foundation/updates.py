"""A look for a new version: only with consent, at one address, believed only when signed. Nothing is downloaded or run.

What a look asks for is the note (see `releases`) and ``.sig`` beside it; nothing about this computer goes with it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from acme_desktop.core.foundation import build_info, releases
from acme_desktop.core.foundation.errors import Cancelled
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.foundation.releases import ReleaseProblem
from acme_desktop.core.foundation.settings import Settings

if TYPE_CHECKING:
    import httpx

MOST_NOTE_BYTES = 64 * 1024
MOST_SIGNATURE_BYTES = 1024
MOST_SECONDS = 20.0
EVERY = timedelta(days=1)
_SIGNATURE = ".sig"


@dataclass(frozen=True)
class Source:
    """Where to look and whom to believe."""

    url: str
    key: str


@dataclass(frozen=True)
class Look:
    """What the last look found.

    Attributes:
        at: when it was (ISO, UTC); "" where there was none yet.
        words: one sentence for a person: nothing new, a new version, or what went wrong.
        version: the new version; "" where there is none. `notes`, `url` and `sha256` are its.
        newest: the highest version ever believed, which no later look may fall behind.
    """

    at: str = ""
    words: str = ""
    version: str = ""
    notes: str = ""
    url: str = ""
    sha256: str = ""
    newest: str = ""


def source(chosen: Settings) -> Source:
    """What the settings say, else what the maker stamped into the program."""
    build = build_info.current()
    return Source(chosen.update_url or build.update_url, chosen.update_key or build.update_key)


def last(folder: DataFolder) -> Look:
    """What the last look found; a file that cannot be read counts as none. A version that is installed is not new."""
    try:
        stored: Any = json.loads(_file(folder).read_text(encoding="utf-8"))
        look = Look(**{name: str(stored[name]) for name in Look.__dataclass_fields__})
        if look.at and datetime.fromisoformat(look.at).tzinfo is None:
            return Look()
        if look.newest:
            releases.number(look.newest)
        if look.version and releases.number(look.version) <= releases.number(build_info.current().version):
            return replace(look, words="This is the newest version.", version="", notes="", url="", sha256="")
    except (OSError, ValueError, KeyError, TypeError, ReleaseProblem):
        return Look()
    return look


def due(folder: DataFolder, chosen: Settings, now: datetime | None = None) -> bool:
    """Whether a look is wanted now: consent was given, an address is known, and the last look is a day ago."""
    if not chosen.updates or not source(chosen).url:
        return False
    at = last(folder).at
    now = now or datetime.now(UTC)
    return not at or not timedelta(0) <= now - datetime.fromisoformat(at) < EVERY


def look(folder: DataFolder, where: Source, progress: Progress, now: datetime | None = None) -> Look:
    """Look once, and keep what came of it; an error is told in `Look.words`, and a version found before stays found.

    Raises:
        Cancelled: `progress` was cancelled; nothing is kept.
    """
    now = now or datetime.now(UTC)
    before = last(folder)
    at = now.isoformat(timespec="seconds")
    try:
        found = _ask(where, progress, before, now)
    except ReleaseProblem as problem:
        found = replace(before, words=str(problem))
    found = replace(found, at=at)
    _keep(folder, found)
    return found


def check_url(url: str) -> str:
    """What is wrong with an address to look at; "" where nothing is. Plain http is for this computer only."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "It is not an address."
    if not host or parts.username is not None or parts.fragment or parts.query:
        return "Write it as https://HOST/PATH."
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return ""
    return "It must begin with https://."


def _ask(where: Source, progress: Progress, before: Look, now: datetime) -> Look:
    if not where.url:
        raise ReleaseProblem("No address is given where new versions are published.")
    if wrong := check_url(where.url):
        raise ReleaseProblem("The address of new versions cannot be used.", wrong)
    note, signature = asyncio.run(_fetch(where.url.strip(), progress))
    release = releases.read(note, signature, where.key, now)
    offered = releases.number(release.version)
    if before.newest and offered < releases.number(before.newest):
        raise ReleaseProblem(
            f"The note tells of version {release.version}, and {before.newest} was published before.",
            "It is older than what was seen, so it is not believed.",
        )
    if offered <= releases.number(build_info.current().version):
        return Look(words="This is the newest version.", newest=release.version)
    return Look(
        words=f"Version {release.version} is available.",
        version=release.version,
        notes=release.notes,
        url=release.url,
        sha256=release.sha256,
        newest=release.version,
    )


async def _fetch(url: str, progress: Progress) -> tuple[bytes, bytes]:
    """The note and its signature, within `MOST_SECONDS` for both, however slowly they come."""
    import httpx

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        loop.call_soon_threadsafe(task.cancel)

    progress.check()
    progress.interrupt_with(stop)
    headers = {"User-Agent": releases.PRODUCT, "Accept-Encoding": "identity"}
    try:
        async with (
            asyncio.timeout(MOST_SECONDS),
            httpx.AsyncClient(follow_redirects=False, timeout=MOST_SECONDS, headers=headers) as client,
        ):
            signature = await _read(client, url + _SIGNATURE, MOST_SIGNATURE_BYTES)
            return await _read(client, url, MOST_NOTE_BYTES), signature
    except TimeoutError as error:
        raise ReleaseProblem("The answer about new versions takes too long.", "It is tried again tomorrow.") from error
    except asyncio.CancelledError as error:
        raise Cancelled from error
    except (httpx.HTTPError, OSError) as error:
        raise ReleaseProblem(
            "The address of new versions cannot be reached.", "It is tried again tomorrow.", type(error).__name__
        ) from error
    finally:
        progress.interrupt_with(None)


async def _read(client: httpx.AsyncClient, url: str, most_bytes: int) -> bytes:
    """The bytes at the address, not unpacked; an answer that is long or leads elsewhere is refused."""
    data = b""
    async with client.stream("GET", url) as answer:
        if answer.is_redirect:
            raise ReleaseProblem("The address of new versions leads elsewhere, which is not followed.")
        if answer.status_code != 200:
            raise ReleaseProblem(f"The address of new versions answers with status {answer.status_code}.")
        async for part in answer.aiter_raw():
            data += part
            if len(data) > most_bytes:
                raise ReleaseProblem("The answer about new versions is far too long.")
    return data


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _file(folder: DataFolder) -> Path:
    return folder.root / "updates.json"


def _keep(folder: DataFolder, found: Look) -> None:
    """Written whole or not at all; where it cannot be, the next look starts from what was known before."""
    try:
        handle, name = tempfile.mkstemp(dir=folder.create().root, prefix="updates", suffix=".new")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(found), stream, indent=2)
        Path(name).replace(_file(folder))
    except OSError:
        return
