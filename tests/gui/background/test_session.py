from __future__ import annotations

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.background.session import Session


def test_the_database_is_closed_behind_the_last_question(
    qtbot: QtBot, runner: JobRunner, database: Database, tmp_path: Path
) -> None:
    session = Session(runner, tmp_path)
    with qtbot.waitSignal(session.opened, timeout=20_000):
        session.open(database.url)
    opened, go, ended = session.database, threading.Event(), []
    assert opened is not None

    def last_question(_: Progress) -> None:
        with opened.connect() as connection:
            go.wait(10)
            connection.execute("SELECT 1")

    session.left.connect(
        lambda: runner.start(last_question, lane=Lane.QUERY, succeeded=lambda _: ended.append("asked"))
    )
    session.closed.connect(lambda: ended.append("closed"))
    session.close()
    qtbot.wait(200)  # long enough for a close that waits for nothing
    assert not ended
    go.set()
    qtbot.waitUntil(lambda: "closed" in ended, timeout=10_000)
    assert ended == ["asked", "closed"]
