"""Values as people read them in a sentence: no quotes, True or None of a programming language."""

from __future__ import annotations

import unicodedata

BLANK = "(blank)"
_LONGEST = 200


def plain(value: object) -> str:
    """A value on one line: yes or no, ``(blank)``, a number, or the text itself with its line ends as ``↵``."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, bool):
        return "yes" if value else "no"
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "↵".join(map(printable, lines))


def quoted(value: object) -> str:
    """The same with a text in quotation marks, cut where it is long."""
    told = plain(value)
    if not isinstance(value, str) or not value:
        return told
    return f"“{shortened(told)}”"


def shortened(text: str, longest: int = _LONGEST) -> str:
    """The text, cut where it is longer than so many characters: a file's names and values can have any length."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def counted(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``1,234 rows``; `many` is needed where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def printable(text: str) -> str:
    """The text without control characters: a name must not steer the terminal."""
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
