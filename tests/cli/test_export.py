"""`acme-desktop export`: and importing the file again changes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.database.connections import Database


@pytest.fixture
def filled(acme: Any, database: Database) -> Any:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, active) VALUES "
            "('007', '007', '=1+1', '@SUM(A1)', true), ('1e5', '1e5', ' padded ', NULL, false), "
            "('A,b', 'a,b', 'say \"hi\"', E'two\\nlines\\r\\nand \\\\', true), "
            "('Ä;9', 'ä;9', 'NULL', 'NA', true), ('t', 't', 'true', E'tab\\there', false), "
            "('x', 'x', '_x0041_', '<r>x</r>', true)"
        )
    return acme


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl"])
def test_importing_an_export_changes_nothing(filled: Any, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"p.{ending}"
    ran = filled("export", path, "--json")
    assert (ran.status, ran.object) == (0, {"file": str(path), "products": 6})
    back = filled("import", path, "--json")
    assert (back.status, back.object["read"], back.object["unchanged"]) == (0, 6, 6), back


def test_to_stdout_with_filters(filled: Any) -> None:
    ran = filled("export", "-", "--sku", "0", "--sort", "id:desc")
    assert (ran.status, ran.out) == (0, "sku,name,description,active\n007,=1+1,@SUM(A1),true\n")
    assert "1 product exported" in ran.err


def test_failures(filled: Any, tmp_path: Path) -> None:
    assert filled("export", tmp_path / "p.doc").status == 2
    assert filled("export").status == 2
    assert filled("export", tmp_path / "none" / "p.csv").status == 1
    assert list(tmp_path.glob("*p*.part")) == []


def test_safe_for_spreadsheets(filled: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    assert filled("export", path, "--safe-for-spreadsheets").status == 0
    assert path.read_text(encoding="utf-8").startswith("sku,name,description,active,_marked\n")
    assert filled("export", tmp_path / "p.xlsx", "--safe-for-spreadsheets").status == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk without room")
@pytest.mark.parametrize("name", ["p.csv", "p.xlsx", "p.parquet", "p.jsonl", "-"])
def test_a_full_disk_is_told_plainly_and_nothing_else(
    filled: Any, database: Database, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).symlink_to("/dev/full")
    target = name if name == "-" else str(tmp_path / name)
    where = ["--data-dir", str(tmp_path / "data"), "--database-url", database.url]
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "acme_desktop", "export", target, "--quiet", *where]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    place = "Standard output" if name == "-" else "/dev/full"
    assert ran.stderr.splitlines() == [
        f"acme-desktop: {place} cannot be written: the disk is full.",
        "Free some space there, or choose another place.",
        "Details: [Errno 28] No space left on device",
    ]
    assert ran.returncode == 1
