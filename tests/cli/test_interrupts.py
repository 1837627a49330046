"""Ctrl+C and a polite kill, from the program's first line to its last."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from acme_desktop.core.database.connections import Database
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_another_command_loads(database: Database, tmp_path: Path, number: int) -> None:
    ran = interrupted(number, "acme_desktop.cli.products", *where(database, tmp_path), "products", "count")
    assert (ran.returncode, ran.stdout) == (130, "")
    assert ran.stderr == "Cancelled. Nothing was changed.\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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
