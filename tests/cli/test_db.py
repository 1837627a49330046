"""`acme-desktop db`: state, embedded server, backup and restore, with their exit statuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from acme_desktop.core.database import catalogue_indexes, embedded, migrations
from acme_desktop.core.foundation.paths import DataFolder
from tests.support.processes import ROOT


def test_status(acme: Any, database: Any) -> None:
    state = acme("db", "status", "--json").object
    assert list(state) == ["url", "embedded", "server_version", "schema_version", "products"]
    assert state["embedded"] is False
    assert state["server_version"].startswith("18.")
    assert state["schema_version"] == migrations.HEAD
    assert state["products"] == 0
    with psycopg.connect(state["url"]) as connection:
        assert connection.info.dbname == psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
    told = acme("db", "status").out.splitlines()
    assert f"database        {database.display_name}" in told
    assert "embedded        no" in told


def test_start_and_stop_are_for_the_embedded_server(acme: Any) -> None:
    for action in ("start", "stop"):
        ran = acme("db", action)
        assert ran.status == 5
        assert "neither starts nor stops" in ran.err


def test_maintain(acme: Any, database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_indexes, "_FEW", 20)
    assert acme("db", "maintain", "--json").object == {"due": False, "done": False}
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO products (sku, sku_key, name) SELECT 's' || n, 's' || n, 'n' FROM generate_series(1, 50) AS n"
        )
    with database.connect() as other:
        other.execute("SELECT pg_advisory_lock(%s)", (catalogue_indexes._LOCK,))
        refused = acme("db", "maintain", "--json")
        other.execute("SELECT pg_advisory_unlock(%s)", (catalogue_indexes._LOCK,))
    assert (refused.status, refused.object) == (5, {"due": True, "done": False})
    ran = acme("db", "maintain")
    assert (ran.status, ran.out) == (0, "")
    assert "in order" in ran.err
    assert not catalogue_indexes.due(database)
    monkeypatch.setattr(catalogue_indexes, "allowed", lambda _: False)
    refused = acme("db", "maintain")
    assert refused.status == 5
    assert "does not let this role" in refused.err


def test_migrate(acme: Any) -> None:
    ran = acme("db", "migrate", "--json")
    assert ran.object == {"before": migrations.HEAD, "after": migrations.HEAD}


def test_backup_and_restore(acme: Any, tmp_path: Path) -> None:
    acme("products", "create", "--sku", "A", "--name", "Cup")
    saved = tmp_path / "saved.dump"
    assert acme("db", "backup", saved, "--json").object == {"file": str(saved), "bytes": saved.stat().st_size}
    acme("products", "create", "--sku", "B", "--name", "Bowl")

    refused = acme("db", "restore", saved)
    assert refused.status == 5
    assert "2 products" in refused.err
    assert acme("db", "restore", saved, "--yes", "--json").object == {"file": str(saved), "products": 1}
    assert acme("db", "restore", tmp_path / "missing", "--yes").status == 4


def test_nobody_is_asked_where_a_restore_replaces_nothing(acme: Any, tmp_path: Path) -> None:
    saved = tmp_path / "saved.dump"
    acme("db", "backup", saved)
    assert acme("db", "restore", saved, "--json").object == {"file": str(saved), "products": 0}
    acme("products", "create", "--sku", "A", "--name", "Cup")
    acme("products", "delete", "A")
    assert acme("db", "restore", saved).status == 5, "its history would be lost"


def test_a_restore_looks_at_its_file_before_it_asks(acme: Any, tmp_path: Path) -> None:
    saved = tmp_path / "saved.dump"
    acme("products", "create", "--sku", "A", "--name", "Cup")
    acme("db", "backup", saved)
    content = saved.read_bytes()
    for name, what, status, says in (
        ("missing", None, 4, "There is no file"),
        ("empty", b"", 1, "is not a backup of a catalogue"),
        ("other", b"hello", 1, "is not a backup of a catalogue"),
        ("beginning", content[:3000], 1, "was cut off"),
        ("half", content[:-200], 1, "was cut off"),
        ("saved.dump", content, 5, "It would replace the 1 product in the database "),
    ):
        path = tmp_path / name
        if what is not None:
            path.write_bytes(what)
        ran = acme("db", "restore", path)
        assert (ran.status, ran.out) == (status, ""), name
        assert says in ran.err, name
        assert ("--yes" in ran.err) == (status == 5)
    assert acme("db", "restore", tmp_path).status == 4
    ran = acme("db", "restore", tmp_path / "half", "--yes")
    assert (ran.status, "was cut off" in ran.err) == (1, True)
    assert acme("products", "count").out == "1\n"


@pytest.fixture
def data_dir(tmp_path: Path) -> Any:
    yield tmp_path / "data"
    embedded.delete(DataFolder(tmp_path / "data"))


def test_start_outlives_the_command_until_stop(data_dir: Path) -> None:
    def acme(*arguments: str) -> str:
        command = [sys.executable, "-m", "acme_desktop", "--data-dir", str(data_dir), "--json", *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    url = json.loads(acme("db", "start"))["url"]
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('A', 'a', 'Cup')")
    state = json.loads(acme("db", "status"))
    assert state["url"] == url
    assert state["embedded"] is True
    assert state["products"] == 1
    assert json.loads(acme("db", "stop")) == {"stopped": True}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
