"""What a path holds, and what it only claims to hold."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from acme_desktop.core.foundation.errors import InputProblem, NotFound
from acme_desktop.core.importer import chunks, spool
from acme_desktop.core.importer.options import ImportOptions
from tests.support.reading import Files

CSV = b"SKU,Name\nA1,Cup\nA2,\nA3,Mug\n"
ROWS = [(2, "A1", "Cup"), (4, "A3", "Mug")]


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return target.getvalue()


def lines(report: dict) -> list[tuple[int, str]]:
    return [(row["line"], row["sku"]) for row in report["accepted"]]


def test_gzip(files: Files) -> None:
    report = files.report(gzip.compress(CSV), "p.csv.gz")
    assert lines(report) == [(2, "A1"), (4, "A3")]
    assert [row["line"] for row in report["rejected"]] == [3]


def test_zip_of_one(files: Files) -> None:
    assert lines(files.report(zipped(p_csv=CSV), "p.zip")) == [(2, "A1"), (4, "A3")]


def test_a_note_beside_a_table_in_a_zip_is_left_out(files: Files) -> None:
    report = files.report(zipped(a_txt=b"Hello there\n", p_csv=CSV), "p.zip")
    assert lines(report) == [(2, "A1"), (4, "A3")]
    assert report["warnings"] == ["a.txt in the archive is left out: it has no SKU and name columns."]
    assert "no sku" in files.error(zipped(a_txt=b"Hello there\n"), "p.zip")
    assert "no sku" in files.error(zipped(a_csv=b"Hello there\n", p_csv=CSV), "p.zip")


def test_zip_of_several_counts_lines_on(files: Files) -> None:
    content = zipped(a_csv=CSV, b_tsv=b"Artikelnummer\tBezeichnung\r\nB1\tJug\r\n\tx\r\n", notes_pdf=b"%PDF")
    report = files.report(content, "p.zip")
    assert lines(report) == [(2, "A1"), (4, "A3"), (6, "B1")]
    assert [(row["line"], row["message"].partition(":")[0]) for row in report["rejected"]] == [
        (3, "Line 3 of a.csv"),
        (7, "Line 3 of b.tsv"),
    ]
    assert "2 tables" in report["warnings"][-1]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (zipped(p_csv=CSV), "p.csv", "really a zip archive"),
        (gzip.compress(CSV), "p.csv", "really a gzip archive"),
        (b"PAR1xxxxPAR1", "p.csv", "really a Parquet file"),
        (zipped(**{"xl/workbook_xml": b"<x/>"}), "p.csv", "really an Excel workbook"),
        (CSV, "p.gz", "not a gzip archive"),
        (CSV, "p.zip", "not a zip archive"),
        (CSV, "p.xlsx", "not an Excel workbook"),
        (CSV, "p.parquet", "not a Parquet file"),
        (gzip.compress(CSV * 2000)[:90], "p.csv.gz", "cut off"),
        (gzip.compress(b""), "p.csv.gz", "empty"),
        (zipped(p_doc=b"x"), "p.zip", "no CSV file"),
        (zipped(p_csv=gzip.compress(CSV)), "p.zip", "itself packed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "p.xls", "old Excel workbook"),
    ],
)
def test_files_that_are_something_else(files: Files, content: bytes, name: str, says: str) -> None:
    assert says in files.error(content, name)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        chunks.inspect(tmp_path / "none.csv", ImportOptions())
    with pytest.raises(NotFound):
        chunks.inspect("", ImportOptions())


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="folder"):
        chunks.inspect(tmp_path, ImportOptions())


@pytest.mark.parametrize("content", [CSV, gzip.compress(CSV)], ids=["plain", "gzip"])
def test_standard_input_can_be_inspected_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / "content"
    path.write_bytes(content)
    with path.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        with spool.kept("-"):
            assert chunks.inspect("-", ImportOptions()).mapping == {"sku": "SKU", "name": "Name"}
            with chunks.open_source("-", ImportOptions()) as reader:
                found = [row["sku"] for chunk in reader for row in chunk.accepted.to_pylist()]
    assert found == ["A1", "A3"]
