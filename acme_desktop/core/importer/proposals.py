"""Which encodings a text that is not UTF-8 could be in, likeliest first: a hint for a person, never a decision.

Each encoding that can read the bytes is judged by what it makes of them: whether the words look like words, and
whether their letters are those of one language, the usual ones more than the rare ones.
"""

from __future__ import annotations

import codecs
import itertools
import re
import unicodedata
from functools import cache

_CANDIDATES = (
    *("cp1252", "cp1250", "cp1254", "cp1251", "koi8-r", "koi8-u", "iso8859-2", "iso8859-15", "cp1253", "cp1257"),
    *("cp1255", "cp1256", "mac-roman", "cp850", "cp852", "cp437", "cp866", "gb18030", "shift_jis", "big5", "euc-kr"),
)
# How much more a reading must look like a language, where few write that encoding or where it reads nearly any bytes.
_UNUSUAL = {
    **dict.fromkeys(("mac-roman", "cp850", "cp852", "cp437"), 0.15),
    **dict.fromkeys(("iso8859-2", "cp1257", "gb18030", "shift_jis", "euc-kr"), 0.05),
    "big5": 0.1,
    "iso8859-15": 0.02,
}
ASCII = frozenset(range(0x80))
_ALIKE, _BYTES, _PREVIEW = 10, 16 << 10, 200
_LATIN = 0.4  # a text of Latin letters has no larger share of others
_WORD = re.compile(r"[^\s\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f、。，：；！？（）「」]+")
# Signs that may stand right before a word, and right after one.
_BEFORE, _AFTER = "«“„‘‚¿¡–—•°", "»”“’…™®©°–—•"
_SQUARED = re.compile(r"[^\W\d_]{1,2}[²³]")
# The letters of languages in the order of their frequency, of Latin ones those beyond ASCII.
_LATIN_LETTERS = (
    *("éèàêçôâîûùëïœæü", "üäöß", "óíáñéúü", "ãçáéóíêõâúàôü", "àèùòéì", "ëéïèöü", "äöå", "øåæé"),
    *("íáðéóúþöæý", "łąęóżśćńź", "íáéěřšžčýůúťóďň", "áíéčšžýúľťôňäóďĺŕ", "áéöóőüíúű", "ăîșțâşţ", "šćčžđ"),
    *("ıüşçğöİâîû", "äõöüšž", "āīēšūņļžķģčŗ", "ėšžųįąčūę"),
)
_WHOLE_ALPHABETS = (
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "оаинвертіслкдмпузяьбгйчхцєжїшющґф",
    "аеиотнврслкдпмъзбгуцчйщшжхюяфь",
    "аиоенртсјквудпмглзбшчцжћњђхљфџ",
    "αοιετσνηυρπκλςμωγδάέίόήθφχβύώξζψϊϋΐΰ",
    "יהולאתרבשמנכעדחקפםסגטצזןךץף",
    "اليمنرتبةعدسفهوكقحجشطصخضذثزغءأإظؤئآىپ",
)
_RAREST = 0.4  # what a language's rarest letter is worth, its commonest being 1
_FOREIGN = -1.0  # what a letter of no language's is worth
# Letters of Greek and Hebrew that only end words, and those of Hebrew that never do.
_MISPLACED_ENDS = r"[ςךםןףץ][^\W\d_]|[^\W\d_][כמנצ](?![^\W\d_])"
# A Cyrillic letter after a consonant, and two that only stand after one.
_MISPLACED_CYRILLIC = r"[бвгджзклмнпрстфхцчшщ]й|[аеёиоуыэюяєії][ьы]|\b[ьы]"
_MISPLACED = re.compile(f"{_MISPLACED_ENDS}|(?i:{_MISPLACED_CYRILLIC})")
_GREEK_ACCENT = re.compile("[άέήίόύώΐΰ]")
_NO_ACCENT = 0.5
_CROWDED, _ALL_ACCENTS = 0.25, 0.5


def candidates(sample: bytes) -> list[tuple[str, str]]:
    """Encodings that a sample can be read in, each with a preview of lines that are not plain ASCII; likeliest first.

    Of those that look as likely Western European goes first where Latin letters prevail, then charset-normalizer's.
    Those that read the sample just as a likelier one does come last, so that the first few are a choice.
    """
    telling = _telling(sample)
    readings = {}
    for name in _CANDIDATES:
        try:
            text = telling.decode(name)
        except UnicodeDecodeError:
            continue
        if not any("\x80" <= char < "\xa0" for char in text):
            readings[name] = text
    ranks = _ranks(telling)
    latin = sum(byte > 127 for byte in telling) < _LATIN * len(telling)

    def unlikeliness(name: str) -> tuple[float, bool, int, int]:
        strange = strangeness(readings[name]) + _UNUSUAL.get(name, 0)
        western = latin and name == "cp1252"
        return strange, not western, ranks.get(name, len(ranks)), _CANDIDATES.index(name)

    order = sorted(readings, key=unlikeliness)
    first = {readings[name]: name for name in reversed(order)}
    order.sort(key=lambda name: first[readings[name]] != name)
    return [(name, readings[name].replace("\n", " ⏎ ")[:_PREVIEW]) for name in order]


