"""Workbooks, Parquet files and JSON lines."""

from __future__ import annotations

import datetime
import io
import re
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


def test_a_hidden_sheet_is_read_only_where_it_is_asked_for(files: Files) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name in ("Lists", "Products"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["SKU", "Name"])
            sheet.write_row(1, 0, [f"From {name}", "Cup"])
        book.get_worksheet_by_name("Products").activate()
        book.get_worksheet_by_name("Lists").hide()
    assert [row["sku"] for row in files.report(target.getvalue(), "p.xlsx")["accepted"]] == ["From Products"]
    asked = files.report(target.getvalue(), "p.xlsx", sheet="Lists")
    assert [row["sku"] for row in asked["accepted"]] == ["From Lists"]


def test_zeros_that_a_format_shows_before_a_number_are_kept(files: Files) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        five, bold = book.add_format({"num_format": "00000"}), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["Price", "SKU", "Name"])
        for row, (sku, style) in enumerate(
            [(7, five), (123456, five), (7, bold), ("7", five), (8, five), (8.5, five)], 1
        ):
            sheet.write(row, 0, row)
            sheet.write(row, 1, sku, style)
            sheet.write(row, 2, f"Cup {row}")
    skus = [row["sku"] for row in files.report(target.getvalue(), "p.xlsx")["accepted"]]
    assert skus == ["00007", "123456", "7", "7", "00008", "8.5"]


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


def test_lists_in_columns_that_are_not_imported_do_no_harm(files: Files) -> None:
    content = '{"sku": "A", "name": "Cup", "tags": ["a", {"b": 1}]}\n{"sku": "B", "name": {"en": "Mug"}, "tags": []}\n'
    report = files.report(content, "p.jsonl")
    assert accepted(report) == [(1, "A", "Cup")]
    assert [(row["line"], row["reason"]) for row in report["rejected"]] == [(2, "bad_quoting")]


def test_a_field_that_json_lines_name_late_is_read(files: Files) -> None:
    lines = [f'{{"sku": "A{n}", "name": "Cup"}}\n' for n in range(2_500)]
    lines[2_200] = '{"sku": "B", "name": "Mug", "description": "late", "active": false}\n'
    assert (2_201, "B", "Mug", "late", False) in files.rows("".join(lines), "p.jsonl")


def test_json_nested_past_all_reason_costs_its_line_only(files: Files) -> None:
    deep = '{"sku": "A", "name": "Cup", "x": ' + "[" * 100_000 + "]" * 100_000 + "}\n"
    report = files.report(deep + '{"sku": "B", "name": "Mug"}\n', "p.jsonl")
    assert accepted(report) == [(2, "B", "Mug")]
    assert [(row["line"], row["reason"]) for row in report["rejected"]] == [(1, "bad_quoting")]


def test_json_lines_without_objects_are_refused(files: Files) -> None:
    assert "no JSON objects" in files.error("[1]\n2\n", "p.jsonl")


def test_positions_grow_to_the_whole(tmp_path: Path, files: Files) -> None:
    content = workbook(("P", [["SKU", "Name"], *([f"A{n}", "Cup"] for n in range(100))]))
    with chunks.open_source(files.write(content, "p.xlsx"), ImportOptions()) as reader:
        positions = [chunk.position for chunk in reader]
        assert positions[-1] == reader.total_bytes


def sheet_of(xml: str) -> bytes:
    """A workbook whose one sheet holds these rows, word for word."""
    made = io.BytesIO(workbook(("Products", [["x"]])))
    target = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = re.sub(rb"<dimension[^>]*>|<sheetData>.*</sheetData>", b"", content, flags=re.DOTALL)
                content = content.replace(b"<pageMargins", f"<sheetData>{xml}</sheetData><pageMargins".encode(), 1)
            new.writestr(name, content)
    return target.getvalue()


def sheet_row(number: int, *cells: str, places: bool = True, left: int = 0) -> str:
    """A row of cells: text, or XML that begins with ``<``, whose ``@`` is the cell's place."""
    written = []
    for index, cell in enumerate(cells):
        place = f'r="{chr(65 + left + index)}{number}"' if places else ""
        plain = f'<c @ t="inlineStr"><is><t>{cell}</t></is></c>'
        written.append((cell if cell.startswith("<") else plain).replace("@", place))
    return f'<row r="{number}">{"".join(written)}</row>'


