"""Which encoding a file is in; nothing is guessed."""

from __future__ import annotations

import codecs
import io

import pytest

from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.importer import chunks, encoding
from acme_desktop.core.importer.options import ImportOptions
from tests.support.reading import Files

TEXT = "SKU;Name\nA1;Größe, ковдра\nA2;Tasse\n"
ROWS = [(2, "A1", "Größe, ковдра"), (3, "A2", "Tasse")]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16-le mark", "utf-16-be mark", "utf-32 mark", "utf-16-le", "utf-16-be"],
)
def test_what_can_be_known_is_read(files: Files, content: bytes) -> None:
    assert files.rows(content) == ROWS


@pytest.mark.parametrize("start", ['"SKU";Name\n', "sep=;\nSKU;Name\n"])
def test_a_mark_before_a_quoted_header_or_a_separator_line(files: Files, start: str) -> None:
    rows = files.rows(codecs.BOM_UTF8 + start.encode() + b"A1;Cup\n")
    assert [row[1:] for row in rows] == [("A1", "Cup")]


def test_unicode_text_of_excel(files: Files) -> None:
    content = codecs.BOM_UTF16_LE + 'SKU\tName\r\nA1\t"Größe\tL"\r\n'.encode("utf-16-le")
    assert files.rows(content, "products.txt") == [(2, "A1", "Größe\tL")]


def test_another_encoding_is_refused_and_some_are_proposed(files: Files) -> None:
    content = "SKU;Nom\n" + "".join(f"A{n};Écharpe brodée n°{n}\n" for n in range(30))
    assert "cp1252" in files.error(content.encode("cp1252"))


def test_the_candidates_come_with_a_preview(files: Files) -> None:
    content = "SKU;Nom\n" + "".join(f"A{n};Écharpe\n" for n in range(30))
    with pytest.raises(chunks.EncodingNeeded) as refused:
        chunks.inspect(files.write(content.encode("cp1252")), ImportOptions())
    previews = dict(refused.value.candidates)
    assert "Écharpe" in previews["cp1252"]


def test_a_chosen_encoding_is_obeyed(files: Files) -> None:
    content = "SKU;Nom\nA1;Écharpe\nA2;Œuf €\n".encode("cp1252")
    assert files.rows(content, encoding="cp1252") == [(2, "A1", "Écharpe"), (3, "A2", "Œuf €")]


def test_what_a_chosen_encoding_does_not_know_is_rejected(files: Files) -> None:
    content = b"SKU;Nom\nA1;Caf\xe9\nA2;Bad \x81 byte\nA3;Cup\n"
    assert files.reasons(content, encoding="cp1252") == [(3, 3, "bad_encoding")]


def test_a_file_that_is_utf8_but_for_a_few_lines(files: Files) -> None:
    lines = [f"A{n};Größe {n}".encode() for n in range(40)]
    lines[7] = "A7;Größe".encode("cp1252")
    lines[30] = b"A30;Cu\xffp"
    report = files.report(b"SKU;Name\n" + b"\n".join(lines))
    assert [(row["line"], row["reason"]) for row in report["rejected"]] == [(9, "bad_encoding"), (32, "bad_encoding")]
    assert len(report["accepted"]) == 38
    assert "\ufffd" in report["rejected"][1]["value"]
    assert "not UTF-8, to be rejected unless an encoding is chosen: 2" in report["warnings"][0]


def test_an_encoding_that_changes_in_the_middle(files: Files) -> None:
    first = "SKU;Name\n" + "".join(f"A{n};Größe\n" for n in range(20))
    second = "".join(f"B{n};Größe\n" for n in range(20))
    report = files.report(first.encode() + second.encode("cp1252"))
    assert [row["sku"] for row in report["accepted"]] == [f"A{n}" for n in range(20)]
    assert {row["reason"] for row in report["rejected"]} == {"bad_encoding"}
    assert len(report["rejected"]) == 20


def test_half_a_character_at_the_end(files: Files) -> None:
    content = ("SKU;Name\n" + "".join(f"A{n};Größe\n" for n in range(9)) + "A10;Gr").encode() + b"\xc3"
    assert files.reasons(content) == [(11, 11, "bad_encoding")]


def test_lone_surrogates_of_utf16_are_rejected(files: Files) -> None:
    content = (
        codecs.BOM_UTF16_LE + "SKU;Name\nA1;x".encode("utf-16-le") + b"\x00\xd8" + "\nA2;Cup\n".encode("utf-16-le")
    )
    assert files.reasons(content) == [(2, 2, "bad_encoding")]


def test_a_mark_that_contradicts_the_choice_is_refused(files: Files) -> None:
    assert "byte order mark" in files.error(codecs.BOM_UTF8 + TEXT.encode(), encoding="cp1252")


def test_an_unknown_encoding_is_wrong_usage(files: Files) -> None:
    with pytest.raises(UsageProblem, match="klingon"):
        files.report(TEXT, encoding="klingon")


@pytest.mark.parametrize("rows", range(1, 8))
@pytest.mark.parametrize("bad", ["\0A{},cup", "A{},c\0p", "A{},c\0ps", "A{},cup\0", "A{},cups\0"])
def test_one_nul_in_a_tiny_file_is_no_utf16(files: Files, rows: int, bad: str) -> None:
    content = "sku,name\n" + "".join(f"A{n},cup\n" for n in range(1, rows)) + bad.format(rows) + "\n"
    assert files.reasons(content) == [(rows + 1, rows + 1, "nul_character")]


def test_a_nul_in_each_row_at_the_same_side_is_no_utf16(files: Files) -> None:
    content = "sku,name\n" + "".join(f"A{n},cu\0p\n" for n in range(9))
    assert [reason for *_, reason in files.reasons(content)] == ["nul_character"] * 9


@pytest.mark.parametrize(
    "text",
    [
        "Артикул;Название\nА1;Чашка большая, синяя\n",
        "货号,名称\n红色的椅子,上等红色的椅子\n",
        "品番,商品名\nカップ,あおいカップ\n",
    ],
    ids=["Russian", "Chinese", "Japanese"],
)
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_of_other_scripts_without_a_mark(text: str, codec: str) -> None:
    assert encoding.decide(lambda: io.BytesIO(text.encode(codec)), None).name == codec


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"sku,name\nA1,Cup\nA2,Caf\xe9\nA3,Mug\n", 3),
        (b"sku,name\nA1\xe91,Cup\nA2,Mug\n", 2),
        (b"sku,name\nA1,Cup\xe9 5\nA2,Mug\nA3,Jug\n", 2),
        (b"sku,name\nA1,Cup\nA2,\xe9\n", 3),
        ("sku,name\nA1,Łódź ca".encode() + b"f\xe9\n", 2),
    ],
)
def test_one_bad_byte_costs_a_tiny_file_one_row(files: Files, content: bytes, line: int) -> None:
    report = files.report(content)
    assert [(row["line"], row["reason"]) for row in report["rejected"]] == [(line, "bad_encoding")]
    assert len(report["accepted"]) == content.count(b"\n") - 2
    assert "unless an encoding is chosen" in report["warnings"][0]


@pytest.mark.parametrize(
    "text",
    ["sku,name\nA1,Café\n", "sku,name\nA1,Café\nA2,Cup\n", "sku,name\nA1,Größe Käse\nA2,Cup\nA3,Mug\n"],
)
def test_a_tiny_file_that_may_be_in_another_encoding_is_refused(files: Files, text: str) -> None:
    assert "cp1252" in files.error(text.encode("cp1252"))