def new_bytes(line: bytes, seen: set[int]) -> bool:
    """Whether a line has bytes that are not among `seen`; they are then."""
    found = set(line) - seen
    seen |= found
    return bool(found)


def _telling(sample: bytes) -> bytes:
    """Each line with a byte beyond ASCII that none before it has, and the first few others that are not plain ASCII.

    Of many alike lines the rest would only outvote the one that shows the encoding.
    """
    told, seen, alike = [], set(ASCII), 0
    for line in re.split(rb"[\r\n]+", sample):
        if line.isascii():
            continue
        new = new_bytes(line, seen)
        alike += not new
        if new or alike <= _ALIKE:
            told.append(line)
    return b"\n".join(told)[:_BYTES]


def strangeness(text: str) -> float:
    """How unlike a text of any language a text with letters beyond ASCII is; 0 is none of it, to two decimals."""
    words = list(dict.fromkeys(word for word in _WORD.findall(text) if not word.isascii()))
    if not words:
        return 0.0
    letters = [letter for word in words for letter in _lower(word) if not letter.isascii() and letter.isalpha()]
    likeness, language = max((_likeness(letters, one), one) for one in (*_LATIN_LETTERS, *_WHOLE_ALPHABETS, ""))
    odd = sum(_odd(word, language) for word in words) / len(words)
    return round(odd + (1 - likeness) / 2, 2)


def _lower(word: str) -> str:
    return "".join(letter if letter == "İ" else letter.lower() for letter in word)


def _likeness(letters: list[str], language: str) -> float:
    """How well letters are those of a language, from -1 to 1; no language ("") stands for the East Asian ones."""
    if not letters:
        return 1.0
    if not language:
        return sum(map(_east_asian, letters)) / len(letters)
    worth = _worth(language)
    return sum(worth.get(letter, _FOREIGN) for letter in letters) / len(letters)


@cache
def _worth(language: str) -> dict[str, float]:
    return {letter: 1 - (1 - _RAREST) * rank / len(language) for rank, letter in enumerate(language)}


def _east_asian(letter: str) -> float:
    """What a letter is worth in a text of an East Asian language: usual characters more than rare ones."""
    if "\u3040" <= letter <= "\u30ff" or "\uac00" <= letter <= "\ud7a3":
        return 0.9
    if not "\u4e00" <= letter <= "\u9fff":
        return _FOREIGN
    # Both national standards begin with the usual characters.
    simplified, traditional = letter.encode("gb2312", "ignore"), letter.encode("big5", "ignore")
    usual = (simplified and simplified[0] < 0xD8) or (traditional and traditional[0] < 0xC7)
    return 0.8 if usual else 0.1


def _odd(word: str, language: str) -> float:
    """Whether a word looks like none, from 0 to 1.

    Signs or another script inside it, a capital after a small letter; accents on most letters, unless the text's
    language has such accents.
    """
    letters = [char for char in word if char.isalpha() and char not in "ªº"]
    if not letters:
        return float(len(word) > 1 and not any(char.isdecimal() for char in word))
    within = word.lstrip(_BEFORE).rstrip(_AFTER)
    signs = not _SQUARED.fullmatch(within) and any(
        not char.isascii() and char not in letters and char != "’" for char in within
    )
    swapped = any(first.islower() and second.isupper() for first, second in itertools.pairwise(word))
    scripts = {_script(char) for char in letters}
    if len(scripts) > 1 or signs or swapped or _MISPLACED.search(word):
        return 1.0
    if scripts == {"GREEK"} and word.islower() and len(letters) > 3 and not _GREEK_ACCENT.search(word):
        return _NO_ACCENT
    accents = [char for char in letters if not char.isascii()]
    if scripts != {"LATIN"} or len(letters) < 3 or 2 * len(accents) <= len(letters):
        return 0.0
    if not all(char in language for char in _lower("".join(accents))):
        return 1.0
    return _ALL_ACCENTS if len(accents) == len(letters) else _CROWDED


def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").split(" ")[0]
    return "HAN" if script.startswith(("CJK", "HIRAGANA", "KATAKANA")) else script


def _ranks(telling: bytes) -> dict[str, int]:
    from charset_normalizer import from_bytes

    matches = from_bytes(telling, cp_isolation=list(_CANDIDATES))
    ranks: dict[str, int] = {}
    for match in matches:
        for name in (match.encoding, *match.could_be_from_charset):
            ranks.setdefault(codecs.lookup(name).name, len(ranks))
    return {name: ranks[codecs.lookup(name).name] for name in _CANDIDATES if codecs.lookup(name).name in ranks}
