"""What a sheet's XML says of the cells that a reader of workbooks hands on as blank, rounded, without their zeros or
with an escape for a character.

An error (``#N/A``) and a formula whose value was never stored look like blank cells to it, a number of more than
fifteen digits like the nearest one that a float can hold, a 7 that its format shows as 00007 like a bare 7, and the
escapes of U+FFFE and U+FFFF like plain text. The XML is looked through for such cells alone.

Source: ECMA-376, part 1, sections 18.3.1.4 (c, Cell), 18.8.10 (cellXfs), 18.8.30 (numFmt) and 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import IO, BinaryIO
from xml.etree import ElementTree

from acme_desktop.core.foundation.errors import InputProblem

_BLOCK = 1 << 20
_LONGEST_CELL = 1 << 20

# Each begins with what is searched for as fast as memory is read; an alternation would take a hundred times as long.
_ERRORS = (b't="e"', b"t='e'")
_FORMULAS = (b"<f>", b"<f ", b":f>", b":f ")
_NO_VALUE = re.compile(rb"""</(?:\w+:)?f></|<(?:\w+:)?f\b[^>]*/></|<(?:\w+:)?v(?:\s*/>|></)""")
_LONG_NUMBERS = (re.compile(rb"<v>-?[0-9]{16}"), re.compile(rb":v>-?[0-9]{16}"))
_NO_CHARACTERS = (b"_xFFFE_", b"_xFFFF_")
_ESCAPE = re.compile("_x(00[0-9a-fA-F]{2}|FFFE|FFFF)_")  # the first are those that the reader resolves
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</")
_CELL = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*?)(?:/>|>)")
_FIRST = re.compile(rb"<(?:\w+:)?c\b[^>]*>")
_PLACE = re.compile(rb"""\br=["']([A-Z]*)([0-9]+)["']""")
_KIND = re.compile(rb"""\bt=["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</)")
_DIGITS = re.compile(rb"-?[0-9]{16,}")
_STYLE = re.compile(rb"""\bs=["']([0-9]+)["']""")
_WHOLE = re.compile(rb"[0-9]+")
_ZEROS = re.compile(r"0{2,}")


@dataclass(frozen=True)
class Cell:
    """A cell that needs a second look.

    Attributes:
        row, column: from 1 and from 0.
        text: the number's digits, with the zeros that are shown before it, the error, the formula, or the text.
        broken: why it has no value, or "".
    """

    row: int
    column: int
    text: str
    broken: str = ""


def cells(stream: BinaryIO, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
    """The cells of a sheet that need a second look, a stretch of it at a time; nothing where it is no .xlsx.

    Yields:
        The last row that is known to its end, and the cells found since the stretch before.

    Raises:
        InputProblem: the sheet is damaged.
    """
    try:
        archive = zipfile.ZipFile(stream)
        place, padded = _place(archive, sheet), _padded(archive)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return
    try:
        with archive, archive.open(place) as xml:
            yield from _stretches(xml, padded)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputProblem(f"The sheet “{sheet}” is damaged.", "Get the file once more.", str(error)) from error


def _place(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the sheet's file; raises KeyError where there is none."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  expat bounds what entities become
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            target = targets[next((value for name, value in one.items() if name.endswith("}id")), None)]
            return target[1:] if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def _padded(archive: zipfile.ZipFile) -> dict[bytes, int]:
    """The styles that fill numbers up with zeros, as ``00000`` does: number of the style -> digits that are shown."""
    try:
        sheet = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return {}
    formats = {one.get("numFmtId"): one.get("formatCode", "") for one in sheet.iter() if one.tag.endswith("}numFmt")}
    styles = next((one for one in sheet if one.tag.endswith("}cellXfs")), ())
    codes = ((index, formats.get(style.get("numFmtId"), "")) for index, style in enumerate(styles))
    return {str(index).encode(): len(code) for index, code in codes if _ZEROS.fullmatch(code)}


def _stretches(xml: IO[bytes], padded: Mapping[bytes, int]) -> Iterator[tuple[int, list[Cell]]]:
    row, column, kept = 0, -1, b""
    styles = re.compile(rb"""\bs=["'](?:%s)["']""" % b"|".join(padded)) if padded else None
    placed: bool | None = None  # whether every cell says where it is
    while block := xml.read(_BLOCK):
        block = kept + block
        # A cell that is cut off is looked at with what follows.
        end = max(block.rfind(b"</c>"), block.rfind(b":c>"), block.rfind(b"</row>"))
        if end < 0 and len(block) < _LONGEST_CELL:
            kept = block
            continue
        end = len(block) if end < 0 else block.index(b">", end) + 1
        block, kept = block[:end], block[end:]
        if placed is None and (first := _FIRST.search(block)) is not None:
            placed = _PLACE.search(first[0]) is not None
        if placed and not _of_interest(block) and not (styles and styles.search(block)):
            last = _PLACE.search(block, max(block.rfind(b"<c "), block.rfind(b":c "), 0))
            row = int(last[2]) if last else row
            yield row - 1, []
            continue
        found = []
        starts = list(_CELL.finditer(block))
        for start, following in zip(starts, [*starts[1:], None], strict=True):
            place = _PLACE.search(start[2])
            if start[1] == b"row":
                row, column = int(place[2]) if place else row + 1, -1
                continue
            if place:
                row, column = int(place[2]), _column(place[1])
            else:
                column += 1
            inner = block[start.end() : following.start() if following else len(block)]
            if not start[0].endswith(b"/>") and (cell := _cell(row, column, start[2], inner, padded)) is not None:
                found.append(cell)
        yield row - 1, found


def _of_interest(block: bytes) -> bool:
    """Whether a cell in there may need a second look."""
    return (
        any(text in block for text in (*_ERRORS, *_NO_CHARACTERS))
        or (any(text in block for text in _FORMULAS) and _NO_VALUE.search(block) is not None)
        or any(pattern.search(block) for pattern in _LONG_NUMBERS)
    )


def _cell(row: int, column: int, attributes: bytes, inner: bytes, padded: Mapping[bytes, int]) -> Cell | None:
    found = _KIND.search(attributes)
    kind = found[1] if found else b"n"
    value = _VALUE.search(inner)
    text = value[1] if value else b""
    if kind == b"e":
        error = unescape(text.decode("utf-8", "replace")) or "#N/A"
        return Cell(row, column, error, f"The cell holds the error {error} instead of a value.")
    if kind == b"inlineStr":
        return Cell(row, column, _text(inner)) if any(text in inner for text in _NO_CHARACTERS) else None
    formula = _FORMULA.search(inner)
    if formula and not text and kind != b"str":
        shown = "=" + unescape((formula[1] or b"").decode("utf-8", "replace"))
        return Cell(row, column, shown, "The cell holds a formula whose value is not stored.")
    if kind == b"n" and _DIGITS.fullmatch(text):
        return Cell(row, column, text.decode())
    if padded and kind == b"n" and _WHOLE.fullmatch(text) and (style := _STYLE.search(attributes)):
        return Cell(row, column, text.decode().zfill(padded.get(style[1], 0)))
    return None


def _text(inner: bytes) -> str:
    text = unescape(b"".join(_TEXT.findall(inner)).decode("utf-8", "replace"))
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
