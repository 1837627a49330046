"""`acme-desktop export`: and importing the file again changes nothing."""

from __future__ import annotations

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
