"""Folders that cannot be used, and options that name nothing: a plain sentence, and no trace of a mistake of ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from acme_desktop.cli import main
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation import files
from acme_desktop.core.foundation.errors import EnvironmentProblem


def told(capfd: pytest.CaptureFixture[str]) -> str:
    said = capfd.readouterr().err
    for word in ("Traceback", "Logging error", "mistake of ours"):
        assert word not in said
    return said


def test_a_data_folder_that_is_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "file"
    place.touch()
    assert main.main(["--data-dir", str(place), "products", "count"]) == 1
    assert "is a file" in told(capfd)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a place where no folder can be made")
def test_a_data_folder_that_cannot_be_made(capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--data-dir", "/proc/acme", "products", "count"]) == 1
    assert "cannot be made" in told(capfd)


def test_a_disk_that_refuses_even_the_tidying_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(EnvironmentProblem, match="cannot be written"), files.replacing(tmp_path / "p.csv"):
        pass


def test_an_encoding_that_there_is_not(database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.csv"
    path.write_text("sku,name\nA,One\n")
    common = ["--data-dir", str(tmp_path / "data"), "--database-url", database.url]
    assert main.main([*common, "import", str(path), "--encoding", "klingon"]) == 2
    assert "klingon" in told(capfd)
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM imports").fetchone() == (0,)
