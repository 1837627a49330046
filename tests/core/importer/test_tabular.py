"""Workbooks, Parquet files and JSON lines."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.importer import chunks
from acme_desktop.core.importer.options import ImportOptions
from tests.support.reading import Files, accepted, rejected


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell)
    return target.getvalue()


def test_a_workbook_keeps_skus_as_text(files: Files) -> None:
    rows = [
        ["Price list"],
        [],
        ["SKU", "Name", "Description", "Active"],
        ["007", "Bond", "x", True],
        [123, "Number", 2.5, 0],
        [1234567890123, "EAN", None, "yes"],
        [],
        [None, "No SKU"],
        ["1e5", " kept ", "a\nb", "draft"],
    ]
    report = files.report(workbook(("Products", rows)), "p.xlsx")
    assert report["header_line"] == 3
    assert accepted(report) == [
        (4, "007", "Bond", "x", True),
        (5, "123", "Number", "2.5", False),
        (6, "1234567890123", "EAN", "", True),
        (9, "1e5", " kept ", "a\nb", False),
    ]
    assert rejected(report) == [(8, 8, "missing_sku")]


def test_skus_that_a_spreadsheet_ruined_are_warned_of(files: Files) -> None:
    rows = [["SKU", "Name"], *([f"A{n}", "Cup"] for n in range(60)), ["1.2E+12", "Mug"], [1.2345678901234567e19, "Jug"]]
    report = files.report(workbook(("Products", rows)), "p.xlsx")
    assert "1.2E+12" in report["warnings"][0]
    assert len(report["accepted"]) == 62


def test_a_sheet_can_be_chosen(files: Files) -> None:
    content = workbook(("Notes", [["hello"]]), ("Products", [["SKU", "Name"], ["A1", "Cup"]]))
    assert files.rows(content, "p.xlsx", sheet="Products") == [(2, "A1", "Cup")]
    with pytest.raises(UsageProblem, match="Nothing"):
        files.report(content, "p.xlsx", sheet="Nothing")
    assert "no sku" in files.error(content, "p.xlsx")


def test_an_empty_sheet_and_a_damaged_workbook_are_refused(files: Files) -> None:
    assert "empty" in files.error(workbook(("Empty", [])), "p.xlsx")
    assert "Excel" in files.error(b"PK\x03\x04 no workbook at all", "p.xlsx")


def test_parquet(tmp_path: Path, files: Files) -> None:
    table = pa.table(
        {
            "SKU": pa.array([7, 8, None], pa.int64()),
            "Name": pa.array(["Cup", "Mug", "Jug"]).dictionary_encode(),
            "Description": ["x", None, "y"],
            "Active": [True, None, False],
            "Added": [datetime.date(2024, 1, 2)] * 3,
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    report = files.report((tmp_path / "p.parquet").read_bytes(), "p.parquet")
    assert accepted(report) == [(2, "7", "Cup", "x", True), (3, "8", "Mug", "", None)]
    assert rejected(report) == [(4, 4, "missing_sku")]


def test_a_damaged_parquet_file_is_refused(files: Files) -> None:
    assert "Parquet" in files.error(b"PAR1" + bytes(100) + b"PAR1", "p.parquet")


def test_json_lines(files: Files) -> None:
    content = (
        '{"sku": 1.10, "name": "Cup", "active": true}\n\n'
        '{"sku": "B", "name": "Mug", "description": null}\n'
        '{"sku": "C", "sku": "D", "name": "Jug"}\n'
        "{broken\n"
        "[1]\n"
        '{"sku": "\\ud800", "name": "Can"}\n'
        '{"sku": "E", "name": ["x"]}\n'
        '{"sku": "F\\u0000", "name": "x"}\r\n'
        '{"name": "x"}'
    )
    report = files.report(content, "p.jsonl")
    assert accepted(report) == [(1, "1.10", "Cup", None, True), (3, "B", "Mug", "", None)]
    assert [(row["line"], row["reason"]) for row in report["rejected"]] == [
        (4, "bad_quoting"),
        (5, "bad_quoting"),
        (6, "bad_quoting"),
        (7, "bad_encoding"),
        (8, "bad_quoting"),
        (9, "nul_character"),
        (10, "missing_sku"),
    ]
    assert [row["value"] for row in report["rejected"][1:3]] == ["{broken", "[1]"]


def test_json_lines_without_objects_are_refused(files: Files) -> None:
    assert "no JSON objects" in files.error("[1]\n2\n", "p.jsonl")


def test_positions_grow_to_the_whole(tmp_path: Path, files: Files) -> None:
    content = workbook(("P", [["SKU", "Name"], *([f"A{n}", "Cup"] for n in range(100))]))
    with chunks.open_source(files.write(content, "p.xlsx"), ImportOptions()) as reader:
        positions = [chunk.position for chunk in reader]
        assert positions[-1] == reader.total_bytes


def with_raw_cells(book: bytes, **raw: str) -> bytes:
    """The workbook with the number 777 in the named cells replaced by their raw XML."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for place, xml in raw.items():
                if name.endswith("sheet1.xml"):
                    text = text.replace(f'<c r="{place}"><v>777</v></c>'.encode(), xml.encode())
            new.writestr(name, text)
    return target.getvalue()


def test_a_sheet_row_longer_than_the_header_is_rejected(files: Files) -> None:
    rows = [["SKU", "Name"], ["A", "shift", "a"], ["B", "b"]]
    report = files.report(workbook(("P", rows)), "p.xlsx")
    assert rejected(report) == [(2, 2, "field_count")]
    assert [row[1] for row in accepted(report)] == ["B"]


def test_errors_and_formulas_without_a_value_are_not_blank(files: Files) -> None:
    rows = [["SKU", "Name", "Description"], ["A", "a", 777], ["B", "b", 777], ["C", "c", None]]
    raw = {"C2": '<c r="C2" t="e"><v>#N/A</v></c>', "C3": '<c r="C3"><f>1+1</f></c>'}
    report = files.report(with_raw_cells(workbook(("P", rows)), **raw), "p.xlsx")
    assert [line for line, *_ in rejected(report)] == [2, 3]
    assert [row[1] for row in accepted(report)] == ["C"]


def test_numbers_of_a_sheet_keep_their_digits(files: Files) -> None:
    stored = ["1234567890123456", "9007199254740993", "12345678901234567", "0.000001"]
    rows = [["SKU", "Name"], *([777, "x"] for _ in stored)]
    raw = {f"A{at}": f'<c r="A{at}"><v>{text}</v></c>' for at, text in enumerate(stored, 2)}
    report = files.report(with_raw_cells(workbook(("P", rows)), **raw), "p.xlsx")
    assert [row[1] for row in accepted(report)] == stored


def parquet(**columns: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def test_parquet_bytes_are_utf8_and_not_a_number_is_blank(files: Files) -> None:
    data = parquet(sku=[b"S1", b"\xff"], name=["a", "b"], description=[float("nan"), 1.5])
    report = files.report(data, "p.parquet")
    assert accepted(report) == [(2, "S1", "a", "")]
    assert rejected(report) == [(3, 3, "bad_encoding")]


def test_parquet_lists_are_refused_by_column(files: Files) -> None:
    report = files.report(parquet(sku=["A"], name=["a"], description=[[1]]), "p.parquet")
    assert "description" in report["error"]
