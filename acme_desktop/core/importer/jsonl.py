"""JSON lines: an object a line, numbers taken as they are written."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.importer import encoding, mapping, records
from acme_desktop.core.importer.batches import Chunk
from acme_desktop.core.importer.options import FIELDS, ImportOptions
from acme_desktop.core.importer.profile import SAMPLE_ROWS, Profile, settle
from acme_desktop.core.importer.records import Record
from acme_desktop.core.importer.rows import Columns
from acme_desktop.core.importer.source import Part, position

_BLOCK = 1 << 20
_LONGEST_LINE = 32 << 20
_HEADER_FROM = 1_000


class _TwiceError(ValueError):
    """An object names a key twice."""


@dataclass(frozen=True)
class JsonLines:
    """A file of JSON lines that is ready to be read."""

    part: Part
    profile: Profile
    columns: Columns
    encoding: encoding.Encoding

    def chunks(self) -> Generator[Chunk, None, int]:
        """The rows; returns the number of physical lines."""
        last = 0
        with self.part.open() as stream:

            def found() -> Iterator[tuple[Record, int]]:
                nonlocal last
                for last, line in enumerate(_lines(stream, self.encoding), 1):
                    if line.strip():
                        yield _record(last, line, self.profile.header, self.columns), position(stream)

            yield from records.chunks(found(), self.columns, 0)
        return last


def inspect(part: Part, path: str, options: ImportOptions) -> JsonLines:
    """Find out what a file of JSON lines holds; its header is the keys of its objects.

    Raises:
        InputProblem: it is refused as a whole.
    """
    decided = encoding.decide(part.open, options.encoding)
    keys: dict[str, None] = {}
    first: list[tuple[int, str]] = []
    with part.open() as stream:
        for number, line in enumerate(_lines(stream, decided), 1):
            # Sparse objects may name a field late: as long as one is missing, no key may be overlooked.
            if number > _HEADER_FROM and number % _HEADER_FROM == 1 and _all_fields(tuple(keys), options):
                break
            try:
                value = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                keys.update(dict.fromkeys(value))
                if len(first) < SAMPLE_ROWS:
                    first.append((number, line))
    if not keys:
        raise InputProblem("The file holds no JSON objects.", 'Each line should be one, such as {"sku": "A1"}.')
    header = tuple(keys)
    cells = (_record(number, line, header, None).cells for number, line in first)
    sample = tuple(tuple(encoding.readable(cell or "") for cell in row) for row in cells)
    profile, columns = settle(Profile(path, "jsonl", decided.name, None, 0, header, {}, sample), options)
    return JsonLines(part, profile, columns, decided)


def _all_fields(header: tuple[str, ...], options: ImportOptions) -> bool:
    try:
        return len(mapping.choose(header, options.mapping)) == len(FIELDS)
    except InputProblem:
        return False


def _record(number: int, line: str, header: tuple[str, ...], columns: Columns | None) -> Record:
    raw = (line, *[""] * (len(header) - 1))
    if encoding.is_bad(line):
        return Record(number, raw, "Some bytes of the line are not in the file's encoding.", "bad_encoding")
    try:
        value = _parse(line)
    except _TwiceError as error:
        return Record(number, raw, f"The object has the key “{error}” twice.")
    except (ValueError, RecursionError):
        return Record(number, raw, "The line is not valid JSON.")
    if not isinstance(value, dict):
        return Record(number, raw, "The line is not a JSON object.")
    if columns is not None:
        for index in (columns.sku, columns.name, columns.description, columns.active):
            if index is not None and isinstance(value.get(header[index]), dict | list):
                return Record(number, raw, f"The value of “{columns.title(index)}” is a list or an object.")
    return Record(number, [_as_text(value[key]) if key in value else None for key in header])


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parse(line: str) -> Any:
    return json.loads(line, parse_int=str, parse_float=str, parse_constant=_no_constant, object_pairs_hook=_once)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _lines(stream: BinaryIO, decided: encoding.Encoding) -> Iterator[str]:
    """Physical lines without their ends."""
    stream.read(decided.mark)
    rest = b""
    for block in encoding.utf8_blocks(stream, decided, _BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield encoding.decode(line.removesuffix(b"\r"))
        if len(rest) > _LONGEST_LINE:
            raise InputProblem("A line of the file is longer than 32 MB.", "This does not look like JSON lines.")
    if rest:
        yield encoding.decode(rest)
