"""Rows as aligned columns; on a terminal no wider than it."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from acme_desktop.core.foundation.words import plain, printable

_GAP = "  "
_LEAST = 8


def lines(header: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None = None) -> list[str]:
    """The header and the rows, aligned; text that goes over several lines is shown on one.

    Args:
        width: columns of the screen to keep to, by cutting the longest texts; None is the terminal's, and no
            limit where stdout is not one.
    """
    if width is None and sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
    cells = [[" ".join(printable(cell).split()) for cell in row] for row in (header, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    while width and sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return [_GAP.join(map(_fit, row, widths)).rstrip() for row in cells]


def facts(pairs: Iterable[tuple[str, object]]) -> list[str]:
    """Labels and their values, a fact a line; those that are None are left out, a text keeps its lines."""
    known = [(label, value) for label, value in pairs if value is not None]
    width = max((len(label) for label, _ in known), default=0)
    found = []
    for label, value in known:
        lines = value.splitlines() if isinstance(value, str) and value else [plain(value)]
        for number, line in enumerate(lines):
            found.append(f"{'' if number else label:{width}}{_GAP}{printable(line)}".rstrip())
    return found


def _width(text: str) -> int:
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _fit(text: str, width: int) -> str:
    if _width(text) <= width:
        return text + " " * (width - _width(text))
    kept, used = "", 0
    for letter in text:
        if used + _columns(letter) > width - 1:
            break
        kept += letter
        used += _columns(letter)
    return kept + "…" + " " * (width - 1 - used)
