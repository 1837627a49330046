"""Product files in many dialects, broken in known ways, and a judge of what a reader made of them.

A file is a list of pieces, one for each record. Damage changes some pieces and marks them; the judge then knows for
every physical row what it says and whether it still says it.
"""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BAD_BYTE = "\ue0ff"  # becomes the byte 0xFF
WORDS = (
    "Chair",
    "Lamp",
    "Table",
    "Tasse",
    "Écharpe",
    "Käse",
    "Şapka",
    "Ковдра",
    "naïve",
    "Größe L",
    "5 inch",
    "Box of 10",
)
PROSE = (
    "soft, warm",
    "red, green and blue",
    "in stock; ships today",
    "<b>new</b>",
    "100% cotton",
    'the "best" one',
    "it's fine",
    "a|b",
    "tab\there",
    "50 %",
    "<p>Hello, world</p>",
    "<li>one, two, three</li>",
    "x,y,z",
    "see; below; now",
    "\u2028odd\x0bones\x85",
)
LINES = (
    "<ul>",
    "<li>Red, green, blue</li>",
    "<li>one</li>",
    "</ul>",
    "",
    "Plain text, with a comma",
    "Size; weight; colour",
    "   indented",
    "Material: oak",
    "1,2,3",
    "Care, wash, dry",
    "a,b",
    "Ends here.",
)
HEADERS = (
    {"sku": "SKU", "name": "Name", "description": "Description", "active": "Active"},
    {"sku": "Artikelnummer", "name": "Bezeichnung", "description": "Beschreibung", "active": "Aktiv"},
    {"sku": "UGS", "name": "Nom", "description": "Description", "active": "Publié"},
    {"sku": "Variant SKU", "name": "Title", "description": "Body (HTML)", "active": "Published"},
    {"sku": "sku", "name": "product_name", "description": "long_description", "active": "is_active"},
    {"sku": "Stok Kodu", "name": "Ürün Adı", "description": "Açıklama", "active": "Aktif"},
)
GROUP = "Group"
EXTRAS = ("Price", "Stock", "Vendor", "Colour", "Weight (kg)", "Tags")


@dataclass(frozen=True)
class Style:
    """How a clean file is written."""

    delimiter: str = ","
    newline: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    encoding: str = "utf-8"
    mark: bool = False
    header: Mapping[str, str] = field(default_factory=lambda: HEADERS[0])
    columns: tuple[str, ...] = ("sku", "name", "description", "active")
    preamble: tuple[str, ...] = ()
    final_newline: bool = True


@dataclass(frozen=True)
class Piece:
    """One record (or the header, or a line that is none) as it stands in the file, with its line end.

    `cells` is what it says, by column; None where it says nothing that could be imported. `intact` pieces must be read
    as they are. `filled` is what it says where its name is blank and is to be filled down.
    """

    text: str
    cells: tuple[str, ...] | None
    intact: bool = True
    encoding: str | None = None
    is_row: bool = True
    filled: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Product:
    """What a file says of a product."""

    sku: str
    name: str
    description: str | None
    active: bool | None


def random_style(rng: random.Random) -> Style:
    """A dialect as exports have them."""
    columns = ["sku", "name"]
    columns += [column for column in ("description", "active") if rng.random() < 0.75]
    columns += rng.sample(EXTRAS, rng.choice((0, 0, 1, 2, 4)))
    if rng.random() < 0.6:
        rng.shuffle(columns)
    encoding, mark = rng.choice(
        (("utf-8", False),) * 5 + (("utf-8", True), ("utf-16-le", True), ("utf-16-be", True), ("utf-16-le", False))
    )
    delimiter = rng.choice(",,,;;\t|")
    preamble: tuple[str, ...] = ()
    if rng.random() < 0.15:
        preamble = rng.choice((("Price list 2024",), ("Exported by ACME", ""), ("sep=" + delimiter,)))
    return Style(
        delimiter,
        rng.choice(("\n", "\n", "\r\n", "\r\n", "\r", "\r\r\n")),
        rng.choice((csv.QUOTE_MINIMAL,) * 3 + (csv.QUOTE_ALL,)),
        encoding,
        mark,
        rng.choice(HEADERS),
        tuple(columns),
        preamble,
        rng.random() < 0.8,
    )


