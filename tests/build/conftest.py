"""The scripts of build/ are no package: they are loaded as they are when run, with their own folder on the path."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BUILD = Path(__file__).resolve().parents[2] / "build"


@pytest.fixture
def make_sample(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BUILD))
    return importlib.import_module("make_sample")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BUILD))
    return importlib.import_module("environment")


@pytest.fixture
def system_libraries(environment: ModuleType) -> ModuleType:
    return importlib.import_module("system_libraries")


@pytest.fixture
def package(system_libraries: ModuleType) -> ModuleType:
    return importlib.import_module("package")


@pytest.fixture
def licences(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BUILD / "packaging"))
    return importlib.import_module("licences")


@pytest.fixture
def linux_archives(licences: ModuleType) -> ModuleType:
    return importlib.import_module("linux_archives")
