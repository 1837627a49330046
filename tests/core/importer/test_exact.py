"""Quotes and widths: what is read exactly, what is rejected, and where reading goes on."""

from __future__ import annotations

import pytest

from tests.support.reading import Files, accepted, rejected

HEADER = "sku,name,description,active\n"
GOOD = "".join(f"A-{n:03},Cup {n},nice,yes\n" for n in range(1, 21))


def around(bad: str) -> str:
    """A line between ten good rows above and ten below: it begins at line 12."""
    rows = GOOD.splitlines(keepends=True)
    return HEADER + "".join(rows[:10]) + bad + "".join(rows[10:])


def kept(report: dict) -> list[str]:
    return [row["sku"] for row in report["accepted"]]


ALL = [f"A-{n:03}" for n in range(1, 21)]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ('"Cup, big"', "Cup, big"),
        ('"19"" rack"', '19" rack'),
        ('""""', '"'),
        ('"a\nb"', "a\nb"),
        ('"a\r\nb\rc"', "a\r\nb\rc"),
        ('"padded"  ', "padded"),
        ('  "padded"\t', "padded"),
        ("'single, '", None),
        ("'single'", "'single'"),
        ('"<ul>\n<li>a, b, c</li>\n\n</ul>"', "<ul>\n<li>a, b, c</li>\n\n</ul>"),
        ('"C:\\"', "C:\\"),
    ],
)
def test_quoted_values(files: Files, raw: str, name: str | None) -> None:
    report = files.report(f"sku,name\nA1,{raw}\nA2,Mug\n")
    if name is None:
        assert rejected(report) == [(2, 2, "field_count")]
        return
    assert [row["name"] for row in report["accepted"]] == [name, "Mug"]
    assert report["accepted"][1]["line"] == 3 + raw.count("\n") + raw.replace("\r\n", "").count("\r")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('B-101,5" pipe,x,yes\n', "bad_quoting"),
        ('B-101,"Cup"x,y,yes\n', "bad_quoting"),
        ('B-101,"Cup" "x",y,yes\n', "bad_quoting"),
        ('B-101,"say ""hi"",y,yes\n', "unclosed_quote"),
        ('B-101,"Cup,x,yes\n', "unclosed_quote"),
        ('"B-101,Cup,x,yes\n', "unclosed_quote"),
        ('B-101,Cup,x,"yes\n', "unclosed_quote"),
        ('B-101,Cup",x,yes\n', "bad_quoting"),
        ("B-101,Cup,yes\n", "field_count"),
        ("B-101,Cup,x,yes,\n", "field_count"),
        ("B1;Cup;x;yes\n", "field_count"),
        (",,,\n", "missing_sku"),
        ("SKU,Name,Description,Active\n", "missing_sku"),
        ("\ufeffB-101,Cup,x,yes\n", "bad_encoding"),
        ("\ufeffsku,name,description,active\n", "bad_encoding"),
    ],
)
def test_one_bad_line_is_rejected_and_reading_goes_on(files: Files, bad: str, reason: str) -> None:
    report = files.report(around(bad))
    assert rejected(report) == [(12, 12, reason)]
    assert kept(report) == ALL


def test_the_last_row_can_be_unclosed(files: Files) -> None:
    report = files.report(HEADER + GOOD + 'B1,"Cup')
    assert rejected(report) == [(22, 22, "unclosed_quote")]
    assert kept(report) == ALL


def test_lines_of_a_broken_value_belong_to_its_record(files: Files) -> None:
    report = files.report(around('B-101,Cup,"<p>\nall "good"\n</p>",yes\n'))
    assert rejected(report) == [(12, 14, "unclosed_quote")]
    assert kept(report) == ALL


def test_prose_in_a_broken_value_is_no_row(files: Files) -> None:
    report = files.report(around('B-101,Cup,"It is\nred, green, blue, yes\nand "nice"\nsoft, warm, new, yes\n",yes\n'))
    assert kept(report) == ALL
    assert {line for first, last, _ in rejected(report) for line in range(first, last + 1)} == {12, 13, 14, 15, 16}


def test_an_unclosed_quote_that_closes_by_chance_swallows_nothing(files: Files) -> None:
    content = around('B-101,"Cup,x,yes\n').replace("A-014,Cup 14,", 'A-014,Cup 14",')
    report = files.report(content)
    assert rejected(report) == [(12, 12, "unclosed_quote"), (16, 16, "bad_quoting")]
    assert kept(report) == [sku for sku in ALL if sku != "A-014"]


