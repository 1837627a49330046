"""The outline that goes before folding never leaves out what folding finds."""

from __future__ import annotations

import random
import sys
import unicodedata

import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.segments import folded, whole_fold
from acme_desktop.core.products.matching import outline

_MISSED = f"""
SELECT text, wanted FROM asked
WHERE strpos({folded("text")}, {folded("wanted")}) > 0 AND NOT text ~ outline LIMIT 5
"""


def missed(database: Database, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs of a text and one that it contains when both are folded, but whose outline it does not match."""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE asked (text text, wanted text, outline text) ON COMMIT DROP")
        with cursor.copy("COPY asked FROM STDIN") as copy:
            for text, wanted in pairs:
                copy.write_row((text, wanted, outline(wanted)))
        found: list[tuple[str, str]] = cursor.execute(_MISSED).fetchall()
        return found


def test_every_letter_is_found_by_what_it_folds_to(database: Database) -> None:
    letters = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    known = [letter for letter in letters if unicodedata.category(letter)[0] in "LMNPSZ" and ord(letter) < 0x30000]
    with database.connect() as connection:
        query = f"SELECT letter, {folded('letter')} FROM unnest(%s::text[]) AS letters (letter)"
        changed = [pair for pair in connection.execute(query, (known,)).fetchall() if pair[0] != pair[1]]
    assert len(changed) > 1000
    assert not missed(database, [(f"x{letter}y", f"x{bare}Y") for letter, bare in changed])
    assert not missed(database, [(f"x{letter}y", f"X{letter}y") for letter in known[::7]])


def test_what_is_skipped_in_folding_makes_no_difference(database: Database) -> None:
    letters = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    query = f"SELECT text, {folded('text')}, {whole_fold('text')} FROM unnest(%s::text[]) AS texts (text)"
    with database.connect() as connection:
        folds = connection.execute(query, ([*letters, *(f"Ae{letter}\u0301ß" for letter in letters[::50])],)).fetchall()
    assert [fold for fold in folds if fold[1] != fold[2]] == []


@pytest.mark.parametrize("seed", range(4))
def test_parts_of_accented_texts_are_found(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    alphabet = "sSßeEéæaäoœöøIıİkKcç .*+?()[]{}|^$\\-_%\n\tżłđйд가각\u0301\u0308\u030a"
    pairs = []
    for _ in range(20_000):
        text = "".join(chance.choices(alphabet, k=chance.randint(1, 9)))
        marked = unicodedata.normalize("NFD", text).replace("ß", chance.choice(("ß", "ss")))
        bare = "".join(part for part in marked if not unicodedata.combining(part) or chance.random() < 0.3)
        start = chance.randrange(max(1, len(bare)))
        pairs.append(
            (text, chance.choice((bare, bare.upper(), bare.lower()))[start : start + chance.randint(1, 5)] or "s")
        )
    assert not missed(database, pairs)


@pytest.mark.parametrize(
    ("wanted", "text"), [("creme", "cream"), ("bergstrom", "Bergs"), ("a.b", "axb"), ("7", "8"), ("strasse", "Strafe")]
)
def test_an_outline_leaves_out_most(database: Database, wanted: str, text: str) -> None:
    with database.connect() as connection:
        assert connection.execute("SELECT %s ~ %s", (text, outline(wanted))).fetchone() == (False,)
