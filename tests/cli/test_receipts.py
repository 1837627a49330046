"""What `import`, `check` and `imports` tell a person: replaced lines, archives, failures; and no Python words."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.cli import receipts

TWICE = "sku,name\nA,Cup\nB,Mug\na,Jug\nA,Can\n"


def test_replaced_lines_are_counted_and_named(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(TWICE)
    for more, would in ((["--dry-run"], "would be"), ([], "were")):
        told = acme("import", path, *more).out.splitlines()[1:]
        assert told == [
            f"2 rows {would} replaced by a later row with the same SKU (the last one wins):",
            "  line 2 by line 4: A",
            "  line 4 by line 5: a",
        ]


def test_only_the_first_of_many_replaced_lines_are_named(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\n" + "A,Cup\n" * 9)
    told = acme("import", path).out.splitlines()[1:]
    assert len(told) == 7
    assert told[-1] == "  ... and 3 more; see acme-desktop imports show 1"
    assert acme("imports", "show", "1").out.count("superseded") == 9


def test_the_history_shows_readable_lines(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(TWICE.replace(",", ";").replace("name", "Title"))
    acme("import", path, "--map", "name=Title", "--blank", "keep", "--max-rejects", "7")
    shown = acme("imports", "show", "1", "--json").object
    told = acme("imports", "show", "1").out
    for word in ("{", "None", "True", "'", "+00:00"):
        assert word not in told
    for line in (
        f"file           {path}",
        "rows read      4: 2 created, 2 superseded",
        f"started at     {shown['started_at']}",
        "delimiter      semicolon",
        "columns        sku from “sku”, name from “Title”",
        "settings       create and update; a blank cell leaves the field alone; --map name=Title; --max-rejects 7",
        "superseded     line 2 by line 4: A",
    ):
        assert line.split() in [one.split() for one in told.splitlines()], line


def test_times_have_one_form(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(TWICE)
    acme("import", path)
    acme("products", "save-view", "Cups", "--name", "cup")
    shown, change = acme("imports", "show", "1", "--json").object, acme("changes", "show", "1", "--json").object
    moments = [shown["started_at"], shown["finished_at"], change["created_at"]]
    moments.append(acme("products", "views", "--json").object["saved_at"])
    assert [moment[10] + moment[-1] for moment in moments] == ["TZ"] * 4
    assert shown["started_at"] in acme("imports", "list").out
    assert change["created_at"] in acme("changes", "list").out


def test_lines_of_an_archive_name_their_table(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.csv", "sku,name\nA,Cup\n,Mug\n")
        archive.writestr("B.csv", "sku,name\nC,Cup\n,Mug\na,Jug\nNew,\n")
    ran = acme("import", path, "--rejects", tmp_path / "r.csv", "--blank", "keep")
    assert "  line 2 of 1.csv by line 4 of B.csv: A" in ran.out.splitlines()
    assert (tmp_path / "r.csv").read_text().splitlines()[1:] == [
        "3,missing_sku,Line 3 of 1.csv: The SKU is blank.,,Mug",
        "6,missing_sku,Line 3 of B.csv: The SKU is blank.,,Mug",
        '8,missing_name,"Line 5 of B.csv: The name is blank, and there is no product with this SKU whose name could be '
        'kept.",New,',
    ]
    assert "line 2 of 1.csv by line 4 of B.csv: A" in acme("imports", "show", "1").out


def test_a_failure_leads_with_its_reason(acme: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html>")
    ran = acme("import", page)
    assert ran.err.startswith(f"acme-desktop: {page}: The file is really a web page")
    assert ran.out == f"{page}: failed, and nothing was changed\n"
    assert acme("check", page).out == f"{page}: failed\n"
    path = tmp_path / "p.csv"
    path.write_text(TWICE + ",x\n")
    ran = acme("import", path, "--max-rejects", "0")
    assert "1 row was rejected and at most 0 allowed" in ran.err
    assert ran.out.startswith(f"{path}: failed, and nothing was changed; 5 rows read: 1 rejected, 4 skipped; ")


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({}, "create and update; a blank cell clears the field"),
        ({"mode": "create", "literal_quotes": True}, "create only; a blank cell clears the field; --literal-quotes"),
        (
            {"mode": "update", "fill_down": {"name": "Handle"}, "sheet": "March"},
            "update only; a blank cell clears the field; --sheet March; --fill-down name=Handle",
        ),
    ],
)
def test_settings_are_told_as_options(chosen: dict[str, Any], told: str) -> None:
    assert receipts.settings(chosen) == told
