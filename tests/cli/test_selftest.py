"""The self-test finds every part working, and tells one that does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from acme_desktop.cli import selftest
from acme_desktop.cli.output import Context
from acme_desktop.core.workspace import Workspace


def test_every_part_of_this_installation_works(tmp_path: Path):
    environment = {
        **os.environ,
        "ACME_DATA_DIR": str(tmp_path / "mine"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x",
    }
    done = subprocess.run(
        [sys.executable, "-m", "acme_desktop", "selftest", "--json"],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    parts = {part["part"]: part for part in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, done.stdout + done.stderr
    assert {name for name, part in parts.items() if part["state"] == "failed"} == set()
    assert set(parts) >= {"database", "import", "formats", "webhook", "backup", "window"}
    assert {"database", "import", "formats", "webhook"} <= {n for n, part in parts.items() if part["state"] == "ok"}
    assert "Traceback" not in done.stderr


def test_a_broken_part_is_told_and_the_others_are_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def some_parts(parts: selftest._Parts):
        return [("sample", parts._resources), ("encryption", parts._encryption)]

    monkeypatch.setattr(selftest._Parts, "in_order", some_parts)
    monkeypatch.setattr(selftest, "SAMPLE", tmp_path / "gone.csv")
    with Workspace(tmp_path) as workspace:
        status = selftest.run(None, Context(workspace, as_json=False, quiet=False))
    told = capsys.readouterr()
    assert status == 1
    assert "FAILED   sample: _Broken: missing: gone.csv" in told.out
    assert "ok       encryption" in told.out
    assert "1 parts broken" in told.err


@pytest.mark.parametrize(
    ("unusable", "broken"),
    [
        ({}, False),
        ({"platforms/libqxcb": "libX11.so.6: cannot open shared object file: No such file"}, False),
        ({"platforms/libqxcb": "undefined symbol"}, True),
    ],
)
def test_what_the_computer_lacks_for_a_plugin_is_no_failure_of_ours(unusable: dict[str, str], broken: bool):
    found = {"products": 3, "visible": 1, "ready": 2, "picture": True, "plugins": [], "unusable": unusable}
    if broken:
        with pytest.raises(selftest._Broken):
            selftest._window_words(found, 0, "")
    else:
        assert "3 products" in selftest._window_words(found, 0, "")
