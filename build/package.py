"""Build the packaged program: ``python3 build/package.py`` (or ``make package``); what comes out lies in ``dist/``.

One folder on every system (PyInstaller and installer.spec), then what that system's people install: on Linux a .tar.gz
and, where dpkg-deb is, a .deb; on Windows a setup program, where Inno Setup is; on macOS a .dmg. ``--folder`` stops
after the folder. The ways for Windows and macOS were never run so far.
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


def main() -> int:
    """Build; returns the exit status of the first step that failed."""
    parser = argparse.ArgumentParser(prog="package.py", description="Build the packaged program.")
    parser.add_argument("--folder", action="store_true", help="only the folder, no archives")
    parser.add_argument("--possible", action="store_true", help="only say whether this computer can build (status 0)")
    options = parser.parse_args()
    try:
        environment.prepare("dev")
        system_libraries.provide()
    except SetupError as problem:
        say(f"package.py: {problem}")
        return 1
    lacking = _lacking()
    if lacking:
        say(f"package.py: nothing can be packaged here; PyInstaller needs {' and '.join(lacking)}.")
    if lacking or options.possible:
        return 1 if lacking else 0
    status = _folder()
    if status or options.folder:
        return status
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _run([str(PACKAGING / "macos" / "make_dmg.sh"), str(DIST)])
    return _run([str(environment.PYTHON), str(PACKAGING / "linux_archives.py"), str(FOLDER), str(DIST)])


def _lacking() -> list:
    """What PyInstaller needs of the system on Linux and is not there."""
    if not sys.platform.startswith("linux"):
        return []
    lacking = [] if shutil.which("objdump") else ["objdump (Debian: binutils)"]
    code = "import PyInstaller.depend.bindepend as b, sys; sys.exit(not b.get_python_library_path())"
    if subprocess.call([str(environment.PYTHON), "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        lacking.append("Python's shared library (Debian: libpython3-dev or libpython3.N)")
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
