"""Running as root, which PostgreSQL refuses: a dedicated account, and places that it can reach.

The server runs as the system account `ACCOUNT`. Nothing is opened up for it: where it cannot reach the
programs (a virtual environment below ``/root``), a copy that all may read is kept under `BASE`; where it cannot
reach the data folder, the cluster lives under ``BASE/clusters/<id>`` and the data folder holds the id.

The id file is a hard link wherever the file systems allow it: as long as the data folder exists, under
whatever name, its file has two names. That tells a cluster whose data folder was deleted from one whose data
folder was moved. The former is cleaned up at a start a day later: a move to another disk looks the same at first.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from acme_desktop.core.database import binaries, leftovers
from acme_desktop.core.database.locks import FileLock
from acme_desktop.core.foundation.errors import EnvironmentProblem

ACCOUNT = "acme-postgres"
BASE = Path("/var/lib/acme-desktop")
ORPHAN_PATIENCE = 24 * 3600.0
"""Seconds from noticing that a cluster's data folder is gone to removing the cluster."""

_ID_FILE = "cluster.json"
_NOWHERE = ("--home-dir", "/nonexistent")
_CREATORS = (
    ["useradd", "--system", "--user-group", "--no-create-home", *_NOWHERE, "--shell", "/usr/sbin/nologin", ACCOUNT],
    ["adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", ACCOUNT],
)


