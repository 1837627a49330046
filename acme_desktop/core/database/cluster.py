"""One PostgreSQL cluster on disk: where it lies, how it is created, who may connect and with which settings.

Nobody but the person (or root) whose cluster it is gets in: over a Unix socket in a private folder the server
asks the kernel who is calling (peer), and the client asks who is answering (requirepeer). On Windows it is
loopback TCP with SCRAM and a generated password. There is no ``trust`` anywhere.

The settings lie beside the data directory, not in it, and are written at each start: they follow the machine
and the program's version. What somebody sets with ALTER SYSTEM still wins.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from acme_desktop.core.database import tuning
from acme_desktop.core.database.binaries import Binaries, environment
from acme_desktop.core.database.superuser import Account
from acme_desktop.core.foundation.errors import EnvironmentProblem

ROLE = "acme"
DATABASE = "acme"
_PORT = 5432
_LONGEST_SOCKET_PATH = 103  # the smallest of the systems' limits (macOS); Linux has 107
_INITDB = [
    "--username=" + ROLE,
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    # Only until our own rules are written, and those leave it at peer wherever there is a Unix socket.
    f"--auth={'scram-sha-256' if sys.platform == 'win32' else 'peer'}",
    "--no-instructions",
]
# What a letter is, for the trigrams of search: with C they are made of ASCII letters alone. Systems differ in which
# of these they have; the builtin locale, which sorts and folds, needs none of them.
_CHARACTER_TYPES = ("C.UTF-8", "en_US.UTF-8") if os.name == "posix" else ()


@dataclass(frozen=True)
class Listening:
    """Where a server listens.

    Attributes:
        settings: the parameters that say so to the server.
        url: a URL that psycopg takes and that leads there.
        sockets: the private folder of its Unix socket, or None.
        temporary: whether that folder is for this one run of the server.
    """

    settings: dict[str, str]
    url: str
    sockets: Path | None = None
    temporary: bool = False


@dataclass(frozen=True)
class Cluster:
    """A cluster's folder and the account that its server runs as.

    Attributes:
        home: the folder that holds the data directory and the settings.
        binaries: the programs to run it with.
        account: the dedicated account where this program is root, else None.
    """

    home: Path
    binaries: Binaries
    account: Account | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "cluster"

    @property
    def configuration(self) -> Path:
        """The settings' file."""
        return self.home / "postgresql.conf"

    def command(self) -> list[str]:
        """The server's command line."""
        return [str(self.binaries.program("postgres")), "-D", str(self.data), "-c", f"config_file={self.configuration}"]

    def create(self) -> None:
        """Create the data directory where there is none: whole or not at all, and written to disk.

        Raises:
            EnvironmentProblem: initdb fails, or the directory belongs to another major version.
        """
        if self.data.exists():
            self._check_version()
            return
        for unfinished in self.home.glob("cluster.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(dir=self.home, prefix="cluster.new-"))
        self._hand_over(fresh)
        options = list(_INITDB)
        if sys.platform == "win32":
            options.append(f"--pwfile={self._password_file()}")
        self._initialise([str(self.binaries.program("initdb")), "-D", str(fresh), *options])
        single = [str(self.binaries.program("postgres")), "--single", "-D", str(fresh), "template1"]
        self._run(single, f"CREATE DATABASE {DATABASE}\n")
        fresh.rename(self.data)
        _write_to_disk(self.home)

    def _initialise(self, command: list[str]) -> None:
        for character_type in _CHARACTER_TYPES:
            try:
                self._run([*command, f"--lc-ctype={character_type}"])
            except EnvironmentProblem:  # most likely a locale that is not here: initdb left the folder empty
                continue
            return
        self._run(command)

    def configure(self, listening: dict[str, str]) -> None:
        """Write the settings and the rules of access; `listening` says where the server listens."""
        host_rule = "host all all 127.0.0.1/32 scram-sha-256\n" if sys.platform == "win32" else ""
        rules = host_rule or "local all all peer map=acme\n"
        self._write("pg_hba.conf", rules)
        self._write("pg_ident.conf", "" if host_rule else f'acme "{client_name()}" {ROLE}\n')
        chosen = {
            **tuning.settings(self.data),
            **listening,
            "hba_file": str(self.home / "pg_hba.conf"),
            "ident_file": str(self.home / "pg_ident.conf"),
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "log_line_prefix": "%m [%p] ",
            "log_checkpoints": "off",
            "cluster_name": "acme-desktop",
        }
        lines = [f"{name} = {_quoted(value)}\n" for name, value in chosen.items()]
        self._write(
            "postgresql.conf", "# Written anew at every start; use ALTER SYSTEM to change a setting.\n" + "".join(lines)
        )

    def listen(self) -> Listening:
        """Decide where the server is to listen; call it while no server runs."""
        if sys.platform == "win32":
            port = _free_port()
            passwords = self.home / "pgpass.conf"
            password = self._password_file().read_text(encoding="ascii").strip()
            _write_private(passwords, f"127.0.0.1:{port}:*:{ROLE}:{password}\n")
            url = f"postgresql://{ROLE}@127.0.0.1:{port}/{DATABASE}?passfile={quote(str(passwords))}"
            local = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
            return Listening(local, url)
        folder, temporary = self._socket_folder()
        server = self.account.name if self.account else client_name()
        host = quote(str(folder), safe="/")
        url = f"postgresql://{ROLE}@/{DATABASE}?host={host}&requirepeer={quote(server)}"
        listening = {"listen_addresses": "", "port": str(_PORT), "unix_socket_directories": f'"{folder}"'}
        return Listening(listening, url, folder, temporary)

    def _socket_folder(self) -> tuple[Path, bool]:
        """A private folder for the socket, in the home where its path is short enough; and whether it is temporary."""
        folder = self.home / "run"
        # In libpq's lists of hosts and the server's of folders, a comma separates.
        plain = not any(sign in str(folder) for sign in ',"\\')
        if plain and len(os.fsencode(folder / f".s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET_PATH:
            if not folder.is_dir():
                folder.mkdir(mode=0o700)
                self._hand_over(folder)
            return folder, False
        # A random private folder is made there, and the client checks who answers.
        parent = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")  # noqa: S108
        if self.account is not None or len(os.fsencode(parent)) > 60 or not os.access(parent, os.W_OK):
            parent = Path("/tmp")  # noqa: S108
        folder = Path(tempfile.mkdtemp(prefix="acme-", dir=parent))
        self._hand_over(folder)
        return folder, True

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != self.binaries.major:
            raise EnvironmentProblem(
                f"The embedded database was made by PostgreSQL {version}; this program brings {self.binaries.major}.",
                "Open it with the version of the program that made it, use db backup there and db restore here.",
                f"{self.data}",
            )

    def _run(self, command: list[str], text: str = "") -> None:
        who = self.account
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            check=False,
            cwd=os.path.sep,
            env=environment(),
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
            umask=0o077 if os.name == "posix" else -1,
        )
        if done.returncode:
            from acme_desktop.core.database.diagnosis import explain

            said = (done.stdout + done.stderr).decode("utf-8", "replace")
            raise explain("The embedded database cannot be created.", said, self.home)

    def _hand_over(self, folder: Path) -> None:
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid)

    def _write(self, name: str, content: str) -> None:
        """Write a file of ours that the server reads, whole or not at all."""
        fresh = self.home / f"{name}.new"
        _write_private(fresh, content)
        if self.account is not None:
            os.chown(fresh, 0, self.account.gid)
            fresh.chmod(0o640)
        fresh.replace(self.home / name)

    def _password_file(self) -> Path:
        path = self.home / "password"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32) + "\n")
        return path


def client_name() -> str:
    """The operating system's name for this process's user.

    Raises:
        EnvironmentProblem: the user has a number only, which PostgreSQL does not accept.
    """
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise EnvironmentProblem(
            f"The user with the number {os.geteuid()} has no name on this computer, and PostgreSQL needs one.",
            "Add the user to /etc/passwd, or name a server with --database-url.",
        ) from None


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _write_private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)


def _write_to_disk(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
