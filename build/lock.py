"""Write the hashed locks from pyproject.toml, and prove that every system we support can install them.

``python build/lock.py [--upgrade]`` needs uv (``pip install uv``). Without ``--upgrade`` pins that fit are kept.
The locks name packages, versions and hashes only: the index is the reader's own choice, so no address stands in them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import BINARIES, ROOT, lock_file

# The oldest C library each kind of Linux needs is Qt's: 2.34 is Debian 12's time, 2.39 Ubuntu 24.04's.
PLATFORMS = {
    "x86_64-manylinux_2_34": "dev",
    "aarch64-manylinux_2_39": "dev",
    "x86_64-pc-windows-msvc": "dev",
    "aarch64-apple-darwin": "dev",
    "x86_64-apple-darwin": "runtime",  # cryptography ships no wheel for Intel Macs; there the program does without
}
VERSIONS = ("3.11", "3.12", "3.13")
HEADER = "# Written by build/lock.py from pyproject.toml: {what}.\n"


def main() -> int:
    """Compile both locks, then resolve them for every system without installing anything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    parser.add_argument("--check", action="store_true", help="only prove that the locks install everywhere")
    arguments = parser.parse_args()
    uv = shutil.which("uv") or shutil.which("uv", path=str(BINARIES))
    if uv is None:
        print("lock.py: uv is missing: pip install uv", file=sys.stderr)
        return 1
    if not arguments.check:
        _compile(uv, "runtime", "what the program needs", arguments.upgrade)
        _compile(uv, "dev", "what the program and its checks need", arguments.upgrade)
    failures = [*_leaks(), *_uninstallable(uv)]
    for failure in failures:
        print(f"lock.py: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _clean_environment() -> dict[str, str]:
    """This process's environment without the machine's own packages and indexes: nobody else has those."""
    personal = re.compile(r"(PIP|UV)_(FIND_LINKS|.*INDEX.*)")
    return {name: value for name, value in os.environ.items() if not personal.fullmatch(name)}


def _compile(uv: str, kind: str, what: str, upgrade: bool) -> None:
    lock = lock_file(kind)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "lock.txt"
        if lock.exists() and not upgrade:
            shutil.copy(lock, output)  # uv keeps the pins that it finds in its output file
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--no-config",
            "--universal",
            "--generate-hashes",
            "--python-version",
            VERSIONS[0],
        ]
        command += [
            "--no-annotate",
            "--no-header",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--output-file",
            str(output),
        ]
        command += ["--extra", "dev", "--constraint", str(lock_file("runtime"))] if kind == "dev" else []
        subprocess.run([*command, str(ROOT / "pyproject.toml")], cwd=ROOT, env=_clean_environment(), check=True)
        text = HEADER.format(what=what) + output.read_text(encoding="utf-8")
    lock.write_text(text, encoding="utf-8")


def _leaks() -> list[str]:
    """Lines that name a place instead of a package."""
    locks = [lock_file(kind) for kind in ("runtime", "dev")]
    place = re.compile(r"://|file:|(^|\s)/|--(find-links|index|extra-index|trusted-host)")
    return [
        f"{lock.name}: {line}"
        for lock in locks
        for line in lock.read_text(encoding="utf-8").splitlines()
        if place.search(line)
    ]


def _uninstallable(uv: str) -> list[str]:
    """The systems on which some pinned package has no wheel with a pinned hash."""
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        for platform, kind in PLATFORMS.items():
            for version in VERSIONS:
                command = [
                    uv,
                    "pip",
                    "install",
                    "--no-config",
                    "--dry-run",
                    "--quiet",
                    "--require-hashes",
                    "--only-binary",
                    ":all:",
                ]
                command += ["--target", folder, "--python-platform", platform, "--python-version", version]
                command += ["--requirement", str(lock_file(kind))]
                done = subprocess.run(command, env=_clean_environment(), capture_output=True, text=True, check=False)
                print(f"{platform} {version}: {'ok' if done.returncode == 0 else 'FAILED'}")
                if done.returncode:
                    failures.append(f"{platform}, Python {version}: {done.stderr.strip()}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
