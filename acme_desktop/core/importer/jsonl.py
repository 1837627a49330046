"""JSON lines: an object a line, numbers taken as they are written."""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.importer import encoding, records
from acme_desktop.core.importer.batches import Chunk
from acme_desktop.core.importer.options import ImportOptions
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
                        yield _record(last, line, self.profile.header), position(stream)

            yield from records.chunks(found(), self.columns, 0)
        return last


def inspect(part: Part, path: str, options: ImportOptions) -> JsonLines:
    """Find out what a file of JSON lines holds; its header is the keys of its first thousand objects.

    Raises:
        InputProblem: it is refused as a whole.
    """
    decided = encoding.decide(part.open, options.encoding)
    keys: dict[str, None] = {}
    first = []
    with part.open() as stream:
        for number, line in enumerate(itertools.islice(_lines(stream, decided), _HEADER_FROM), 1):
            try:
                value = _parse(line) if line.strip() else None
            except ValueError:
                continue
            if isinstance(value, dict):
                keys.update(dict.fromkeys(value))
                first.append((number, line))
    if not keys:
        raise InputProblem("The file holds no JSON objects.", 'Each line should be one, such as {"sku": "A1"}.')
    header = tuple(keys)
    cells = (_record(number, line, header).cells for number, line in first[:SAMPLE_ROWS])
    sample = tuple(tuple(encoding.readable(cell or "") for cell in row) for row in cells)
    profile, columns = settle(Profile(path, "jsonl", decided.name, None, 0, header, {}, sample), options)
    return JsonLines(part, profile, columns, decided)


def _record(number: int, line: str, header: tuple[str, ...]) -> Record:
    raw = (line, *[""] * (len(header) - 1))
    if encoding.is_bad(line):
        return Record(number, raw)
    try:
        value = _parse(line)
    except _TwiceError as error:
        return Record(number, raw, f"The object has the key “{error}” twice.")
    except (ValueError, RecursionError):
        return Record(number, raw, "The line is not valid JSON.")
    if not isinstance(value, dict):
        return Record(number, raw, "The line is not a JSON object.")
    nested = next((key for key in header if isinstance(value.get(key), dict | list)), None)
    if nested is not None:
        return Record(number, raw, f"The value of “{nested}” is a list or an object.")
    return Record(number, [_as_text(value[key]) if key in value else None for key in header])


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


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
