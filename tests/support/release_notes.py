"""Notes about new versions, signed with real keys, and a loopback server that gives them out."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def note(now: datetime, **changes: Any) -> bytes:
    """A note about version 9.9.9 with some of it changed; times may be given as `datetime`."""
    told = {
        "product": "acme-desktop",
        "version": "9.9.9",
        "published": now - timedelta(days=1),
        "expires": now + timedelta(days=30),
        "notes": "Better.",
        "url": "https://example.com/acme-desktop-9.9.9.tar.gz",
        "sha256": "ab" * 32,
        **changes,
    }
    return json.dumps(told, default=lambda moment: moment.isoformat()).encode()


def signature(key: Ed25519PrivateKey, data: bytes) -> bytes:
    """What lies beside the note."""
    return base64.b64encode(key.sign(data)) + b"\n"


def public(key: Ed25519PrivateKey) -> str:
    """The public half, as settings have it."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


@dataclass
class Publisher:
    """A maker's server. `files` maps a path to what it answers: bytes, or a status with headers.

    Nothing is answered before `open` is set.
    """

    url: str
    files: dict[str, bytes | tuple[int, dict[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def publish(self, key: Ed25519PrivateKey, data: bytes) -> None:
        self.files["/latest.json"] = data
        self.files["/latest.json.sig"] = signature(key, data)


@contextmanager
def publisher(context: ssl.SSLContext | None = None) -> Iterator[Publisher]:
    """One that answers on loopback, over TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            maker.asked.append((self.path, dict(self.headers)))
            maker.open.wait(30)
            answer = maker.files.get(self.path, (404, {}))
            status, headers = (200, {}) if isinstance(answer, bytes) else answer
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if isinstance(answer, bytes):
                    self.wfile.write(answer)
            except OSError:
                self.close_connection = True  # the reader had enough

        def log_message(self, *_words: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_words: object) -> None:
            return  # a reader that does not trust the certificate hangs up

    server = (Server if context else ThreadingHTTPServer)(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    maker = Publisher(f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}/latest.json")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    maker.open.set()
    try:
        yield maker
    finally:
        maker.open.set()
        server.shutdown()
        thread.join()
        server.server_close()
