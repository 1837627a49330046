"""The benchmark of a large catalogue works, on few products: it asks every kind of question."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_kind_of_question_is_asked() -> None:
    command = [sys.executable, "build/bench_catalogue.py", "--rows", "3000", "--new", "100", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    taken = json.loads(done.stdout.splitlines()[-1])
    assert {"first rows: all together", "scroll a page on", "jump to the last page"} < taken.keys()
    assert all(clock > 0 for each in taken.values() for clock, _ in each)
    assert "memory of this process" in done.stdout
    assert "import of 100 new products" in done.stdout
