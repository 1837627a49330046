"""What is committed: documented modules, one version, locks that fit, and nothing that belongs to one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import acme_desktop

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {"runtime": ROOT / "build" / "requirements-runtime.lock", "dev": ROOT / "build" / "requirements-dev.lock"}

# Written in two halves, because this file is searched too.
HALVES = (
    ("pypi", r"\.org"),
    ("python", "hosted"),
    ("--", "(extra-)?index-url"),
    ("--", "find-links"),
    ("/opt/", "(wheels|pypi)"),
    ("/work/", "(main|shared)"),
    ("/root/", r"\."),
)
BELONGS_ELSEWHERE = re.compile("|".join("".join(pair) for pair in HALVES))


def tracked() -> list[Path]:
    """The files of the commit; of an unpacked archive, which has no git, all that are there."""
    try:
        command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        paths = [ROOT / name for name in listing.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not {".venv", ".git"} & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file()]


FILES = tracked()


def test_every_module_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in ("acme_desktop", "build")
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_names_a_package_index_or_a_path_of_one_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in FILES
        if (match := BELONGS_ELSEWHERE.search(path.read_bytes().decode("utf-8", "replace")))
    ]
    assert found == []


def test_the_build_folder_is_no_package():
    assert not list((ROOT / "build").rglob("__init__.py"))


def test_the_version_stands_in_one_place():
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "acme_desktop.__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", acme_desktop.__version__)
    assignment = re.compile(r"^(__version__|VERSION|version)\s*=\s*[\"']\d", re.MULTILINE)
    places = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.suffix in (".py", ".toml", ".spec") and assignment.search(path.read_text(encoding="utf-8"))
    ]
    assert places == ["acme_desktop/__init__.py"]


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_pins_every_dependency_at_a_version_that_fits(kind: str):
    wanted = list(PROJECT["project"]["dependencies"])
    if kind == "dev":
        wanted += PROJECT["project"]["optional-dependencies"]["dev"]
    pins = pinned(LOCKS[kind])
    for requirement in map(Requirement, wanted):
        versions = pins.get(canonical(requirement.name), [])
        assert versions, f"{requirement.name} is not in the lock: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_every_pin_has_a_hash():
    for lock in LOCKS.values():
        text = lock.read_text(encoding="utf-8")
        blocks = re.findall(r"^\S+==.*(?:\n[ ]+--hash=.*)*", text, re.MULTILINE)
        assert len(blocks) > 30
        assert all("--hash=sha256:" in block for block in blocks)


def pinned(lock: Path) -> dict[str, list[str]]:
    """Package to the versions that the lock pins, one for each range of Python versions."""
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        pins.setdefault(canonical(name), []).append(version)
    return pins


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
