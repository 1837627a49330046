"""What packaging stamped into the program."""

from __future__ import annotations

from pathlib import Path

import pytest

import acme_desktop
from acme_desktop.core.foundation import build_info


def test_from_source_there_is_no_stamp() -> None:
    build = build_info.current()
    assert (build.version, build.words) == (acme_desktop.__version__, "from source")


def test_a_stamp_names_the_build(tmp_path: Path) -> None:
    stamp = tmp_path / "build.json"
    stamp.write_text('{"commit": "1a2b3c4", "date": "2026-11-23", "update_url": "https://a/", "other": 1}')
    build = build_info.read(stamp)
    assert build.words == "build 1a2b3c4 of 2026-11-23"
    assert (build.update_url, build.update_key) == ("https://a/", "")


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_spoilt_stamp_counts_as_none(tmp_path: Path, text: str) -> None:
    stamp = tmp_path / "build.json"
    stamp.write_text(text)
    assert build_info.read(stamp) == build_info.Build(acme_desktop.__version__)
