"""What a maker publishes so that installed programs hear of a new version, at the address that their settings name.

``python build/sign_release.py new-key FILE`` makes a key pair and prints the public half. Then, for each version::

    python build/sign_release.py note --key FILE --url https://... --archive dist/...tar.gz [--notes TEXT] [--days 90]

writes ``latest.json`` and ``latest.json.sig`` to publish side by side. A note is believed until it expires: publish it
anew before that, also where there is no new version.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402

from acme_desktop import __version__  # noqa: E402
from acme_desktop.core.foundation import releases  # noqa: E402


def main() -> int:
    """Make a key or a note."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    key = commands.add_parser("new-key")
    key.add_argument("file", type=Path)
    key.set_defaults(run=new_key)
    note = commands.add_parser("note")
    note.add_argument("--key", type=Path, required=True, help="the file that new-key made")
    note.add_argument("--url", required=True, help="the page or file that a person is shown")
    note.add_argument("--archive", type=Path, required=True, help="the file whose SHA-256 is told")
    note.add_argument("--notes", default="", help="what is new, in a few lines")
    note.add_argument("--days", type=int, default=90, help="how long the note may be believed")
    note.add_argument("--out", type=Path, default=ROOT / "dist" / "latest.json")
    note.set_defaults(run=write_note)
    options = parser.parse_args()
    options.run(options)
    return 0


def new_key(options: argparse.Namespace) -> None:
    """Write the secret half to a new file that only its owner reads, and print the public half."""
    key = Ed25519PrivateKey.generate()
    handle = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(base64.b64encode(key.private_bytes_raw()) + b"\n")
    print(_public(key))


def write_note(options: argparse.Namespace) -> None:
    """Write the note and its signature, after reading them as an installed program would."""
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(options.key.read_bytes()))
    now = datetime.now(UTC).replace(microsecond=0)
    with options.archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    told = {
        "product": releases.PRODUCT,
        "version": __version__,
        "published": now.isoformat(),
        "expires": (now + timedelta(days=options.days)).isoformat(),
        "notes": options.notes,
        "url": options.url,
        "sha256": digest,
    }
    note = (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()
    signature = base64.b64encode(key.sign(note)) + b"\n"
    releases.read(note, signature, _public(key), now)
    options.out.write_bytes(note)
    options.out.with_name(options.out.name + ".sig").write_bytes(signature)
    print(options.out)


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")


if __name__ == "__main__":
    sys.exit(main())
