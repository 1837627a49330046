"""One database over real connections: transactions, cancelling, lost wires, wrong passwords."""

# ruff: noqa: PT012  a block that is a transaction is what is tested
from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from acme_desktop.core.database import connections, passwords, sessions
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem
from acme_desktop.core.foundation.progress import Progress
from tests.support.processes import eventually
from tests.support.proxy import proxy

PASSWORD = "p@ss/w:rd %ż"


def _count(database, table="things"):
    with database.connect() as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
def things(database):
    with database.connect() as connection:
        connection.execute("CREATE TABLE things (id int)")
    return database


@pytest.fixture
def team_server(server_url, database_url):
    """A database behind a TCP port that asks for a password: its URL without one, and the door."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        rules = Path(connection.execute("SHOW hba_file").fetchone()[0])
        before = rules.read_text()
        if "team" not in before:
            rules.write_text("local all team scram-sha-256\n" + before)
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(psycopg.sql.SQL("CREATE ROLE team LOGIN PASSWORD {}").format(PASSWORD))
    name = conninfo_to_dict(database_url)["dbname"]
    with proxy(server_url) as door:
        yield f"postgresql://team@127.0.0.1:{door.port}/{name}", door


def _with_password(url, password=PASSWORD):
    return str(DatabaseUrl.parse(url).with_password(password))


def test_a_block_is_a_transaction(things):
    with things.connect() as connection:
        connection.execute("INSERT INTO things VALUES (1)")
    assert _count(things) == 1
    with pytest.raises(ZeroDivisionError), things.connect() as connection:
        connection.execute("INSERT INTO things VALUES (2)")
        raise ZeroDivisionError
    assert _count(things) == 1


def test_a_statements_own_error_stays_what_it_is(things):
    with pytest.raises(psycopg.errors.UndefinedTable), things.connect() as connection:
        connection.execute("SELECT 1 FROM nowhere")
    assert _count(things) == 0


def test_a_connection_comes_back_clean(things):
    with things.connect() as connection:
        connection.row_factory = psycopg.rows.dict_row
    with things.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.info.parameter_status("application_name") == "acme-desktop"


def test_many_threads_at_once(things):
    def add():
        for _ in range(5):
            with things.connect() as connection:
                connection.execute("INSERT INTO things VALUES (1)")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(things) == 40


def test_cancel_interrupts_the_statement_on_the_server(things):
    progress = Progress()
    threading.Timer(0.2, progress.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled), things.cancellable(progress) as connection:
        connection.execute("INSERT INTO things VALUES (1)")
        connection.execute("SELECT pg_sleep(30)")
    assert time.monotonic() - began < 5
    assert _count(things) == 0
    with things.cancellable(Progress()) as connection:  # the same connection, with nothing pending
        connection.execute("SELECT pg_sleep(0.3)")


def test_cancel_interrupts_a_statement_that_begins_after_it(things):
    progress = Progress()
    with pytest.raises(Cancelled), things.cancellable(progress) as connection:
        progress.cancel()
        time.sleep(0.05)
        connection.execute("SELECT pg_sleep(30)")


def test_cancel_interrupts_a_copy(things):
    progress = Progress()
    threading.Timer(0.2, progress.cancel).start()
    with (
        pytest.raises(Cancelled),
        things.cancellable(progress) as connection,
        connection.cursor().copy("COPY things FROM STDIN") as copy,
    ):
        # The server's refusal is read at the end only: the writer looks for itself.
        for number in range(1_000_000):
            progress.update(number)
            copy.write("1\n" * 1000)
    assert _count(things) == 0


def test_a_cancel_before_the_end_of_the_block_commits_nothing(things):
    progress = Progress()
    with pytest.raises(Cancelled), things.cancellable(progress) as connection:
        connection.execute("INSERT INTO things VALUES (1)")
        progress.cancel()
    assert _count(things) == 0
    with pytest.raises(Cancelled), things.cancellable(progress):
        pytest.fail("it was cancelled before")


def test_a_cancel_at_the_very_end_of_a_block_harms_nothing(things):
    for number in range(100):
        progress = Progress()
        canceller = threading.Thread(target=progress.cancel)
        try:
            with things.cancellable(progress) as connection:
                canceller.start()
                if number % 2:
                    connection.execute("SELECT 1")
        except Cancelled:
            pass
        canceller.join()
        assert _count(things) == 0


def test_a_statement_that_the_server_timed_out_is_not_cancelled_by_the_person(things):
    with pytest.raises(EnvironmentProblem, match="took too long"), things.cancellable(Progress()) as connection:
        connection.execute("SET LOCAL statement_timeout = '50ms'")
        connection.execute("SELECT pg_sleep(5)")


def test_a_cut_wire_is_told_and_the_next_use_connects_anew(team_server):
    url, door = team_server
    database = Database.open(_with_password(url))
    with pytest.raises(EnvironmentProblem, match=r"failed|stopped") as raised, database.connect() as connection:
        door.cut()
        connection.execute("SELECT 1")
    assert raised.value.advice
    with database.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    database.close()


def test_a_wire_cut_while_pooled_is_not_noticed(team_server):
    url, door = team_server
    database = Database.open(_with_password(url))
    door.cut()
    with database.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    database.close()


def test_an_ended_session_is_told(database):
    with pytest.raises(EnvironmentProblem, match="stopped"), database.connect() as connection:
        pid = connection.info.backend_pid
        with database.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.execute("SELECT 1")


def test_the_engine_has_the_same_translation(database):
    with pytest.raises(EnvironmentProblem), database.translated(), database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("postgresql://me:{secret}@127.0.0.1:1/x", "No server answers"),
        ("postgresql://me:{secret}@no-such-host.invalid/x", "no computer with the name"),
        ("postgresql://me:{secret}@/x?host=/nowhere", "No server answers"),
    ],
)
def test_no_server_is_told_without_the_password(url, title):
    with pytest.raises(EnvironmentProblem, match=title) as raised:
        Database.open(url.format(secret="s3cret%40x"))
    problem = raised.value
    assert problem.advice
    assert problem.details
    for text in (problem.title, problem.advice, problem.details, repr(problem)):
        assert "s3cret" not in text


@contextmanager
def answering(words: bytes) -> Iterator[int]:
    """A server that reads what comes, says these words and hangs up; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                with listener.accept()[0] as client:
                    client.recv(1024)
                    client.sendall(words)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.mark.parametrize("mode", ["prefer", "require", "disable"])
