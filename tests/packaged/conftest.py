"""The packaged program, where one is named: ``ACME_PACKAGE`` is its folder (``dist/acme-desktop``) or its .tar.gz.

Nothing is built here. The program is used from a path with a space and a letter beyond ASCII, with no Python on PATH.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMED = os.environ.get("ACME_PACKAGE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not NAMED:
            item.add_marker(pytest.mark.skip(reason="ACME_PACKAGE names no packaged program"))


@dataclass(frozen=True)
class Person:
    """Who runs the program, and with which home."""

    home: Path
    uid: int | None = None

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": "/nonexistent", "HOME": str(self.home), "LANG": "C.UTF-8", **more}


@dataclass(frozen=True)
class Package:
    """An unpacked packaged program."""

    folder: Path

    @property
    def program(self) -> Path:
        return self.folder / "acme-desktop"

    def start(self, person: Person, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.program), *arguments],
            env=person.environment(**more), cwd=person.home, user=person.uid, group=person.uid,
            extra_groups=None if person.uid is None else [],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(
        self, person: Person, *arguments: str, within: float = 300, **more: str
    ) -> subprocess.CompletedProcess[str]:
        with self.start(person, *arguments, **more) as process:
            out, err = process.communicate(timeout=within)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture(scope="session")
def package() -> Iterator[Package]:
    assert NAMED is not None
    with tempfile.TemporaryDirectory(prefix="Acme Importer ż ") as place:
        Path(place).chmod(0o755)
        if Path(NAMED).is_dir():
            folder = Path(place) / "acme-desktop"
            shutil.copytree(NAMED, folder, symlinks=True)
        else:
            with tarfile.open(NAMED) as archive:
                archive.extractall(place, filter="tar")
            (folder,) = Path(place).iterdir()
        yield Package(folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach."""
    with tempfile.TemporaryDirectory(prefix="Zuhause ż ") as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.fixture(params=["ordinary user", "root"])
def person(request: pytest.FixtureRequest, open_folder: Path) -> Person:
    """Somebody with an empty home."""
    home = open_folder / "home"
    home.mkdir()
    if request.param == "root":
        if os.geteuid() != 0:
            pytest.skip("the tests do not run as root")
        return Person(home)
    if os.geteuid() != 0:
        return Person(home)
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(home, nobody, nobody)
    return Person(home, nobody)
