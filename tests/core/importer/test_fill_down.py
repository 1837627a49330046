"""Fill down by another column, as Shopify's variant rows need it."""

from __future__ import annotations

import json

import pytest

from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.importer import source, text
from acme_desktop.core.importer.options import ImportOptions
from tests.support.reading import Files, rejected

HEADER = "Handle,Title,Variant SKU,Price\n"
CHOSEN = {"name": "Handle"}


def names(report: dict[str, object]) -> list[tuple[object, ...]]:
    return [(row["line"], row["sku"], row["name"]) for row in report["accepted"]]  # type: ignore[attr-defined]


def test_blank_names_take_the_one_above_of_the_same_group(files: Files) -> None:
    content = (
        HEADER + "cup,Cup,C-1,1\ncup,,C-2,1\ncup,,,1\ncup,Big cup,C-3,1\ncup,,C-4,1\nmug,,M-1,1\n,Pot,P-1,1\n,,P-2,1\n"
    )
    report = files.report(content, fill_down=CHOSEN)
    assert names(report) == [
        (2, "C-1", "Cup"),
        (3, "C-2", "Cup"),
        (5, "C-3", "Big cup"),
        (6, "C-4", "Big cup"),
        (8, "P-1", "Pot"),
    ]
    assert rejected(report) == [(4, 4, "missing_sku"), (7, 7, "missing_name"), (9, 9, "missing_name")]
    assert names(files.report(content)) == [(2, "C-1", "Cup"), (5, "C-3", "Big cup"), (8, "P-1", "Pot")]


def test_a_row_without_a_sku_gives_its_name(files: Files) -> None:
    report = files.report(HEADER + "cup,Cup,,1\ncup,,C-2,1\n", fill_down=CHOSEN)
    assert names(report) == [(3, "C-2", "Cup")]


@pytest.mark.parametrize("broken", ["cup,Mug,C-2\n", 'cup,"Mug,C-2,1\n', "cup,M\0ug,C-2,1\n"])
def test_nothing_is_filled_past_a_record_that_cannot_be_read(files: Files, broken: str) -> None:
    rows = "".join(f"k{n},Kettle,K-{n},1\n" for n in range(1, 9))
    report = files.report(HEADER + rows + "cup,Cup,C-1,1\n" + broken + "cup,,C-3,1\n" + rows, fill_down=CHOSEN)
    assert "C-3" not in [row["sku"] for row in report["accepted"]]
    assert 12 in [row["line"] for row in report["rejected"]]


@pytest.mark.parametrize("block", [40, 90, 300])
def test_groups_go_on_across_blocks(files: Files, block: int) -> None:
    groups = "".join(
        f'g{n},"Name, {n}\nsecond",A-{n}0,1\n' + "".join(f"g{n},,A-{n}{k},1\n" for k in range(1, 6))
        for n in range(1, 40)
    )
    path = files.write(HEADER + groups)
    table = text.inspect(source.locate(path).parts[0], path, ImportOptions(fill_down=CHOSEN))
    whole = [row for chunk in table.chunks() for row in chunk.accepted.to_pylist()]
    assert len(whole) == 39 * 6
    assert all(row["name"] == f"Name, {row['sku'][2:-1]}\nsecond" for row in whole)
    assert [row for chunk in table.chunks(block=block) for row in chunk.accepted.to_pylist()] == whole


def test_records_are_filled_too(files: Files) -> None:
    records = [
        {"sku": "A", "name": "Cup", "description": "red", "handle2": "cup"},
        {"sku": "B", "handle2": "cup"},
        {"sku": "C", "name": "Mug", "handle2": "mug"},
    ]
    report = files.report(
        "".join(json.dumps(one) + "\n" for one in records),
        "p.jsonl",
        fill_down={"name": "handle2", "description": "#4"},
    )
    assert [(row["sku"], row["name"], row["description"]) for row in report["accepted"]] == [
        ("A", "Cup", "red"),
        ("B", "Cup", "red"),
        ("C", "Mug", None),
    ]


def test_it_is_offered_where_it_would_help(files: Files) -> None:
    content = HEADER + "cup,Cup,C-1,1\ncup,,C-2,1\n"
    assert "--fill-down name=Handle" in files.report(content)["warnings"][0]
    assert files.report(content, fill_down=CHOSEN)["warnings"] == []
    assert files.report(HEADER + "cup,Cup,C-1,1\nmug,,C-2,1\n")["warnings"] == []


def test_the_handle_is_offered_where_every_sku_is_blank(files: Files) -> None:
    report = files.report(HEADER + "cup,Cup,,1\nmug,Mug,,1\n")
    assert report["accepted"] == []
    assert "--map sku=Handle" in report["warnings"][0]


def test_wrong_choices_are_refused(files: Files) -> None:
    content = HEADER + "cup,Cup,C-1,1\n"
    assert "“Group”" in files.error(content, fill_down={"name": "Group"})
    assert "itself" in files.error(content, fill_down={"name": "Title"})
    assert "description" in files.error(content, fill_down={"description": "Handle"})
    with pytest.raises(UsageProblem, match="sku"):
        files.report(content, fill_down={"sku": "Handle"})


def test_the_history_keeps_it() -> None:
    options = ImportOptions(fill_down=CHOSEN)
    assert ImportOptions.from_json(json.loads(json.dumps(options.to_json()))) == options
