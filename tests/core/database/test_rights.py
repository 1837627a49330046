"""A role that lacks a right is told which, and on what, and what its owner has to run."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest

from acme_desktop.core.database import migrations
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem
from tests.core.database.test_migrations import empty_database, migrate_to

As = Callable[[Database], Database]


@pytest.fixture
def clerk() -> Iterator[tuple[str, As]]:
    """A role that may only connect: its name, and what opens a database as that role."""
    name = f"clerk_{uuid.uuid4().hex[:8]}"
    opened: list[Database] = []

    def as_clerk(database: Database) -> Database:
        with database.connect() as connection:
            connection.execute(f"CREATE ROLE {name}")
        url = DatabaseUrl({**DatabaseUrl.parse(database.url).parameters, "options": f"-c role={name}"})
        opened.append(Database.open(str(url)))
        return opened[-1]

    yield name, as_clerk
    for database in opened:
        database.close()


def refusal(database: Database, statement: str) -> EnvironmentProblem:
    with pytest.raises(EnvironmentProblem) as raised, database.connect() as connection:
        connection.execute(statement)
    return raised.value


@pytest.mark.parametrize(
    ("statement", "title"),
    [
        ("SELECT * FROM products", "the rights SELECT, INSERT, UPDATE and DELETE on the table products"),
        ("SELECT nextval('products_id_seq')", "the rights USAGE and SELECT on the sequence products_id_seq"),
        ("CREATE TABLE more ()", "the right CREATE: it may not make tables in the schema public"),
    ],
)
def test_the_right_the_object_and_the_statement_that_grants_it(
    database: Database, clerk: tuple[str, As], statement: str, title: str
) -> None:
    name, as_clerk = clerk
    clerks = as_clerk(database)
    problem = refusal(clerks, statement)
    assert problem.title == f"The role {name} lacks {title} of {clerks.in_words}."
    assert "permission denied" in problem.details
    (grant,) = re.findall(r"GRANT .*;", problem.advice)
    with database.connect() as connection:
        connection.execute(grant)
    with clerks.connect() as connection:
        connection.execute(statement)


def test_only_the_rights_that_are_missing_are_named(database: Database, clerk: tuple[str, As]) -> None:
    name, as_clerk = clerk
    clerks = as_clerk(database)
    with database.connect() as connection:
        connection.execute(f"GRANT SELECT, UPDATE, DELETE ON products TO {name}")
    problem = refusal(clerks, "INSERT INTO products (sku, sku_key, name) VALUES ('a', 'a', 'a')")
    assert f"The role {name} lacks the right INSERT on the table products" in problem.title


def test_a_schema_that_may_not_be_used(database: Database, clerk: tuple[str, As]) -> None:
    name, as_clerk = clerk
    with database.connect() as connection:
        connection.execute("CREATE SCHEMA closed; CREATE TABLE closed.things ()")
    problem = refusal(as_clerk(database), "SELECT * FROM closed.things")
    assert f"The role {name} lacks the rights USAGE and CREATE: it may not use the schema closed" in problem.title


def test_a_right_that_nobody_can_name_is_told_still(database: Database, clerk: tuple[str, As]) -> None:
    problem = refusal(clerk[1](database), "CREATE ROLE another")
    assert "too few permissions" in problem.title
    assert "permission denied to create role" in problem.details


def test_an_empty_database_where_the_role_may_make_no_tables(server_url: str, clerk: tuple[str, As]) -> None:
    name, as_clerk = clerk
    with empty_database(server_url) as database:
        clerks = as_clerk(database)
        with pytest.raises(EnvironmentProblem, match="it may not make tables in the schema public") as raised:
            migrations.upgrade(clerks)
        assert f"or GRANT CREATE ON SCHEMA public TO {name};" in raised.value.advice
        assert "db migrate" in raised.value.advice
        with database.connect() as connection:
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {name}")
        assert migrations.upgrade(clerks)
        clerks.close()


def test_an_old_database_whose_tables_belong_to_another_role(server_url: str, clerk: tuple[str, As]) -> None:
    name, as_clerk = clerk
    with empty_database(server_url) as database:
        migrate_to(database, "0001")
        clerks = as_clerk(database)
        with database.connect() as connection:
            connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
            connection.execute(f"GRANT ALL ON SCHEMA public TO {name}")
        with pytest.raises(EnvironmentProblem, match=f"and this is the role {name}") as raised:
            migrations.upgrade(clerks)
        assert "Have acme run `acme-desktop db migrate`" in raised.value.advice
        assert migrations.current(database) == "0001"
        clerks.close()