@dataclass(frozen=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int


def is_root() -> bool:
    """Whether PostgreSQL would refuse to run as this process's user."""
    return sys.platform != "win32" and os.geteuid() == 0


@contextmanager
def base_locked() -> Iterator[Path]:
    """`BASE`, made where it is missing, with other programs of root kept out.

    Raises:
        EnvironmentProblem: it cannot be made.
    """
    try:
        _folder(BASE, 0o755)
        _folder(BASE / "clusters", 0o711)
        lock = FileLock(BASE / "lock")
    except OSError as error:
        raise EnvironmentProblem(
            f"The folder {BASE} cannot be made.",
            "As root, the embedded PostgreSQL needs it; use an ordinary account or name a server with --database-url.",
            str(error),
        ) from error
    try:
        lock.acquire()
        yield BASE
    finally:
        lock.close()


def account() -> Account:
    """The dedicated account, created at the first need; call it with `base_locked`.

    Raises:
        EnvironmentProblem: there is none and it cannot be created.
    """
    import pwd

    said = []
    for creator in ([], *_CREATORS):
        if creator and (program := shutil.which(creator[0], path=_places())):
            command = [program, *creator[1:]]
            done = subprocess.run(command, env=binaries.environment(), check=False, capture_output=True, text=True)
            said.append(f"{' '.join(creator)}: {done.stderr.strip() or done.returncode}")
        try:
            found = pwd.getpwnam(ACCOUNT)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(ACCOUNT, found.pw_uid, found.pw_gid)
    raise EnvironmentProblem(
        f"PostgreSQL refuses to run as root, and the system account {ACCOUNT} for it cannot be created.",
        f"Create a system account named {ACCOUNT}, start the program as an ordinary user, or use --database-url.",
        "\n".join(said),
    )


def _places() -> str:
    """Where administrators' programs are looked for: root has not always those folders on PATH (cron, su)."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/bin", "/bin"))


def can_reach(path: Path, who: Account) -> bool:
    """Whether the account can pass through every folder down to `path` (permission bits; ACLs are not asked)."""
    for folder in (path, *path.resolve().parents):
        found = folder.stat()
        bit = stat.S_IXOTH
        if found.st_uid == who.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == who.gid:
            bit = stat.S_IXGRP
        if not found.st_mode & bit:
            return False
    return True


def home_of(control: Path, who: Account) -> Path:
    """The folder of this data folder's cluster, belonging to root, passable for the account only; made if new.

    Call it with `base_locked`.

    Args:
        control: the folder ``postgres`` in the data folder.
        who: the account that the server runs as.

    Raises:
        EnvironmentProblem: the cluster is gone, or belongs to another data folder.
    """
    id_file = control / _ID_FILE
    if id_file.exists():
        return _recorded_home(id_file)
    reachable = can_reach(control.parent, who) and _give_passage(control, who)
    if reachable:
        return control
    if (control / "cluster").exists():
        raise EnvironmentProblem(
            f"The database in {control} can no longer be reached by its account {who.name}.",
            f"Give back the permission to pass through {control.parent} and the folders above it.",
        )
    home = BASE / "clusters" / secrets.token_hex(8)
    home.mkdir(mode=0o700)
    _give_passage(home, who)
    owner = home / _ID_FILE
    owner.write_text(json.dumps({"id": home.name, "data_folder": str(control.parent)}), encoding="utf-8")
    owner.chmod(0o600)
    _link(owner, id_file)
    return home


def sweep() -> None:
    """Remove the clusters whose data folder has been gone for `ORPHAN_PATIENCE`; call it with `base_locked`."""
    for home in (BASE / "clusters").iterdir():
        noticed = home / "orphaned"
        if not _is_orphan(home):
            noticed.unlink(missing_ok=True)
        elif not noticed.exists():
            noticed.touch(mode=0o600)
        elif time.time() - noticed.stat().st_mtime > ORPHAN_PATIENCE:
            shutil.rmtree(home, ignore_errors=True)


def cluster_of(control: Path) -> Path | None:
    """The folder below `BASE` with the data folder's cluster, or None where it has none there."""
    home = BASE / "clusters" / str(_id_in(control / _ID_FILE))
    try:
        return home if (home / _ID_FILE).samefile(control / _ID_FILE) else None
    except OSError:
        return None


def _is_orphan(home: Path) -> bool:
    owner = home / _ID_FILE
    try:
        recorded = json.loads(owner.read_text(encoding="utf-8"))
        control = Path(recorded["data_folder"]) / "postgres"
        # Across disks there is no link to tell by.
        gone = recorded.get("linked", True) and owner.stat().st_nlink == 1
    except (OSError, ValueError, KeyError):
        return False
    if not gone or _id_in(control / _ID_FILE) == home.name:
        return False
    pid = leftovers.pid_in(home / "cluster" / "postmaster.pid")
    return pid is None or not leftovers.is_server_of(pid, home / "cluster")


def _give_passage(folder: Path, who: Account) -> bool:
    """Let the account, and nobody else, pass through our own folder; False where the disk knows no owners."""
    try:
        os.chown(folder, 0, who.gid)
        folder.chmod(0o710)
    except OSError:
        return False
    return True


def _recorded_home(id_file: Path) -> Path:
    identity = _id_in(id_file)
    home = BASE / "clusters" / str(identity)
    owner = home / _ID_FILE
    if identity is None or not owner.exists():
        raise EnvironmentProblem(
            f"The database of the data folder {id_file.parents[1]} is missing: {home} is not there.",
            f"Bring it back from a backup, or delete {id_file} to begin with an empty database.",
        )
    if owner.samefile(id_file):
        return home
    recorded = json.loads(owner.read_text(encoding="utf-8"))
    first = Path(recorded["data_folder"]) / "postgres" / _ID_FILE
    if owner.stat().st_nlink > 1 or (first != id_file and _id_in(first) == identity):
        raise EnvironmentProblem(
            f"The data folder {id_file.parents[1]} is a copy of {recorded['data_folder']}, which has the database.",
            f"Delete {id_file} to begin with an empty database here, and use db backup and db restore to copy one.",
        )
    _link_anew(owner, id_file)
    return home


def _link(owner: Path, id_file: Path) -> None:
    """Give the cluster's id file its second name in the data folder, or a copy where that is another disk."""
    content = json.loads(owner.read_text(encoding="utf-8"))
    try:
        id_file.hardlink_to(owner)
        content["linked"] = True
    except OSError:
        id_file.write_text(json.dumps(content), encoding="utf-8")
        id_file.chmod(0o600)
        content["linked"] = False
    owner.write_text(json.dumps(content), encoding="utf-8")  # in place: both names lead to it


def _link_anew(owner: Path, id_file: Path) -> None:
    """The data folder was moved to another disk, or restored: from now on it is this one."""
    content = json.loads(owner.read_text(encoding="utf-8"))
    content["data_folder"] = str(id_file.parents[1])
    owner.write_text(json.dumps(content), encoding="utf-8")
    id_file.unlink()
    _link(owner, id_file)


def _id_in(path: Path) -> str | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["id"]
    except (OSError, ValueError, KeyError):
        return None
    return found if isinstance(found, str) and found.isalnum() else None


def _folder(path: Path, mode: int) -> None:
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
