"""The benchmark itself works, on few rows: every case is measured, and what comes out is held against the receipts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
