"""Exports: whole or not at all, from one moment, every character as it is."""

from __future__ import annotations

import csv
import errno
import gc
import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, InputProblem, UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import edits, export, file_formats
from acme_desktop.core.products.filters import Filter, Sort

ANNA = Author("anna", "tests")

AWKWARD = [
    ("007", "=1+1", "+49 89 @x -1", True),
    ("1e5", ' leading "quotes" ', "two\nlines, and\r\nCRLF", False),
    ("1.10", "NULL", None, True),
    ("a,b;c\t", "Zoë 🎈 日本", "<r>not rich</r>", True),
    ("https://example.com", "_x0041_ stays", "back\\slash \\N \\.", False),
    ("NA", "true", "\u2028 \x0b \x7f", True),
]


@pytest.fixture
def filled(database: Database) -> Database:
    for sku, name, description, active in AWKWARD:
        edits.create(database, sku=sku, name=name, description=description, active=active, author=ANNA)
    return database


EXPECTED = [(sku.strip(), name, description, active) for sku, name, description, active in AWKWARD]


def save(database: Database, path: Path, question: Filter | None = None) -> int:
    return export.export(database, question or Filter(), Sort("id"), path)


def test_csv(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    assert save(filled, path) == len(AWKWARD)
    content = path.read_bytes()
    assert content.startswith(b"sku,name,description,active\n007,=1+1,+49 89 @x -1,true\n")
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    assert [(*row[:2], row[2] or None, row[3] == "true") for row in rows] == EXPECTED


def test_csv_into_a_stream(filled: Database) -> None:
    stream = io.BytesIO()
    assert export.export(filled, Filter(name="null"), Sort(), stream) == 1
    assert stream.getvalue() == b"sku,name,description,active\n1.10,NULL,,true\n"


def test_jsonl(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.JSONL"
    assert save(filled, path) == len(AWKWARD)
    # only a line feed ends a line: str.splitlines would also split at U+2028
    objects = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert [tuple(found.values()) for found in objects] == EXPECTED
    assert list(objects[0]) == ["sku", "name", "description", "active"]


def test_parquet(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    assert save(filled, path) == len(AWKWARD)
    table = pq.read_table(path)
    assert [str(kind) for kind in table.schema.types] == ["string", "string", "string", "bool"]
    assert [tuple(row.values()) for row in table.to_pylist()] == EXPECTED


def test_xlsx(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    assert save(filled, path) == len(AWKWARD)
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert header == ["sku", "name", "description", "active"]
    assert [(sku, name, description or None, active) for sku, name, description, active in rows] == EXPECTED


@pytest.mark.parametrize("ending", export.FORMATS)
def test_an_empty_catalogue_makes_a_file_with_a_header_only(database: Database, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"p.{ending}"
    assert save(database, path) == 0
    assert path.exists()
    if ending == "parquet":
        assert pq.read_table(path).column_names == ["sku", "name", "description", "active"]


@pytest.mark.parametrize("ending", export.FORMATS)
def test_the_filter_and_the_order_hold(filled: Database, tmp_path: Path, ending: str) -> None:
    assert save(filled, tmp_path / f"p.{ending}", Filter(active=False)) == 2


def test_a_name_without_a_known_ending(filled: Database, tmp_path: Path) -> None:
    for name in ("p.txt", "p", ".csv"):
        with pytest.raises(UsageProblem):
            save(filled, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        save(filled, tmp_path / "none" / "p.csv")


class FullDisk(io.BytesIO):
    """A file that takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


@pytest.mark.parametrize("room", [0, 100, 3000])
def test_a_workbook_for_which_there_is_no_room_leaves_nothing_to_complain(
    monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    complaints: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    disk = FullDisk(room)
    with pytest.raises(OSError, match="No space left"):
        file_formats.write_xlsx(disk, iter([[("A", "Cup", None, True)]]), 1)
    disk.close()
    gc.collect()
    assert complaints == []


def test_a_full_folder_for_temporary_files_is_named(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(file_formats, "_fill", fill)
    with pytest.raises(EnvironmentProblem, match="temporary files"):
        save(filled, tmp_path / "p.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_and_a_link_stays_one(filled: Database, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old", encoding="utf-8")
    link.symlink_to(real)
    save(filled, link)
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8").startswith("sku,")


@pytest.mark.parametrize("ending", export.FORMATS)
def test_a_cancel_leaves_the_old_file(filled: Database, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"p.{ending}"
    path.write_text("old", encoding="utf-8")

    class CancelsLate(Progress):
        def update(self, done: int, rows: int | None = None) -> None:
            self.cancel()
            super().update(done, rows)

    with pytest.raises(Cancelled):
        export.export(filled, Filter(), Sort(), path, CancelsLate())
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_running_statement_is_interrupted(filled: Database, tmp_path: Path, ending: str) -> None:
    """The server is stuck behind a lock; the cancel reaches it there."""
    progress = Progress()
    with filled.connect() as other:
        other.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
        timer = threading.Timer(0.2, progress.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            export.export(filled, Filter(), Sort(), tmp_path / f"p.{ending}", progress)
        timer.join()
    assert list(tmp_path.iterdir()) == []


def test_the_snapshot_is_of_one_moment(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A product created between the count and the rows is not exported."""
    begin = export._begin

    def begin_then_create(*arguments: Any) -> int:
        total = begin(*arguments)
        edits.create(filled, sku="late", name="Late", author=ANNA)
        return total

    monkeypatch.setattr(export, "_begin", begin_then_create)
    assert save(filled, tmp_path / "p.jsonl") == len(AWKWARD)


def test_a_text_that_no_cell_holds_is_refused(filled: Database, tmp_path: Path) -> None:
    edits.create(filled, sku="long", name="Long", description="d" * 32_768, author=ANNA)
    with pytest.raises(InputProblem, match="description of long has 32,768 characters"):
        save(filled, tmp_path / "p.xlsx")
    assert list(tmp_path.iterdir()) == []
    edits.update(filled, "long", edits.Changes(description="d" * 32_767), author=ANNA)
    assert save(filled, tmp_path / "p.xlsx") == len(AWKWARD) + 1


def test_more_rows_than_a_worksheet_holds_are_refused(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_formats, "XLSX_ROWS", 3)
    with pytest.raises(InputProblem, match="holds 3 products, and there are 6"):
        save(filled, tmp_path / "p.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_products(filled: Database, tmp_path: Path) -> None:
    for ending in export.FORMATS:
        progress = Progress()
        export.export(filled, Filter(), Sort(), tmp_path / f"p.{ending}", progress)
        assert (progress.snapshot().done, progress.snapshot().total) == (len(AWKWARD), len(AWKWARD))
