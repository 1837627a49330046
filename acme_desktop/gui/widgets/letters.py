"""How Qt counts the letters of a text."""

from __future__ import annotations


def units(text: str) -> int:
    """How long Qt takes a text for: a letter beyond the first plane, such as an emoji, counts as two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
