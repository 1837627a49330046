"""Which encoding a file is in; nothing is guessed."""

from __future__ import annotations

import codecs

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


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "A-1;Café"),
        ("cp1252", "A-1;Théière émaillée;24 €"),
        ("cp1252", "A-1;Größe L, Käse"),
        ("cp1252", "A-1;5 ½ inch – “best”"),
        ("cp1252", "A-1;20 °C"),
        ("cp1250", "A-1;příliš žluťoučký kůň"),
        ("cp1254", "A-1;Kırmızı ayakkabı, büyük boy"),
        ("cp1251", "A-1;Чашка велика, синя"),
        ("koi8-u", "A-1;Чашка велика, синя"),
        ("cp866", "A-1;Ковдра тепла"),
        ("cp1253", "A-1;Καρέκλα, μεγάλη"),
        ("gb18030", "A-1;红色的椅子"),
        ("mac-roman", "A-1;Café crème"),
    ],
)
def test_the_likeliest_encoding_of_a_tiny_file_comes_first(codec: str, text: str) -> None:
    first, preview = encoding.candidates(f"{text}\n".encode(codec))[0]
    assert (first, preview.rstrip(" ⏎")) == (codec, text)


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
