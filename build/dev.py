"""Set up, run and check a checkout: ``python3 build/dev.py run|test|check|bench|setup``.

Needs a Python 3.11 to 3.13 with pip and nothing else. The first call makes ``.venv`` and fills it from the lock; later
calls start at once. Works the same on Linux, macOS and Windows; standard library only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import environment
import system_libraries
from environment import ROOT, SetupError, say

# As modules, because the scripts that pip writes do not stand every folder's name.
CHECKS = (
    ["-m", "ruff", "format", "--check", "."],
    ["-m", "ruff", "check", "."],
    ["-m", "mypy"],
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
)


def main() -> int:
    """Do what the first word asks for; the exit status is that of what was started."""
    parser = argparse.ArgumentParser(prog="dev.py", description="Set up, run and check this checkout.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text, add_help=False)
    # Only the first word is ours: 'run --help' is the program's own help.
    chosen = parser.parse_args(sys.argv[1:2]).command
    rest = sys.argv[2:]
    try:
        return COMMANDS[chosen][0](rest)
    except SetupError as problem:
        say(f"dev.py: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def run(arguments: list[str]) -> int:
    """Start the program in place of this process, so that signals and the exit status are its own."""
    installed = environment.prepare("runtime")
    if installed or not arguments:  # without arguments the window opens
        system_libraries.provide()
    command = [str(environment.PYTHON), "-m", "acme_desktop", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def setup(_: list[str]) -> int:
    """Make the environment and name what the machine lacks."""
    environment.prepare("dev")
    system_libraries.provide()
    say(f"Ready: {environment.PYTHON}")
    return 0


def test(arguments: list[str]) -> int:
    """Run pytest; where Qt cannot load, the window's tests are skipped and say so."""
    environment.prepare("dev")
    system_libraries.provide()
    qt_loads = not system_libraries.missing(system_libraries.OFFSCREEN)
    without_qt = [] if qt_loads else ["-p", "no:pytest-qt", "-p", "tests.support.without_qt"]
    return _python(["-m", "pytest", *without_qt, *arguments])


def lint(_: list[str]) -> int:
    """All checks that read the code without running it; every one runs, the first failure is the exit status."""
    environment.prepare("dev")
    failures = [status for status in map(_python, CHECKS) if status]
    return failures[0] if failures else 0


def check(arguments: list[str]) -> int:
    """What has to pass before a change is committed; the tests come last, so that their closing line does too."""
    return lint([]) or test(arguments)


def bench(arguments: list[str]) -> int:
    """Measure imports."""
    environment.prepare("runtime")
    return _python([str(ROOT / "build" / "bench.py"), *arguments])


def _python(arguments: list[str]) -> int:
    say(f"--- {' '.join(arguments)}")
    return subprocess.call([str(environment.PYTHON), *arguments], cwd=ROOT)


COMMANDS = {
    "run": (run, "run the program; everything after 'run' is passed on to it"),
    "test": (test, "run the tests; everything after 'test' is passed on to pytest"),
    "check": (check, "formatting, lint, types, import contracts, then the tests"),
    "lint": (lint, "formatting, lint, types and import contracts only"),
    "bench": (bench, "imports as ratios to a bare COPY, and their peak memory"),
    "setup": (setup, "only make the environment, with the developers' tools"),
}

if __name__ == "__main__":
    sys.exit(main())
