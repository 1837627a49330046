"""Where in a shown text the filter's own text is found, by the same rules as in the catalogue."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from acme_desktop.core.products.filters import Filter
from acme_desktop.core.products.matching import plain

_FIELDS = ("sku", "name", "description")


@dataclass(frozen=True)
class Span:
    """A part of a text: from where, and how many letters."""

    start: int
    length: int


class Matcher:
    """Finds what a filter looks for in the cells of a product."""

    def __init__(self, asked: Filter) -> None:
        self._bare = asked.ignore_accents
        search = (asked.search or "").strip()
        own = {"sku": (asked.sku or "").strip(), "name": asked.name or "", "description": asked.description or ""}
        self._wanted = {
            field: tuple({self._fold(text)[0] for text in self._texts(field, own[field], search) if text} - {""})
            for field in _FIELDS
        }

    def concerns(self, field: str) -> bool:
        """Whether anything is looked for in this field."""
        return bool(self._wanted.get(field))

    def spans(self, field: str, text: str) -> list[Span]:
        """The parts of a text that were looked for, from the first on; they do not overlap."""
        wanted = self._wanted.get(field, ())
        if not wanted or not text:
            return []
        folded, origin = self._fold(text)
        marked = bytearray(len(text))
        for one in wanted:
            at = folded.find(one)
            while at >= 0:
                end = origin[at + len(one) - 1] + 1
                while end < len(text) and unicodedata.combining(text[end]):
                    end += 1  # an accent that stands by itself belongs to the letter before it
                marked[origin[at] : end] = b"\1" * (end - origin[at])
                at = folded.find(one, at + len(one))
        return _runs(marked)

    def _texts(self, field: str, own: str, search: str) -> tuple[str, ...]:
        texts = (own, search)
        return tuple(unicodedata.normalize("NFC", text) for text in texts) if field == "sku" else texts

    def _fold(self, text: str) -> tuple[str, list[int] | range]:
        """The text as it is compared, and for each of its letters which one of the text it comes from."""
        if text.isascii():
            return text.lower(), range(len(text))
        letters: list[str] = []
        origin: list[int] = []
        for number, letter in enumerate(text):
            for one in _bare(letter) if self._bare else letter.lower():
                letters.append(one)
                origin.append(number)
        return "".join(letters), origin


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    """Remembered: a screen of cells has the same few letters thousands of times."""
    return plain(letter)


def _runs(marked: bytearray) -> list[Span]:
    found: list[Span] = []
    at = marked.find(1)
    while at >= 0:
        end = marked.find(0, at)
        end = len(marked) if end < 0 else end
        found.append(Span(at, end - at))
        at = marked.find(1, end)
    return found
