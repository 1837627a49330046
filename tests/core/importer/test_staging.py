"""Rows reach their staging table as they are, and a merge that takes the indexes away gives what any other gives."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acme_desktop.core.changes import undo
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run, staging
from acme_desktop.core.importer.batches import SCHEMA
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportReport

AUTHOR = Author("tester", "tests")
MANY = 25_000  # enough for the indexes to be built afterwards

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
_LONG = st.just("long ä " * 9000)
_ROW = st.tuples(st.integers(1, 2**40), _TEXT, _TEXT | st.none(), _LONG | _TEXT | st.none(), st.none() | st.booleans())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, max_size=20), first=st.integers(0, 2**40), skip=st.integers(0, 3))
def test_every_value_arrives_as_it_is(
    database: Database, rows: list[tuple[object, ...]], first: int, skip: int
) -> None:
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(SCHEMA)]
    # A slice: its values do not begin where its buffers do.
    batch = pa.RecordBatch.from_arrays(columns, schema=SCHEMA).slice(skip)
    with database.connect() as connection:
        staging.create(connection, 1)
        staging.append(connection, 1, batch, first)
        found = connection.execute("SELECT * FROM staging_1 ORDER BY ordinal").fetchall()
        connection.rollback()
    assert found == [(first + place, *row) for place, row in enumerate(rows[skip:])]


def bring(database: Database, path: Path, rows: list[tuple[str, str]]) -> ImportReport:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("sku", "name"), *rows])
    done = run.import_file(database, path, ImportOptions(), Progress(), AUTHOR)
    assert done.status == "completed"
    return done


def catalogue(database: Database) -> dict[str, str]:
    with database.connect() as connection:
        return dict(connection.execute("SELECT sku, name FROM products").fetchall())  # type: ignore[arg-type]


def indexes(database: Database) -> list[tuple[object, ...]]:
    query = "SELECT indexdef FROM pg_indexes WHERE tablename IN ('products', 'product_versions') ORDER BY 1"
    with database.connect() as connection:
        return connection.execute(query).fetchall()


def test_large_merges_of_every_kind_and_their_undo(database: Database, tmp_path: Path) -> None:
    """Created, changed and superseded rows together, in files large enough for every short cut."""
    before = indexes(database)
    first = [(f"S{number}", f"Name {number}") for number in range(MANY)]
    done = bring(database, tmp_path / "first.csv", [("s1", "early"), *first])
    assert (done.created, done.superseded) == (MANY, 1)
    assert catalogue(database) == dict(first)
    second = [(f"S{number}", f"Other {number}") for number in range(5_000, 2 * MANY)]
    done = bring(database, tmp_path / "second.csv", [*second, ("s5000", "late")])
    assert (done.created, done.updated, done.superseded) == (MANY, MANY - 5_000, 1)
    expected = {**dict(first), **dict(second), "s5000": "late"}
    del expected["S5000"]
    assert catalogue(database) == expected
    assert indexes(database) == before
    assert done.change_set_id is not None
    undone = undo.undo(database, done.change_set_id, author=AUTHOR)
    assert not undone.kept
    assert catalogue(database) == dict(first)
    assert indexes(database) == before


def test_superseded_rows_are_found_where_no_second_connection_can_look_for_them(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "first.csv"
    path.write_text("sku,name\nA,One\na,Two\n")
    staged = run.stage(database, path, ImportOptions(), Progress(), AUTHOR)
    # The import's own transaction holds what the second connection would need.
    with staged, staged._connection.transaction():
        staged._connection.execute(f"LOCK TABLE staging_{staged.import_id} IN ACCESS EXCLUSIVE MODE")
        done = staged.commit(Progress())
    assert (done.created, done.superseded) == (1, 1)
    assert catalogue(database) == {"a": "Two"}


@pytest.mark.parametrize("meanwhile", ["Two", "Meanwhile"])
def test_an_import_whose_products_were_touched_meanwhile_is_not_carried_out(
    database: Database, tmp_path: Path, meanwhile: str
) -> None:
    """Its counts are the same as in the preview; but what it said of the old value is not."""
    bring(database, tmp_path / "first.csv", [("A", "One")])
    path = tmp_path / "file.csv"
    path.write_text("sku,name\nA,Three\n")
    with run.stage(database, path, ImportOptions(), Progress(), AUTHOR) as staged:
        assert staged.preview(Progress()).updated == 1
        bring(database, tmp_path / "other.csv", [("A", meanwhile)])
        with pytest.raises(Exception, match="changed since the preview"):
            staged.commit(Progress())
        assert catalogue(database) == {"A": meanwhile}
        assert staged.preview(Progress()).updated == 1
        assert staged.commit(Progress()).updated == 1
