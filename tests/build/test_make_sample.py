"""The generated file: deterministic, valid CSV, as many rows as asked for, realistic where an importer cares."""

from __future__ import annotations

import csv
from pathlib import Path
from types import ModuleType

ROWS = 25_000  # more than one block


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


def test_the_same_seed_gives_the_same_file_and_another_seed_another(make_sample: ModuleType, tmp_path: Path):
    contents = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_sample.write(tmp_path / name, 500, seed=seed)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_rows_have_four_cells_and_some_skus_come_twice_in_another_spelling(make_sample: ModuleType, tmp_path: Path):
    size = make_sample.write(tmp_path / "large.csv", ROWS)
    header, *rows = rows_of(tmp_path / "large.csv")
    assert size == (tmp_path / "large.csv").stat().st_size
    assert header == ["sku", "name", "description", "active"]
    assert len(rows) == ROWS
    assert all(len(row) == 4 and row[0] and row[1] for row in rows)
    distinct = {row[0].lower() for row in rows}
    assert ROWS * 0.98 < len(distinct) < ROWS
    assert len({row[0] for row in rows}) > len(distinct)
    assert any("\n" in row[2] for row in rows)
    assert any('"' in row[1] for row in rows)
    assert 100 < size / ROWS < 160


def test_a_revision_keeps_the_skus_and_changes_every_row(make_sample: ModuleType, tmp_path: Path):
    make_sample.write(tmp_path / "first.csv", ROWS)
    make_sample.write(tmp_path / "second.csv", ROWS, revision=2)
    first, second = rows_of(tmp_path / "first.csv")[1:], rows_of(tmp_path / "second.csv")[1:]
    assert [row[0] for row in first] == [row[0] for row in second]
    assert all(old[1] != new[1] and old[2] != new[2] for old, new in zip(first, second, strict=True))
