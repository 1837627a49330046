"""Texts that contain a text, in any letter case and, where that is asked for, with or without accents.

No extension is needed for accents: a text is *folded* by what every PostgreSQL from 14 on has. That takes some five
microseconds a text, against half a one for a plain comparison, so that only those are folded that hold more than
ASCII; the others are compared as they are. With trigrams both have their index (see `catalogue_indexes`). Without
them, and for a text too short for one, every accented product is folded: about a second for a million of them.
"""

from __future__ import annotations

import re
import unicodedata

from acme_desktop.core.database.segments import accented, folded
from acme_desktop.core.foundation.product_rules import storable

_COLUMNS = {"sku": "sku_key", "name": "name", "description": "description"}
_SPECIAL = re.compile(r"([\\%_])")

# Three letters or digits in a row make a trigram; a shorter text is looked for in one product after the other.
_LONG_ENOUGH = {False: re.compile(r"[^\W_]{3}"), True: re.compile(r"[^\W_]{3}", re.ASCII)}


def contains(text: str, *fields: str, ignore_accents: bool = False) -> tuple[str, tuple[str, ...]]:
    """Products of which one of the fields (sku, name, description) contains the text: SQL, and its values."""
    if not storable(text):  # no product contains it
        return "false", ()
    tests: list[tuple[str, str]] = []
    for field in fields:
        # SKUs are in NFC
        pattern = _pattern(unicodedata.normalize("NFC", text) if field == "sku" else text)
        tests.extend((test, pattern) for test in _tests(field, ignore_accents=ignore_accents))
    sql = " OR ".join(test for test, _ in tests)
    return f"({sql})" if len(tests) > 1 else sql, tuple(pattern for _, pattern in tests)


def has_trigram(text: str | None, *, ignore_accents: bool = False, ascii_only: bool = False) -> bool:
    """Whether a trigram index can find what contains the text."""
    if text and ignore_accents:
        text = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return bool(text and _LONG_ENOUGH[ascii_only].search(text))


def _tests(field: str, *, ignore_accents: bool) -> list[str]:
    column = _COLUMNS[field]
    if ignore_accents:
        wanted = folded("%s::text")
        return [f"{column} ILIKE {wanted}", f"({accented(column)} AND {folded(column)} LIKE {wanted})"]
    # the key is in lower case already
    return ["sku_key LIKE lower(%s::text)" if field == "sku" else f"{column} ILIKE %s"]


def _pattern(text: str) -> str:
    return "%" + _SPECIAL.sub(r"\\\1", text) + "%"
