"""`acme-desktop check`: what scripts get, without any database."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

CONTENT = 'SKU,Name,Description\nA1,Cup,nice\n,Mug,big\nA3,"Jug,x\nA4,Can,\n'
NO_DATABASE = ("--database-url", "postgresql://nobody@127.0.0.1:1/nothing")


def check(tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "acme_desktop", "check", "--data-dir", str(tmp_path / "data"), *NO_DATABASE]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def products(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(CONTENT)
    return path


def test_rows_are_listed_in_file_order(tmp_path: Path, products: Path) -> None:
    ran = check(tmp_path, products, "--rows", "--json")
    found: dict[str, Any] = json.loads(ran.stdout)
    assert ran.returncode == 3
    assert found["accepted"] == [
        {"line": 2, "sku": "A1", "name": "Cup", "description": "nice", "active": None},
        {"line": 5, "sku": "A4", "name": "Can", "description": "", "active": None},
    ]
    first, second = found["rejected"]
    assert set(first) == {"line", "end_line", "column", "reason", "message", "value"}
    assert (first["line"], first["end_line"], first["column"], first["reason"]) == (3, 3, "SKU", "missing_sku")
    assert (second["line"], second["reason"], second["value"]) == (4, "unclosed_quote", 'A3,"Jug,x')
    assert (found["read"], found["accepted_count"], found["rejected_count"], found["error"]) == (4, 2, 2, None)
    assert (found["encoding"], found["delimiter"], found["header_line"]) == ("utf-8", ",", 1)
    assert found["mapping"] == {"sku": "SKU", "name": "Name", "description": "Description"}


def test_without_rows_there_are_counts(tmp_path: Path, products: Path) -> None:
    found = json.loads(check(tmp_path, products, "--json").stdout)
    assert (found["accepted"], found["rejected"]) == (2, 2)


def test_exit_statuses(tmp_path: Path, products: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text("SKU,Name\nA1,Cup\n")
    page = tmp_path / "page.csv"
    page.write_text("<!doctype html>")
    assert check(tmp_path, good).returncode == 0
    assert check(tmp_path, good, products).returncode == 3
    refused = check(tmp_path, page, products, "--json")
    assert refused.returncode == 1
    assert [json.loads(line)["error"] is None for line in refused.stdout.splitlines()] == [False, True]
    assert check(tmp_path, tmp_path / "none.csv").returncode == 4
    assert check(tmp_path, good, "--map", "price=Name").returncode == 2


def test_two_thousand_files_in_one_call(tmp_path: Path) -> None:
    paths = []
    for number in range(2_000):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text("SKU;Name\n" + "".join(f"A{n};Tasse für {number}\n" for n in range(20)))
    started = time.monotonic()
    ran = check(tmp_path, *paths, "--json", "--rows")
    assert len(ran.stdout.splitlines()) == 2_000
    assert time.monotonic() - started < 30
