"""Delimiter, header line and what stands above it; line ends."""

from __future__ import annotations

import pytest

from acme_desktop.core.foundation.errors import UsageProblem
from tests.support.reading import Files, accepted


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(files: Files, delimiter: str) -> None:
    header = delimiter.join(("Artikelnummer", "Bezeichnung", "Beschreibung"))
    cells = delimiter.join(("A1", "Cup", "".join({",", ";", "|"} - {delimiter})))
    report = files.report(f"{header}\n{cells}\n")
    assert report["delimiter"] == delimiter
    assert len(report["accepted"]) == 1


def test_a_header_full_of_another_delimiter(files: Files) -> None:
    content = '"Product ID";"Reference";"Name *";"Active (0/1)";"Categories (x,y,z...)"\n7;A1;Cup;1;a,b,c\n'
    report = files.report(content)
    assert report["mapping"] == {"sku": "Reference", "name": "Name *", "active": "Active (0/1)"}
    assert accepted(report) == [(2, "A1", "Cup", True)]


def test_a_separator_line_is_obeyed(files: Files) -> None:
    report = files.report("sep=|\r\nSKU|Name\r\nA1|Cup\r\n")
    assert (report["delimiter"], report["header_line"]) == ("|", 2)
    assert accepted(report) == [(3, "A1", "Cup")]


def test_lines_above_the_header(files: Files) -> None:
    report = files.report('Price list, "spring"\n\n2024-03-01\nSKU,Name\nA1,Cup\n')
    assert report["header_line"] == 4
    assert accepted(report) == [(5, "A1", "Cup")]


def test_columns_reordered_and_added(files: Files) -> None:
    assert files.rows("price,Name,stock,SKU\n1.5,Cup,3,A1\n") == [(2, "A1", "Cup")]


def test_a_header_over_two_lines(files: Files) -> None:
    assert files.rows('SKU,"Net\nprice",Name\nA1,2.50,Cup\n') == [(3, "A1", "Cup")]


def test_a_header_with_a_broken_quote_is_still_understood(files: Files) -> None:
    assert files.rows('SKU,"Name,Description\nA1,Cup,x\n') == [(2, "A1", "Cup", "x")]


def test_a_chosen_delimiter_is_obeyed(files: Files) -> None:
    assert files.rows("SKU:Name\nA1:Cup\n", delimiter=":") == [(2, "A1", "Cup")]
    assert files.rows("SKU\tName\nA1\tCup\n", delimiter="tab") == [(2, "A1", "Cup")]


def test_an_impossible_delimiter_is_wrong_usage(files: Files) -> None:
    with pytest.raises(UsageProblem, match="delimiter"):
        files.report("SKU,Name\n", delimiter="ab")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends(files: Files, end: str) -> None:
    content = end.join(("SKU,Name", "A1,Cup", '"A2","Big', 'cup"', "A3,Mug"))
    assert files.rows(content) == [(2, "A1", "Cup"), (3, "A2", f"Big{end}cup"), (5, "A3", "Mug")]


def test_mixed_line_ends_and_no_final_one(files: Files) -> None:
    assert files.rows("SKU,Name\r\nA1,a\nA2,b\rA3,c\r\r\nA4,d") == [
        (2, "A1", "a"),
        (3, "A2", "b"),
        (4, "A3", "c"),
        (5, "A4", "d"),
    ]


def test_other_breaks_are_characters(files: Files) -> None:
    name = "a\u2028b\u0085c\x0bd\x0ce\x1cf"
    assert files.rows(f"SKU,Name\nA1,{name}\nA2,Cup\n") == [(2, "A1", name), (3, "A2", "Cup")]


def test_wholly_empty_lines_are_no_records(files: Files) -> None:
    report = files.report("\n\nSKU,Name\n\nA1,Cup\n\n\nA2,Mug\n\n")
    assert accepted(report) == [(5, "A1", "Cup"), (8, "A2", "Mug")]
    assert report["read"] == 2


def test_a_delimiter_that_ends_every_line(files: Files) -> None:
    report = files.report("SKU,Name,\nA1,Cup,\nA2,Mug\nA3,Jug,\nA4,,Can\n")
    assert accepted(report) == [(2, "A1", "Cup"), (4, "A3", "Jug")]
    assert [(row["line"], row["reason"]) for row in report["rejected"]] == [(3, "field_count"), (5, "missing_name")]


def test_a_header_without_rows_is_read(files: Files) -> None:
    assert files.report("SKU,Name\n")["read"] == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n\r\n  \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"\n  <html lang='de'>\n", "web page"),
        (b"%PDF-1.7\n", "PDF"),
        (b"SKU,Name\nA1,Cup,x\nA2,Cup,y\nA3,Cup,z\n", "The header has 2 columns and the rows have 3"),
        (b"SKU,SKU,Name\nA1,A2,Cup\n", "sku can come from one only"),
        (b"Price,Stock\n1,2\n", "no sku and no name"),
        (b"SKU,Price\nA1,2\n", "no name column"),
        (b"just some text\nover two lines\n", "no sku"),
    ],
)
def test_files_that_are_refused_as_a_whole(files: Files, content: bytes, says: str) -> None:
    assert says in files.error(content)


@pytest.mark.parametrize(
    "content",
    [
        "sku,name,description\nA,a\nB,b\n",
        "sku,name\nA,a,\nB,b,\n",
        "sku,name,\nA,a\nB,b\nC,c\n",
        "sku,name\nA\nB\n",
    ],
)
def test_rows_that_agree_on_another_width_than_the_header_are_refused(files: Files, content: str) -> None:
    assert "columns and the rows have" in files.error(content)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("sku,name,description\nA,a\n", [2]),
        ("sku,name\nA,a,x\nB,b,x,y\n", [2, 3]),
        ("sku,name\nA,a,x\nB,b,x\nC,c\n", [2, 3]),
    ],
)
def test_rows_of_wrong_widths_that_do_not_agree_are_rejected_each(files: Files, content: str, lines: list[int]) -> None:
    assert files.reasons(content) == [(line, line, "field_count") for line in lines]


def test_two_rows_of_another_width_next_to_a_broken_quote_say_too_little(files: Files) -> None:
    reasons = files.reasons('sku,name,description\nA,"a\nB,b\nC,c\n')
    assert [(line, reason) for line, _, reason in reasons] == [
        (2, "unclosed_quote"),
        (3, "field_count"),
        (4, "field_count"),
    ]
