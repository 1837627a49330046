"""The small process that owns the embedded server: starts it, watches who uses it, stops it after the last.

Detached from the program that began it, so that no program's death, kill -9 included, leaves a server behind or
takes one away from others. Standard library only: it starts in some 30 ms and stays small. It works in
the control folder (``postgres`` in the data folder):

- ``start.json``: what to run, written by the program that begins it (see `Orders`)
- ``supervisor.lock``: held by the one supervisor for as long as it lives
- ``users.lock``: shared by every program that uses the server; whoever can lock it alone knows that nobody is left
- ``keep``: while this file is there, the server stays without users
- ``server.json``: the server's address and process id, there while it accepts connections

One line of JSON on stdout says how the start went: ``{"ready": true}``, or ``{"error": ..., "log": ...}``.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from acme_desktop.core.database import leftovers
from acme_desktop.core.database.locks import FileLock

POLL = 0.1
"""Seconds between two looks at users and server."""

_LOG_LIMIT = 2_000_000
_RESTARTS = 5
_SLOW_STOP = 300.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT) + ((signal.SIGHUP,) if os.name == "posix" else ())


@dataclass(frozen=True)
class Orders:
    """What to run and how.

    Attributes:
        command: the server's command line.
        data: the cluster's data directory.
        environment: the server's whole environment.
        uid, gid: the account to run it as; None is the supervisor's own.
        address: handed on to every program in ``server.json``.
        patience: seconds that a start may take, recovery after a crash included.
        linger: seconds without users before the server is stopped.
        stop_command: a command that stops the server, where signals cannot (Windows).
        sockets: the private folder of the server's Unix socket, or None.
        temporary: whether that folder is to be removed when the server has stopped.
    """

    command: list[str]
    data: str
    environment: dict[str, str]
    uid: int | None
    gid: int | None
    address: dict[str, str]
    patience: float
    linger: float
    stop_command: list[str] | None = None
    sockets: str | None = None
    temporary: bool = False

    def write(self, path: Path) -> None:
        """Save the orders for the supervisor to read."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Orders:
        """The orders saved by `write`."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


class StartError(Exception):
    """The server ended, or was not ready in time."""


def main(arguments: list[str]) -> int:
    """Run the supervisor of the control folder named by the only argument; returns the exit status."""
    control = Path(arguments[0])
    if os.name == "posix" and os.fork():
        os._exit(0)  # the child goes on without a parent that would have to wait for it
    os.umask(0o077)
    lock = FileLock(control / "supervisor.lock")
    if not lock.acquire(timeout=5):
        _say({"error": "busy", "log": ""})
        return 1
    users = FileLock(control / "users.lock")
    supervisor = _Supervisor(control, Orders.read(control / "start.json"), users)
    try:
        supervisor.run()
    except (StartError, OSError, subprocess.SubprocessError) as failure:
        _say({"error": str(failure), "log": supervisor.log_of_this_start()})
        return 1
    finally:
        lock.close()  # first, so that whoever waits for the users' lock finds no supervisor and starts one
        users.close()
    return 0


class _Supervisor:
    def __init__(self, control: Path, orders: Orders, users: FileLock) -> None:
        self._control = control
        self._orders = orders
        self._users = users
        self._state = control / "server.json"
        self._log = control / "server.log"
        self._log_start = 0
        self._server: subprocess.Popen[bytes] | None = None
        self._told_to_stop = False
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)

    def run(self) -> None:
        """Start the server, tell it, watch until nobody is left, stop."""
        try:
            self._start()
            _say({"ready": True})
            _close_stdout()
            self._watch()
        finally:
            self._stop()

    def log_of_this_start(self) -> str:
        """The end of what the server has written since it was started."""
        with contextlib.suppress(OSError), self._log.open("rb") as stream:
            stream.seek(self._log_start)
            return stream.read()[-8000:].decode("utf-8", "replace")
        return ""

    def _on_signal(self, number: int, frame: object) -> None:
        # A terminal that closes is no reason to stop a server that other programs use.
        self._told_to_stop = self._told_to_stop or number == signal.SIGTERM

    def _start(self) -> None:
        deadline = time.monotonic() + self._orders.patience
        while True:
            self._launch()
            try:
                self._await_ready(deadline)
            except StartError:
                # The processes of a server that was killed need a moment to let go of its memory.
                if "shared memory block" not in self.log_of_this_start() or time.monotonic() > deadline:
                    raise
                time.sleep(POLL)
            else:
                return

    def _launch(self) -> None:
        leftovers.clear(Path(self._orders.data), self._orders.sockets)
        self._rotate_log()
        with self._log.open("ab") as log:
            self._log_start = log.seek(0, os.SEEK_END)
            self._server = subprocess.Popen(
                self._orders.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=os.path.sep,
                env=self._orders.environment,
                user=self._orders.uid,
                group=self._orders.gid,
                extra_groups=None if self._orders.uid is None else [],
                preexec_fn=_end_with_parent(),
            )

    def _await_ready(self, deadline: float) -> None:
        server = self._running_server()
        pid_file = Path(self._orders.data) / "postmaster.pid"
        while time.monotonic() < deadline and not self._told_to_stop:
            if server.poll() is not None:
                raise StartError(f"the server ended with status {server.returncode}")
            with contextlib.suppress(OSError, ValueError, IndexError):
                lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
                if int(lines[0]) == server.pid and lines[7].strip() == "ready":
                    _write(
                        self._state, {**self._orders.address, "pid": str(server.pid), "supervisor": str(os.getpid())}
                    )
                    return
            time.sleep(0.005)
        raise StartError("the server was not ready in time")

    def _watch(self) -> None:
        quiet_since: float | None = None
        kept = False
        restarts = 0
        keep = self._control / "keep"
        next_look_at_log = time.monotonic() + 60
        while not self._told_to_stop and self._users.same_file():
            if self._running_server().poll() is not None:
                restarts += 1
                self._state.unlink(missing_ok=True)
                if restarts > _RESTARTS or self._nobody_left():
                    return
                self._start()
            if keep.exists():
                kept, quiet_since = True, None
            elif not self._users.try_acquire():
                kept, quiet_since = False, None
            else:
                quiet_since = quiet_since or time.monotonic()
                if kept or time.monotonic() - quiet_since >= self._orders.linger:
                    return  # with the users' lock held: newcomers wait until the server has stopped
                self._users.release()
            if time.monotonic() > next_look_at_log:
                next_look_at_log += 60
                self._rotate_log()
            time.sleep(POLL)

    def _nobody_left(self) -> bool:
        return not (self._control / "keep").exists() and self._users.try_acquire()

    def _stop(self) -> None:
        ours = self._users.same_file()
        if ours:
            self._state.unlink(missing_ok=True)
        if self._server is not None and self._server.poll() is None:
            self._ask_to_stop(self._server, fast=ours)
        if self._orders.sockets is not None and self._orders.temporary:
            with contextlib.suppress(OSError):
                Path(self._orders.sockets).rmdir()

    def _ask_to_stop(self, server: subprocess.Popen[bytes], *, fast: bool) -> None:
        """Fast: roll back, write everything, end. Otherwise the data are gone and there is nothing to write."""
        if self._orders.stop_command is not None:
            subprocess.run(self._orders.stop_command, env=self._orders.environment, check=False, capture_output=True)
        steps = [(signal.SIGINT, _SLOW_STOP)] if fast else []
        if os.name == "posix":
            steps.append((signal.SIGQUIT, 10.0))
        for number, patience in steps:
            with contextlib.suppress(OSError):
                if self._orders.stop_command is None:
                    server.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(patience)
                return
        server.kill()
        server.wait()

    def _rotate_log(self) -> None:
        """Keep one older log; the server appends, so that its open file may be emptied under it."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > _LOG_LIMIT:
                older = self._log.with_suffix(".log.1")
                older.write_bytes(self._log.read_bytes())
                older.chmod(0o600)
                os.truncate(self._log, 0)

    def _running_server(self) -> subprocess.Popen[bytes]:
        assert self._server is not None
        return self._server


def _end_with_parent() -> Callable[[], None] | None:
    """What the new server calls so that the kernel ends it in good order should the supervisor be killed."""
    if sys.platform != "linux":
        return None
    import ctypes  # before the change of account, which may put our own modules out of reach

    request = ctypes.CDLL(None).prctl
    return lambda: request(1, int(signal.SIGINT), 0, 0, 0)


def _write(path: Path, content: dict[str, str]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    fresh.replace(path)


def _say(message: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # whoever asked may be gone
        os.write(1, json.dumps(message).encode() + b"\n")


def _close_stdout() -> None:
    empty = os.open(os.devnull, os.O_RDWR)
    os.dup2(empty, 1)
    os.close(empty)
