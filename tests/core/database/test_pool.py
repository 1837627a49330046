"""Connections are lent, given back and lent again, and never one that is broken."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.pool import Connection, Pool


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    made = Pool(lambda: psycopg.connect(database.url), keep=1, most=2)
    yield made
    made.close()


def number(connection: Connection) -> int:
    return connection.info.backend_pid


def test_a_connection_is_lent_again(pool: Pool) -> None:
    with pool.borrowed() as connection:
        first = number(connection)
    with pool.borrowed() as connection:
        assert number(connection) == first


def test_two_borrowers_have_two_connections_of_which_as_many_as_asked_are_kept(pool: Pool) -> None:
    with pool.borrowed() as one, pool.borrowed() as other:
        assert number(one) != number(other)
    assert [one.closed, other.closed] == [True, False]


def test_who_wants_one_too_many_waits(pool: Pool) -> None:
    got = threading.Event()

    def borrow() -> None:
        with pool.borrowed():
            got.set()

    thread = threading.Thread(target=borrow)
    with pool.borrowed():
        with pool.borrowed():
            thread.start()
            assert not got.wait(0.2)
        assert got.wait(10)
    thread.join()


def test_what_is_not_committed_is_rolled_back(pool: Pool) -> None:
    with pool.borrowed() as connection:
        connection.execute("CREATE TABLE forgotten ()")
    with pool.borrowed() as connection:
        assert connection.execute("SELECT to_regclass('forgotten')").fetchone() == (None,)


def test_a_broken_connection_is_not_lent(pool: Pool, database: Database) -> None:
    with pool.borrowed() as connection:
        first = number(connection)
    with database.connect() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    with pool.borrowed() as connection:
        assert number(connection) != first


def test_emptied_while_lent_it_is_closed_when_it_comes_back(pool: Pool) -> None:
    with pool.borrowed() as connection:
        pool.empty()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert connection.closed


def test_once_closed_it_keeps_nothing_of_a_late_borrower(pool: Pool) -> None:
    pool.close()
    with pool.borrowed() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert connection.closed
