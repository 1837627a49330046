from __future__ import annotations


def test_a_database_of_its_own(database):
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)


def test_another_one(database):
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)