def test_two_broken_rows_that_fit_together_are_rejected_as_one(files: Files) -> None:
    content = around('B-101,"Cup,x,yes\nB-002,Mug",x,yes\n')
    report = files.report(content)
    assert rejected(report) == [(12, 13, "unclosed_quote")]
    assert kept(report) == ALL


def test_many_lines_of_a_description_that_could_be_rows(files: Files) -> None:
    text = "Colours:\nred, green, blue, yes\n<br>\n1,2,3,1\nend"
    report = files.report(around(f'B-001,Cup,"{text}",yes\n'))
    assert rejected(report) == []
    assert [row["description"] for row in report["accepted"] if row["sku"] == "B-001"] == [text]


def test_a_value_cut_by_a_line_end_takes_its_row_with_it(files: Files) -> None:
    content = "sku,name\n" + "".join(f"A-{n:03},Cup {n}\n" for n in range(1, 9)) + "A-009,Big\nblue cup\nA-010,Mug\n"
    report = files.report(content)
    assert {line for first, last, _ in rejected(report) for line in range(first, last + 1)} == {10, 11}
    assert kept(report)[-1] == "A-010"


def test_a_sku_cut_by_a_line_end(files: Files) -> None:
    content = HEADER + GOOD + "A-\n021,Cup,x,yes\nA-022,Mug,x,yes\n"
    report = files.report(content)
    assert {line for first, last, _ in rejected(report) for line in range(first, last + 1)} == {22, 23}
    assert kept(report) == [*ALL, "A-022"]


def test_a_lost_opening_quote_takes_the_row_above_with_it(files: Files) -> None:
    header = "sku,name,description\n"
    rows = [f"A-{n:03},Cup {n},nice\n" for n in range(1, 21)]
    content = header + "".join(rows[:10]) + 'B-001,Cup,<ul>\n<li>one</li>\n</ul>"\n' + "".join(rows[10:])
    report = files.report(content)
    assert {line for first, last, _ in rejected(report) for line in range(first, last + 1)} == {12, 13, 14}
    assert kept(report) == ALL


def test_a_header_in_another_order_ends_what_can_be_trusted(files: Files) -> None:
    report = files.report("sku,name\nA1,Cup\nname,sku\nMug,A2\nsku,name\nA3,Jug\n")
    assert kept(report) == ["A1", "A3"]
    assert rejected(report) == [(3, 3, "missing_sku"), (4, 4, "field_count"), (5, 5, "missing_sku")]


def test_a_line_that_another_delimiter_cuts_as_well(files: Files) -> None:
    report = files.report("sku,name,description\nA1,Cup,x\nA2;Mug, big;y, z\nA3,Jug,x\n")
    assert kept(report) == ["A1", "A3"]
    assert rejected(report) == [(3, 3, "field_count")]


def test_a_semicolon_in_a_sku_is_no_other_delimiter(files: Files) -> None:
    assert [row[1] for row in files.rows("sku,name,description\nA;1,Cup,x\n")] == ["A;1"]


def test_quotes_can_be_literal_text(files: Files) -> None:
    content = 'sku,name\nA1,5" pipe\nA2,"Best" cup\nA3,"x\n'
    assert files.rows(content, literal_quotes=True) == [(2, "A1", '5" pipe'), (3, "A2", '"Best" cup'), (4, "A3", '"x')]


def test_a_message_names_where_the_quote_opened(files: Files) -> None:
    (row,) = files.report(around('B-101,"Cup,x,yes\n'))["rejected"]
    assert "line 12" in row["message"]
    assert (row["column"], row["value"]) == ("name", 'B-101,"Cup,x,yes')


def test_tabs_are_no_padding_where_they_delimit(files: Files) -> None:
    assert accepted(files.report('sku\tname\tdescription\nA1\t"Cup"\t\n')) == [(2, "A1", "Cup", "")]


def test_a_small_file_goes_on_right_after_a_broken_row(files: Files) -> None:
    report = files.report('sku,name\nA1,5" pipe\nA2,x\nA3,7" rod\nA4,y\n')
    assert kept(report) == ["A2", "A4"]
    assert "plain text" in report["rejected"][0]["message"]
    report = files.report('sku,name\nA1,Cup\nA2,"Mug\nA3,Jug\n')
    assert kept(report) == ["A1", "A3"]


def test_a_value_that_holds_the_header_again_is_none(files: Files) -> None:
    report = files.report(around('B-101,"Cup,x,yes\nsku,name",description,active\n'))
    assert rejected(report) == [(12, 13, "unclosed_quote")]
    assert kept(report) == ALL


def test_a_row_that_was_swallowed_up_to_a_doubled_quote(files: Files) -> None:
    report = files.report(around('B-101,Cup,"\nA-102,Mug,""nice\nand red\n",yes\n'))
    assert "B-101" not in kept(report)
    assert {12, 13} <= {line for first, last, _ in rejected(report) for line in range(first, last + 1)}


