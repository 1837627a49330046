"""An old database that is migrated and a fresh one end in the same schema, and nothing in it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from acme_desktop.core.database import migrations
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.tables import metadata
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem
from tests.support import postgres

# All that makes up a schema, in words that compare.
_DESCRIPTION = """
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname,
    pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'alembic_version'
UNION ALL
SELECT 'index', tablename, indexname, indexdef, NULL, NULL, NULL, NULL FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conrelid::regclass::text <> 'alembic_version'
UNION ALL
SELECT 'sequence', sequencename, data_type::text, increment_by::text, cycle, NULL, NULL, NULL FROM pg_sequences
WHERE schemaname = 'public'
"""


@contextmanager
def empty_database(server_url: str) -> Iterator[Database]:
    with postgres.clone(server_url, "template0") as url:
        database = Database.open(url)
        try:
            yield database
        finally:
            database.close()


def described(database: Database) -> set[tuple[Any, ...]]:
    with database.connect() as connection:
        return set(connection.execute(_DESCRIPTION).fetchall())


def steps() -> list[str]:
    script = ScriptDirectory.from_config(migrations.configuration())
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def migrate_to(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        command.upgrade(migrations.configuration(connection), revision)


def test_the_steps_make_the_tables_that_the_program_describes(server_url: str) -> None:
    with empty_database(server_url) as migrated, empty_database(server_url) as created:
        assert migrations.upgrade(migrated)
        with created.engine.begin() as connection:
            metadata.create_all(connection)
        assert described(migrated) == described(created)


@pytest.mark.parametrize("old", steps())
def test_an_old_database_is_migrated_with_all_its_products(server_url: str, database: Database, old: str) -> None:
    with empty_database(server_url) as aged:
        migrate_to(aged, old)
        with aged.connect() as connection:
            connection.execute("INSERT INTO products (sku, sku_key, name) VALUES ('A', 'a', 'One')")
            connection.execute("INSERT INTO change_sets (kind, actor, client) VALUES ('import', 'anna', 'tests')")
            connection.execute(
                "INSERT INTO imports (change_set_id, file, status, options, actor, client) "
                "VALUES (1, 'p.csv', 'completed', '{}', 'anna', 'tests')"
            )
            before = connection.execute("SELECT id, sku, name, created_at FROM products").fetchall()
        assert migrations.upgrade(aged) == (old != migrations.HEAD)
        assert described(aged) == described(database)
        with aged.connect() as connection:
            assert connection.execute("SELECT id, sku, name, created_at FROM products").fetchall() == before
            assert connection.execute("SELECT count(*) FROM imports").fetchone() == (1,)


def test_the_program_works_with_the_newest_step(database: Database) -> None:
    assert steps()[-1] == migrations.HEAD
    assert migrations.current(database) == migrations.HEAD
    assert not migrations.upgrade(database)


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(EnvironmentProblem, match="newer"):
        migrations.upgrade(database)


@pytest.mark.parametrize(
    "before",
    [
        "CREATE TABLE products (id int, title text)",
        "CREATE TABLE alembic_version AS SELECT 'ab12cd' AS version_num",
        "CREATE TABLE alembic_version AS SELECT '0001' AS version_num",
        "CREATE TABLE alembic_version (other int)",
    ],
)
def test_tables_of_another_program_are_left_alone(server_url: str, before: str) -> None:
    with empty_database(server_url) as taken:
        with taken.connect() as connection:
            connection.execute(before)
        found = described(taken)
        with pytest.raises(EnvironmentProblem, match="holds tables that another program made") as raised:
            migrations.upgrade(taken)
        assert "a database of its own" in raised.value.advice
        assert described(taken) == found


def test_two_programs_share_a_database_in_schemas_of_their_own(server_url: str) -> None:
    with empty_database(server_url) as shared:
        with shared.connect() as connection:
            connection.execute("CREATE TABLE products (id int); CREATE SCHEMA catalogue")
        url = DatabaseUrl({**DatabaseUrl.parse(shared.url).parameters, "options": "-csearch_path=catalogue"})
        ours = Database.open(str(url))
        assert migrations.upgrade(ours)
        with ours.connect() as connection:
            assert connection.execute("SELECT count(*) FROM products WHERE sku IS NULL").fetchone() == (0,)
        ours.close()
