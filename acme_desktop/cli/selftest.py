"""`acme-desktop selftest`: start every part of this installation once, in a data folder of its own.

Nothing of the person's is read or changed, and the folder is deleted again. Parts of the computer that no program can
bring along (graphics libraries on a server) are told as skipped; everything else that does not work is a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from acme_desktop import __version__
from acme_desktop.cli import output
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation.errors import Problem
from acme_desktop.core.foundation.paths import RESOURCES, DataFolder
from acme_desktop.core.workspace import Workspace

SAMPLE = RESOURCES / "samples" / "sample_products.csv"
_WINDOW_PATIENCE = 180.0
_LIBRARY_MISSING = "cannot open shared object file"
_EXAMPLE_KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
_EXAMPLE_SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
_FROZEN = getattr(sys, "frozen", False)


class _Broken(Exception):  # noqa: N818  said of a part
    """A part does not do what it should; the message says what it did."""


class _Skipped(Exception):  # noqa: N818  the computer's lack, not an error
    """The computer lacks what the part needs; the message names it."""


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    subparsers.add_parser("selftest", help="start every part of this installation once, and say what does not work")


def run(_options: argparse.Namespace, context: Context) -> int:
    """Test part after part; returns 0 when all work."""
    os.environ.pop("DATABASE_URL", None)  # the person's own catalogue is no place for tests
    failures = 0
    with tempfile.TemporaryDirectory(prefix="acme-selftest-") as place:
        folder = DataFolder(Path(place) / "data")
        parts = _Parts(Path(place), folder)
        try:
            for name, part in parts.in_order():
                failures += not _try(name, part, context)
        finally:
            parts.close()
    kind = "packaged program" if _FROZEN else "source"
    context.say(f"acme-desktop {__version__} ({kind}): {'all works' if not failures else f'{failures} parts broken'}")
    return output.FAILED if failures else output.DONE


def _try(name: str, part: Callable[[], str], context: Context) -> bool:
    started = time.monotonic()
    state, words = "ok", ""
    try:
        words = part()
    except _Skipped as lack:
        state, words = "skipped", str(lack)
    except Exception as error:  # noqa: BLE001  whatever is wrong with a part, the others are tested too
        state, words = "FAILED", f"{type(error).__name__}: {error}"
        if isinstance(error, Problem):
            words = f"{error} {error.details}".strip()
    seconds = round(time.monotonic() - started, 2)
    if context.json:
        context.emit({"part": name, "state": state.lower(), "seconds": seconds, "says": words})
    else:
        context.print(f"{state:7}  {name}: {words} ({seconds:.2f} s)")
    return state != "FAILED"


class _Parts:
    """The parts in the order in which they need each other."""

    def __init__(self, place: Path, folder: DataFolder) -> None:
        self._place = place
        self._folder = folder
        self._workspace = Workspace(folder.root)
        self._secret = ""

    def in_order(self) -> list[tuple[str, Callable[[], str]]]:
        """Each part's name and its test, which says what it found."""
        return [
            ("resources", self._resources),
            ("database", self._database),
            ("import", self._import),
            ("formats", self._formats),
            ("encodings", self._encodings),
            ("webhook", self._webhook),
            ("encryption", self._encryption),
            ("signatures", self._signatures),
            ("keyring", self._keyring),
            ("backup", self._backup),
            ("window", self._window),
        ]

    def close(self) -> None:
        """Stop the server and delete its cluster, which may lie elsewhere."""
        from acme_desktop.core.database import embedded

        self._workspace.close()
        embedded.delete(self._folder)

    def _resources(self) -> str:
        wanted = [SAMPLE, RESOURCES / "icons" / "acme-desktop.svg", RESOURCES / "styles" / "base.qss"]
        lacking = [path.name for path in wanted if not path.is_file()]
        if lacking:
            raise _Broken(f"missing: {', '.join(lacking)}")
        return f"{len(list(RESOURCES.rglob('*')))} files"

    def _database(self) -> str:
        from acme_desktop.core.database import migrations

        with self._workspace.database.connect() as connection:
            row = connection.execute("SELECT current_setting('server_version')").fetchone()
        return f"PostgreSQL {row[0] if row else '?'}, schema {migrations.current(self._workspace.database)}"

    def _import(self) -> str:
        """With a webhook that waits for what comes."""
        from acme_desktop.core.webhooks import endpoints

        changes = endpoints.EndpointChanges(
            url="http://127.0.0.1:9/", events=["product.created"], mode="batch", scope="loopback"
        )
        endpoint, self._secret = endpoints.add(self._workspace.database, changes)
        self._webhook_id = endpoint.id
        report = self._imported(SAMPLE)
        if report["created"] != report["read"] or not report["read"]:
            raise _Broken(json.dumps(report))
        return f"{report['created']} products created"

    def _imported(self, path: Path) -> dict[str, Any]:
        from acme_desktop.core.changes.change_set import Author
        from acme_desktop.core.foundation.progress import Progress
        from acme_desktop.core.importer import run as importing
        from acme_desktop.core.importer.options import ImportOptions

        author = Author.here("self-test")
        report = importing.import_file(self._workspace.database, path, ImportOptions(), Progress(), author)
        if report.status != "completed":
            raise _Broken(f"{path.name}: {report.error}")
        return report.to_json()

    def _formats(self) -> str:
        """Every format written and read again: nothing may have changed."""
        from acme_desktop.core.products import export
        from acme_desktop.core.products.filters import Filter, Sort

        files = []
        for kind in export.FORMATS:
            files.append(self._place / f"products.{kind}")
            export.export(self._workspace.database, Filter(), Sort("sku"), files[-1])
        packed = self._place / "packed.csv.gz"
        packed.write_bytes(gzip.compress(files[0].read_bytes()))
        for file in [*files, packed]:
            report = self._imported(file)
            if report["unchanged"] != report["read"] or not report["read"]:
                raise _Broken(f"{file.name}: {json.dumps(report)}")
        return ", ".join(export.FORMATS) + ", gz written and read"

    def _encodings(self) -> str:
        """A file that is not UTF-8 is refused with encodings proposed."""
        from acme_desktop.core.importer import chunks
        from acme_desktop.core.importer.options import ImportOptions

        file = self._place / "german.csv"
        file.write_bytes("sku,name\nG1,Größenübersicht für Schläuche\nG2,Schöne Grüße aus Köln\n".encode("cp1252"))
        try:
            chunks.inspect(file, ImportOptions())
        except Problem as refused:
            return f"refused as it should be ({refused.advice})"
        raise _Broken("a file in another encoding was taken for UTF-8")

    def _webhook(self) -> str:
        """What the import noted is delivered to this process, signed."""
        return asyncio.run(self._deliver())

    async def _deliver(self) -> str:
        from acme_desktop.core.webhooks import endpoints, signing
        from acme_desktop.core.webhooks.dispatcher import Dispatcher
        from acme_desktop.core.webhooks.echo import Echo, EchoReceiver

        got: list[Echo] = []
        receiver = EchoReceiver(got.append)
        changes = endpoints.EndpointChanges(url=await receiver.start())
        try:
            database = self._workspace.database
            await asyncio.to_thread(endpoints.update, database, self._webhook_id, changes)
            totals = await Dispatcher(database).run(until_empty=True)
        finally:
            await receiver.stop()
        signed = all(signing.verify(self._secret, echo.headers, echo.body, time.time()) for echo in got)
        if totals.failed or not totals.delivered or not got or not signed:
            raise _Broken(f"{totals.delivered} delivered, {totals.failed} failed, signatures good: {signed}")
        return f"{totals.delivered} events in {len(got)} signed requests to 127.0.0.1"

    def _encryption(self) -> str:
        import ssl

        import certifi
        import psycopg

        context = ssl.create_default_context(cafile=certifi.where())
        libpq = psycopg.pq.version_pretty(psycopg.pq.version())
        return f"{ssl.OPENSSL_VERSION}, {len(context.get_ca_certs())} authorities, libpq {libpq}"

    def _signatures(self) -> str:
        """The second example of RFC 8032, and one that is forged."""
        from acme_desktop.core.foundation import releases

        key = base64.b64encode(bytes.fromhex(_EXAMPLE_KEY)).decode("ascii")
        signature = base64.b64encode(bytes.fromhex(_EXAMPLE_SIGNATURE))
        try:
            releases.verify(b"\x72", signature, key)
        except releases.NoVerifier as lack:
            raise _Skipped(str(lack)) from lack
        try:
            releases.verify(b"\x73", signature, key)
        except releases.ReleaseProblem:
            return "Ed25519: a good one is believed, a forged one is not"
        raise _Broken("a forged signature is believed")

    def _keyring(self) -> str:
        import keyring
        from keyring.backends import fail

        backend = keyring.get_keyring()
        if isinstance(backend, fail.Keyring):
            raise _Skipped("this computer has none; passwords of servers are not kept")
        return str(backend.name)

    def _backup(self) -> str:
        from acme_desktop.core.database import backup
        from acme_desktop.core.foundation.progress import Progress

        size = backup.backup(self._workspace.database, self._place / "catalogue.backup", Progress())
        return f"{size:,} bytes"

    def _window(self) -> str:
        """The real window in a process of its own, on the catalogue of this test."""
        command = [sys.executable] if _FROZEN else [sys.executable, "-m", "acme_desktop"]
        environment = {**os.environ, "PYTHONPATH": str(RESOURCES.parent)}
        if _FROZEN:
            environment = {**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1"}
        done = subprocess.run(
            [*command, "--check-window", str(self._folder.root), str(time.time())],
            env=environment, capture_output=True, text=True, timeout=_WINDOW_PATIENCE, check=False,
        )  # fmt: skip
        lines = done.stdout.strip().splitlines()
        try:
            found: dict[str, Any] = json.loads(lines[-1])
        except (ValueError, IndexError):
            raise _Broken(f"status {done.returncode}: {done.stderr[-2000:]}") from None
        return _window_words(found, done.returncode, done.stderr)


def _window_words(found: dict[str, Any], status: int, said: str) -> str:
    if "skipped" in found:
        raise _Skipped(found["skipped"])
    # The packaged program brings all of Qt's own libraries; the others are the computer's.
    unusable = found["unusable"]
    broken = [name for name, why in unusable.items() if _LIBRARY_MISSING not in why or (_FROZEN and "libQt6" in why)]
    if status or not found["products"] or not found["picture"] or broken:
        raise _Broken(f"status {status}: {json.dumps(found)} {said[-2000:]}")
    words = f"{found['products']} products; visible after {found['visible']} s, catalogue after {found['ready']} s"
    words += f"; {len(found['plugins'])} plugins of Qt"
    for name, why in unusable.items():
        words += f"; without {name} ({why.partition(':')[0]} is not on this computer)"
    return words
