"""What a person probably means: a fuzzy search over titles, best first."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple


class Match(NamedTuple):
    """A candidate that fits.

    Attributes:
        index: which of the candidates.
        letters: positions in its title to point out.
    """

    index: int
    letters: tuple[int, ...]


def rank(query: str, titles: Sequence[str], contexts: Sequence[str], recency: Sequence[int]) -> list[Match]:
    """The candidates that fit the query, best first.

    From best to worst: the title is the query; begins with it; has it at the beginning of a word; has its letters as
    initials; contains it; title and context together contain each of its words; the title has its letters in this
    order; title and context have them. Among equals the one used last comes first, then the closer letters, then the
    candidates' own order. Letter case and accents do not count. An empty query fits everything.

    Args:
        titles: what the candidates are called.
        contexts: where each belongs, which counts less.
        recency: for each, how long ago it was used: 0 is the last one used, larger is longer ago.
    """
    wanted = " ".join(_folded(query).split())
    found = []
    for index, (title, context) in enumerate(zip(titles, contexts, strict=True)):
        fit = _fit(wanted, _folded(title), _folded(context))
        if fit is not None:
            kind, spread, letters = fit
            found.append(((kind, recency[index], spread, index), Match(index, letters)))
    return [match for _, match in sorted(found, key=lambda one: one[0])]


_Fit = tuple[int, int, tuple[int, ...]]
"""How well (0 is best), how far apart the letters are, and which letters of the title they are."""


def _fit(wanted: str, title: str, context: str) -> _Fit | None:
    if not wanted:
        return 0, 0, ()
    at = title.find(wanted)
    if at == 0:
        return (0 if title == wanted else 1), 0, tuple(range(len(wanted)))
    starts = [i for i, letter in enumerate(title) if letter.isalnum() and (i == 0 or not title[i - 1].isalnum())]
    for start in starts:
        if title.startswith(wanted, start):
            return 2, 0, tuple(range(start, start + len(wanted)))
    initials = "".join(title[start] for start in starts)
    first = initials.find(wanted)
    if len(wanted) > 1 and first >= 0:
        return 3, 0, tuple(starts[first : first + len(wanted)])
    if at > 0:
        return 4, 0, tuple(range(at, at + len(wanted)))
    return _fit_loosely(wanted, title, context)


def _fit_loosely(wanted: str, title: str, context: str) -> _Fit | None:
    both = f"{title} {context}"
    words = wanted.split()
    if all(word in both for word in words):
        letters = sorted({at + i for word in words if (at := title.find(word)) >= 0 for i in range(len(word))})
        return 5, 0, tuple(letters)
    letters_wanted = wanted.replace(" ", "")
    inside = _subsequence(letters_wanted, title)
    if inside is not None:
        return 6, inside[-1] - inside[0], inside
    across = _subsequence(letters_wanted, both)
    if across is not None:
        return 7, across[-1] - across[0], tuple(at for at in across if at < len(title))
    return None


def _subsequence(letters: str, text: str) -> tuple[int, ...] | None:
    """Where the letters stand in the text in this order, the last of the possible beginnings; None where they don't."""
    places: list[int] = []
    end = len(text)
    for letter in reversed(letters):
        end = text.rfind(letter, 0, end)
        if end < 0:
            return None
        places.append(end)
    return tuple(reversed(places))


def _folded(text: str) -> str:
    """Without letter case and accents, letter by letter, so that positions stay."""
    return "".join((unicodedata.normalize("NFD", letter)[0].casefold() or letter)[0] for letter in text)
