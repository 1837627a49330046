"""What a product's fields may hold: one set of rules for the importer and for edits by hand."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

SKU_MAX = 255
NAME_MAX = 1000
DESCRIPTION_MAX = 1_000_000
"""The longest values, in characters (Unicode code points)."""

_LIMITS = {"sku": SKU_MAX, "name": NAME_MAX, "description": DESCRIPTION_MAX}
_LABELS = {"sku": "SKU", "name": "name", "description": "description"}

# Characters that show nothing and that Python does not count as white space.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Python counts as white space and `str.strip` takes off, for SQL and Arrow, which have to judge the same."""

BLANKS = WHITE_SPACE + _INVISIBLE
"""A text of these alone is blank."""


@dataclass(frozen=True)
class Violation:
    """A value that a product may not have.

    Attributes:
        field: sku, name or description.
        reason: the contract's code: ``missing_sku``, ``missing_name``, ``too_long``, ``nul_character`` or
            ``bad_encoding``.
        message: one plain sentence.
    """

    field: str
    reason: str
    message: str


def is_blank(text: str) -> bool:
    """Whether nothing would be seen: empty, or white space and invisible characters only."""
    return not text or (not text[0].isalnum() and not text.strip(BLANKS))


def clean_sku(text: str) -> str:
    """The SKU as it is kept: trimmed and in Unicode NFC; its letter case stays."""
    return unicodedata.normalize("NFC", text.strip())


def storable(text: str) -> bool:
    """Whether the database can hold it at all: no NUL, and none of the bytes that Python keeps as lone surrogates."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def violation(field: str, text: str) -> Violation | None:
    """What is wrong with a value of sku (already clean), name or description; None where nothing is."""
    label = _LABELS[field]
    if field != "description" and is_blank(text):
        return Violation(field, f"missing_{field}", f"The {label} is blank.")
    if "\0" in text:
        return Violation(field, "nul_character", f"The {label} contains a NUL character.")
    if len(text) > _LIMITS[field]:
        return Violation(
            field,
            "too_long",
            f"The {label} has {len(text):,} characters; at most {_LIMITS[field]:,} are allowed.",
        )
    if not storable(text):
        return Violation(field, "bad_encoding", f"The {label} contains bytes that are not text.")
    return None
