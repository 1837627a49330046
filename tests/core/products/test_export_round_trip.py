"""Importing an export changes nothing, in every format, whatever the texts hold."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.core.products import edits, export, listing
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.places import Run, Runs
from acme_desktop.core.products.product import InvalidProduct

ANNA = Author("anna", "tests")
WORDS = (
    *("=1+1", "+49", "-5", "@home", "'x'", "'=1", '5" pipe', '"quoted"', "a, b", "x; y", "tab\there", "a|b"),
    *("one\ntwo", "one\r\ntwo", "007", "1e5", "Zoë", "日本", "🎈", "\\N", "NULL", "NA", "true", "\u2028", "\u00a0"),
    *("<p>a, b</p>\n<ul>\n<li>x</li>\n</ul>", "sku,name,description,active", "  spaced  ", "\n\n", "_x0041_"),
)
# Characters in any order; in a CSV such values may look like a damaged file, and the importer then says so.
PIECES = (*WORDS, *"\"',;|=+-@\t\r\n\\ ", '""', "\r\n", "\x0b", "\x7f", "\ufeff", "e\u0301", "İ")


def fill(database: Database, words: tuple[str, ...], glue: str, count: int = 120) -> None:
    chance = random.Random(7)

    def text(most: int) -> str:
        return glue.join(chance.choice(words) for _ in range(chance.randint(1, most)))

    for number in range(count):
        sku = f"SKU-{number}" if number % 4 else f"={number}"
        description = chance.choice((None, text(5)))
        try:
            edits.create(
                database, sku=sku, name=text(3), description=description, active=chance.random() < 0.5, author=ANNA
            )
        except InvalidProduct:  # nothing but white space
            edits.create(database, sku=sku, name="N", author=ANNA)


def again(database: Database, path: Path) -> ImportReport:
    return run.import_file(database, path, ImportOptions(), Progress(), ANNA)


def state(database: Database) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT id, sku, name, description, active, updated_at FROM products").fetchall()


@pytest.mark.parametrize(("ending", "safe"), [*((ending, False) for ending in export.FORMATS), ("csv", True)])
def test_nothing_changes(database: Database, tmp_path: Path, ending: str, safe: bool) -> None:
    fill(database, *((WORDS, " ") if ending == "csv" else (PIECES, "")))
    before, path = state(database), tmp_path / f"p.{ending}"
    export.export(database, Filter(), Sort("id"), path, safe=safe)
    report = again(database, path)
    assert (report.read, report.unchanged, report.change_set_id) == (len(before), len(before), None)
    assert state(database) == before


@pytest.mark.parametrize("ending", export.FORMATS)
def test_an_empty_description_and_none_are_the_same(database: Database, tmp_path: Path, ending: str) -> None:
    """Another program may write an empty one."""
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name, description) VALUES ('a', 'a', 'A', '')")
        connection.execute("INSERT INTO products (sku, sku_key, name, description) VALUES ('b', 'b', 'B', NULL)")
    before = state(database)
    export.export(database, Filter(), Sort(), tmp_path / f"p.{ending}")
    assert again(database, tmp_path / f"p.{ending}").unchanged == 2
    assert state(database) == before


@pytest.mark.parametrize("ending", export.FORMATS)
def test_into_an_empty_catalogue_everything_comes_back(database: Database, tmp_path: Path, ending: str) -> None:
    fill(database, WORDS, " ", 40)
    with database.connect() as connection:
        query = "SELECT sku, name, description, active FROM products ORDER BY sku_key"
        before = connection.execute(query).fetchall()
    export.export(database, Filter(), Sort(), tmp_path / f"p.{ending}")
    edits.delete_all(database, confirm=len(before), author=ANNA)
    assert again(database, tmp_path / f"p.{ending}").created == len(before)
    with database.connect() as connection:
        assert connection.execute(query).fetchall() == before


# Safe for spreadsheets


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("=1+1", True),
        ("+49 89", True),
        ("-5", True),
        ("@SUM(1)", True),
        ("\t=1", True),
        ("  =1", True),
        ("\r\nx", True),
        ("\uff1d1", True),
        ("'=1", False),
        ("a=1", False),
        ("1-1", False),
        ("<b>", False),
    ],
)
def test_what_is_marked(database: Database, tmp_path: Path, text: str, marked: bool) -> None:
    edits.create(database, sku="x", name=text, author=ANNA)
    path = tmp_path / "p.csv"
    export.export(database, Filter(), Sort(), path, safe=True)
    with path.open(encoding="utf-8", newline="") as stream:
        header, row = csv.reader(stream)
    assert header == ["sku", "name", "description", "active", "_marked"]
    assert row == ["x", f"'{text}" if marked else text, "", "true", "name" if marked else ""]


def test_marks_that_a_person_took_away_are_not_looked_for(database: Database, tmp_path: Path) -> None:
    """Only what is named as marked loses an apostrophe, and only where one is still there."""
    path = tmp_path / "edited.csv"
    path.write_text(
        "sku,name,description,active,_marked\n"
        "'=1,'=2,'stays,true,sku name\n"
        "b,edited,x,true,name\n"
        "c,'mine,x,true,\n"
        "d,''=two,x,true,name unknown\n",
        encoding="utf-8",
    )
    assert again(database, path).created == 4
    with database.connect() as connection:
        found = connection.execute("SELECT sku, name, description FROM products ORDER BY sku_key").fetchall()
    assert found == [("=1", "=2", "'stays"), ("b", "edited", "x"), ("c", "'mine", "x"), ("d", "'=two", "x")]


def test_without_the_column_an_apostrophe_is_one(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\na,'=1\n", encoding="utf-8")
    again(database, path)
    assert [row[2] for row in state(database)] == ["'=1"]


@pytest.mark.parametrize("ending", [ending for ending in export.FORMATS if ending != "csv"])
def test_only_a_csv_is_marked(database: Database, tmp_path: Path, ending: str) -> None:
    with pytest.raises(UsageProblem, match="Only a csv"):
        export.export(database, Filter(), Sort(), tmp_path / f"p.{ending}", safe=True)
    assert list(tmp_path.iterdir()) == []


# Some of them


@pytest.mark.parametrize("ending", export.FORMATS)
def test_the_products_with_these_ids(database: Database, tmp_path: Path, ending: str) -> None:
    fill(database, ("Lamp",), " ", 10)
    ids = [row[0] for row in state(database)]
    path = tmp_path / f"p.{ending}"
    assert export.export(database, Filter(), Sort("id"), path, ids=ids[2:5]) == 3
    assert export.export(database, Filter(sku="=0"), Sort("id"), path, ids=ids[2:5]) == 0
    assert export.export(database, Filter(), Sort("id"), path, ids=[]) == 0


@pytest.mark.parametrize("ending", export.FORMATS)
def test_the_products_in_these_runs(database: Database, tmp_path: Path, ending: str) -> None:
    fill(database, ("Lamp",), " ", 10)
    path, sort = tmp_path / f"p.{ending}", Sort("id", descending=True)
    asked = Filter(sku="sku")
    found = listing.page(database, asked, sort, 1, 20)
    now = max(product.change_set_id or 0 for product in found)
    runs = Runs((Run(found[5], found[-1], len(found) - 5), Run(found[0], found[1], 2)), now)
    assert export.export(database, asked, sort, path, runs=runs) == len(found) - 3
    assert export.export(database, asked, sort, path, runs=Runs((), now)) == 0
    stream = tmp_path / "p.csv"
    export.export(database, asked, sort, stream, runs=Runs((Run(found[1], found[2], 2),), now))
    assert [line.split(",")[0] for line in stream.read_text(encoding="utf-8").splitlines()] == ["sku", "SKU-7", "SKU-6"]
