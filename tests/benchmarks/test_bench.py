"""The benchmark itself works, on few rows: every case is measured, and what comes out is held against the receipts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory of a child process is asked for with wait4")
def test_every_case_is_measured():
    command = [sys.executable, "build/bench.py", "--rows", "2000", "--rounds", "1", "--large", "4000", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    floor, fresh, *others = json.loads(done.stdout)
    assert floor["name"] == "floor: bare COPY"
    assert fresh["name"] == "fresh import"
    assert {one["rows"] for one in others} == {2000, 4000}
    assert all(len(one["seconds"]) == 1 and one["seconds"][0] > 0 for one in (floor, fresh, *others))
    assert all(20_000_000 < one["peak"] < 2_000_000_000 for one in (fresh, *others))


@pytest.mark.skipif(sys.platform == "win32", reason="signals between programs work otherwise there")
@pytest.mark.parametrize("said", ["bench: round 1 of 1: floor: bare COPY", "bench: round 1 of 1: same file again"])
def test_a_polite_kill_leaves_neither_a_server_nor_files(tmp_path: Path, said: str) -> None:
    with subprocess.Popen(
        [sys.executable, "build/bench.py", "--rows", "20000", "--rounds", "1", "--large", "0"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as bench:
        assert bench.stderr is not None
        assert any(line.strip() == said for line in bench.stderr)
        bench.send_signal(signal.SIGTERM)
        bench.stderr.read()
        assert bench.wait(timeout=60) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
    left = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert not [command for command in left if str(tmp_path) in command]
