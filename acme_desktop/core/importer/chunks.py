"""A whole file -> bounded Arrow chunks.

`inspect` says what a file is, for the mapping dialog; `open_source` reads it. Lines of an archive's second table go
on counting after the first's last line, so that a line names one row of the import; what is told of a row names its
table as well.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from acme_desktop.core.importer import jsonl, source, tabular, text
from acme_desktop.core.importer.batches import Chunk
from acme_desktop.core.importer.encoding import EncodingNeeded
from acme_desktop.core.importer.members import Member
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import MappingNeeded, Profile

__all__ = ["Chunk", "EncodingNeeded", "MappingNeeded", "Profile", "Reader", "inspect", "open_source"]


class Table(Protocol):
    """One table of a source, inspected and ready to be read."""

    @property
    def profile(self) -> Profile:
        """What is known of it."""

    def chunks(self) -> Generator[Chunk, None, int]:
        """Its rows; returns the number of its physical lines."""


class Reader:
    """A file that is being read: iterate it once for its chunks.

    Attributes:
        profile: what is known of the file; of an archive, its first table with warnings about the others.
        total_bytes: what a chunk's position counts up to.
        members: the tables of an archive of several that were begun so far.
    """

    def __init__(self, found: source.Source, tables: list[Table]) -> None:
        self._source = found
        self._tables = tables
        self.profile = _joint_profile(found, tables)
        self.total_bytes: int | None = found.size
        self.members: list[Member] = []

    def __iter__(self) -> Iterator[Chunk]:
        bytes_before = lines_before = 0
        with source.readable_file(self._source.name):
            for part, table in zip(self._source.parts, self._tables, strict=True):
                if len(self._tables) > 1:
                    self.members.append(Member(part.name, lines_before))
                lines_before += yield from _after(table.chunks(), bytes_before, self.members)
                bytes_before += part.size


def _after(
    chunks: Generator[Chunk, None, int], bytes_before: int, members: list[Member]
) -> Generator[Chunk, None, int]:
    """The chunks of the last of these tables: positions and lines go on counting. Returns the table's lines."""
    while True:
        try:
            chunk = next(chunks)
        except StopIteration as end:
            return int(end.value)
        yield chunk.moved(bytes_before, members) if members else chunk


def inspect(path: str | Path, options: ImportOptions) -> Profile:
    """What a file is: kind, encoding, delimiter, header, mapping and a sample of its rows.

    Args:
        path: a path, or "-" for standard input.
        options: what was chosen; `mode` and the policies on rejects play no part.

    Raises:
        NotFound: there is no such file.
        UsageProblem: an option makes no sense.
        EncodingNeeded: it is not UTF-8; the error proposes candidates.
        MappingNeeded: no column is known as sku or name; the error carries the profile as far as it goes.
        InputProblem: it is refused as a whole for another reason.
    """
    with _tables(path, options) as (found, tables):
        return _joint_profile(found, tables)


@contextmanager
def open_source(path: str | Path, options: ImportOptions) -> Iterator[Reader]:
    """Open a file for reading; raises as `inspect` does.

    A file that turns out to be damaged while it is read (an archive that was cut off) raises `InputProblem` from the
    iteration.
    """
    with _tables(path, options) as (found, tables):
        yield Reader(found, tables)


@contextmanager
def _tables(path: str | Path, options: ImportOptions) -> Iterator[tuple[source.Source, list[Table]]]:
    found = source.locate(str(path))
    tables: list[Table] = []
    kept: list[source.Part] = []
    with source.readable_file(found.name):
        for part in found.parts:
            try:
                tables.append(_table(part, found, options))
                kept.append(part)
            except MappingNeeded:
                # A text beside tables is a note to the reader, such as readme.txt.
                if not part.name.lower().endswith(".txt") or (part is found.parts[-1] and not tables):
                    raise
    left_out = tuple(part.name for part in found.parts if part not in kept)
    yield replace(found, parts=tuple(kept), left_out=left_out), tables


def _table(part: source.Part, found: source.Source, options: ImportOptions) -> Table:
    if part.kind == "xlsx":
        return tabular.inspect_workbook(part, found.name, options)
    if part.kind == "parquet":
        return tabular.inspect_parquet(part, found.name, options)
    if part.kind == "jsonl":
        return jsonl.inspect(part, found.name, options)
    return text.inspect(part, found.name, options)


def _joint_profile(found: source.Source, tables: list[Table]) -> Profile:
    first = tables[0].profile
    told = [f"{name} in the archive is left out: it has no SKU and name columns." for name in found.left_out]
    if len(tables) > 1:
        names = ", ".join(part.name for part in found.parts)
        told.append(f"The archive holds {len(tables)} tables, read one after the other as if they were one: {names}.")
    return replace(first, warnings=(*first.warnings, *told))
