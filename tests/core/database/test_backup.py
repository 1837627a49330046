"""Backup and restore: the whole database, or nothing."""

from __future__ import annotations

import io
import tempfile
import threading

import pytest

from acme_desktop.core.database import backup, migrations
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, InputProblem, NotFound
from acme_desktop.core.foundation.progress import Progress


def _add(database, *skus):
    with database.connect() as connection:
        for sku in skus:
            connection.execute(
                "INSERT INTO products (sku, sku_key, name) VALUES (%(sku)s, lower(%(sku)s), 'Name')", {"sku": sku}
            )


def _skus(database):
    with database.connect() as connection:
        return {row[0] for row in connection.execute("SELECT sku FROM products")}


@pytest.fixture
def saved(database, tmp_path):
    _add(database, "A", "Ż")
    target = tmp_path / "a backup.dump"
    assert backup.backup(database, target, Progress()) == target.stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.stat().st_mode & 0o077 == 0
    return target


def test_there_and_back(database, saved):
    _add(database, "B")
    backup.restore(database, saved, Progress())
    assert _skus(database) == {"A", "Ż"}
    assert migrations.current(database) == migrations.HEAD
    _add(database, "C")  # sequences and constraints came along
    with pytest.raises(Exception, match="duplicate key"):
        _add(database, "a")


def test_what_only_some_servers_know_is_not_handed_on(database, saved):
    """What pg_restore writes is replayed on a server of PostgreSQL 14 to 18; here it is told apart by its names."""
    text = "ALTER TABLE ONLY public.products ALTER COLUMN sku SET (pg_attver=1);"
    with database.connect() as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('T', 't', %s)", (text,))
    backup.backup(database, saved, Progress())
    script = io.BytesIO()
    with tempfile.TemporaryFile() as complaints:
        for what in (backup._TABLES, backup._ROWS):
            assert backup._feed(saved, what, script, complaints, Progress())
    assert b"SET transaction_timeout" not in script.getvalue()
    assert script.getvalue().count(text.encode()) == 1, "a product's own text stays"
    marked = b"CREATE TABLE t (a int);\n" + text.encode() + b"\nSELECT 1;\n"
    assert backup._FOREIGN_MARK.sub(b"", marked) == b"CREATE TABLE t (a int);\n\nSELECT 1;\n"


def test_a_restore_that_fails_changes_nothing(database, saved):
    _add(database, "B")
    with database.connect() as connection:
        connection.execute("CREATE VIEW theirs AS SELECT sku FROM products")
    with pytest.raises(EnvironmentProblem, match="could not be restored") as raised:
        backup.restore(database, saved, Progress())
    assert "theirs" in raised.value.details
    assert _skus(database) == {"A", "B", "Ż"}


def test_a_cut_off_backup_changes_nothing(database, saved):
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name)"
            " SELECT n::text, n::text, md5(n::text) FROM generate_series(1, 99999) n"
        )
    backup.backup(database, saved, Progress())
    before = _skus(database)
    whole = saved.read_bytes()
    saved.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises((EnvironmentProblem, InputProblem)):
        backup.restore(database, saved, Progress())
    assert _skus(database) == before


def test_what_is_no_backup(database, tmp_path):
    (tmp_path / "text").write_text("not a backup")
    with pytest.raises(InputProblem, match="not a backup"):
        backup.restore(database, tmp_path / "text", Progress())
    with pytest.raises(NotFound):
        backup.restore(database, tmp_path / "missing", Progress())


def test_a_backup_of_a_newer_program(database, saved, monkeypatch):
    monkeypatch.setattr(migrations, "HEAD", "0000")
    with pytest.raises(EnvironmentProblem, match="newer than this program"):
        backup.restore(database, saved, Progress())


def test_a_backup_that_cannot_be_written_leaves_the_old_one(database, saved):
    before = saved.read_bytes()
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        backup.backup(database, saved.parent / "no such folder" / "x", Progress())
    cancelled = Progress()
    threading.Timer(0.01, cancelled.cancel).start()
    with database.connect() as connection:
        connection.execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")  # the backup waits for this one
        with pytest.raises(Cancelled):
            backup.backup(database, saved, cancelled)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]