@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9\r\n", b""])
def test_a_server_that_is_not_postgresql(words: bytes, mode: str) -> None:
    with answering(words) as port, pytest.raises(EnvironmentProblem) as raised:
        Database.open(f"postgresql://me:secret@127.0.0.1:{port}/catalogue?sslmode={mode}&connect_timeout=5")
    assert f"the database catalogue on 127.0.0.1:{port}" in raised.value.title
    assert raised.value.title.startswith("What answers for")
    assert "Is this a PostgreSQL server?" in raised.value.advice


@pytest.mark.parametrize("setting", ["sslmode=bogus", "port=many", "port=99999", "channel_binding=7"])
def test_a_setting_that_cannot_be(setting: str) -> None:
    with pytest.raises(EnvironmentProblem, match="has a setting that cannot be") as raised:
        Database.open(f"postgresql://me@127.0.0.1:1/x?{setting}")
    assert setting.partition("=")[2] in raised.value.details


def test_a_wrong_password_a_missing_one_and_a_missing_database(team_server, monkeypatch):
    url, _ = team_server
    with pytest.raises(EnvironmentProblem, match="refuses the user name or the password"):
        Database.open(_with_password(url, "wrong"))
    monkeypatch.setattr(passwords, "load", lambda _url: None)
    with pytest.raises(EnvironmentProblem, match="wants a password"):
        Database.open(url)
    with pytest.raises(EnvironmentProblem, match=r"^The database missing on \S+ does not exist\."):
        Database.open(_with_password(url.rpartition("/")[0] + "/missing"))


def test_the_keyring_supplies_a_missing_password(team_server):
    url, _ = team_server
    before = keyring.get_keyring()
    keyring.set_keyring(_Memory())
    try:
        assert passwords.save(DatabaseUrl.parse(_with_password(url)))
        database = Database.open(url)
        assert conninfo_to_dict(database.url)["password"] == PASSWORD
        assert database.safe_url == url
        assert "127.0.0.1" in database.display_name
        database.close()
        passwords.delete(DatabaseUrl.parse(url))
        assert passwords.load(DatabaseUrl.parse(url)) is None
        passwords.delete(DatabaseUrl.parse(url))
    finally:
        keyring.set_keyring(before)


def test_no_keyring_is_no_error():
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        url = DatabaseUrl.parse("postgresql://me:secret@host/x")
        assert not passwords.save(url)
        assert passwords.load(url) is None
        passwords.delete(url)
    finally:
        keyring.set_keyring(before)


def test_an_old_server_is_refused(database_url, monkeypatch):
    monkeypatch.setattr("acme_desktop.core.database.sessions.OLDEST_SERVER", 99)
    with pytest.raises(EnvironmentProblem, match="the oldest that works is 99"):
        Database.open(database_url)


def test_notifications_arrive_and_survive_a_cut_wire(team_server, database):
    url, door = team_server
    remote = Database.open(_with_password(url))
    listener = remote.listen("acme_changes")
    seen = []
    thread = threading.Thread(target=lambda: [seen.append(payload) for payload in listener])
    thread.start()
    assert listener.wait_until_ready(5)
    _notify(database, "7")
    eventually(lambda: seen == ["7"])
    door.cut()
    eventually(lambda: seen == ["7", ""])
    _notify(database, "8")
    eventually(lambda: seen == ["7", "", "8"])
    listener.stop()
    thread.join(2)
    assert not thread.is_alive()
    remote.close()


def _notify(database, payload):
    with database.connect() as connection:
        connection.execute("SELECT pg_notify('acme_changes', %s)", [payload])


class _Memory(keyring.backend.KeyringBackend):
    """A keyring that forgets with the test."""

    priority = 1

    def __init__(self):
        super().__init__()
        self._kept = {}

    def get_password(self, service, username):
        return self._kept.get((service, username))

    def set_password(self, service, username, password):
        self._kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self._kept:
            raise keyring.errors.PasswordDeleteError(username)
        del self._kept[service, username]


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("FATAL:  the database system is not yet accepting connections\nDETAIL:  Consistent recovery ...", True),
        ("FATAL:  the database system is starting up", True),
        ("connection refused", False),
    ],
)
def test_an_embedded_server_is_given_time_to_recover(database, monkeypatch, said, waits) -> None:
    real, refused = sessions.connect, []

    def connect(url, **settings):
        if len(refused) < 3:
            refused.append(url)
            raise psycopg.OperationalError(said)
        return real(url, **settings)

    monkeypatch.setattr(sessions, "connect", connect)
    monkeypatch.setattr(connections, "_RESTART_PATIENCE", 0.0)
    if waits:
        Database.open(database.url, embedded=True).close()
        assert len(refused) == 3
    else:
        with pytest.raises(EnvironmentProblem):
            Database.open(database.url, embedded=True)
    refused.clear()
    with pytest.raises(EnvironmentProblem):  # a team's server is not ours to wait for
        Database.open(database.url)
    assert len(refused) == 1
