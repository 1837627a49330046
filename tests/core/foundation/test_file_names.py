"""Names of files as text, and whether they are there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import NotFound


@pytest.mark.parametrize("name", ["p.csv", "prices “new”.csv", "ä.csv", "茶.csv"])
def test_a_name_stays_as_it_is(name: str) -> None:
    assert file_names.as_text(name) == name
    assert file_names.as_text(Path(name)) == name


@pytest.mark.skipif(sys.platform == "win32", reason="names are Unicode there")
def test_bytes_that_are_not_utf8_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_names.as_text("p\udcff.csv") == r"p\xff.csv"


@pytest.mark.skipif(sys.platform == "win32", reason="its names are not of bytes")
def test_a_locale_of_ascii_takes_no_letter_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsencode", lambda text: text.encode("ascii", "surrogateescape"))
    assert file_names.as_text("\udcc3\udca4.csv") == "ä.csv"
    assert file_names.as_text("ä.csv") == "ä.csv"


def test_what_is_not_there(tmp_path: Path) -> None:
    for name in (tmp_path / "none.csv", tmp_path / ("x" * 300)):
        with pytest.raises(NotFound):
            file_names.status_of(str(name))
