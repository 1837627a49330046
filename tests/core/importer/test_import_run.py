"""The whole story of one file on a real PostgreSQL: counts, fates, all or nothing."""

from __future__ import annotations

import csv
import threading
from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled, NotFound, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportReport

AUTHOR = Author("anna", "tests")


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "p.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def bring(database: Database, path: Path, *, dry_run: bool = False, **options: Any) -> ImportReport:
    done = run.import_file(database, path, ImportOptions(**options), Progress(), AUTHOR, dry_run=dry_run)
    assert done.balanced
    return done


def catalogue(database: Database) -> dict[str, tuple[Any, ...]]:
    with database.connect() as connection:
        rows = connection.execute("SELECT sku, name, description, active, sku_key FROM products").fetchall()
    assert all(key == sku.lower() for sku, *_, key in rows)
    return {sku: tuple(rest) for sku, *rest, _ in rows}


def leftovers(database: Database) -> list[str]:
    with database.connect() as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'staging%'").fetchall()
    return [name for (name,) in rows]


def test_a_first_import_creates_what_the_file_says(database: Database, write: Any) -> None:
    path = write('SKU,Name,Description,Active\nA-1,"Fil à coudre 🧵","one\ntwo",yes\na-2,  padded  ,,no\n007,Bond,,\n')
    done = bring(database, path)
    assert (done.status, done.read, done.created, done.rejected) == ("completed", 3, 3, 0)
    assert catalogue(database) == {
        "A-1": ("Fil à coudre 🧵", "one\ntwo", True),
        "a-2": ("  padded  ", None, False),
        "007": ("Bond", None, True),
    }
    assert done.mapping == {"sku": "SKU", "name": "Name", "description": "Description", "active": "Active"}
    assert leftovers(database) == []


def test_the_same_file_again_changes_nothing_and_makes_no_change_set(database: Database, write: Any) -> None:
    path = write("sku,name,description\nA,One,\nB,Two,text\n")
    bring(database, path)
    with database.connect() as connection:
        before = connection.execute("SELECT * FROM products ORDER BY id").fetchall()
    again = bring(database, path)
    assert (again.unchanged, again.created, again.updated, again.change_set_id) == (2, 0, 0, None)
    with database.connect() as connection:
        assert connection.execute("SELECT * FROM products ORDER BY id").fetchall() == before


def test_the_last_of_several_rows_with_one_sku_wins_and_both_lines_are_named(database: Database, write: Any) -> None:
    path = write("sku,name\nabc,First\nB,Other\nABC,Last\n")
    for expected in ({"created": 2}, {"unchanged": 2}):
        done = bring(database, path)
        assert {name: getattr(done, name) for name in expected} == expected
        assert done.superseded == 1
        with database.connect() as connection:
            (one,) = report.superseded(connection, done.import_id)
        assert (one.line, one.by_line, one.sku) == (2, 4, "abc")
    assert catalogue(database)["ABC"] == ("Last", None, True)


def test_a_letter_case_change_is_an_update_that_keeps_the_product(database: Database, write: Any) -> None:
    bring(database, write("sku,name\nabc,One\nÄŻΣ,Two\n"))
    done = bring(database, write("sku,name\nABC,One\näżσ,Two\n"))
    assert (done.updated, done.created) == (2, 0)
    assert set(catalogue(database)) == {"ABC", "äżσ"}


def test_an_update_keeps_before_images_under_its_change_set(database: Database, write: Any) -> None:
    bring(database, write("sku,name,description,active\nA,One,text,yes\nB,Two,,yes\n"))
    done = bring(database, write("sku,name,description,active\nA,New,,no\nB,Two,,yes\nC,Three,,\n"))
    assert (done.created, done.updated, done.unchanged) == (1, 1, 1)
    with database.connect() as connection:
        versions = connection.execute(
            "SELECT change_set_id, operation, sku, name, description, active FROM product_versions"
        )
        assert versions.fetchall() == [(done.change_set_id, "update", "A", "One", "text", True)]
        written = change_set.get(connection, done.change_set_id)
        assert (written.kind, written.created, written.updated, written.actor) == ("import", 1, 1, "anna")
        touched = connection.execute("SELECT sku FROM products WHERE changed_in = %s ORDER BY 1", (done.change_set_id,))
        assert touched.fetchall() == [("A",), ("C",)]


