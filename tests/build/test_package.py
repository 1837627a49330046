"""What packaging needs of the system is installed where that is allowed, and named where it is not."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lacks parts of it")


@pytest.fixture
def bare(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A computer without any of it; lists what is asked to be installed."""
    installed: list[list[str]] = []
    lacks = subprocess.CompletedProcess([], 1, stdout="libpython3.11\n", stderr="")
    monkeypatch.setattr(package.environment, "prepare", lambda kind: False)
    monkeypatch.setattr(package.system_libraries, "provide", lambda: None)
    monkeypatch.setattr(package.system_libraries, "install", installed.append)
    monkeypatch.setattr(package.shutil, "which", lambda name: None)
    monkeypatch.setattr(package.subprocess, "run", lambda *_, **__: lacks)
    return installed


def test_what_is_lacking_is_installed_and_else_named(
    package: ModuleType, bare: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["package.py", "--folder"])
    assert package.main() == 1
    assert bare == [["binutils", "libpython3.11"]]
    said = capsys.readouterr().err
    assert "objdump (Debian: binutils) and Python's shared library (Debian: libpython3.11)" in said


def test_the_tests_get_a_screen(package: ModuleType, bare: list[list[str]], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["package.py", "--prepare"])
    assert package.main() == 1
    assert bare == [["xvfb", "openbox", "xdotool"], ["binutils", "libpython3.11"]]
