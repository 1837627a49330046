"""A large part of a table is written without its indexes, and they are all there again afterwards."""

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
MANY = 20_000


def indexes(connection: psycopg.Connection[tuple[object, ...]]) -> set[tuple[object, ...]]:
    return set(connection.execute(_DEFINITIONS).fetchall())


def test_keys_and_indexes_come_back_as_they_were(database: Database) -> None:
    with database.connect() as connection:
        connection.execute('CREATE INDEX "Odd name" ON products (lower(name))')
        connection.execute("CREATE INDEX part ON products (name) WHERE active")
        before = indexes(connection)
        with bulk.indexes_afterwards(connection, "products", MANY):
            assert {str(name) for name, _ in before - indexes(connection)} >= {"products_pkey", "Odd name"}
            assert "part" in {name for name, _ in indexes(connection)}
            connection.execute(_FILL)
        assert indexes(connection) == before
    with database.connect() as connection:
        assert indexes(connection) == before
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            connection.execute(_FILL)


def test_a_broken_key_takes_everything_back(database: Database) -> None:
    def fill_twice(connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with connection.transaction(), bulk.indexes_afterwards(connection, "products", MANY):
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
        with bulk.indexes_afterwards(connection, "products", MANY):
            assert indexes(connection) == before
            connection.execute(_FILL)
    with database.connect() as connection:
        connection.execute("CREATE TABLE prices (product_id bigint REFERENCES products)")
        connection.execute("TRUNCATE products CASCADE")
        with bulk.indexes_afterwards(connection, "products", MANY):
            assert indexes(connection) == before
            connection.execute(_FILL)
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (100,)


def test_what_others_rely_on_stays_in_place(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE PUBLICATION everything FOR TABLE products")
        before = indexes(connection)
        with bulk.indexes_afterwards(connection, "products", MANY):
            assert indexes(connection) == before


@pytest.mark.parametrize(("rows", "taken"), [(19_999, False), (MANY, True)])
def test_few_rows_are_not_worth_it(database: Database, rows: int, taken: bool) -> None:
    with database.connect() as connection:
        before = indexes(connection)
        with bulk.indexes_afterwards(connection, "products", rows):
            assert (indexes(connection) != before) is taken


def test_a_small_part_of_a_table_is_not_worth_it(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(_FILL.replace("100", "80001"))
        before = indexes(connection)
        with bulk.indexes_afterwards(connection, "products", MANY):
            assert indexes(connection) == before


def test_an_older_transaction_goes_on_seeing_what_it_saw(database: Database) -> None:
    """It began before the rows were deleted, and looks at them only when the table was filled anew."""
    with database.connect() as connection:
        connection.execute(_FILL)
    with database.connect() as older:
        older.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        older.execute("SELECT 1")
        with database.connect() as connection:
            connection.execute("DELETE FROM products")
        with database.connect() as connection, bulk.indexes_afterwards(connection, "products", MANY):
            assert "products_pkey" not in {name for name, _ in indexes(connection)}
            connection.execute(_FILL.replace("100", "50"))
        assert older.execute("SELECT count(*) FROM products").fetchone() == (100,)
