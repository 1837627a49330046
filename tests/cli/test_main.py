"""Starting: help, version, unknown words, no screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from acme_desktop import __version__
from acme_desktop.cli import main as command_line


def start(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    surroundings.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "acme_desktop", *arguments],
        env={**surroundings, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["--version"]) == 0
    assert capsys.readouterr().out == f"acme-desktop {__version__}\n"
    assert command_line.main(["--help"]) == 0
    told = capsys.readouterr().out
    for word in ("import", "check", "--data-dir", "--database-url", "--json", "exit status"):
        assert word in told


@pytest.mark.parametrize("command", ["import", "check", "imports", "products", "export", "changes", "db"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main([command, "--help"]) == 0
    assert command in capsys.readouterr().out


def test_an_unknown_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["frobnicate"]) == 4
    assert "no command and no file named frobnicate" in capsys.readouterr().err
    assert command_line.main(["--frobnicate"]) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":4711"}])
def test_without_a_screen_the_window_says_how_to_go_on(tmp_path: Path, display: dict[str, str]) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n", encoding="utf-8")
    for arguments in ([], [str(path)]):
        ran = start("--data-dir", str(tmp_path / "data"), *arguments, **display)
        assert ran.returncode == 1
        assert "no screen" in ran.stderr
        assert "acme-desktop import" in ran.stderr
        assert "Traceback" not in ran.stderr
        assert ran.stdout == ""


def test_a_database_that_cannot_be_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql://nobody:s3cret@127.0.0.1:9/none"
    status = command_line.main(["--data-dir", str(tmp_path), "--database-url", url, "products", "count"])
    told = capsys.readouterr()
    assert status == 1
    assert told.out == ""
    assert "s3cret" not in told.err
    assert "Traceback" not in told.err
