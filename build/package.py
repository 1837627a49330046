"""Build the packaged program: ``python3 build/package.py`` (or ``make package``); what comes out lies in ``dist/``.

One folder on every system (PyInstaller and installer.spec), then what that system's people install: on Linux a .tar.gz
and, where dpkg-deb is, a .deb; on Windows a setup program, where Inno Setup is; on macOS a .dmg. ``--folder`` stops
after the folder. What the system lacks for it is installed where that is allowed (as root on Debian), else named; so
does ``--prepare``, which builds nothing, and sees to a screen for the packaged window's tests as well. The ways for
Windows and macOS were never run so far.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys

import environment
import system_libraries
from environment import ROOT, SetupError, say

DIST = ROOT / "dist"
FOLDER = DIST / "acme-desktop"
PACKAGING = ROOT / "build" / "packaging"
SCREEN = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
"""Programs that tests/packaged drives the window with, and Debian's packages of them."""


def main() -> int:
    """Build; returns the exit status of the first step that failed."""
    parser = argparse.ArgumentParser(prog="package.py", description="Build the packaged program.")
    parser.add_argument("--folder", action="store_true", help="only the folder, no archives")
    parser.add_argument(
        "--prepare", action="store_true", help="only see to what building and testing need here (status 0)"
    )
    options = parser.parse_args()
    try:
        environment.prepare("dev")
        system_libraries.provide()
    except SetupError as problem:
        say(f"package.py: {problem}")
        return 1
    if options.prepare:
        system_libraries.install([package for name, package in SCREEN.items() if not shutil.which(name)])
    system_libraries.install([package for package in _lacking().values() if package])
    lacking = _lacking()
    if lacking:
        needs = " and ".join(what + (f" (Debian: {package})" if package else "") for what, package in lacking.items())
        say(f"package.py: nothing can be packaged here; PyInstaller needs {needs}.")
    if lacking or options.prepare:
        return 1 if lacking else 0
    status = _folder()
    if status or options.folder:
        return status
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _run([str(PACKAGING / "macos" / "make_dmg.sh"), str(DIST)])
    return _run([str(environment.PYTHON), str(PACKAGING / "linux_archives.py"), str(FOLDER), str(DIST)])


def _lacking() -> dict[str, str]:
    """What PyInstaller needs of the system on Linux and is not there, and Debian's package of it.

    A Python that is not the system's gets no package: a library of another build must not be mixed with it.
    """
    if not sys.platform.startswith("linux"):
        return {}
    lacking = {} if shutil.which("objdump") else {"objdump": "binutils"}
    code = (
        "import PyInstaller.depend.bindepend as b, sys;"
        "print('libpython%d.%d' % sys.version_info[:2] if sys.base_prefix == '/usr' else '');"
        "sys.exit(not b.get_python_library_path())"
    )
    done = subprocess.run([str(environment.PYTHON), "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        lacking["Python's shared library"] = done.stdout.strip()
    return lacking


def _folder() -> int:
    places = ["--distpath", str(DIST), "--workpath", str(ROOT / "work" / "pyinstaller")]
    command = [str(environment.PYTHON), "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *places]
    return _run([*command, str(ROOT / "installer.spec")])


def _windows() -> int:
    compiler = shutil.which("iscc") or r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe"
    if not os.path.exists(compiler):  # noqa: PTH110 - a plain question
        say("package.py: the folder is built; Inno Setup 6 would make a setup program of it, and is not here.")
        return 0
    answer = subprocess.run(
        [str(environment.PYTHON), "-c", "import acme_desktop; print(acme_desktop.__version__)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return _run([compiler, f"/DVersion={answer.stdout.strip()}", str(PACKAGING / "windows" / "setup.iss")])


def _run(command: list[str]) -> int:
    say(f"--- {' '.join(command)}")
    return subprocess.call(command, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
