"""Values as people read them."""

from __future__ import annotations

import pytest

from acme_desktop.core.foundation import words


@pytest.mark.parametrize(
    ("value", "plain", "quoted"),
    [
        (None, "(blank)", "(blank)"),
        ("", "(blank)", "(blank)"),
        (True, "yes", "yes"),
        (False, "no", "no"),
        (1234, "1234", "1234"),
        ("Cup's", "Cup's", "“Cup's”"),
        ("one\r\ntwo\nthree", "one↵two↵three", "“one↵two↵three”"),
        ("\x1b[31mred", " [31mred", "“ [31mred”"),
        ("x" * 300, "x" * 300, f"“{'x' * 199}…”"),
    ],
)
def test_values_in_words(value: object, plain: str, quoted: str) -> None:
    assert words.plain(value) == plain
    assert words.quoted(value) == quoted
