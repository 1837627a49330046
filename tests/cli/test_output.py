"""What a command writes: lines and names that everybody can read, and what it says where they cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from acme_desktop.cli import output
from acme_desktop.cli.output import Context
from acme_desktop.core.database.connections import Database

_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def acme_process(database: Database, tmp_path: Path, *arguments: str | bytes, **how: Any) -> Any:
    where = ("--data-dir", str(tmp_path / "data"), "--database-url", database.url)
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60, "check": False, **how}
    return subprocess.run([sys.executable, "-m", "acme_desktop", *where, *arguments], **how)


def test_a_product_is_one_line_whatever_is_in_its_name(acme: Any, tmp_path: Path) -> None:
    name = "a\u2028b\u2029c\x85d"
    assert acme("products", "create", "--sku", "A", "--name", name).status == 0
    assert [one["name"] for one in acme("products", "list", "--json").objects] == [name]
    path = tmp_path / "p.jsonl"
    assert acme("export", path).status == 0
    assert [json.loads(line)["name"] for line in path.read_text(encoding="utf-8").splitlines()] == [name]
    assert acme("import", path, "--json").object["unchanged"] == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of files are Unicode elsewhere")
def test_a_file_whose_name_is_not_utf8(acme: Any, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/p\xff.csv")
    Path(path).write_text("sku,name\nA,One\n,Two\n", encoding="utf-8")
    shown = f"{tmp_path}/p\\xff.csv"
    ran = acme("import", path, "--json")
    assert (ran.status, ran.object["file"]) == (3, shown)
    assert ran.object["rejects_file"] == f"{tmp_path}/p\\xff.rejects.csv"
    assert Path(path.replace(".csv", ".rejects.csv")).exists()
    assert acme("check", path, "--json").object["file"] == shown
    assert shown in acme("import", path).out
    Path(path).write_bytes(b"PAR1")
    assert acme("import", path, "--json").object["file"] == shown
    assert acme("import", f"{path}.none", "--json").object["file"] == f"{shown}.none"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no locale of ASCII")
def test_in_a_locale_of_ascii_names_and_data_are_still_utf8(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "ä.csv"
    path.write_text("sku,name\nÄ2,Tasse für 茶\n", encoding="utf-8")
    ran = acme_process(database, tmp_path, "import", "--json", os.fsencode(path), env={**os.environ, **_ASCII})
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.decode("utf-8"))["file"] == str(path)
    listed = acme_process(database, tmp_path, "products", "list", "--json", env={**os.environ, **_ASCII})
    assert json.loads(listed.stdout.decode("utf-8"))["name"] == "Tasse für 茶"


def test_a_name_that_no_file_can_have(acme: Any, tmp_path: Path) -> None:
    for arguments in (("import",), ("check",), ()):
        ran = acme(*arguments, "x" * 300)
        assert ran.status == 4
        assert "There is no" in ran.err
    longest = tmp_path / f"{'x' * 251}.csv"  # too long for another one beside it
    longest.write_text("sku,name\nA,One\n,Two\n", encoding="utf-8")
    ran = acme("import", longest, "--json")
    assert (ran.status, ran.object["created"], ran.object["rejects_file"]) == (3, 1, None)
    assert "cannot be written" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="a reader that goes away looks different there")
def test_a_reader_that_goes_away_is_told_of(database: Database, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = acme_process(database, tmp_path, "products", "count", stdout=writing)
    os.close(writing)
    assert ran.returncode == 1
    assert ran.stderr == b"acme-desktop: The output's reader went away before its end.\n"


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is always full")
@pytest.mark.parametrize("command", [("products", "count"), ("products", "list", "--json"), ("export", "-")])
def test_output_that_does_not_fit(database: Database, tmp_path: Path, command: tuple[str, ...]) -> None:
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('A', 'a', 'One')")
    with Path("/dev/full").open("wb") as full:
        ran = acme_process(database, tmp_path, *command, stdout=full)
    assert ran.returncode == 1
    assert b"Standard output cannot be written: the disk is full." in ran.stderr
    assert b"mistake of ours" not in ran.stderr


def test_rejected_rows_have_the_names_that_check_gives_them(acme: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("SKU,name\n,One\nA,Two,x\nB,Three\nC,Four\nD,Five\n", encoding="utf-8")
    number = acme("import", path, "--json").object["import_id"]
    kept = acme("imports", "rejects", str(number), "--json").objects
    checked = acme("check", path, "--rows", "--json").object["rejected"]
    assert [{name: value for name, value in row.items() if name != "cells"} for row in kept] == checked
    assert [row["column"] for row in kept] == ["SKU", None]


def test_progress_that_goes_to_no_terminal_says_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "_LINE_SECONDS", 0.001)
    context = Context(SimpleNamespace(), as_json=False, quiet=False)  # type: ignore[arg-type]
    looked, looks = threading.Event(), []
    describe = output._describe

    def look(label: str, now: Any) -> str:
        looks.append(now)
        if len(looks) % 10 == 0:
            looked.set()
        return describe(label, now)

    monkeypatch.setattr(output, "_describe", look)
    with context.progress("p.csv") as progress:
        for done in (10, 20):
            progress.stage("Reading", 100)
            progress.update(done, rows=done)
            looked.clear()
            assert looked.wait(10)
    lines = [line for line in capsys.readouterr().err.splitlines() if "10%" in line or "20%" in line]
    assert len(lines) == 2


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is always full")
def test_an_import_whose_report_does_not_fit_says_that_it_was_done(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n", encoding="utf-8")
    with Path("/dev/full").open("wb") as full:
        ran = acme_process(database, tmp_path, "import", "--json", str(path), stdout=full)
    assert ran.returncode == 1
    assert b"Standard output cannot be written: the disk is full." in ran.stderr
    assert b"The import was done all the same: see `acme-desktop imports show 1`." in ran.stderr


@pytest.mark.parametrize("option", ["--page", "--page-size"])
def test_no_page_is_too_large_for_a_plain_answer(acme: Any, option: str) -> None:
    assert acme("products", "list", option, "9" * 20).status == 2
    assert acme("products", "list", "--page", str(10**9), "--page-size", str(10**9)).status == 0


@pytest.mark.skipif(os.name != "posix", reason="only a POSIX shell closes a stream")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["products list", "export -", "import FILE"])
def test_a_closed_stream_is_no_obstacle(database: Database, tmp_path: Path, command: str, closed: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n", encoding="utf-8")
    words = ["--data-dir", str(tmp_path / "data"), "--database-url", database.url]
    words += [str(path) if word == "FILE" else word for word in command.split()]
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "acme_desktop", *words]
    ran = subprocess.run(shell, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert b"mistake of ours" not in ran.stderr
    assert b"Traceback" not in ran.stderr
