"""What a session does not leave to the environment, the database's defaults and the URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from acme_desktop.core.database import backup
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.progress import Progress

# Each of them leads elsewhere, or breaks the connection.
SURROUNDINGS = {
    "PGPORT": "5433",
    "PGHOSTADDR": "192.0.2.1",
    "PGOPTIONS": "-c search_path=nope",
    "PGCLIENTENCODING": "LATIN1",
    "PGSERVICE": "no-such-service",
    "PGTZ": "no such zone",
    "PGDATESTYLE": "nonsense",
    "PGREQUIREAUTH": "md5",
    "PGSSLMODE": "nonsense",
}
# What administrators set for other programs.
CUSTOMS = {
    "client_encoding": "LATIN1",
    "DateStyle": "German, DMY",
    "IntervalStyle": "iso_8601",
    "default_transaction_isolation": "serializable",
    "standard_conforming_strings": "off",
    "quote_all_identifiers": "on",
    "statement_timeout": "50ms",
    "lock_timeout": "50ms",
    "idle_in_transaction_session_timeout": "50ms",
    "idle_session_timeout": "50ms",
    "transaction_timeout": "50ms",
}


def with_options(url: str, options: str) -> str:
    return str(DatabaseUrl({**DatabaseUrl.parse(url).parameters, "options": options}))


def have_set(database: Database, settings: dict[str, str]) -> None:
    """Make them the defaults of the test's database for all sessions that begin from now on."""
    with database.connect() as connection:
        name = sql.Identifier(connection.info.dbname)
        for setting, value in settings.items():
            statement = sql.SQL("ALTER DATABASE {} SET {} = {}").format(name, sql.Identifier(setting), value)
            connection.execute(statement)


def said(database: Database, question: str) -> Any:
    with database.connect() as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_environment_does_not_reach_the_embedded_server(
    database_url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, SURROUNDINGS[name])
    database = Database.open(database_url, embedded=True)
    assert said(database, "SELECT count(*) FROM products") == 0
    with database.session("another") as connection:
        assert connection.execute("SELECT current_schema(), 'ż'").fetchone() == ("public", "ż")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 'ż'").scalar() == "ż"
    database.close()


def test_a_backup_of_the_embedded_server_does_not_depend_on_the_environment(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SURROUNDINGS.items():
        monkeypatch.setenv(name, value)
    database = Database.open(database_url, embedded=True)
    assert backup.backup(database, tmp_path / "all.dump", Progress()) > 0
    backup.restore(database, tmp_path / "all.dump", Progress())
    database.close()


def test_other_variables_stay(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "5433")
    monkeypatch.setenv("ACME_ANYTHING", "kept")
    Database.open(database_url, embedded=True).close()
    assert "PGPORT" not in os.environ
    assert os.environ["ACME_ANYTHING"] == "kept"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("PGSERVICE", "There is no connection service of that name"),
        ("PGTZ", "does not take a setting of this connection"),
        ("PGOPTIONS", "has no schema to work in: search_path is nope"),
        ("PGSSLMODE", "has a setting that cannot be"),
    ],
)
def test_for_a_server_by_url_the_environment_counts_and_fails_in_plain_words(
    database_url: str, name: str, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as surroundings, pytest.raises(EnvironmentProblem, match=title) as raised:  # noqa: PT012
        surroundings.setenv(name, SURROUNDINGS[name])
        Database.open(database_url)
    assert raised.value.advice


def test_a_problem_names_the_server_that_the_environment_led_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATABASE", "catalogue")
    with pytest.raises(EnvironmentProblem, match=r"No server answers for the database catalogue on 127\.0\.0\.1:1\."):
        Database.open("postgresql://")


def test_a_backup_finds_the_server_that_the_environment_names(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = DatabaseUrl.parse(database_url).parameters
    with monkeypatch.context() as surroundings:
        surroundings.setenv("PGHOST", left.pop("host"))
        surroundings.setenv("PGOPTIONS", "-c application_name=kept")
        database = Database.open(str(DatabaseUrl(left)))
        assert backup.backup(database, tmp_path / "all.dump", Progress()) > 0
        backup.restore(database, tmp_path / "all.dump", Progress())
        database.close()


def test_the_defaults_of_a_database_do_not_change_how_the_program_works(database: Database) -> None:
    have_set(database, CUSTOMS)
    settled = Database.open(database.url)
    for setting in (name for name in CUSTOMS if name.endswith("timeout")):
        assert said(settled, f"SHOW {setting}") == "0"
    assert said(settled, "SHOW transaction_isolation") == "read committed"
    assert said(settled, "SELECT pg_sleep(0.1)::text || 'ż'") == "ż"
    assert said(settled, "SELECT now() - interval '1 day' < now()")
    assert said(settled, "SELECT now()").tzinfo is not None
    assert said(settled, "SELECT interval '1 day'").days == 1
    assert said(settled, r"SELECT length('\a')") == 2
    assert said(settled, "SELECT 'products'::regclass::text") == "products"
    with settled.session("another") as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
    settled.close()


def test_what_a_rolled_back_transaction_leaves_is_settled_still(database: Database) -> None:
    have_set(database, CUSTOMS)
    settled = Database.open(database.url)
    with pytest.raises(ZeroDivisionError), settled.connect():
        raise ZeroDivisionError
    assert said(settled, "SHOW statement_timeout") == "0"
    settled.close()


@pytest.mark.parametrize("encoding", ["?client_encoding=LATIN1", "?options=-c%20client_encoding%3DLATIN1"])
def test_the_client_speaks_utf_8_whatever_the_url_says(database: Database, encoding: str) -> None:
    name, value = encoding[1:].replace("%20", " ").replace("%3D", "=").split("=", 1)
    url = str(DatabaseUrl({**DatabaseUrl.parse(database.url).parameters, name: value}))
    speaking = Database.open(url)
    assert said(speaking, "SELECT 'żółć'") == "żółć"
    speaking.close()


def test_a_limit_in_the_url_counts_and_is_told(database: Database) -> None:
    limited = Database.open(with_options(database.url, "-c statement_timeout=50ms"))
    with pytest.raises(EnvironmentProblem, match="took too long") as raised:
        said(limited, "SELECT pg_sleep(5)")
    assert "statement_timeout" in raised.value.advice
    limited.close()


def test_a_statement_that_somebody_else_cancels_is_told(database: Database) -> None:
    with (  # noqa: PT012  the block is a transaction
        pytest.raises(EnvironmentProblem, match="was told to stop the work"),
        database.connect() as connection,
    ):
        connection.execute("SELECT pg_cancel_backend(pg_backend_pid())")
        connection.execute("SELECT pg_sleep(5)")


def test_an_ended_transaction_is_told(database: Database) -> None:
    limited = Database.open(with_options(database.url, "-c transaction_timeout=50ms"))
    with pytest.raises(EnvironmentProblem, match="which had a limit of time"):
        said(limited, "SELECT pg_sleep(5)")
    limited.close()


def test_a_database_for_readers_is_told(database: Database) -> None:
    have_set(database, {"default_transaction_read_only": "on"})
    reading = Database.open(database.url)
    assert said(reading, "SELECT count(*) FROM products") == 0
    with pytest.raises(EnvironmentProblem, match="may only be read") as raised:
        said(reading, "CREATE TABLE more ()")
    assert "default_transaction_read_only" in raised.value.advice
    reading.close()
