"""The embedded PostgreSQL of a data folder: join it or start it, leave it, stop it.

Any number of programs share one server. Each holds a shared lock for as long as it uses the server; a small
detached process (`supervisor`) stops the server after the last one, two seconds later: a script's next
command then joins in milliseconds, and whoever looks finds nothing left soon after.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from acme_desktop.core.database.locks import FileLock
from acme_desktop.core.foundation.errors import EnvironmentProblem, Problem
from acme_desktop.core.foundation.paths import DataFolder

LINGER = 2.0
"""Seconds that the server stays after its last user."""

_PATIENCE = 300.0  # a start after a crash may have a gigabyte of log to replay
_PAUSE = 0.01
_LOOKS = 5  # how often the server has to be found in use before that is believed


@dataclass(frozen=True)
class ServerStatus:
    """How the embedded server is.

    Attributes:
        running: whether it accepts connections.
        kept: whether it stays without users until `EmbeddedServer.stop`.
        url: a URL that psycopg takes, or None where it is not running.
        pid: the server's process id, or None.
    """

    running: bool
    kept: bool
    url: str | None = None
    pid: int | None = None


class EmbeddedServer:
    """A program's use of the embedded server of one data folder; safe to call from any thread."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._control = folder.postgres
        self._users: FileLock | None = None
        self._watch: threading.Thread | None = None
        self._left = threading.Event()
        self._lock = threading.RLock()

    def start(self, *, keep: bool = False) -> str:
        """Join the server, starting it where it does not run; returns a URL that psycopg takes.

        Args:
            keep: leave it running without users, until `stop`.

        Raises:
            EnvironmentProblem: it cannot be started; the details hold the end of its log.
        """
        with self._lock:
            self._enter()
            try:
                url = self._running() or self._launch()
                if keep:
                    self.keep()
            except BaseException:
                self.release()
                raise
            if self._watch is None:
                self._left.clear()
                self._watch = threading.Thread(target=self._keep_supervised, name="embedded-postgres", daemon=True)
                self._watch.start()
            return url

    def release(self) -> None:
        """Leave the server; the last one to leave has it stopped."""
        self._left.set()
        if self._watch is not None:
            self._watch.join()
        with self._lock:
            self._watch = None
            if self._users is not None:
                self._users.close()
                self._users = None

    def keep(self) -> None:
        """Have the server stay without users, until `stop`; the caller uses it at the moment."""
        (self._control / "keep").touch(mode=0o600)

    def status(self) -> ServerStatus:
        """How the server is; starts nothing."""
        kept = (self._control / "keep").exists()
        state = self._state() if self._supervised() else None
        if state is None:
            return ServerStatus(running=False, kept=kept)
        return ServerStatus(running=True, kept=kept, url=state["url"], pid=int(state["pid"]))

    def stop(self) -> bool:
        """End what `start` with `keep` began; returns False where other programs still use the server.

        In that case it stops after the last of them. Otherwise it has stopped when this returns.
        """
        self.release()
        (self._control / "keep").unlink(missing_ok=True)
        if not self._supervised():
            return True
        users = FileLock(self._control / "users.lock")
        in_use = 0
        try:
            while self._supervised():
                # Shared but not alone: others use it, or the supervisor looked at that moment, which it does not do
                # several times in a row. Neither: the supervisor has it, and is about to stop.
                in_use = in_use + 1 if not users.try_acquire() and users.try_acquire(shared=True) else 0
                if in_use == _LOOKS:
                    return False
                users.release()
                time.sleep(_PAUSE)
        finally:
            users.close()
        return True

    def _enter(self) -> None:
        """Count as a user of the server; waits where it is just being stopped."""
        if self._users is not None and self._users.same_file():
            return
        if self._users is not None:
            self._users.close()
            self._users = None
        try:
            self._folder.create()
            self._control.mkdir(mode=0o700, exist_ok=True)
            self._check_owner()
            while True:
                users = FileLock(self._control / "users.lock")
                if users.acquire(shared=True, timeout=_PATIENCE) and users.same_file():
                    break
                users.close()
        except OSError as error:
            raise EnvironmentProblem(
                f"The data folder {self._folder.root} cannot be used.",
                "Check that it may be written and that its disk is not full, or choose another with --data-dir.",
                str(error),
            ) from error
        self._users = users

    def _check_owner(self) -> None:
        if os.name == "posix" and (owner := self._control.stat().st_uid) != os.geteuid():
            raise EnvironmentProblem(
                f"The database in {self._control} belongs to another user of this computer (number {owner}).",
                "Run the program as that user, or choose another folder with --data-dir.",
            )

    def _supervised(self) -> bool:
        """Whether a supervisor lives: it holds its lock, which the kernel drops with it."""
        if not self._control.is_dir():
            return False
        lock = FileLock(self._control / "supervisor.lock")
        try:
            return not lock.try_acquire(shared=True)
        finally:
            lock.close()

    def _state(self) -> dict[str, str] | None:
        try:
            state: dict[str, str] = json.loads((self._control / "server.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return state

    def _running(self) -> str | None:
        """The running server's URL, waiting where it is being started; None where nobody supervises one."""
        deadline = time.monotonic() + _PATIENCE
        while self._supervised():
            if (state := self._state()) is not None:
                return state["url"]
            if time.monotonic() > deadline:
                raise EnvironmentProblem(
                    "The embedded PostgreSQL is still not ready.", "Try again in a few minutes.", self._log_tail()
                )
            time.sleep(_PAUSE)
        return None

    def _launch(self) -> str:
        """Start a supervisor, one program at a time; the others find it running."""
        one_at_a_time = FileLock(self._control / "start.lock")
        try:
            one_at_a_time.acquire()
            if (url := self._running()) is not None:
                return url
            # What a killed supervisor left would pass for the new one's word while the server is still starting.
            (self._control / "server.json").unlink(missing_ok=True)
            try:
                home, url = self._prepare()
            except OSError as error:
                from acme_desktop.core.database.diagnosis import explain

                raise explain("The embedded PostgreSQL cannot be started.", str(error), self._control) from error
            self._spawn(home)
            return url
        finally:
            one_at_a_time.close()

    def _prepare(self) -> tuple[Path, str]:
        """Everything that comes before the server: account, programs, cluster, settings, the supervisor's orders."""
        from acme_desktop.core.database import binaries, superuser
        from acme_desktop.core.database.cluster import Cluster
        from acme_desktop.core.database.supervisor import Orders

        found = binaries.find()
        if superuser.is_root():
            with superuser.base_locked() as base:
                superuser.sweep()
                who = superuser.account()
                if not found.open_to_all():
                    found = found.copy_to(base)
                cluster = Cluster(superuser.home_of(self._control, who), found, who)
        else:
            cluster = Cluster(self._control, found)
        cluster.create()
        listening = cluster.listen()
        cluster.configure(listening.settings)
        stop = [str(found.program("pg_ctl")), "stop", "-D", str(cluster.data), "-m", "fast"]
        Orders(
            command=cluster.command(),
            data=str(cluster.data),
            environment=binaries.environment(),
            uid=cluster.account.uid if cluster.account else None,
            gid=cluster.account.gid if cluster.account else None,
            address={"url": listening.url},
            patience=_PATIENCE,
            linger=LINGER,
            stop_command=stop if sys.platform == "win32" else None,
            sockets=str(listening.sockets) if listening.sockets else None,
            temporary=listening.temporary,
        ).write(self._control / "start.json")
        return cluster.home, listening.url

    def _spawn(self, home: Path) -> None:
        """Start the supervisor and wait until it says how the server's start went."""
        (self._control / "server.log").touch(mode=0o600)
        with (
            (self._control / "server.log").open("ab") as log,
            subprocess.Popen(
                _supervisor_command(self._control),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=os.path.sep,
                env={**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1"},
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
                | getattr(subprocess, "DETACHED_PROCESS", 0),
            ) as process,
        ):
            assert process.stdout is not None
            answer = process.stdout.readline()
        said = json.loads(answer) if answer else {"error": "the supervisor ended", "log": self._log_tail()}
        if "ready" not in said:
            from acme_desktop.core.database.diagnosis import explain

            raise explain("The embedded PostgreSQL cannot be started.", f"{said['log']}\n{said['error']}", home)

    def _log_tail(self) -> str:
        try:
            return (self._control / "server.log").read_text(encoding="utf-8", errors="replace")[-4000:]
        except OSError:
            return ""

    def _keep_supervised(self) -> None:
        """Begin a new supervisor and server should the supervisor be killed while this program uses the server."""
        while not self._left.wait(0.5):
            try:
                if self._users is not None and self._users.same_file() and not self._supervised():
                    self._launch()
            except (Problem, OSError):
                # The program's next statement meets the same trouble and tells the person.
                self._left.wait(5)


def delete(folder: DataFolder) -> None:
    """Delete a data folder with its cluster, wherever that lies, once its server has stopped; for tests and resets.

    Raises:
        EnvironmentProblem: another program still uses the server.
    """
    if not EmbeddedServer(folder).stop():
        raise EnvironmentProblem(f"Another program uses the database of {folder.root}.", "Close it first.")
    from acme_desktop.core.database import superuser

    if superuser.is_root() and (elsewhere := superuser.cluster_of(folder.postgres)) is not None:
        shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(folder.root, ignore_errors=True)


def _supervisor_command(control: Path) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--supervise-postgres", str(control)]
    root = str(Path(__file__).resolve().parents[3])
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from acme_desktop.core.database.supervisor import main; sys.exit(main(sys.argv[1:]))"
    )
    return [sys.executable, "-I", "-S", "-c", code, root, str(control)]
