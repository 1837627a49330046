"""Campaign: importing processes and servers are killed at random moments; the catalogue is always before or after.

`make campaign-crash` runs it: thirty kill -9 of the importing process, ten of the server. ACME_CRASHES and
ACME_RESTARTS change the numbers, ACME_SEED the moments.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from acme_desktop.core.database import embedded
from acme_desktop.core.foundation.paths import DataFolder

pytestmark = [pytest.mark.campaign, pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")]

ROWS = 150_000
_STATE = "SELECT count(*), sum(hashtextextended(row(sku, name, description, active)::text, 0)) FROM products"


@dataclass(frozen=True)
class World:
    """A data folder with a running server, a catalogue, and a file that changes all of it."""

    folder: Path
    changed: Path

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "acme_desktop", "--data-dir", str(self.folder), *arguments]

    def run(self, *arguments: str, status: int = 0) -> dict[str, object]:
        done = subprocess.run(
            self.command(*arguments, "--json", "--quiet"), capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}

    def state(self) -> tuple[object, ...]:
        for _ in range(100):
            try:
                with psycopg.connect(str(self.run("db", "status")["url"])) as connection:
                    row = connection.execute(_STATE).fetchone()
                    assert row is not None
                    return row
            except psycopg.OperationalError:
                time.sleep(0.2)  # the server is being started again
        raise AssertionError("the server does not come back")


def write(path: Path, name: str) -> None:
    rows = "".join(f"S{number},{name} {number},description of {number}\n" for number in range(ROWS))
    path.write_text("sku,name,description\n" + rows, encoding="utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("crash")
    world = World(root / "data", root / "changed.csv")
    write(root / "first.csv", "Old")
    write(world.changed, "New")
    world.run("import", str(root / "first.csv"))
    subprocess.run(world.command("db", "start"), check=True, capture_output=True)
    yield world
    subprocess.run(world.command("db", "stop"), check=True, capture_output=True)
    embedded.delete(DataFolder(world.folder))


@pytest.fixture(scope="module")
def chance() -> random.Random:
    seed = int(os.environ.get("ACME_SEED", random.randrange(10**6)))
    print(f"ACME_SEED={seed}")
    return random.Random(seed)


def duration(world: World) -> float:
    """Seconds of an undisturbed import, which is undone again."""
    begun = time.monotonic()
    done = world.run("import", str(world.changed))
    taken = time.monotonic() - begun
    world.run("imports", "undo", str(done["import_id"]))
    return taken


def test_killed_imports(world: World, chance: random.Random) -> None:
    before, whole = world.state(), duration(world)
    assert world.state() == before
    world.run("import", str(world.changed))
    after = world.state()
    outcomes = {"before": 0, "after": 0, "resumed": 0}
    for _ in range(int(os.environ.get("ACME_CRASHES", "30"))):
        latest = world.run("imports", "list", "--limit", "1")
        if world.state() == after:
            world.run("changes", "undo", str(latest["change_set_id"]))
        assert world.state() == before
        importing = subprocess.Popen(
            world.command("import", str(world.changed), "--quiet"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.2, whole))
        importing.send_signal(signal.SIGKILL)
        importing.wait()
        time.sleep(0.5)  # the server rolls back, or commits what had reached it
        state = world.state()
        assert state in (before, after)
        outcomes["before" if state == before else "after"] += 1
        killed = world.run("imports", "list", "--limit", "1")
        if killed.get("status") == "interrupted":
            resumed = world.run("imports", "resume", str(killed["import_id"]))
            assert resumed["status"] == "completed"
            assert world.state() == after
            outcomes["resumed"] += 1
    print(outcomes)
    assert outcomes["before"]


def test_restarts_of_the_server(world: World, chance: random.Random) -> None:
    latest = world.run("imports", "list", "--limit", "1")
    state = world.state()
    if latest["status"] == "completed" and latest["updated"]:
        world.run("changes", "undo", str(latest["change_set_id"]))
    before, whole = world.state(), duration(world)
    outcomes = {"before": 0, "after": 0}
    for _ in range(int(os.environ.get("ACME_RESTARTS", "10"))):
        importing = subprocess.Popen(
            world.command("import", str(world.changed), "--json", "--quiet"), stdout=subprocess.PIPE, text=True
        )
        time.sleep(chance.uniform(0.3, whole))
        pid = embedded.EmbeddedServer(DataFolder(world.folder)).status().pid
        assert pid is not None
        psutil.Process(pid).send_signal(signal.SIGQUIT)  # an immediate shutdown: as a crash
        told = importing.communicate(timeout=300)[0]
        state = world.state()
        status = json.loads(told)["status"] if told else "failed"
        if status == "completed":
            assert state != before
            outcomes["after"] += 1
            world.run("changes", "undo", str(json.loads(told)["change_set_id"]))
        elif state != before:
            # The commit reached the disk, its acknowledgement did not reach the program.
            done = world.run("imports", "list", "--limit", "1")
            assert done["status"] == "completed"
            outcomes["after"] += 1
            world.run("changes", "undo", str(done["change_set_id"]))
        else:
            outcomes["before"] += 1
        assert world.state() == before
    print(outcomes)
