"""An import that was killed: the catalogue is as before, and it can go on from what was staged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, run, running, staging
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.staged import StagedImport

AUTHOR = Author("anna", "tests")
PLAIN = ImportOptions()

# Kills its own process, without any farewell, once two chunks are staged.
_KILLED = """
import json, os, signal, sys
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions

class Killer(Progress):
    def update(self, done, rows=None):
        super().update(done, rows)
        if rows >= 60_000:
            os.kill(os.getpid(), signal.SIGKILL)

options = ImportOptions.from_json(json.loads(sys.argv[3]))
run.import_file(Database.open(sys.argv[1]), sys.argv[2], options, Killer(), Author("anna", "tests"))
"""

ROWS = 120_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "p.csv"
    rows = "".join(f"S{number % 100_000},Name {number}\n" if number % 1000 else ",nameless\n" for number in range(ROWS))
    path.write_text("sku,name\n" + rows, encoding="utf-8")
    return path


def killed_import(database: Database, path: Path, options: ImportOptions = PLAIN) -> int:
    command = [sys.executable, "-c", _KILLED, database.url, str(path), json.dumps(options.to_json())]
    ended = subprocess.run(command, cwd=Path.cwd(), check=False)
    assert ended.returncode == -signal.SIGKILL
    with database.connect() as connection:
        (record,) = report.latest(connection)
    return record.id


def state(database: Database) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT sku, sku_key, name, description, active FROM products ORDER BY 2").fetchall()


def wait_until_forgotten(database: Database, import_id: int) -> None:
    """The server notices a little later that the killed process is gone."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (running.CLASS, import_id))
        connection.execute("SELECT pg_advisory_unlock(%s, %s)", (running.CLASS, import_id))


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_a_killed_import_changes_nothing_and_resumes_to_the_same_table(database: Database, path: Path) -> None:
    import_id = killed_import(database, path)
    wait_until_forgotten(database, import_id)
    assert state(database) == []
    with database.connect() as connection:
        record = report.get(connection, import_id)
        assert (record.status, record.change_set_id) == ("interrupted", None)
        staged, rejected = staging.count(connection, import_id)
    assert 60_000 <= staged + rejected == record.read < ROWS
    resumed = run.resume(database, import_id, Progress(), AUTHOR)
    assert resumed.balanced
    assert (resumed.status, resumed.import_id, resumed.read) == ("completed", import_id, ROWS)
    assert (resumed.rejected, resumed.superseded) == (120, 19_980)
    after = state(database)
    with database.connect() as connection:
        connection.execute("TRUNCATE products")
        assert len(list(report.rejects(connection, import_id))) == 120
    whole = run.import_file(database, path, ImportOptions(), Progress(), AUTHOR)
    assert (whole.created, whole.rejected, whole.superseded) == (resumed.created, 120, 19_980)
    assert state(database) == after


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_an_import_that_fills_down_goes_on_in_the_middle_of_a_group(database: Database, path: Path) -> None:
    # One group from before the kill to long after it: every name behind it comes from a row that is staged already.
    rows = "".join(f"S{number},{'' if number else 'Only'},g\n" for number in range(ROWS))
    path.write_text("sku,name,group\n" + rows, encoding="utf-8")
    import_id = killed_import(database, path, ImportOptions(fill_down={"name": "group"}))
    wait_until_forgotten(database, import_id)
    with database.connect() as connection:
        assert 60_000 <= sum(staging.count(connection, import_id)) < ROWS
    resumed = run.resume(database, import_id, Progress(), AUTHOR)
    assert (resumed.status, resumed.created, resumed.rejected) == ("completed", ROWS, 0)
    with database.connect() as connection:
        assert connection.execute("SELECT DISTINCT name FROM products").fetchall() == [("Only",)]


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_staging_that_the_server_lost_is_begun_anew(database: Database, path: Path) -> None:
    import_id = killed_import(database, path)
    wait_until_forgotten(database, import_id)
    with database.connect() as connection:
        connection.execute(f"TRUNCATE staging_{import_id}")  # what a crash of the server does to unlogged tables
    resumed = run.resume(database, import_id, Progress(), AUTHOR)
    assert (resumed.status, resumed.read, resumed.rejected) == ("completed", ROWS, 120)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_a_resumed_import_commits_each_chunk_as_a_new_one_does(database: Database, path: Path) -> None:
    import_id = killed_import(database, path)
    wait_until_forgotten(database, import_id)
    with StagedImport(database, path, ImportOptions(), AUTHOR, cut_off=import_id) as staged:
        assert staged._connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_a_file_that_changed_meanwhile_is_not_resumed(database: Database, path: Path) -> None:
    import_id = killed_import(database, path)
    wait_until_forgotten(database, import_id)
    path.write_text("sku,name\nA,One\n", encoding="utf-8")
    with pytest.raises(Refused):
        run.resume(database, import_id, Progress(), AUTHOR)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a signal")
def test_what_was_cut_off_long_ago_is_cleared_away(database: Database, path: Path, tmp_path: Path) -> None:
    import_id = killed_import(database, path)
    wait_until_forgotten(database, import_id)
    small = tmp_path / "small.csv"
    small.write_text("sku,name\nA,One\n", encoding="utf-8")
    for days, status in ((6, "interrupted"), (8, "failed")):
        with database.connect() as connection:
            connection.execute("UPDATE imports SET started_at = now() - make_interval(days => %s)", (days,))
        run.import_file(database, small, ImportOptions(), Progress(), AUTHOR)
        with database.connect() as connection:
            assert report.get(connection, import_id).status == status
            left = connection.execute("SELECT to_regclass(%s)", (f"staging_{import_id}",)).fetchone()
        assert (left == (None,)) == (status == "failed")


def test_what_cannot_be_resumed(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n", encoding="utf-8")
    done = run.import_file(database, path, ImportOptions(), Progress(), AUTHOR)
    assert done.import_id is not None
    with pytest.raises(Refused):
        run.resume(database, done.import_id, Progress(), AUTHOR)
    with pytest.raises(NotFound):
        run.resume(database, 99, Progress(), AUTHOR)
    with run.stage(database, path, ImportOptions(), Progress(), AUTHOR) as staged, pytest.raises(Refused):
        run.resume(database, staged.import_id, Progress(), AUTHOR)
