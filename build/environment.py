"""The private Python environment of a checkout: ``.venv``, filled from a hashed lock.

Standard library only: this is what runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BINARIES = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BINARIES / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "acme-installed.json"
OLDEST, NEWEST = (3, 11), (3, 13)


class SetupError(Exception):
    """Something about this machine stops the set-up; the message says what, and what to do."""


def say(message: str) -> None:
    """Tell the person at the terminal; standard output belongs to the program that is being started."""
    print(message, file=sys.stderr, flush=True)


def lock_file(kind: str) -> Path:
    """``runtime`` is what the program needs, ``dev`` is that and what its checks need."""
    return ROOT / "build" / f"requirements-{kind}.lock"


def prepare(kind: str) -> bool:
    """Make ``.venv`` hold exactly what the lock names; true where something had to be installed."""
    wanted = {name: _digest(lock_file(name)) for name in ("runtime", "dev")}
    installed = _read_stamp()
    # The dev lock contains the runtime lock's pins, so that installing it settles both.
    if installed.get("root") == str(ROOT) and installed.get(kind) == wanted[kind] and PYTHON.exists():
        return False
    if not _environment_fits(installed):
        _create()
        installed = {}
    if STAMP.exists():
        STAMP.unlink()  # an install that is cut off is begun again
    _install(kind)
    _add_project()
    settled = {"root": str(ROOT), "runtime": wanted["runtime"]}
    settled["dev"] = wanted["dev"] if kind == "dev" else installed.get("dev", "")
    _write_stamp(settled)
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_stamp() -> dict:
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write_stamp(settled: dict) -> None:
    unfinished = STAMP.with_suffix(".tmp")
    unfinished.write_text(json.dumps(settled, indent=1) + "\n", encoding="utf-8")
    os.replace(unfinished, STAMP)  # noqa: PTH105 - Path.replace says no more and this must be atomic


def _environment_fits(installed: dict) -> bool:
    """Whether the ``.venv`` that is there runs, on a Python that is supported, and was made for this folder."""
    if installed.get("root", str(ROOT)) != str(ROOT):
        return False
    return PYTHON.exists() and _supported(_version_of([str(PYTHON)]))


def _create() -> None:
    python = _find_python()
    if VENV.exists():
        say(f"Making {VENV.name} again: the one that is there does not fit this folder or this Python.")
    # Debian's Python has no ensurepip, so the environment is made without pip and filled from outside.
    command = [*python, "-m", "venv", "--clear", "--without-pip", str(VENV)]
    if subprocess.run(command, check=False).returncode:
        raise SetupError(f"Could not create {VENV}. Is the folder writable, and is Python's venv module installed?")


def _find_python() -> list:
    """The start of a command line that runs a supported Python: this one, else another one on the machine."""
    if _supported(sys.version_info[:2]):
        return [sys.executable]
    versions = [f"3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    candidates = [[name] for name in map(shutil.which, [f"python{v}" for v in versions]) if name]
    launcher = shutil.which("py") if os.name == "nt" else None
    if launcher:
        candidates += [[launcher, f"-{v}"] for v in versions]
    for candidate in candidates:
        if _supported(_version_of(candidate)):
            say(f"Python {sys.version_info[0]}.{sys.version_info[1]} is not supported; using {' '.join(candidate)}.")
            return candidate
    raise SetupError(
        f"This needs Python 3.11, 3.12 or 3.13; this one is {sys.version.split()[0]} and no other was found on PATH.\n"
        "Install one of them and run the same command again, for example: python3.12 build/dev.py run"
    )


def _supported(version: tuple) -> bool:
    return OLDEST <= tuple(version[:2]) <= NEWEST


def _version_of(python: list) -> tuple:
    """The version that this command reports, ``(0, 0)`` where it does not run."""
    probe = [*python, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, timeout=60, check=False)
        major, minor = done.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0, 0


def _install(kind: str) -> None:
    lock = lock_file(kind)
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    say(f"Installing up to {count} packages into {VENV.name} (a few hundred megabytes the first time) ...")
    command = [
        *_pip(),
        "install",
        "--require-hashes",
        "--only-binary=:all:",  # nothing is compiled on the user's machine
        "--no-deps",  # the lock is complete
        "--no-input",
        "--disable-pip-version-check",
        *([] if sys.stderr.isatty() else ["--quiet", "--quiet"]),
        "--requirement",
        str(lock),
    ]
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode:
        raise SetupError(
            "pip could not install the packages; its message stands above. Nothing is lost: run this again."
        )


def _pip() -> list:
    """A pip that installs into ``.venv``: this Python's own, else one that ensurepip puts there."""
    if _runs([sys.executable, "-m", "pip", "--version"]):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if _runs([str(PYTHON), "-m", "pip", "--version"]) or _runs([str(PYTHON), "-m", "ensurepip", "--upgrade"]):
        return [str(PYTHON), "-m", "pip"]
    raise SetupError(
        f"pip is missing for {sys.executable}.\n"
        "Install it (on Debian and Ubuntu: apt-get install python3-pip) and run this again."
    )


def _runs(command: list) -> bool:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _add_project() -> None:
    """Put the checkout itself on the environment's path, and ``acme-desktop`` beside its Python."""
    ask = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    packages = Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
    # Python versions differ in the encoding of such files; escaped, any folder's name survives.
    line = f"import sys; sys.path.append({str(ROOT)!a})\n"
    (packages / "acme_desktop_checkout.pth").write_text(line, encoding="ascii")
    if os.name == "nt":
        launcher = BINARIES / "acme-desktop.cmd"
        launcher.write_text('@"%~dp0python.exe" -m acme_desktop %*\n', encoding="ascii")
    else:
        launcher = BINARIES / "acme-desktop"
        launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -m acme_desktop "$@"\n', encoding="utf-8")
        launcher.chmod(0o755)
