"""Campaign: two dispatchers, 30,000 events, `kill -9`, restarts of PostgreSQL, random 503s: nothing lost, in order.

`make campaign-webhooks` runs it. ACME_EVENTS, ACME_KILLS and ACME_RESTARTS change the numbers, ACME_SEED the moments.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Problem
from acme_desktop.core.webhooks import attempts
from acme_desktop.core.webhooks.attempts import Query
from tests.support import postgres
from tests.support.receiver import Received, Receiver, Reply
from tests.support.webhooks import add_webhook, make_products, rename_all

pytestmark = [pytest.mark.campaign, pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")]

EVENTS = int(os.environ.get("ACME_EVENTS", "30000"))
KILLS = int(os.environ.get("ACME_KILLS", "20"))
RESTARTS = int(os.environ.get("ACME_RESTARTS", "3"))
SEED = int(os.environ.get("ACME_SEED", "5"))
PRODUCTS = 1000
PATIENCE = 900.0


class Dispatchers:
    """Two programs that deliver; one that is killed is started again."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self.running = [self._start(number) for number in range(2)]

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        folder = self._folder / str(number)
        command = [sys.executable, "-m", "acme_desktop", "--data-dir", str(folder), "--database-url", self._url]
        return subprocess.Popen([*command, "--quiet", "webhooks", "deliver", "--watch"], stdout=subprocess.DEVNULL)

    def kill(self, number: int) -> None:
        """Without a word, and begin anew."""
        self.running[number].kill()
        self.running[number].wait()
        self.running[number] = self._start(number)

    def stop(self) -> None:
        """As a person would."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(60)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server that may be restarted: the URL of a migrated database, and the data folder."""
    with postgres.server(tmp_path / "data") as url:
        postgres.make_template(url)
        yield postgres.url_of(url, postgres.TEMPLATE), tmp_path


def restart(url: str) -> None:
    """End PostgreSQL in the middle of everything; its supervisor starts it again."""
    with psycopg.connect(url) as connection:
        row: Any = connection.execute("SHOW data_directory").fetchone()
    process = psutil.Process(int((Path(row[0]) / "postmaster.pid").read_text().splitlines()[0]))
    process.send_signal(signal.SIGQUIT)
    process.wait(30)


def persist(work: Any, *arguments: Any) -> Any:
    """Do something with the database, which may be away for a moment."""
    for _ in range(100):
        try:
            return work(*arguments)
        except (Problem, psycopg.Error):
            time.sleep(0.2)
    raise AssertionError("the database does not come back")


def test_nothing_is_lost_and_nothing_out_of_order(own_server: tuple[str, Path]) -> None:
    url, folder = own_server
    chance = random.Random(SEED)
    rounds = EVENTS // PRODUCTS - 1
    lock = threading.Lock()
    delivered: list[tuple[str, str, float]] = []

    def sometimes_busy(request: Received) -> Reply:
        body = json.loads(request.body)
        ok = chance.random() >= 0.02
        if ok:
            with lock:
                events = body["events"] if body["type"] == "batch" else [body]
                delivered.extend((request.path, event["id"], request.at) for event in events)
        return Reply(204 if ok else 503)

    database = Database.open(url)
    with Receiver(sometimes_busy) as receiver:
        add_webhook(database, f"{receiver.url}/each")
        add_webhook(database, f"{receiver.url}/batch", mode="batch", batch_size=50)
        dispatchers = Dispatchers(url, folder)
        try:
            kills = _trouble(database, url, dispatchers, chance, rounds)
            _wait_until_delivered(database, delivered, 2 * PRODUCTS * (rounds + 1))
        finally:
            dispatchers.stop()
    _report(delivered, kills)
    for path in ("/hook/each", "/hook/batch"):
        _check([event for where, event, _ in delivered if where == path], PRODUCTS * (rounds + 1))
    database.close()


def _trouble(database: Database, url: str, dispatchers: Dispatchers, chance: random.Random, rounds: int) -> list[float]:
    """Change all products again and again, killing and restarting meanwhile; returns when was killed."""
    troubles = ["kill"] * KILLS + ["restart"] * RESTARTS
    chance.shuffle(troubles)
    kills: list[float] = []
    persist(make_products, database, PRODUCTS)
    for number in range(rounds):
        persist(rename_all, database, f"name {number}")
        share = len(troubles) // (rounds - number)
        for _ in range(share):
            time.sleep(chance.uniform(0.5, 2.5))
            if troubles.pop() == "kill":
                kills.append(time.monotonic())
                dispatchers.kill(chance.randrange(2))
            else:
                persist(restart, url)
    return kills


def _wait_until_delivered(database: Database, delivered: list[tuple[str, str, float]], number: int) -> None:
    end = time.monotonic() + PATIENCE
    while len({(path, event) for path, event, _ in delivered}) < number:
        assert time.monotonic() < end, "the events do not arrive"
        time.sleep(2)
        # Nobody waits for the second retry, which is five minutes away.
        persist(attempts.replay_all, database, Query(state="retrying"))


def _check(events: list[str], number: int) -> None:
    newest: dict[int, int] = {}
    seen: set[str] = set()
    for event in events:
        if event in seen:
            continue
        seen.add(event)
        _, change_set_id, product_id = event.split("_")
        assert newest.get(int(product_id), 0) < int(change_set_id), f"{event} came out of order"
        newest[int(product_id)] = int(change_set_id)
    assert len(seen) == number, f"{number - len(seen)} events are lost"


def _report(delivered: list[tuple[str, str, float]], kills: list[float]) -> None:
    different = len({(path, event) for path, event, _ in delivered})
    gaps = []
    for killed in kills:
        # The longest silence of either webhook: of those that the killed program sent for, its take-over.
        for path in ("/hook/each", "/hook/batch"):
            times = [killed, *sorted(at for where, _, at in delivered if where == path and killed < at < killed + 2)]
            gaps.append(max((after - before for before, after in itertools.pairwise(times)), default=0.0))
    middle = f"{statistics.median(gaps):.2f} s" if gaps else "-"
    print(
        f"\n{different:,} events delivered, {len(delivered) - different:,} duplicates, {len(kills)} kills, "
        f"{RESTARTS} restarts; longest silence within 2 s of a kill: median {middle}"
    )
