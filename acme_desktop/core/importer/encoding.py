"""Bytes -> UTF-8: which encoding a text is in, and how it is turned into UTF-8 without hiding a bad byte.

Decided in this order: what a person chose; a byte order mark; the NUL pattern of UTF-16 without a mark; strict UTF-8
over the whole file. A file that is UTF-8 but for a few lines is read as UTF-8, and those lines are rejected later.
Nothing is guessed: where none of this holds, the file is refused and candidates are proposed for a person to choose
from.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from acme_desktop.core.foundation.errors import InputProblem, UsageProblem
from acme_desktop.core.importer.proposals import ASCII, candidates, new_bytes

BLOCK = 1 << 20
BAD = "\ufffd"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD_BYTES = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
# A file whose lines are bad in no more than this share counts as UTF-8 with a few bad lines.
FEW = 0.10
_SAMPLE, _SAMPLE_LINE = 8192, 2048
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
    seen = set(ASCII)
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
                good += _is_mostly_utf8(line)
                part = line[:_SAMPLE_LINE]
                if new_bytes(part, seen) or len(sample) < _SAMPLE:
                    sample += part + b"\n"
    few = bad <= max(1, lines * FEW) and (lines >= _TELLING_LINES or _is_damage(bytes(sample), lines))
    if not first_is_bad and (bad <= 3 * good or few):
        return bad
    raise EncodingNeeded(candidates(bytes(sample)))


def _is_mostly_utf8(line: bytes) -> bool:
    """Whether a bad line has letters in UTF-8 all the same, twice as many as bad bytes: other encodings hardly do."""
    rest, bad = _SURROGATE.subn("", decode(line))
    return len(rest) - len(rest.encode("ascii", "ignore")) >= 2 * bad


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
