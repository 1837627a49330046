"""Databases that the program cannot work with are refused, with the statement that makes one that it can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from acme_desktop.core.database import fitness
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem
from tests.support import postgres


@contextmanager
def database_of(server_url: str, name: str, *options: str) -> Iterator[str]:
    """The URL of a new database made with those options, dropped at the end."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy {' '.join(options)}")
        try:
            yield postgres.url_of(server_url, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    ("name", "encoding", "title"),
    [
        ("latin", "LATIN1", "is kept in LATIN1"),
        ("unknown", "SQL_ASCII", "is kept in SQL_ASCII"),
        ("ascii_only", "UTF8", "upper from lower case"),
    ],
)
def test_a_database_that_cannot_hold_every_letter(server_url: str, name: str, encoding: str, title: str) -> None:
    with database_of(server_url, name, f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'") as url:
        with pytest.raises(EnvironmentProblem, match=title) as raised:
            Database.open(url)
        # What the advice says makes a database that is fit.
        (statement,) = re.findall(r"CREATE DATABASE \w+ .*;", raised.value.advice)
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(statement)
        try:
            Database.open(postgres.url_of(server_url, f"{name}_utf8")).close()
        finally:
            with psycopg.connect(server_url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name}_utf8 WITH (FORCE)")


@pytest.mark.parametrize("path", ["nope", "''"])
def test_a_search_path_that_names_no_schema(database: Database, path: str) -> None:
    url = DatabaseUrl({**DatabaseUrl.parse(database.url).parameters, "options": f"-c search_path={path}"})
    with pytest.raises(EnvironmentProblem, match="has no schema to work in") as raised:
        Database.open(str(url))
    assert "search_path" in raised.value.advice


def test_names_are_quoted_where_sql_needs_it() -> None:
    assert fitness.quoted("clerk_1") == "clerk_1"
    assert fitness.quoted("The Clerk") == '"The Clerk"'
    assert fitness.quoted('a"b') == '"a""b"'
