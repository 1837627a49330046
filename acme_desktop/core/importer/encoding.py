"""Bytes -> UTF-8: which encoding a text is in, and how it is turned into UTF-8 without hiding a bad byte.

Decided in this order: what a person chose; a byte order mark; the NUL pattern of UTF-16 without a mark; strict UTF-8
over the whole file. A file that is UTF-8 but for a few lines is read as UTF-8, and those lines are rejected later.
Nothing is guessed: where none of this holds, the file is refused and candidates are proposed for a person to choose
from.
"""

from __future__ import annotations

import codecs
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from acme_desktop.core.foundation.errors import InputProblem, UsageProblem

BLOCK = 1 << 20
BAD = "\ufffd"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = (
    *("cp1252", "cp1250", "cp1254", "cp1251", "iso8859-15", "cp1253", "cp1257", "cp1255", "cp1256", "koi8-u"),
    *("mac-roman", "cp850", "cp437", "cp866", "gb18030", "shift_jis", "big5", "euc-kr"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD_BYTES = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
_WORD = re.compile(r"[^\s\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")
_RARE = "ðþýÐÞÝ¨³¹¿ªº"  # what Turkish and Polish letters look like in the Western European encoding
_LATIN = 0.4  # a text of Latin letters has no larger share of others
# A file whose lines are bad in no more than this share counts as UTF-8 with a few bad lines.
FEW = 0.10
# In a file of fewer lines one bad line is a larger share, and can be the only one that shows the encoding.
_TELLING_LINES = 8
_TINY_LINES = 4
_FIRST_BYTES = 512


class EncodingNeeded(InputProblem):
    """The bytes are not UTF-8 and nothing says what they are.

    Attributes:
        candidates: (codec name, a few of the file's lines read that way), likeliest first.
    """

    def __init__(self, candidates: list[tuple[str, str]]) -> None:
        names = ", ".join(name for name, _ in candidates[:4])
        super().__init__(
            "The file is not UTF-8, and nothing in it says which encoding it is in.",
            f"Choose one, for instance: {names} (--encoding {candidates[0][0]})."
            if candidates
            else "Save it as UTF-8.",
            "\n".join(f"{name}: {preview}" for name, preview in candidates),
        )
        self.candidates = candidates


@dataclass(frozen=True)
class Encoding:
    """A decision: the codec, how many bytes of mark to skip, and how many lines are not in it (UTF-8 only)."""

    name: str
    mark: int = 0
    bad_lines: int = 0


def decide(open_stream: Callable[[], BinaryIO], chosen: str | None) -> Encoding:
    """The encoding of a whole stream.

    Args:
        open_stream: opens the stream at its start; it may be called twice, each stream is closed again.
        chosen: what a person chose, or None.

    Raises:
        UsageProblem: the chosen encoding is unknown.
        EncodingNeeded: it is not UTF-8 and a person must choose.
        InputProblem: the byte order mark contradicts the choice.
    """
    with open_stream() as stream:
        head = stream.read(1 << 16)
    marked = next(((name, len(mark)) for mark, name in _MARKS if head.startswith(mark)), None)
    if chosen:
        return _obey(chosen, marked)
    if marked and marked[0] != "utf-8":
        return Encoding(*marked)
    unmarked = _nul_pattern(head)
    if unmarked and not marked:
        return Encoding(unmarked)
    mark = marked[1] if marked else 0
    if _is_utf8(open_stream):
        return Encoding("utf-8", mark)
    return Encoding("utf-8", mark, _count_bad(open_stream))


def utf8_blocks(stream: BinaryIO, encoding: Encoding, size: int) -> Iterator[bytes]:
    """The stream from its present position as UTF-8, in blocks of about `size` bytes.

    What can't be decoded stays invalid UTF-8, so that the line it stands on can be found and rejected.
    """
    if encoding.name == "utf-8":
        while block := stream.read(size):
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding.name)("acme-mark")
    while block := stream.read(size):
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def decode(block: bytes) -> str:
    """A block of `utf8_blocks` as text; each byte that is not UTF-8 becomes a lone surrogate, see `is_bad`."""
    return block.decode("utf-8", "surrogateescape")


def is_bad(text: str) -> bool:
    """Whether something in the text could not be decoded."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def readable(text: str) -> str:
    """The text with U+FFFD for what could not be decoded, so that it can be shown, stored and written."""
    return text if text.isascii() else _SURROGATE.sub(BAD, text)


def candidates(sample: bytes) -> list[tuple[str, str]]:
    """Encodings that a sample can be read in, each with a preview of lines that are not plain ASCII; likeliest first.

    The order is a hint for a person: how words look decides, then charset-normalizer; among Latin letters here and
    there, Western European goes before what reads just as well.
    """
    lines = [line for line in re.split(rb"[\r\n]+", sample) if not line.isascii()]
    telling = b"\n".join(lines[:40])[:8192]
    readings = {}
    for name in _CANDIDATES:
        try:
            text = telling.decode(name)
        except UnicodeDecodeError:
            continue
        if not any("\x80" <= char < "\xa0" for char in text):
            readings[name] = text
    ranks = _ranks(telling)

    def likeliness(name: str) -> tuple[float, bool, int, int]:
        western = name == "cp1252" and sum(byte > 127 for byte in telling) < _LATIN * len(telling)
        return (
            round(oddity(readings[name]), 1),
            not western,
            ranks.get(name, len(ranks)),
            _CANDIDATES.index(name),
        )

    order = sorted(readings, key=likeliness)
    return [(name, readings[name].replace("\n", " ⏎ ")[:200]) for name in order]


def oddity(text: str) -> float:
    """How unlike real words the words with letters beyond ASCII look: the share of them that are odd, from 0 to 1.

    Odd is a sign or another script inside a word, a capital after a small letter, and a Latin word most of whose
    letters have accents.
    """
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(_odd, words)) / len(words) if words else 0.0


def _odd(word: str) -> float:
    letters = [char for char in word if char.isalpha()]
    if not letters:
        return float(len(word) > 1 and not any(char.isdigit() for char in word))
    scripts = {_script(char) for char in letters}
    within = word.strip("".join(char for char in word if not char.isalnum() and not char.isascii()))
    signs = any(not char.isalnum() and not char.isascii() for char in within)
    swapped = any(first.islower() and second.isupper() for first, second in itertools.pairwise(word))
    accents = sum(not char.isascii() for char in letters)
    crowded = scripts == {"LATIN"} and len(letters) > 2 and 2 * accents > len(letters)
    if len(scripts) > 1 or signs or swapped or crowded:
        return 1.0
    return 0.5 if any(char in _RARE for char in letters) else 0.0


def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").split(" ")[0]
    return "HAN" if script in ("CJK", "HIRAGANA", "KATAKANA") else script


def _ranks(telling: bytes) -> dict[str, int]:
    from charset_normalizer import from_bytes

    matches = from_bytes(telling, cp_isolation=list(_CANDIDATES))
    ranks: dict[str, int] = {}
    for match in matches:
        for name in (match.encoding, *match.could_be_from_charset):
            ranks.setdefault(codecs.lookup(name).name, len(ranks))
    return {name: ranks[codecs.lookup(name).name] for name in _CANDIDATES if codecs.lookup(name).name in ranks}


def _obey(chosen: str, marked: tuple[str, int] | None) -> Encoding:
    try:
        name = codecs.lookup(chosen).name
        "".encode(name)
    except (LookupError, TypeError, ValueError) as error:
        raise UsageProblem(f"There is no encoding “{chosen}”.", "Well-known ones: utf-8, cp1252, utf-16.") from error
    name = {"utf-8-sig": "utf-8", "ascii": "utf-8"}.get(name, name)
    if marked is None:
        return Encoding({"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name))
    if not marked[0].startswith(name):
        raise InputProblem(
            f"The file says by its byte order mark that it is {marked[0]}, and {chosen} was chosen.",
            "Leave the encoding out.",
        )
    return Encoding(*marked)


def _nul_pattern(head: bytes) -> str | None:
    """UTF-16 without a mark: ASCII characters (separators, digits, line ends) leave NULs on one side of each pair.

    A NUL on every second place at least half the time is evidence by itself. Fewer are it only where the bytes are no
    text otherwise, as the other half of Cyrillic or Chinese letters is none: a stray NUL in a row stands among text.
    """
    head = head[:_FIRST_BYTES]
    pairs = len(head) // 2
    if pairs < 2 or b"\0" not in head:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    few, many = min(even, odd), max(even, odd)
    if many * 8 < pairs or few * 20 > many or (many * 2 < pairs and _is_text_but_for_nuls(head)):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_text_but_for_nuls(head: bytes) -> bool:
    """Whether bytes without their NULs are text: hardly any control characters, hardly anything that is not UTF-8."""
    rest = head.replace(b"\0", b"")
    foreign = rest.decode("utf-8", "replace").count(BAD) + len(_CONTROL.findall(rest))
    return foreign * 20 <= len(rest)


def _is_utf8(open_stream: Callable[[], BinaryIO]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    with open_stream() as stream:
        try:
            pending = False
            while block := stream.read(BLOCK):
                if pending or not block.isascii():
                    decoder.decode(block)
                    pending = bool(decoder.getstate()[0])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _count_bad(open_stream: Callable[[], BinaryIO]) -> int:
    """The number of bad lines where they are few; raises `EncodingNeeded` where the file is not UTF-8 at all."""
    bad = good = lines = 0
    sample = bytearray()
    first_is_bad = False
    with open_stream() as stream:
        for line in _byte_lines(stream):
            if line.isascii():
                lines += bool(line)
                continue
            lines += 1
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                first_is_bad |= lines == 1
                bad += 1
                if len(sample) < 8192:
                    sample += line[:2048] + b"\n"
    few = bad <= max(1, lines * FEW) and (lines >= _TELLING_LINES or _is_damage(bytes(sample), lines))
    if not first_is_bad and (bad <= 3 * good or few):
        return bad
    raise EncodingNeeded(candidates(bytes(sample)))


def _is_damage(line: bytes, lines: int) -> bool:
    """Whether the one bad line of a tiny file is damaged, rather than the only one with letters beyond ASCII."""
    bad = len(_SURROGATE.findall(decode(line)))
    return not _may_be_letters(line) or (bad == 1 and lines >= _TINY_LINES)


def _may_be_letters(line: bytes) -> bool:
    """Whether bytes that are not UTF-8 could be letters of Western Europe in a word, and not just damage."""
    words = [
        word for word in _WORD_BYTES.findall(line) if len(word) > 1 and not any(0x30 <= byte <= 0x39 for byte in word)
    ]
    return any(0xC0 <= byte < 0xFE for word in words for byte in word)


def _byte_lines(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(BLOCK):
        *whole, rest = (rest + block).replace(b"\r", b"\n").split(b"\n")
        yield from whole
        if len(rest) > 8 * BLOCK:
            yield rest
            rest = b""
    yield rest


def _mark_bad(error: UnicodeError) -> tuple[str, int]:
    """Each undecodable unit becomes a lone surrogate; multi-byte codecs go on with the very next byte."""
    assert isinstance(error, UnicodeDecodeError)
    wide = error.encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32"))
    return "\udc80", error.end if wide else error.start + 1


codecs.register_error("acme-mark", _mark_bad)
