"""The whole program as a process of its own: it sends, and ends cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.webhooks import attempts
from acme_desktop.core.webhooks.attempts import Query
from tests.support.receiver import Receiver
from tests.support.webhooks import add_webhook

PROGRAM = """
import sys
from pathlib import Path
from acme_desktop.gui import app
sys.exit(app.run(Path(sys.argv[1]), sys.argv[2], []))
"""


def test_the_program_sends_and_ends_cleanly(tmp_path: Path, database: Database, author: Author) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        edits.create(database, sku="A-1", name="Lamp", description="x", active=True, author=author)
        process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-c", PROGRAM, str(tmp_path / "data"), database.url],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            receiver.wait_for(1, 60)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, err
    for word in ("Traceback", "never awaited", "was destroyed", "Destroyed while", "unclosed"):
        assert word not in err, err
    assert [one.state for one in attempts.latest(database, Query())] == ["delivered"]
