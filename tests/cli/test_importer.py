"""`acme-desktop import` and `imports`, as scripts use them."""

from __future__ import annotations

import csv
import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl

KEYS = [
    "import_id", "change_set_id", "file", "status", "mode", "read", "created", "updated", "unchanged", "superseded",
    "rejected", "skipped", "encoding", "delimiter", "header_line", "mapping", "rejects_file", "seconds", "error",
]  # fmt: skip


@pytest.fixture
def products(tmp_path: Path) -> Path:
    path = tmp_path / "p.csv"
    path.write_text("SKU,Title\nA,One\nB,Two\n", encoding="utf-8")
    return path


def test_the_json_object_is_the_contracts(acme: Any, products: Path) -> None:
    ran = acme("import", products, "--json")
    assert ran.status == 0
    assert list(ran.object) == KEYS
    assert ran.object | {"seconds": 0} == {
        "import_id": 1, "change_set_id": 1, "file": str(products), "status": "completed", "mode": "upsert",
        "read": 2, "created": 2, "updated": 0, "unchanged": 0, "superseded": 0, "rejected": 0, "skipped": 0,
        "encoding": "utf-8", "delimiter": ",", "header_line": 1, "mapping": {"sku": "SKU", "name": "Title"},
        "rejects_file": None, "seconds": 0, "error": None,
    }  # fmt: skip
    again = acme("--json", "import", products)
    assert (again.status, again.object["unchanged"], again.object["change_set_id"]) == (0, 2, None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"host": "127.0.0.1", "port": "1"}, "127.0.0.1"), ({"dbname": "none"}, "none"), ({"user": "x"}, "user")],
    ids=["no server", "no database", "no such role"],
)
def test_a_database_that_cannot_be_used_gives_an_object_per_file(
    acme: Any, database: Database, products: Path, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    url = str(DatabaseUrl({**DatabaseUrl.parse(database.url).parameters, **changed}))
    files = [str(products), str(tmp_path / "other.csv")]
    ran = acme("--database-url", url, "import", *files, "--json", "--mode", "update")
    assert ran.status == 1
    assert [list(one) for one in ran.objects] == [KEYS, KEYS]
    assert [(one["file"], one["status"], one["mode"], one["read"]) for one in ran.objects] == [
        (file, "failed", "update", 0) for file in files
    ]
    assert all(said in one["error"] for one in ran.objects)
    assert ran.err.count("acme-desktop: ") == 1
    assert said in ran.err
    assert acme("--database-url", url, "import", *files).out == ""


def test_without_json_stdout_is_one_line_and_quiet_is_quiet(acme: Any, products: Path) -> None:
    ran = acme("import", products, "--quiet")
    assert ran.status == 0
    assert "2 created" in ran.out
    assert ran.err == ""


def test_rejected_rows_give_status_3_and_a_file_to_mend(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n,Two\n", encoding="utf-8")
    ran = acme("import", path, "--json", "--rejects", tmp_path / "out.csv")
    assert (ran.status, ran.object["rejected"], ran.object["rejects_file"]) == (3, 1, str(tmp_path / "out.csv"))
    shown = acme("imports", "rejects", str(ran.object["import_id"]))
    assert shown.out == (tmp_path / "out.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(shown.out))
    assert (row["_line"], row["_reason"], row["name"]) == ("3", "missing_sku", "Two")
    saved = acme("imports", "rejects", str(ran.object["import_id"]), "--out", tmp_path / "again.csv")
    assert saved.status == 0
    assert (tmp_path / "again.csv").read_text(encoding="utf-8") == shown.out


def test_without_a_name_rejected_rows_go_beside_the_file_and_never_over_another(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n,Two\n", encoding="utf-8")
    assert acme("import", path, "--json").object["rejects_file"] == str(tmp_path / "p.rejects.csv")
    assert acme("import", path, "--json").object["rejects_file"] == str(tmp_path / "p.rejects-2.csv")
    assert acme("import", path, "--json", "--dry-run").object["rejects_file"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name")
def test_rejects_go_through_a_pipe_that_stays_one(acme: Any, tmp_path: Path) -> None:
    path, pipe = tmp_path / "p.csv", tmp_path / "pipe"
    path.write_text("sku,name\nA,a\n,b\n", encoding="utf-8")
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(pipe.read_text, encoding="utf-8")
        assert acme("import", path, "--rejects", pipe).status == 3
        assert reading.result(10).splitlines()[0] == "_line,_reason,_message,sku,name"
    assert pipe.is_fifo()


def test_the_failures(acme: Any, tmp_path: Path, products: Path) -> None:
    assert acme("import", tmp_path / "none.csv").status == 4
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html><html><body>hello</body></html>", encoding="utf-8")
    refused = acme("import", page, "--json")
    assert (refused.status, refused.object["status"]) == (1, "failed")
    assert refused.object["error"]
    assert "Traceback" not in refused.err
    for wrong in (
        ["import"],
        ["import", products, "--mode", "replace"],
        ["import", products, "--map", "price=Title"],
        ["import", products, "--map", "name"],
        ["import", products, "--delimiter", "ab"],
        ["import", products, "--max-rejects", "-1"],
        ["import", products, products, "--rejects", tmp_path / "r.csv"],
        ["imports", "show"],
        ["imports", "frobnicate"],
    ):
        ran = acme(*wrong)
        assert ran.status == 2, wrong
        assert ran.out == ""
        assert ran.err
    assert acme("imports", "show", "99").status == 4
    assert acme("imports", "undo", "99").status == 4


def test_several_files_are_imported_in_their_order(acme: Any, tmp_path: Path, products: Path) -> None:
    second = tmp_path / "second.csv"
    second.write_text("sku,name\nA,Changed\n,x\n", encoding="utf-8")
    ran = acme("import", products, tmp_path / "none.csv", second, "--json")
    assert [one["status"] for one in ran.objects] == ["completed", "failed", "completed"]
    assert [one["updated"] for one in ran.objects] == [0, 0, 1]
    assert ran.status == 4


def test_a_dry_run_writes_nothing(acme: Any, products: Path) -> None:
    ran = acme("import", products, "--dry-run", "--json")
    assert (ran.status, ran.object["status"], ran.object["created"]) == (0, "previewed", 2)
    assert acme("products", "count", "--json").object == {"count": 0}
    assert acme("imports", "list", "--json").objects == []


def test_the_history_lists_shows_and_undoes(acme: Any, products: Path) -> None:
    done = acme("import", products, "--json").object
    (listed,) = acme("imports", "list", "--json").objects
    assert (listed["import_id"], listed["status"], listed["created"]) == (done["import_id"], "completed", 2)
    shown = acme("imports", "show", "1", "--json").object
    assert shown["profile"]["mapping"] == {"sku": "SKU", "name": "Title"}
    assert acme("imports", "undo", "1").status == 0
    assert acme("products", "count", "--json").object == {"count": 0}
    assert acme("imports", "undo", "1").status == 5


def test_mapping_and_delimiter_by_hand(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("one|two|three\nA|text|Name\n", encoding="utf-8")
    ran = acme("import", path, "--json", "--map", "sku=one", "--map", "name=three", "--delimiter", "|")
    assert (ran.status, ran.object["mapping"]) == (0, {"sku": "one", "name": "three"})
    assert acme("products", "get", "a", "--json").object["name"] == "Name"


def test_variants_are_filled_down_and_the_next_file_remembers(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("Handle,Title,Variant SKU\ncup,Cup,C-1\ncup,,C-2\n", encoding="utf-8")
    assert "--fill-down FIELD=HEADER" in acme("import", "--help").out
    plain = acme("import", path, "--dry-run", "--json")
    assert (plain.status, plain.object["created"], plain.object["rejected"]) == (3, 1, 1)
    assert "--fill-down name=Handle" in plain.err
    filled = acme("import", path, "--json", "--fill-down", "name=Handle", "--template", "Shop")
    assert (filled.status, filled.object["created"]) == (0, 2)
    again = acme("import", path, "--json", "--template", "Shop")
    assert (again.status, again.object["unchanged"]) == (0, 2)
    wrong = acme("import", path, "--fill-down", "sku=Handle")
    assert wrong.status == 2
    assert "name, description" in wrong.err


def test_rejects_never_go_over_the_file_itself_whatever_name_leads_to_it(acme: Any, tmp_path: Path) -> None:
    path, symbolic, hard = tmp_path / "p.csv", tmp_path / "symbolic.csv", tmp_path / "hard.csv"
    path.write_text("sku,name\nA,One\n,Two\n", encoding="utf-8")
    before = path.read_bytes()
    names: list[Path | str] = [path, f"{tmp_path}/./p.csv"]
    hard.hardlink_to(path)
    names.append(hard)
    if sys.platform != "win32":
        symbolic.symlink_to(path)
        names.append(symbolic)
    for name in names:
        ran = acme("import", path, "--rejects", name, "--json")
        assert (ran.status, ran.out) == (2, "")
        assert "written over" in ran.err
        assert path.read_bytes() == before
    assert acme("products", "count").out == "0\n"
    number = str(acme("import", path, "--json").object["import_id"])
    for name in names:
        assert acme("imports", "rejects", number, "--out", name).status == 2
        assert path.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is always full")
def test_rejects_that_do_not_fit_are_not_called_saved(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n,Two\n", encoding="utf-8")
    ran = acme("import", path, "--rejects", "/dev/full", "--json")
    assert (ran.status, ran.object["rejects_file"]) == (3, None)
    assert "cannot be written" in ran.err
    assert Path("/dev/full").is_char_device()
