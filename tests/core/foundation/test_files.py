"""Folders for temporary files, and signals that come at a bad moment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from acme_desktop.core.foundation.files import temporary_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_temporary_folder_goes_with_all_that_lies_in_it(place: Path) -> None:
    with temporary_folder("acme-test-") as folder, temporary_folder("acme-test-") as other:
        assert folder != other
        assert folder.parent == place
        assert folder.name.startswith("acme-test-")
        assert os.name != "posix" or folder.stat().st_mode & 0o777 == 0o700
        (folder / "below").mkdir()
        (folder / "below" / "file").write_text("x", encoding="utf-8")
    assert list(place.iterdir()) == []


def test_a_signal_right_after_the_folder_was_made_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = os.mkdir

    def make_and_interrupt(*arguments: object) -> None:
        make(*arguments)  # type: ignore[arg-type]
        assert len(list(place.iterdir())) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "mkdir", make_and_interrupt)
    with pytest.raises(KeyboardInterrupt), temporary_folder("acme-test-"):
        pass
    assert list(place.iterdir()) == []
