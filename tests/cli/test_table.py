"""Aligned columns."""

from __future__ import annotations

from acme_desktop.cli import table


def test_columns_line_up_also_with_wide_and_combining_letters() -> None:
    assert table.lines(("A", "B"), [("日本", "x"), ("e\u0301", "y"), ("abcd", "z")]) == [
        "A     B",
        "日本  x",
        "e\u0301     y",
        "abcd  z",
    ]


def test_a_text_stays_on_its_line_and_cannot_steer_the_terminal() -> None:
    assert table.lines(("A", "B"), [("one\n two\t\x1b[2J", "x")])[1] == "one two [2J  x"


def test_the_longest_texts_are_cut_to_the_terminal() -> None:
    found = table.lines(("SKU", "NAME"), [("A-1", "x" * 50), ("A-2", "日" * 25)], width=20)
    assert found == ["SKU  NAME", "A-1  xxxxxxxxxxxxxx…", "A-2  日日日日日日日…"]
    assert table.lines(("A",), [("x" * 200,)], width=None) == ["A", "x" * 200]


def test_no_rows() -> None:
    assert table.lines(("SKU", "NAME"), []) == ["SKU  NAME"]
