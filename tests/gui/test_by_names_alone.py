"""The contract's names are enough to do everything that a person comes for, in the program as it is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from acme_desktop.core.changes import change_set
from acme_desktop.core.database.connections import Database
from tests.gui.driving import many_rows, skus, write_csv


def test_a_stranger_finds_everything(tmp_path: Path, database: Database) -> None:
    path = write_csv(tmp_path / "products.csv", many_rows(250))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.gui.stranger", str(tmp_path / "data"), database.url, str(path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    assert skus(database) == ["A-NEW", *(f"P-{number:06d}" for number in range(250))]
    with database.connect() as connection:
        done = [one.kind for one in change_set.latest(connection, limit=20)]
    assert done[::-1] == ["import", "create", "update", "undo", "undo", "delete", "undo", "delete", "undo"]