def random_cells(rng: random.Random, style: Style, number: int) -> tuple[str, ...]:
    """One product's cells."""
    kind = rng.random()
    description = (
        rng.choice(PROSE)
        if kind < 0.6
        else ""
        if kind < 0.75
        else style.newline.join(rng.choices(LINES, k=rng.randint(2, 9)))
    )
    skus = (f"A-{number:04}", f"{number:05}", f"SKU{number}", f"{number}e5", f"x.{number}0")
    values = {
        "sku": skus[0] if rng.random() < 0.85 else rng.choice(skus),
        "name": rng.choice(WORDS) + rng.choice(("", "", " XL", ", blue", ' 5"', " (new)", "; large")),
        "description": description,
        "active": rng.choice(("yes", "no", "1", "0", "true", "TRUE", "published", "")),
        "Price": f"{rng.randint(1, 99)}.{rng.randint(0, 99):02}",
        "Stock": str(rng.randint(0, 500)),
        "Vendor": rng.choice(("Acme", "Müller & Co", "")),
        "Colour": rng.choice(("red", "blue, dark", "")),
        "Weight (kg)": rng.choice(("0.5", "1.25", "")),
        "Tags": rng.choice(("new, sale", "a;b", "")),
    }
    return tuple(values[column] for column in style.columns)


def write(cells: Sequence[str], style: Style) -> str:
    """A record as RFC 4180 has it."""
    target = io.StringIO(newline="")
    quoting: Any = style.quoting
    # The writer quotes only those line ends that its own has.
    csv.writer(target, delimiter=style.delimiter, quoting=quoting, lineterminator="\r\n").writerow(cells)
    return target.getvalue().removesuffix("\r\n") + style.newline


def random_file(rng: random.Random, style: Style, rows: int) -> list[Piece]:
    """A clean file."""
    pieces = [Piece(line + style.newline, None, is_row=False) for line in style.preamble]
    header = tuple(style.header.get(column, column) for column in style.columns)
    pieces.append(Piece(write(header, style), header, is_row=False))
    for number in range(1, rows + 1):
        cells = random_cells(rng, style, number)
        pieces.append(Piece(write(cells, style), cells))
    if not style.final_newline:
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.removesuffix(style.newline))
    return pieces


def in_groups(rng: random.Random, pieces: Sequence[Piece], style: Style) -> tuple[list[Piece], Style]:
    """The same products as variants in groups of a further column; only the first of each group has a name."""
    wider = replace(style, columns=(*style.columns, GROUP))
    at, written, group, given, left = style.columns.index("name"), list[Piece](), 0, "", 0
    for piece in pieces:
        if piece.cells is None:
            written.append(piece)
            continue
        if not piece.is_row:
            cells, filled = (*piece.cells, GROUP), None
        elif left:
            blank = (*piece.cells[:at], "", *piece.cells[at + 1 :])
            cells, filled = (*blank, f"g{group}"), (*blank[:at], given, *blank[at + 1 :], f"g{group}")
            left -= 1
        else:
            group, given, left = group + 1, piece.cells[at], rng.choice((0, 1, 2, 5, 20))
            cells, filled = (*piece.cells, f"g{group}"), None
        end = piece.text[len(piece.text.rstrip("\r\n")) :]
        text = write(cells, wider).removesuffix(wider.newline) + end
        written.append(replace(piece, text=text, cells=cells, filled=filled))
    return written, wider


def ending_in_delimiters(rng: random.Random, pieces: Sequence[Piece], style: Style) -> tuple[list[Piece], Style]:
    """The file with a delimiter at the end of every line, but for a share of its rows, which count as damaged."""
    wider = replace(style, columns=(*style.columns, ""), header={**style.header, "": ""})
    share, written = rng.choice((0.05, 0.25)), list[Piece]()
    for piece in pieces:
        if piece.cells is None:
            written.append(piece)
        elif piece.is_row and rng.random() < share:
            written.append(replace(piece, cells=(*piece.cells, ""), intact=False))
        else:
            text = _body(piece) + style.delimiter + _end(piece)
            written.append(replace(piece, text=text, cells=(*piece.cells, "")))
    return written, wider


