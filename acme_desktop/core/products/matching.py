"""Texts that contain a text, in any letter case and, where that is asked for, with or without accents.

No extension is needed for accents: a text is *folded* by what every PostgreSQL from 14 on has. That takes some five
microseconds a text, against half a one for a plain comparison. So only those are folded that hold more than ASCII
and pass `outline`, a regular expression that takes less than one; the others are compared as they are. With trigrams
both have their index (see `catalogue_indexes`); what that finds is folded once more, so that it is asked for in its own
words and nothing else is tested.
"""

from __future__ import annotations

import re
import unicodedata

from acme_desktop.core.database.segments import ONLY, accented, folded, whole_fold
from acme_desktop.core.foundation.product_rules import storable

_COLUMNS = {"sku": "sku_key", "name": "name", "description": "description"}
_SPECIAL = re.compile(r"([\\%_])")
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i"}

# What may stand for any letter, or be a mark on it.
_OTHER = r"[^\u0001-\u007f]"
# Those that one letter stands for together; in a row of s any two of them.
_PARTS = re.compile(r"s+|ae|oe|[\x01-\x7f]|[^\x01-\x7f]+", re.DOTALL)

# Three letters or digits in a row make a trigram; a shorter text is looked for in one product after the other.
_LONG_ENOUGH = {False: re.compile(r"[^\W_]{3}"), True: re.compile(r"[^\W_]{3}", re.ASCII)}


def contains(
    text: str, *fields: str, ignore_accents: bool = False, indexed: bool = False
) -> tuple[str, tuple[str, ...]]:
    """Products of which one of the fields (sku, name, description) contains the text: SQL, and its values.

    `indexed` is for a question that the index of accented products is to answer.
    """
    if not storable(text):  # no product contains it
        return "false", ()
    tests: list[tuple[str, tuple[str, ...]]] = []
    for field in fields:
        # SKUs are in NFC
        wanted = unicodedata.normalize("NFC", text) if field == "sku" else text
        tests += _bare_tests(field, wanted, indexed) if ignore_accents else [_test(field, wanted)]
    sql = " OR ".join(test for test, _ in tests)
    return f"({sql})" if len(tests) > 1 else sql, tuple(value for _, values in tests for value in values)


def has_trigram(text: str | None, *, ignore_accents: bool = False, ascii_only: bool = False) -> bool:
    """Whether a trigram index can find what contains the text."""
    if text and ignore_accents:
        text = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return bool(text and _LONG_ENOUGH[ascii_only].search(text))


def plain(letter: str) -> str:
    """A letter as it is compared without regard to accents: in lower case and bare; ß, æ and œ are two letters."""
    lower = letter.lower()
    if lower.isascii():
        return lower
    parts = (part for part in unicodedata.normalize("NFD", lower) if not "\u0300" <= part <= "\u036f")
    return "".join(_LETTERS.get(part, part) for part in parts)


def outline(text: str) -> str:
    """A regular expression of PostgreSQL that every text matches which contains this one but for accents; others too.

    Whatever is not ASCII may be any letter, any two of those that one letter stands for, or a mark on the one before.
    """
    return "".join(map(_outlined, _PARTS.findall("".join(map(plain, text)))))


def _outlined(part: str) -> str:
    if not part.isascii():
        return f"{_OTHER}+"  # how many letters they are written with may differ
    one = f"(?:{_either(part[0])}|{_OTHER}){_OTHER}*"
    if part[0] == part[-1]:
        return one if len(part) == 1 else f"(?:{one}){{{(len(part) + 1) // 2},}}"
    return f"{one}{_either(part[1])}?{_OTHER}*"


def _either(letter: str) -> str:
    return f"[{letter}{letter.upper()}]" if letter.isalpha() else letter if letter.isdigit() else "\\" + letter


def _test(field: str, text: str) -> tuple[str, tuple[str, ...]]:
    # the key is in lower case already
    return "sku_key LIKE lower(%s::text)" if field == "sku" else f"{field} ILIKE %s", (_pattern(text),)


def _bare_tests(field: str, text: str, indexed: bool) -> list[tuple[str, tuple[str, ...]]]:
    column, pattern, wanted = _COLUMNS[field], _pattern(text), whole_fold("%s::text")
    test = f"{folded(column)} LIKE {wanted}"
    if indexed:
        bare: tuple[str, tuple[str, ...]] = f"(({ONLY['folded']}) AND {test})", (pattern,)
    else:
        bare = f"({accented(column)} AND {column} ~ %s AND {test})", (outline(text), pattern)
    return [(f"{column} ILIKE {wanted}", (pattern,)), bare]


def _pattern(text: str) -> str:
    return "%" + _SPECIAL.sub(r"\\\1", text) + "%"