def parquet(**columns: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def test_values_to_the_right_of_the_header_are_no_values_of_the_row(files: Files) -> None:
    rows = [
        ["sku", "name", "active"],
        ["A", "a", "yes"],
        ["B", "shifted", "yes", "no"],
        ["C", "c"],
        ["D", "d", "no", " "],
    ]
    report = files.report(workbook(("Products", rows)), "p.xlsx")
    assert [row[1] for row in accepted(report)] == ["A", "C", "D"]
    assert rejected(report) == [(3, 3, "field_count")]


@pytest.mark.parametrize(("places", "left"), [(True, 0), (True, 2), (False, 0)])
def test_errors_and_formulas_without_a_value_are_never_blank(files: Files, places: bool, left: int) -> None:
    error, formula = '<c @ t="e"><v>#N/A</v></c>', "<c @><f>1+1</f></c>"
    counted, text = "<c @><f>1+1</f><v>2</v></c>", '<c @ t="str"><f>T(1)</f><v></v></c>'
    rows = [
        ("sku", "name", "description", "active"), ("A", "a", error, "yes"), ("B", "b", formula, "yes"),
        ("C", error, "c", "yes"), (error, "d", "d", "yes"), ("E", "e", "e", error), ("F", "f", counted, "yes"),
        ("G", "g", text, "yes"),
    ]  # fmt: skip
    xml = "".join(sheet_row(number, *cells, places=places, left=left) for number, cells in enumerate(rows, 1))
    report = files.report(sheet_of(xml), "p.xlsx")
    assert [(row[1], row[3]) for row in accepted(report)] == [("F", "2"), ("G", "")]
    assert rejected(report) == [
        (2, 2, "bad_encoding"), (3, 3, "bad_encoding"), (4, 4, "missing_name"), (5, 5, "missing_sku"),
        (6, 6, "bad_active"),
    ]  # fmt: skip
    assert [row["value"] for row in report["rejected"][:2]] == ["#N/A", "=1+1"]


def test_an_error_in_a_column_that_is_not_imported_does_no_harm(files: Files) -> None:
    xml = sheet_row(1, "sku", "name", "price") + sheet_row(2, "A", "a", '<c @ t="e"><v>#REF!</v></c>')
    assert [row[1] for row in accepted(files.report(sheet_of(xml), "p.xlsx"))] == ["A"]


@pytest.mark.parametrize(
    ("stored", "sku"),
    [
        ("4006381333931", "4006381333931"), ("1234567890123456", "1234567890123456"),
        ("9007199254740993", "9007199254740993"), ("12345678901234567", "12345678901234567"),
        ("0.000001", "0.000001"), ("1e-7", "0.0000001"), ("1E5", "100000"), ("1.5", "1.5"), ("-7", "-7"),
    ],
)  # fmt: skip
def test_numbers_of_a_sheet_have_all_their_digits(files: Files, stored: str, sku: str) -> None:
    xml = sheet_row(1, "sku", "name") + sheet_row(2, f"<c @><v>{stored}</v></c>", "a")
    report = files.report(sheet_of(xml), "p.xlsx")
    assert [row[1] for row in accepted(report)] == [sku]
    assert not report["warnings"]


def test_cells_far_apart_are_found_whatever_lies_between(files: Files) -> None:
    long = "x" * 9000
    rows = [sheet_row(1, "sku", "name", "description")]
    for number in range(2, 402):
        fault = '<c @ t="e"><v>#N/A</v></c>' if number in (2, 200, 401) else long
        rows.append(sheet_row(number, f"A{number}", "a", fault))
    report = files.report(sheet_of("".join(rows)), "p.xlsx")
    assert [line for line, *_ in rejected(report)] == [2, 200, 401]
    assert len(accepted(report)) == 397


def test_parquet_holds_text_as_bytes_and_numbers_that_are_none(files: Files) -> None:
    data = parquet(
        sku=[b"S1", "Ä2".encode(), b"\xff", b"S4"],
        name=["a", "b", "c", "d"],
        description=[float("nan"), 1.0, 2.0, 1e-7],
        active=[1.0, float("nan"), 1.0, 0.0],
    )
    report = files.report(data, "p.parquet")
    assert [row[1:4] for row in accepted(report)] == [("S1", "a", ""), ("Ä2", "b", "1"), ("S4", "d", "0.0000001")]
    assert rejected(report) == [(4, 4, "bad_encoding")]


def test_parquet_lists_are_refused_by_column(files: Files) -> None:
    report = files.report(parquet(sku=["A"], name=["a"], description=[[1]]), "p.parquet")
    assert "description" in report["error"]


def test_escapes_of_a_sheet_are_resolved(files: Files) -> None:
    rows = [
        ("sku", "name"), ("A", "_xFFFE_"), ("B", "a_xFFFF_&amp;_x005F_xFFFE__x000d_"), ("C", "_x005F_x000D_"),
        ("D", '<c @ t="inlineStr"><is><r><t>a_xFFFF_</t></r><r><t xml:space="preserve"> b</t></r></is></c>'),
    ]  # fmt: skip
    xml = "".join(sheet_row(number, *cells) for number, cells in enumerate(rows, 1))
    report = files.report(sheet_of(xml), "p.xlsx")
    assert [row[2] for row in accepted(report)] == ["\ufffe", "a\uffff&_xFFFE_\r", "_x000D_", "a\uffff b"]
