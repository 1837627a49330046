"""The set-up: what makes an install necessary, what makes it begin again, and which Python it takes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def checkout(environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An empty checkout with both locks, whose steps are written down instead of done."""
    steps: list[str] = []
    (tmp_path / "build").mkdir()
    for kind in ("runtime", "dev"):
        (tmp_path / "build" / f"requirements-{kind}.lock").write_text(f"{kind}==1\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "python")
    monkeypatch.setattr(environment, "STAMP", venv / "stamp.json")

    def create() -> None:
        steps.append("create")
        venv.mkdir(exist_ok=True)
        (venv / "python").symlink_to(sys.executable)

    monkeypatch.setattr(environment, "_create", create)
    monkeypatch.setattr(environment, "_install", lambda kind: steps.append(f"install {kind}"))
    monkeypatch.setattr(environment, "_add_project", lambda: steps.append("add project"))
    return steps


def test_the_second_start_installs_nothing(environment: ModuleType, checkout: list[str]):
    assert environment.prepare("runtime")
    assert checkout == ["create", "install runtime", "add project"]
    checkout.clear()
    assert not environment.prepare("runtime")
    assert checkout == []


def test_the_developers_lock_settles_the_programs_lock_too(environment: ModuleType, checkout: list[str]):
    environment.prepare("dev")
    checkout.clear()
    assert not environment.prepare("runtime")
    assert environment.prepare("dev") is False
    assert checkout == []


def test_a_changed_lock_is_installed_into_the_same_environment(
    environment: ModuleType, checkout: list[str], tmp_path: Path
):
    environment.prepare("runtime")
    checkout.clear()
    (tmp_path / "build" / "requirements-runtime.lock").write_text("runtime==2\n")
    assert environment.prepare("runtime")
    assert checkout == ["install runtime", "add project"]


def test_an_install_that_was_cut_off_is_repeated(
    environment: ModuleType, checkout: list[str], monkeypatch: pytest.MonkeyPatch
):
    environment.prepare("runtime")

    def cut_off(kind: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_install", cut_off)
        with pytest.raises(KeyboardInterrupt):
            environment.prepare("dev")
    checkout.clear()
    assert environment.prepare("runtime")
    assert checkout == ["install runtime", "add project"]


def test_a_moved_checkout_gets_a_new_environment(environment: ModuleType, checkout: list[str], tmp_path: Path):
    environment.prepare("runtime")
    stamp = tmp_path / ".venv" / "stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "root": "/elsewhere"}))
    (tmp_path / ".venv" / "python").unlink()
    checkout.clear()
    assert environment.prepare("runtime")
    assert checkout[0] == "create"


@pytest.mark.parametrize(("version", "fits"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_which_pythons_are_taken(environment: ModuleType, version: tuple[int, int], fits: bool):
    assert environment._supported(version) is fits


def test_no_supported_python_is_said_plainly(environment: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "_supported", lambda version: False)
    with pytest.raises(environment.SetupError, match=r"needs Python 3\.11, 3\.12 or 3\.13"):
        environment._find_python()
