"""Ctrl+C, a polite kill and a closed terminal, from the program's first line to its last."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

if sys.platform != "win32":
    import fcntl
    import termios

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.signals import ENDING
from tests.support.processes import ROOT, eventually

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals between programs work otherwise there")

# The program as it starts, but a signal comes while a module loads that it cannot do without.
_WHILE_LOADING = """
import importlib.abc, os, runpy, signal, sys

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == MODULE:
            os.kill(os.getpid(), SIGNAL)

sys.meta_path.insert(0, Finder())
runpy.run_module("acme_desktop", run_name="__main__", alter_sys=True)
"""


def where(database: Database, tmp_path: Path) -> list[str]:
    return ["--data-dir", str(tmp_path / "data"), "--database-url", database.url]


def interrupted(number: int, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = _WHILE_LOADING.replace("MODULE", repr(module)).replace("SIGNAL", str(int(number)))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize(
    "module",
    ["acme_desktop.cli.main", "acme_desktop.cli.importer", "acme_desktop.core.database.connections", "psycopg"],
)
def test_a_signal_while_the_program_loads(database: Database, tmp_path: Path, number: int, module: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n", encoding="utf-8")
    ran = interrupted(number, module, *where(database, tmp_path), "import", "--json", str(path))
    assert ran.returncode == 130, ran.stderr
    assert ran.stderr == "Cancelled. Nothing was changed.\n"
    told = json.loads(ran.stdout)
    assert (told["status"], told["import_id"], told["file"], told["read"]) == ("cancelled", None, str(path), 0)
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_while_another_command_loads(database: Database, tmp_path: Path, number: int) -> None:
    ran = interrupted(number, "acme_desktop.cli.products", *where(database, tmp_path), "products", "count")
    assert (ran.returncode, ran.stdout) == (130, "")
    assert ran.stderr == "Cancelled. Nothing was changed.\n"


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("command", ["import", "check"])
def test_a_pipe_that_nobody_writes_to_can_be_cancelled(
    database: Database, tmp_path: Path, number: int, command: str
) -> None:
    pipe, temporary = tmp_path / "pipe.csv", tmp_path / "temporary"
    os.mkfifo(pipe)
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "acme_desktop", *where(database, tmp_path), command, str(pipe)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as process:
        eventually(lambda: any(temporary.glob("acme-desktop-*")), what="the copy of the pipe has begun")
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert list(temporary.glob("acme-desktop-*")) == []


# Tells when the first module behind the program's own first lines is asked for: from then on a signal is looked after.
_TELLING = """
import importlib.abc, runpy, sys

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "acme_desktop.core.foundation.milestones":
            print("begun", flush=True)

sys.meta_path.insert(0, Finder())
runpy.run_module("acme_desktop", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_at_any_moment(database: Database, tmp_path: Path, number: int) -> None:
    for delay in (0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8):
        with subprocess.Popen(
            [sys.executable, "-c", _TELLING, *where(database, tmp_path), "products", "count"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(delay)
            process.send_signal(number)
            counted, said = process.communicate(timeout=60)
        ended = (process.returncode, counted, said)
        assert ended in [(130, "", "Cancelled. Nothing was changed.\n"), (0, "0\n", "")], delay


def test_little_is_loaded_before_signals_are_looked_after() -> None:
    """Until then Ctrl+C is Python's own: a traceback."""
    code = (
        "import sys; before = set(sys.modules); import acme_desktop.cli.interrupts; print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {name.split(".")[0] for name in done.stdout.split()} == {"__future__", "acme_desktop"}
    assert len(done.stdout.split()) < 8


@pytest.mark.parametrize("number", ENDING)
def test_what_the_program_was_started_to_ignore_stays_ignored(database: Database, tmp_path: Path, number: int) -> None:
    """As `nohup` and a script's background jobs are."""
    pipe, temporary = tmp_path / "pipe.csv", tmp_path / "temporary"
    os.mkfifo(pipe)
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "acme_desktop", *where(database, tmp_path), "import", str(pipe)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
    ) as process:
        eventually(lambda: any(temporary.glob("acme-desktop-*")), what="the copy of the pipe has begun")
        process.send_signal(number)
        pipe.write_text("sku,name\nA,One\n", encoding="utf-8")
        told, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "1 created" in told


def test_a_terminal_that_is_closed_cancels(database: Database, tmp_path: Path) -> None:
    """What the program would say then reaches nobody, but it cleans up."""
    pipe, temporary = tmp_path / "pipe.csv", tmp_path / "temporary"
    os.mkfifo(pipe)
    temporary.mkdir()
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "acme_desktop", *where(database, tmp_path), "import", str(pipe)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:
        os.close(theirs)
        eventually(lambda: any(temporary.glob("acme-desktop-*")), what="the copy of the pipe has begun")
        os.close(ours)
        assert process.wait(timeout=30) > 0  # it was not killed by the signal
    assert list(temporary.glob("acme-desktop-*")) == []