def test_a_value_that_begins_on_a_whole_row_and_ends_in_another(files: Files) -> None:
    report = files.report(around('A-101,"Cup,x,yes\n75e5,Mug",nice,no\n'))
    assert rejected(report) == [(12, 13, "unclosed_quote")]
    assert kept(report) == ALL


def test_no_row_begins_inside_a_value_over_lines_that_broke(files: Files) -> None:
    header, rows = "vendor,stock,description,name,sku\n", [f"Acme,{n},fine,Cup {n},A-{n:03}\n" for n in range(1, 21)]
    broken = 'Acme,405,"<ul>\na,b\n   indented\n1,2,"3\nMaterial: oak",Table,A-100\n'
    report = files.report(header + "".join(rows[:10]) + broken + "".join(rows[10:]))
    assert "A-100" not in kept(report)
    assert kept(report)[:10] == ALL[:10]


def test_a_row_of_another_delimiter_behind_a_lost_line_end(files: Files) -> None:
    rows = "".join(f"Cup\tx, y, z\tA-{n:03}\n" for n in range(1, 9))
    report = files.report(f"name\tdescription\tsku\n{rows}Mug\tx,y,z\tA-101Jug,,A-102\n{rows.replace('A-', 'B-')}")
    assert "missing" not in {row["reason"] for row in report["rejected"]}
    assert rejected(report) == [(10, 10, "field_count")]
    assert len(report["accepted"]) == 16


@pytest.mark.parametrize(
    ("content", "good", "bad"),
    [
        ("sku,name\nA,a\nE\nF,f\n", [2, 4], 3),
        ('sku,name\nA,a\n"E"\nF,f\n', [2, 4], 3),
        ("sku,name,description\nA,a,x\nD,d,q\nE\nF,f,\n", [2, 3, 5], 4),
        ("sku,name\n17,Cup\n18\n19,Mug\n", [2, 4], 3),
        (HEADER + 'S1,Cup,d,yes\n"S2"\nS3,Mug,d,no\n', [2, 4], 3),
        (HEADER + "S1,Cup,d,\nS2\nS3,Mug,d,no\n", [2, 4], 3),
    ],
)
def test_a_sku_alone_on_a_line_costs_its_own_line_only(files: Files, content: str, good: list[int], bad: int) -> None:
    report = files.report(content)
    assert [row["line"] for row in report["accepted"]] == good
    assert rejected(report) == [(bad, bad, "field_count")]
    assert report["rejected"][0]["value"] == content.splitlines()[bad - 1]


def test_a_value_that_goes_on_below_is_no_sku_alone(files: Files) -> None:
    report = files.report("sku,name\nlamp,Big\nRed cup\nsofa,Mug\n")
    assert rejected(report)[:2] == [(2, 2, "field_count"), (3, 3, "field_count")]
    report = files.report("sku,name\nlamp,big\nblue\nsofa,mug\n")
    assert "lamp" not in kept(report)


@pytest.mark.parametrize(
    ("content", "good"),
    [
        ('sku,name\nA,a\nB,"open\nC,c\nD,d\n', ["A", "C", "D"]),
        ('sku,name\nA,a\nB,"open\nC,c\nD,"good one"\nE,e\n', ["A", "C", "D", "E"]),
        ('sku,name\nA,"a\\"b"\nB,b\nC,"c\\"\n', ["B", "C"]),
    ],
)
def test_a_tiny_file_is_read_on_to_its_end_behind_a_broken_row(files: Files, content: str, good: list[str]) -> None:
    report = files.report(content)
    assert kept(report) == good
    assert len(report["rejected"]) == 1


@pytest.mark.parametrize(
    "content",
    [
        "sku,name\nE\nF,f\n",
        "sku,name\nA1,Big\nblue cup\nA2,Mug\n",
        HEADER + GOOD + "A-\n021,Cup,x,yes\n",
        "name,sku\nCup,A-1\nMug,A-2\nred\npan,A-3\n",
    ],
)
def test_no_quote_is_blamed_where_there_is_none(files: Files, content: str) -> None:
    assert {reason for *_, reason in files.reasons(content)} == {"field_count"}


def test_the_value_of_a_rejection_stands_in_the_file(files: Files) -> None:
    content = 'sku;name\nA1;a\nE\n"F 1" ;f\nA2;x;"y;z"\nA3;c\0p\n'
    report = files.report(content)
    assert len(report["rejected"]) >= 3
    for row in report["rejected"]:
        assert row["value"] in content.splitlines()[row["line"] - 1]