def test_columns_that_are_not_there_leave_their_fields_alone(database: Database, write: Any) -> None:
    bring(database, write("sku,name,description,active\nA,One,text,no\n"))
    done = bring(database, write("sku,name\nA,Renamed\n"))
    assert done.updated == 1
    assert catalogue(database) == {"A": ("Renamed", "text", False)}


def test_a_blank_cell_clears_or_keeps(database: Database, write: Any) -> None:
    bring(database, write("sku,name,description,active\nA,One,text,no\n"))
    kept = bring(database, write("sku,name,description,active\nA,,,\nNEW,,x,\n"), blank="keep")
    assert (kept.unchanged, kept.rejected) == (1, 1)
    with database.connect() as connection:
        (reject,) = report.rejects(connection, kept.import_id)
    assert (reject["line"], reject["reason"], reject["cells"][0]) == (3, "missing_name", "NEW")
    cleared = bring(database, write("sku,name,description\nA,One,\n"))
    assert cleared.updated == 1
    assert catalogue(database) == {"A": ("One", None, False)}


@pytest.mark.parametrize(
    ("mode", "names", "skipped"),
    [("create", {"A": "Old", "B": "B"}, 1), ("update", {"A": "New"}, 1), ("upsert", {"A": "New", "B": "B"}, 0)],
)
def test_modes(database: Database, write: Any, mode: str, names: dict[str, str], skipped: int) -> None:
    bring(database, write("sku,name\nA,Old\n"))
    done = bring(database, write("sku,name\nA,New\nB,B\n"), mode=mode)
    assert done.skipped == skipped
    assert {sku: values[0] for sku, values in catalogue(database).items()} == names


def test_a_dry_run_says_what_the_import_then_does_and_writes_nothing(database: Database, write: Any) -> None:
    bring(database, write("sku,name\nA,One\nB,Two\n"))
    path = write("sku,name\nA,One\nb,Two\nC,Three\nc,Four\n,none\n")
    told = bring(database, path, dry_run=True)
    assert told.status == "previewed"
    assert (told.import_id, told.change_set_id, told.rejects_file) == (None, None, None)
    assert set(catalogue(database)) == {"A", "B"}
    with database.connect() as connection:
        assert len(report.latest(connection)) == 1
    done = bring(database, path)
    for name in ("read", "created", "updated", "unchanged", "superseded", "rejected", "skipped"):
        assert getattr(told, name) == getattr(done, name), name
    assert leftovers(database) == []


