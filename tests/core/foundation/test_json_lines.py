"""One object a line, for every reader."""

from __future__ import annotations

import json

import pytest

from acme_desktop.core.foundation import json_lines


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_nothing_that_a_reader_may_take_for_a_lines_end(character: str) -> None:
    value = {"name": f"a{character}b"}
    line = json_lines.line(value)
    assert line.splitlines() == [line]
    assert json.loads(line) == value


def test_letters_stay_readable_and_all_is_utf8() -> None:
    assert json_lines.line({"name": "Tasse für 茶"}) == '{"name": "Tasse für 茶"}'
    assert json.loads(json_lines.line({"name": "\udcff"}).encode()) == {"name": "\udcff"}
