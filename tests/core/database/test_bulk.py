"""An empty table is filled without its indexes, and has them all again afterwards."""

from __future__ import annotations

import psycopg
import pytest

from acme_desktop.core.database import bulk
from acme_desktop.core.database.connections import Database

_DEFINITIONS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'products'::regclass
UNION ALL
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'products'
"""
_FILL = "INSERT INTO products (sku, sku_key, name) SELECT 'S' || n, 's' || n, 'Name' FROM generate_series(1, 100) AS n"


def indexes(connection: psycopg.Connection[tuple[object, ...]]) -> set[tuple[object, ...]]:
    return set(connection.execute(_DEFINITIONS).fetchall())


def test_keys_and_indexes_come_back_as_they_were(database: Database) -> None:
    with database.connect() as connection:
        connection.execute('CREATE INDEX "Odd name" ON products (lower(name)) WHERE active')
        before = indexes(connection)
        with bulk.indexes_afterwards(connection, "products"):
            assert len(indexes(connection)) < len(before)
            connection.execute(_FILL)
        assert indexes(connection) == before
    with database.connect() as connection:
        assert indexes(connection) == before
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute(_FILL)


def test_a_broken_key_takes_everything_back(database: Database) -> None:
    def fill_twice(connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with connection.transaction(), bulk.indexes_afterwards(connection, "products"):
            connection.execute(_FILL)
            connection.execute(_FILL)

    with database.connect() as connection:
        before = indexes(connection)
        with pytest.raises(psycopg.errors.UniqueViolation):
            fill_twice(connection)
        assert indexes(connection) == before
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)


def test_what_is_in_use_stays_in_place(database: Database) -> None:
    with database.connect() as reader, database.connect() as connection:
        reader.execute("SELECT count(*) FROM products")
        before = indexes(connection)
        with bulk.indexes_afterwards(connection, "products"):
            assert indexes(connection) == before
            connection.execute(_FILL)
    with database.connect() as connection:
        connection.execute("CREATE TABLE prices (product_id bigint REFERENCES products)")
        connection.execute("TRUNCATE products CASCADE")
        with bulk.indexes_afterwards(connection, "products"):
            assert indexes(connection) == before
            connection.execute(_FILL)
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (100,)
