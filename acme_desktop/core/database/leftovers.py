"""What a killed server leaves behind, and whether a process is a server. Standard library only, for the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_LINUX = sys.platform == "linux"
_PATIENCE = 300.0
_PAUSE = 0.1


def clear(data: Path, sockets: str | None) -> None:
    """Make way for a new server: a killed one's number in its lock files may belong to another process by now.

    The data directory's own lock file stays, with our number as the former server's: PostgreSQL takes its
    parent's number for a dead server's, and still finds by that file whether any process of that server
    is left that could write to the data.

    The caller holds the supervisor's lock: the only server that may still run is one whose supervisor
    was killed, and that one is ending.
    """
    path = data / "postmaster.pid"
    deadline = time.monotonic() + _PATIENCE
    while (pid := pid_in(path)) is not None and is_server_of(pid, data):
        if time.monotonic() > deadline:
            return
        if os.name == "posix":
            os.kill(pid, signal.SIGINT)
        time.sleep(_PAUSE)
    if os.name == "posix" and pid is not None:
        _put_our_number(path)
    if sockets is not None:
        for left in Path(sockets).glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)


def pid_in(path: Path) -> int | None:
    """The process id in a lock file's first line, or None."""
    try:
        return int(path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _put_our_number(path: Path) -> None:
    # The folder belongs to the server's account: nothing of its making may lead us elsewhere.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as stream:
        lines = stream.read().split(b"\n")
        stream.seek(0)
        stream.write(b"\n".join([str(os.getpid()).encode(), *lines[1:]]))
        stream.truncate()


def is_server_of(pid: int, data: Path) -> bool:
    """Whether the process is a server of that data directory, and not just one that was given its number."""
    if _LINUX:
        try:
            # A server stands in its data directory.
            return Path(f"/proc/{pid}/cwd").samefile(data)
        except OSError:
            return False
    if os.name == "posix":
        shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True).stdout
        return os.fsencode(data) in shown
    listed = subprocess.run(["tasklist", "/FI", f"PID eq {pid}", "/NH"], check=False, capture_output=True).stdout
    return b"postgres" in listed
