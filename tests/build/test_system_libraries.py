"""Missing system libraries become the line that installs them, in the words of the machine's own package manager."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

LACKING = ["libEGL.so.1", "libxcb-cursor.so.0"]


def only(manager: str):
    return lambda name: f"/usr/bin/{name}" if name in (manager, "ldd") else None


def test_debian_gets_its_own_package_names(system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(system_libraries.shutil, "which", only("apt-get"))
    assert system_libraries.install_command(LACKING)[-2:] == ["libegl1", "libxcb-cursor0"]


@pytest.mark.parametrize("manager", ["dnf", "zypper"])
def test_rpm_systems_are_asked_for_the_library_itself(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, manager: str
):
    monkeypatch.setattr(system_libraries.shutil, "which", only(manager))
    command = system_libraries.install_command(LACKING)
    assert command[:2] == [manager, "install"]
    assert "'libEGL.so.1()(64bit)'" in command


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux asks this question")
def test_the_linkers_words_are_understood(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "lib/python3.11/site-packages/PySide6").mkdir(parents=True)
    said = "\tlibEGL.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x1)\n\tlibEGL.so.1 => not found\n"
    monkeypatch.setattr(system_libraries, "VENV", tmp_path)
    monkeypatch.setattr(system_libraries.shutil, "which", only("apt-get"))
    monkeypatch.setattr(
        system_libraries.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, stdout=said)
    )
    assert system_libraries.missing() == ["libEGL.so.1"]


def test_an_ordinary_user_is_told_and_nothing_is_installed(
    system_libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(system_libraries, "missing", lambda: LACKING)
    monkeypatch.setattr(system_libraries.shutil, "which", only("apt-get"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(system_libraries, "_apt", lambda command: pytest.fail("nothing may be installed"))
    system_libraries.provide()
    said = capsys.readouterr().err
    assert "libEGL.so.1, libxcb-cursor.so.0" in said
    assert "sudo apt-get install" in said
    assert "command line works" in said