def to_bytes(pieces: Sequence[Piece], style: Style) -> bytes:
    """The file."""
    mark = "\ufeff".encode(style.encoding) if style.mark else b""
    parts = [
        b"\xff".join(part.encode(piece.encoding or style.encoding, "replace") for part in piece.text.split(BAD_BYTE))
        for piece in pieces
    ]
    return mark + b"".join(parts)


def first_lines(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """First and last physical line of each piece."""
    whole = "".join(piece.text for piece in pieces)
    ends = [match.end() for match in re.finditer(r"\r\r\n|\r\n|\r|\n", whole)]
    spans, at, line = [], 0, 0
    for piece in pieces:
        while line < len(ends) and ends[line] <= at:
            line += 1
        last, stop = line, max(at + 1, at + len(piece.text))
        while last < len(ends) and ends[last] < stop:
            last += 1
        spans.append((line + 1, last + 1))
        at += len(piece.text)
    return spans


# --- damage

Damage = Callable[[random.Random, list[Piece], int, Style], None]


def _quote_positions(text: str) -> list[int]:
    return [index for index, char in enumerate(text) if char == '"']


def _body(piece: Piece) -> str:
    return piece.text.rstrip("\r\n")


def _end(piece: Piece) -> str:
    return piece.text[len(_body(piece)) :]


def _spoil(pieces: list[Piece], at: int, text: str, encoding: str | None = None) -> None:
    pieces[at] = replace(pieces[at], text=text, intact=False, encoding=encoding)


def _insert(rng: random.Random, piece: Piece, what: str) -> str:
    at = rng.randint(0, len(_body(piece)))
    return piece.text[:at] + what + piece.text[at:]


def drop_quote(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    quotes = _quote_positions(pieces[at].text)
    if quotes:
        where = rng.choice(quotes)
        _spoil(pieces, at, pieces[at].text[:where] + pieces[at].text[where + 1 :])


def add_quote(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, _insert(rng, pieces[at], '"'))


def double_quote(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    quotes = _quote_positions(pieces[at].text)
    if quotes:
        where = rng.choice(quotes)
        _spoil(pieces, at, pieces[at].text[:where] + '"' + pieces[at].text[where:])


def lone_opening_quote(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    body = _body(pieces[at])
    starts = [0] + [index + 1 for index, char in enumerate(body) if char == style.delimiter]
    where = rng.choice(starts)
    _spoil(pieces, at, body[:where] + '"' + body[where:] + _end(pieces[at]))


def lone_closing_quote(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    body = _body(pieces[at])
    ends = [index for index, char in enumerate(body) if char == style.delimiter] + [len(body)]
    where = rng.choice(ends)
    _spoil(pieces, at, body[:where] + '"' + body[where:] + _end(pieces[at]))


def open_here_close_below(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    lone_opening_quote(rng, pieces, at, style)
    below = min(len(pieces) - 1, at + rng.randint(1, 3))
    if below > at:
        lone_closing_quote(rng, pieces, below, style)


def drop_delimiter(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    places = [index for index, char in enumerate(pieces[at].text) if char == style.delimiter]
    where = rng.choice(places)
    _spoil(pieces, at, pieces[at].text[:where] + pieces[at].text[where + 1 :])


def double_delimiter(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    places = [index for index, char in enumerate(pieces[at].text) if char == style.delimiter]
    where = rng.choice(places)
    _spoil(pieces, at, pieces[at].text[:where] + style.delimiter + pieces[at].text[where:])


def short_row(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    cells = list(pieces[at].cells or ())
    del cells[rng.randrange(len(cells))]
    _spoil(pieces, at, write(cells, style))


def long_row(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    cells = list(pieces[at].cells or ())
    cells.insert(rng.randint(0, len(cells)), rng.choice(("", "extra")))
    _spoil(pieces, at, write(cells, style))


def join_lines(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    if at + 1 < len(pieces):
        _spoil(pieces, at, _body(pieces[at]))
        _spoil(pieces, at + 1, pieces[at + 1].text)


def split_line(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, _insert(rng, pieces[at], style.newline))


def stray_return(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, _insert(rng, pieces[at], "\r"))


def blank_line(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    pieces.insert(at, Piece(style.newline, None, is_row=False))


def delimiters_only(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    pieces.insert(at, Piece(style.delimiter * (len(style.columns) - 1) + style.newline, None, intact=False))


def repeated_header(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    header = pieces[len(style.preamble)]
    pieces.insert(at, Piece(header.text, None, intact=False))


def nul(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, _insert(rng, pieces[at], "\0"))


def bad_byte(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    if style.encoding == "utf-8":
        _spoil(pieces, at, _insert(rng, pieces[at], BAD_BYTE))


def other_encoding(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    text = pieces[at].text
    if style.encoding == "utf-8" and not text.isascii() and text.encode("cp1252", "ignore").decode("cp1252") == text:
        _spoil(pieces, at, text, "cp1252")


def mark_in_the_middle(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, "\ufeff" + pieces[at].text)


def blank_sku(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    cells = list(pieces[at].cells or ())
    cells[style.columns.index("sku")] = rng.choice(("", " ", "\u00a0", "\t"))
    _spoil(pieces, at, write(cells, style))


def blank_name(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    cells = list(pieces[at].cells or ())
    cells[style.columns.index("name")] = rng.choice(("", " ", "\u00a0 "))
    _spoil(pieces, at, write(cells, style))


def late_delimiter(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    other = replace(style, delimiter=rng.choice([char for char in ",;\t|" if char != style.delimiter]))
    for index in range(at, min(len(pieces), at + rng.randint(1, 3))):
        if pieces[index].is_row and pieces[index].intact and pieces[index].cells:
            _spoil(pieces, index, write(pieces[index].cells or (), other))


def inch_mark(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    cells = list(pieces[at].cells or ())
    cells[style.columns.index("name")] = rng.choice(('5" pipe', '3/4" valve', '19" rack 10"', '"Best" chair'))
    _spoil(pieces, at, style.delimiter.join(cells) + style.newline)


def backslashes(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, pieces[at].text.replace('""', '\\"'))


def truncate(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    _spoil(pieces, at, pieces[at].text[: rng.randint(1, len(pieces[at].text))])
    del pieces[at + 1 :]


def padding(rng: random.Random, pieces: list[Piece], at: int, style: Style) -> None:
    """No damage: spaces after closing quotes are allowed."""
    cells = pieces[at].cells or ()
    quoted = ['"' + cell.replace('"', '""') + '"' + rng.choice(("", " ", "  ")) for cell in cells]
    pieces[at] = replace(pieces[at], text=style.delimiter.join(quoted) + style.newline)


DAMAGES: tuple[Damage, ...] = (
    drop_quote,
    add_quote,
    double_quote,
    lone_opening_quote,
    lone_closing_quote,
    open_here_close_below,
    drop_delimiter,
    double_delimiter,
    short_row,
    long_row,
    join_lines,
    split_line,
    stray_return,
    blank_line,
    delimiters_only,
    repeated_header,
    nul,
    bad_byte,
    other_encoding,
    mark_in_the_middle,
    blank_sku,
    blank_name,
    late_delimiter,
    inch_mark,
    backslashes,
    truncate,
    padding,
)


def random_damaged_file(
    rng: random.Random, rows: int, hits: int, *, groups: bool = False, ends: bool = False
) -> tuple[list[Piece], Style, list[str]]:
    """A file with `hits` pieces of damage, its style, and the names of the damage.

    `groups` as `in_groups` has them, `ends` as `ending_in_delimiters` has.
    """
    style = random_style(rng)
    pieces = random_file(rng, style, rows)
    if groups:
        pieces, style = in_groups(rng, pieces, style)
    if ends:
        pieces, style = ending_in_delimiters(rng, pieces, style)
    names = []
    for _ in range(hits):
        damage = rng.choice(DAMAGES)
        rows_left = [i for i, piece in enumerate(pieces) if piece.is_row and piece.intact and piece.cells]
        if rows_left:
            damage(rng, pieces, rng.choice(rows_left), style)
            names.append(damage.__name__)
    return pieces, style, names


# --- the judge


@dataclass
class Verdict:
    """What a reader made of a file: sentences about silent mistakes, and counts."""

    mistakes: list[str] = field(default_factory=list)
    intact: int = 0
    imported: int = 0


def says(cells: Sequence[str], style: Style) -> Product:
    """What a row says, in the importer's terms."""
    by_name = dict(zip(style.columns, cells, strict=True))
    words = {**dict.fromkeys(("true", "yes", "y", "1", "on", "active", "published"), True)}
    words |= dict.fromkeys(("false", "no", "n", "0", "off", "inactive", "draft"), False)
    description = by_name.get("description")
    return Product(
        unicodedata.normalize("NFC", by_name["sku"].strip()),
        by_name["name"],
        None if description is None else description if description.strip() else "",
        words.get(by_name.get("active", "").strip().lower()),
    )


def judge(pieces: Sequence[Piece], style: Style, report: Mapping[str, Any]) -> Verdict:
    """Compare a report of `check --rows` with what is in the file."""
    verdict = Verdict()
    accepted = {row["line"]: row for row in report["accepted"]}
    if len(accepted) != len(report["accepted"]):
        verdict.mistakes.append("two rows at one line")
    reported = {line for row in report["rejected"] for line in range(row["line"], row["end_line"] + 1)}
    given: set[str] = set()  # what a blank name may be filled with
    for piece, (first, last) in zip(pieces, first_lines(pieces), strict=True):
        if not piece.is_row:
            continue
        if piece.filled is None:
            given = {one.name for one in _readings(piece, style)}
        at = first if piece.intact else next((line for line in range(first, last + 1) if line in accepted), first)
        row = accepted.pop(at, None)
        if piece.intact:
            verdict.intact += 1
        if row is None:
            if not reported & set(range(first, last + 1)):
                verdict.mistakes.append(f"line {first} vanished: {piece.text!r}")
            continue
        got = Product(row["sku"], row["name"], row["description"], row["active"])
        if piece.intact:
            verdict.imported += 1
            if got not in _filled([says(piece.cells or (), style)], given if piece.filled else ()):
                verdict.mistakes.append(f"line {first} altered: {piece.text!r} -> {got}")
        elif got not in _filled(_readings(piece, style), given if piece.filled else ()):
            verdict.mistakes.append(f"line {first} taken although damaged: {piece.text!r} -> {got}")
    verdict.mistakes += [f"line {line} invented: {row}" for line, row in accepted.items()]
    return verdict


def _filled(products: Sequence[Product], names: Collection[str]) -> list[Product]:
    """The products with a blank name filled by each of the names, where there are any."""
    return [
        filled
        for product in products
        for filled in ([replace(product, name=name) for name in names] if names and not product.name else [product])
    ]


def _readings(piece: Piece, style: Style) -> list[Product]:
    """What a damaged piece may still say: itself by the letter of RFC 4180, or what it said before."""
    said = [says(piece.cells, style)] if piece.cells and len(piece.cells) == len(style.columns) else []
    for text in {piece.text.strip("\r\n"), re.split(r"[\r\n]+", piece.text.lstrip("\r\n"))[0]}:
        cells = _rfc4180(text, style.delimiter)
        if cells is not None and len(cells) == len(style.columns):
            said.append(says(cells, style))
    return said


def _rfc4180(text: str, delimiter: str) -> list[str] | None:
    """One record by the letter of the grammar, character by character; None where it breaks it."""
    cells, at = [], 0
    while True:
        cell = ""
        if text[at : at + 1] == '"':
            at += 1
            while True:
                if at >= len(text):
                    return None
                if text[at] != '"':
                    cell += text[at]
                    at += 1
                elif text[at + 1 : at + 2] == '"':
                    cell += '"'
                    at += 2
                else:
                    at += 1
                    break
            at += len(text[at:]) - len(text[at:].lstrip(" "))
        else:
            while at < len(text) and text[at] not in delimiter + '"\r\n':
                cell += text[at]
                at += 1
        cells.append(cell)
        if at == len(text):
            return cells
        if text[at] != delimiter:
            return None
        at += 1