@pytest.mark.parametrize(("newline", "inner"), [("\n", "\n"), ("\r\n", "\n"), ("\r", "\r")])
def test_a_value_of_two_lines_whose_second_is_built_like_a_sku(files: Files, newline: str, inner: str) -> None:
    rows = [f'ITEM{n},Lamp,"line1{inner}line2",yes' for n in range(8)]
    report = files.report(newline.join([HEADER.strip(), *rows, ""]))
    assert rejected(report) == []
    assert {row["description"] for row in report["accepted"]} == {f"line1{inner}line2"}


def test_rows_that_end_in_cr_around_values_full_of_line_feeds(files: Files) -> None:
    prose = "<p>soft</p>\n" * 60
    report = files.report("sku,name,description\r" + "".join(f'A-{n},Cup,"{prose}"\r' for n in range(1, 9)))
    assert rejected(report) == []
    assert [(row["line"], row["description"]) for row in report["accepted"]] == [(2 + 61 * n, prose) for n in range(8)]


def test_skus_with_a_decimal_comma_are_no_other_delimiter(files: Files) -> None:
    rows = [f"{n},5x40;Screw" for n in range(8)]
    assert [row[1] for row in files.rows("sku;name\n" + "\n".join(rows))] == [row.split(";")[0] for row in rows]


@pytest.mark.parametrize("row", ['"B-{n}";"Cup ""{n}"", big";"nice";"yes"\n', 'B-{n};Cup {n};"nice, new";yes\n'])
def test_rows_of_another_delimiter_with_quotes_are_rejected_one_by_one(files: Files, row: str) -> None:
    late = [row.format(n=n) for n in range(101, 105)]
    report = files.report(HEADER + GOOD + "".join(late))
    assert rejected(report) == [(line, line, "field_count") for line in range(22, 26)]
    assert all("cut by semicolons" in one["message"] for one in report["rejected"])
    assert kept(report) == ALL


def test_a_cell_that_begins_with_spaces_may_follow_a_value_over_lines(files: Files) -> None:
    report = files.report(around('A-099,"two\nlines",  indented,yes\n'))
    assert report["rejected"] == []
    assert accepted(report)[10] == (12, "A-099", "two\nlines", "  indented", True)


@pytest.mark.parametrize("rest", ["dry flat,sand", "dry flat", "dry,flat,yes"])
def test_a_quote_inside_a_sentence_closes_no_value(files: Files, rest: str) -> None:
    report = files.report(around(f'A-099,"two\nat 30", {rest}\n'))
    assert kept(report) == ALL
    assert [(row["line"], row["end_line"]) for row in report["rejected"]] == [(12, 13)]


@pytest.mark.parametrize("columns", [(1, 0, 2, 3), (2, 0, 1, 3), (0, 1, 2, 3)], ids=["name", "description", "sku"])
@pytest.mark.parametrize("short", ['"Lamp, big",A-099,text', 'A-099,"Lamp, big",text', '"Lamp, big",A-099'])
def test_a_short_row_in_order_costs_no_other(files: Files, columns: tuple[int, ...], short: str) -> None:
    lines = [",".join(line.split(",")[index] for index in columns) for line in (HEADER + GOOD).splitlines()]
    report = files.report("\n".join([*lines[:11], short, *lines[11:]]) + "\n")
    assert kept(report) == ALL
    assert rejected(report) == [(12, 12, "field_count")]


def test_a_short_broken_row_may_go_on_in_the_next(files: Files) -> None:
    lines = [",".join(line.split(",")[index] for index in (2, 0, 1, 3)) for line in (HEADER + GOOD).splitlines()]
    report = files.report("\n".join([*lines[:11], '"Red', "blue,A-099,Lamp,yes", *lines[11:]]) + "\n")
    assert "A-099" not in kept(report)


def test_rows_without_the_delimiter_that_ends_all_others_cost_themselves_only(files: Files) -> None:
    short = {3, 4, 9, 15}
    rows = [f'"Cup, {n}",{"A-" if n % 4 else "X"}{n:03},yes' for n in range(1, 21)]
    content = "name,sku,active,\n" + "".join(f"{row}{'' if n in short else ','}\n" for n, row in enumerate(rows, 1))
    report = files.report(content)
    assert [row["line"] - 1 for row in report["rejected"]] == sorted(short)
    assert all("lacks the last delimiter" in row["message"] for row in report["rejected"])
    shifted = files.report(content + '"Cup, 21",,A-021,yes\n"Cup, 22",A-022,yes,\n')
    assert [row["sku"] for row in shifted["accepted"]][-1] == "A-022"
    assert shifted["rejected"][-1]["line"] == 22