def test_rejects_are_kept_and_saved_and_can_be_mended(database: Database, write: Any) -> None:
    path = write('sku,name,colour\nA,One,red\n,Two,"a,b"\nC,Three\nD,Four,green\n')
    saved = path.with_name("p.rejects.csv")
    assert run.rejects_beside(path) == str(saved)
    done = bring(database, path, rejects_file=str(saved))
    assert (done.read, done.created, done.rejected) == (4, 2, 2)
    assert done.rejects_file == str(saved)
    rows = list(csv.reader(saved.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["_line", "_reason", "_message", "sku", "name", "colour"]
    assert [row[:2] + row[3:] for row in rows[1:]] == [
        ["3", "missing_sku", "", "Two", "a,b"],
        ["4", "field_count", "C", "Three"],
    ]
    mended = saved.read_text(encoding="utf-8").replace(",Two,", "B,Two,").replace("C,Three", "C,Three,blue")
    assert bring(database, write(mended, "mended.csv")).created == 2
    assert run.rejects_beside(path) == str(path.with_name("p.rejects-2.csv"))


def test_past_the_allowed_rejects_nothing_changes(database: Database, write: Any) -> None:
    path = write("sku,name\nA,One\n,Two\n,Three\n")
    failed = bring(database, path, max_rejects=1)
    assert (failed.status, failed.read, failed.rejected, failed.skipped) == ("failed", 3, 2, 1)
    assert "2 rows were rejected" in str(failed.error)
    assert catalogue(database) == {}
    assert bring(database, path, max_rejects=2).status == "completed"


def test_a_refused_file_is_in_the_history_with_its_reason(database: Database, write: Any) -> None:
    failed = bring(database, write("<html><body>not a table</body></html>\n"))
    assert failed.status == "failed"
    assert failed.error
    with database.connect() as connection:
        record = report.get(connection, failed.import_id)
    assert (record.status, record.error) == ("failed", failed.error)
    assert leftovers(database) == []


def test_a_file_whose_rows_are_all_rejected_makes_no_change_set(database: Database, write: Any) -> None:
    told = bring(database, write("sku,name\n,One\n"))
    assert (told.status, told.rejected, told.change_set_id) == ("completed", 1, None)
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM change_sets").fetchone() == (0,)
    assert leftovers(database) == []


def test_a_missing_file(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        bring(database, tmp_path / "none.csv")


class _CancelsAt(Progress):
    """Cancels when a stage begins."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._at = stage

    def stage(self, name: str, total: int | None = None) -> None:
        super().stage(name, total)
        if name == self._at:
            self.cancel()


@pytest.mark.parametrize("stage", ["Reading", "Writing to the catalogue"])
def test_a_cancel_leaves_the_catalogue_as_it_was(database: Database, write: Any, stage: str) -> None:
    bring(database, write("sku,name\nA,One\n"))
    path = write("sku,name\nA,New\nB,Two\n")
    done = run.import_file(database, path, ImportOptions(), _CancelsAt(stage), AUTHOR)
    assert done.status == "cancelled"
    assert done.balanced
    assert catalogue(database) == {"A": ("One", None, True)}
    assert leftovers(database) == []


def test_a_cancel_interrupts_a_statement_that_waits(database: Database, write: Any) -> None:
    path = write("sku,name\nA,One\n")
    progress = Progress()
    with database.connect() as other:
        other.execute("LOCK TABLE products IN SHARE MODE")
        threading.Timer(0.3, progress.cancel).start()
        done = run.import_file(database, path, ImportOptions(), progress, AUTHOR)
        other.rollback()
    assert done.status == "cancelled"
    assert catalogue(database) == {}


def test_a_preview_that_no_longer_holds_is_not_carried_out(database: Database, write: Any) -> None:
    path = write("sku,name\nA,One\nB,Two\n")
    with run.stage(database, path, ImportOptions(), Progress(), AUTHOR) as staged:
        assert staged.preview(Progress()).created == 2
        bring(database, write("sku,name\nB,Meanwhile\n", "other.csv"))
        with pytest.raises(Refused):
            staged.commit(Progress())
        assert set(catalogue(database)) == {"B"}
        assert staged.preview(Progress()).updated == 1
        (updated,) = staged.differences(["updated"])
        assert (updated.old_name, updated.name, updated.line) == ("Meanwhile", "Two", 3)
        assert staged.commit(Progress()).updated == 1
    assert catalogue(database)["B"] == ("Two", None, True)


def test_closing_a_staged_import_leaves_nothing(database: Database, write: Any) -> None:
    with run.stage(database, write("sku,name\nA,One\n,x\n"), ImportOptions(), Progress(), AUTHOR) as staged:
        assert [row["reason"] for row in staged.rejections()] == ["missing_sku"]
        staged.preview(Progress())
    assert leftovers(database) == []
    with database.connect() as connection:
        assert report.latest(connection) == []


def test_rows_that_another_program_wrote_are_updated_like_any_other(database: Database, write: Any) -> None:
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name, description) VALUES ('X', 'x', 'One', '')")
    same = bring(database, write("sku,name,description\nX,One,\n"))
    assert same.unchanged == 1
    assert bring(database, write("sku,name,description\nX,Two,\n")).updated == 1


def test_many_chunks_make_one_import(database: Database, write: Any) -> None:
    count = 120_000
    body = "".join(f"S{number},Name {number}\n" for number in range(count))
    done = bring(database, write("sku,name\n" + body))
    assert done.created == count
    assert len(catalogue(database)) == count


def test_cancelled_raises_where_a_caller_stages_by_hand(database: Database, write: Any) -> None:
    with pytest.raises(Cancelled):
        run.stage(database, write("sku,name\nA,One\n"), ImportOptions(), _CancelsAt("Reading"), AUTHOR)
    with database.connect() as connection:
        (record,) = report.latest(connection)
    assert record.status == "cancelled"
