"""`acme-desktop export`: and importing the file again changes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.database.connections import Database
from tests.support.processes import ROOT


@pytest.fixture
def filled(acme: Any, database: Database) -> Any:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name, description, active) VALUES "
            "('007', '007', '=1+1', '@SUM(A1)', true), ('1e5', '1e5', ' padded ', NULL, false), "
            "('A,b', 'a,b', 'say \"hi\"', E'two\\nlines\\r\\nand \\\\', true), "
            "('Ä;9', 'ä;9', 'NULL', 'NA', true), ('t', 't', 'true', E'tab\\there', false), "
            "('x', 'x', '_x0041_', '<r>x</r>', true), "
            "('_x005F_x000D_', '_x005f_x000d_', '_x000D_x000d_', E'a\\uFFFE_xFFFF_\\uFFFF', true)"
        )
    return acme


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl"])
def test_importing_an_export_changes_nothing(filled: Any, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"p.{ending}"
    ran = filled("export", path, "--json")
    assert (ran.status, ran.object) == (0, {"file": str(path), "products": 7})
    back = filled("import", path, "--json")
    assert (back.status, back.object["read"], back.object["unchanged"]) == (0, 7, 7), back


def test_to_stdout_with_filters(filled: Any) -> None:
    ran = filled("export", "-", "--sku", "07", "--sort", "id:desc")
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


# A file may not grow beyond so many bytes, as on a full disk.
_SMALL_DISK = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
runpy.run_module("acme_desktop", run_name="__main__")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit for files")
@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "p.jsonl", "-"])
def test_a_full_disk_is_told_plainly_and_nothing_else(
    filled: Any, database: Database, tmp_path: Path, name: str
) -> None:
    target = name if name == "-" else str(tmp_path / name)
    where = ["--data-dir", str(tmp_path / "data"), "--database-url", database.url]
    with (tmp_path / "stdout").open("wb") as out:
        command = [sys.executable, "-c", _SMALL_DISK, "export", target, "--quiet", *where]
        ran = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert ran.stderr.splitlines() == [
        f"acme-desktop: {'Standard output' if name == '-' else target} cannot be written: the disk is full.",
        "Free some space there, or choose another place.",
        "Details: [Errno 27] File too large",
    ]
    assert ran.returncode == 1
    assert not [path for path in tmp_path.iterdir() if "p." in path.name]
