"""What a row must say, and how a rejection is told."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from acme_desktop.core.foundation.product_rules import DESCRIPTION_MAX, NAME_MAX, SKU_MAX, WHITE_SPACE
from tests.support.reading import Files, accepted

HEADER = "sku,name,description,active\n"


def test_values_stay_as_they_are_written(files: Files) -> None:
    values = ["007", "1e5", "1.10", "+1", "inf", "NA", "NULL", "nan", "=1+1", "C:\\", "true", "0x1F"]
    rows = files.rows("sku,name\n" + "".join(f"{value},{value}\n" for value in values))
    assert rows == [(line, value, value) for line, value in enumerate(values, 2)]


def test_a_sku_is_trimmed_and_composed_and_a_name_is_kept_exactly(files: Files) -> None:
    content = "sku,name,description\n \u00a0Cafe\u0301 \t,  two  spaces ,\u2003kept \n"
    assert files.rows(content) == [(2, "Café", "  two  spaces ", "\u2003kept ")]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u3000\u00a0", "\u200b", "\u2060 "])
def test_a_blank_sku_or_name_is_rejected(files: Files, blank: str) -> None:
    assert files.reasons(f'{HEADER}"{blank}",Cup,,\nA1,"{blank}",,\nA2,Cup,,\n') == [
        (2, 2, "missing_sku"),
        (3, 3, "missing_name"),
    ]


def test_a_blank_description_clears_or_is_left_alone(files: Files) -> None:
    content = "sku,name,description\nA1,Cup,\nA2,Cup,\u00a0\nA3,Cup,x\n"
    assert [row[3] for row in files.rows(content)] == ["", "", "x"]
    assert [row[3] for row in files.rows(content, blank="keep")] == [None, None, "x"]


def test_a_blank_name_is_left_alone_where_blanks_are_kept(files: Files) -> None:
    assert files.rows("sku,name\nA1, \nA2,Cup\n", blank="keep") == [(2, "A1", None), (3, "A2", "Cup")]


def test_a_missing_column_is_absent(files: Files) -> None:
    (row,) = files.report("sku,name\nA1,Cup\n")["accepted"]
    assert row == {"line": 2, "sku": "A1", "name": "Cup", "description": None, "active": None}


@pytest.mark.parametrize("word", ["true", "YES", "y", "1", " On ", "Active", "published", "TRUE"])
def test_words_for_active(files: Files, word: str) -> None:
    assert files.rows(f"sku,name,active\nA1,Cup,{word}\n") == [(2, "A1", "Cup", True)]


@pytest.mark.parametrize("word", ["false", "NO", "n", "0", "off", "Inactive", "draft"])
def test_words_for_not_active(files: Files, word: str) -> None:
    assert files.rows(f"sku,name,active\nA1,Cup,{word}\n") == [(2, "A1", "Cup", False)]


def test_another_word_for_active_is_rejected_and_named(files: Files) -> None:
    report = files.report("sku,name,Active\nA1,Cup,maybe\nA2,Cup,\n")
    (row,) = report["rejected"]
    assert (row["line"], row["column"], row["reason"], row["value"]) == (2, "Active", "bad_active", "maybe")
    assert accepted(report) == [(3, "A2", "Cup", None)]


def test_limits_of_length(files: Files) -> None:
    content = HEADER + "".join(
        f"{'s' * sku},{'n' * name},{'d' * description},\n"
        for sku, name, description in (
            (SKU_MAX, NAME_MAX, DESCRIPTION_MAX),
            (SKU_MAX + 1, 1, 1),
            (1, NAME_MAX + 1, 1),
            (1, 1, DESCRIPTION_MAX + 1),
        )
    )
    report = files.report(content)
    assert [(row["line"], row["column"], row["reason"]) for row in report["rejected"]] == [
        (3, "sku", "too_long"),
        (4, "name", "too_long"),
        (5, "description", "too_long"),
    ]
    assert "255" in report["rejected"][0]["message"]
    assert len(report["accepted"]) == 1
    assert max(len(row["value"]) for row in report["rejected"]) == 1_000


def test_a_field_of_200_kb(files: Files) -> None:
    text = "<p>long, very long</p>\n" * 9_000
    assert files.rows(f'sku,name,description\nA1,Cup,"{text}"\nA2,Cup,x\n') == [
        (2, "A1", "Cup", text),
        (9_003, "A2", "Cup", "x"),
    ]


def test_a_nul_is_rejected_where_it_stands(files: Files) -> None:
    report = files.report("sku,name\nA1,Cu\0p\nA2,Cup\n")
    assert [(row["line"], row["column"], row["reason"]) for row in report["rejected"]] == [(2, "name", "nul_character")]


def test_arrow_and_python_trim_the_same_characters() -> None:
    every = [chr(code) for code in range(0x3100) if chr(code).isspace()]
    assert sorted(every) == sorted(WHITE_SPACE)
    assert pc.utf8_trim(pa.array([f"{char}x{char}" for char in every]), characters=WHITE_SPACE).to_pylist() == [
        "x" for _ in every
    ]


def test_no_column_is_at_fault_where_it_is_the_whole_row(files: Files) -> None:
    told = files.report("SKU,Name\nA1,Cup\nA2\n,Mug\n")["rejected"]
    assert [row["column"] for row in told] == [None, "SKU"]


def test_names_of_any_length_are_cut_in_what_is_told(files: Files) -> None:
    long = "x" * 500_000
    assert len(files.error(f"{long},b\nA1,Cup\n")) < 400
    assert len(files.error(f"sku,{long}\nA1,Cup\n")) < 400
    (told,) = files.report(f'sku,name,{long}\nA1,Cup,5" x\nA2,Cup,\n')["rejected"]
    assert told["reason"] == "bad_quoting"
    assert len(told["column"]) == 100
    assert len(told["message"]) < 300
    warned = files.report(f"sku,name\n1.{'2' * 500_000}E+12,Cup\n")["warnings"]
    assert max(map(len, warned)) < 200
