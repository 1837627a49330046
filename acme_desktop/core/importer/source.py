"""A path -> what kind of file it is, and its bytes.

The name says what a file is meant to be and its first bytes say what it is; where they disagree the file is refused.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, BinaryIO

from acme_desktop.core.foundation.errors import EnvironmentProblem, InputProblem, NotFound
from acme_desktop.core.importer import spool

_ZIP, _GZIP, _PARQUET = b"PK\x03\x04", b"\x1f\x8b", b"PAR1"
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls); save it as .xlsx or .csv",
    b"SQLite format 3": "a SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"PK\x05\x06": "an empty zip archive",
}
_WEB_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<rss", b"<svg", b"<body", b"<table")
_TEXT_KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl"}


@dataclass(frozen=True)
class Part:
    """One table within a source.

    Attributes:
        name: what to call it, the file's or the archive member's name.
        kind: "csv", "jsonl", "xlsx" or "parquet".
        open: opens its bytes at their start.
        size: bytes that `position` will count up to.
    """

    name: str
    kind: str
    open: Callable[[], BinaryIO]
    size: int


@dataclass(frozen=True)
class Source:
    """A file on disk, or what came in by standard input.

    Attributes:
        name: as the person named it.
        path: where its bytes lie.
        parts: the tables in it, one except for an archive of several.
        left_out: names of an archive's members that turned out to be no tables.
    """

    name: str
    path: Path
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes to read, over all parts, as `position` counts them."""
        return sum(part.size for part in self.parts)


def position(stream: IO[bytes]) -> int:
    """Bytes of a part's source used up: packed ones of a gzip archive, else unpacked ones."""
    packed = getattr(stream, "fileobj", None)
    return int(packed.tell() if packed else stream.tell())


def locate(name: str) -> Source:
    """Find out what a path holds.

    Args:
        name: a path, or what `spool.kept` keeps, such as "-" for standard input.

    Raises:
        NotFound: there is no such file.
        EnvironmentProblem: it can't be read.
        InputProblem: it is empty or really something else.
    """
    if not name:
        raise NotFound("A file without a name was asked for.", "Name a file.")
    path = spool.path_of(name)
    if path.is_dir():
        raise InputProblem(f"{name} is a folder.", "Name a file in it.")
    with readable_file(name), path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise InputProblem("The file is empty.", "A file needs a header with a SKU and a name column, and rows.")
    nameless = not path.suffix and path != Path(name)
    suffix = _suffix_by_content(head, path) if nameless else path.suffix.lower()
    return Source(name, path, _parts(path, suffix, head))


@contextmanager
def readable_file(name: str) -> Iterator[None]:
    """Turn the ways in which reading a file fails into problems with advice."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise InputProblem(
            f"The archive {name} is damaged or was cut off.", "Get the file once more.", str(error)
        ) from error
    except NotImplementedError as error:
        raise InputProblem(f"The archive {name} is packed in a way we can't read.", "Unpack it.", str(error)) from error
    except RuntimeError as error:
        if "password" not in str(error):
            raise
        raise InputProblem(f"The archive {name} is locked by a password.", "Unpack it first.", str(error)) from error
    except OSError as error:
        raise EnvironmentProblem(
            f"{name} can't be read.", "Check the file and your rights to it.", str(error)
        ) from error


def _parts(path: Path, suffix: str, head: bytes) -> tuple[Part, ...]:
    if suffix == ".gz":
        return (_gzip_part(path, head),)
    if suffix == ".zip":
        return _zip_parts(path, head)
    if suffix in (".xlsx", ".xlsm"):
        if not head.startswith(_ZIP):
            _refuse_foreign(head)
            raise InputProblem(f"{path.name} is not an Excel workbook.", "Save it as .xlsx, or name it as what it is.")
        return (Part(path.name, "xlsx", lambda: path.open("rb"), path.stat().st_size),)
    if suffix in (".parquet", ".pq"):
        if not head.startswith(_PARQUET):
            raise InputProblem(f"{path.name} is not a Parquet file.", "Name it as what it is.")
        return (Part(path.name, "parquet", lambda: path.open("rb"), path.stat().st_size),)
    _refuse_packed(path, head)
    _refuse_foreign(head)
    return (Part(path.name, _TEXT_KINDS.get(suffix, "csv"), lambda: path.open("rb"), path.stat().st_size),)


def _refuse_packed(path: Path, head: bytes) -> None:
    for magic, what, suffix in ((_GZIP, "a gzip archive", ".gz"), (_PARQUET, "a Parquet file", ".parquet")):
        if head.startswith(magic):
            raise InputProblem(f"{path.name} is really {what}.", f"Name it {suffix}.")
    if head.startswith(_ZIP):
        what, suffix = ("an Excel workbook", ".xlsx") if _is_workbook(path) else ("a zip archive", ".zip")
        raise InputProblem(f"{path.name} is really {what}.", f"Name it {suffix}.")


def _refuse_foreign(head: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise InputProblem(f"The file is really {what}.", "Export the products as a CSV file or an Excel workbook.")
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if text.lstrip().lower().startswith(_WEB_PAGE):
        raise InputProblem(
            "The file is really a web page or an XML document.",
            "Perhaps the download was a sign-in or an error page: open it in a browser to see.",
        )


def _gzip_part(path: Path, head: bytes) -> Part:
    if not head.startswith(_GZIP):
        raise InputProblem(f"{path.name} is not a gzip archive.", "Name it as what it is.")
    inner = PurePath(path.stem)

    def unpack() -> BinaryIO:
        return gzip.open(path, "rb")  # type: ignore[return-value]

    with readable_file(path.name), unpack() as stream:
        inner_head = stream.read(4096)
    if not inner_head:
        raise InputProblem("The file is empty.", "A file needs a header with a SKU and a name column, and rows.")
    _refuse_inner(inner.name, inner_head)
    return Part(inner.name, _TEXT_KINDS.get(inner.suffix.lower(), "csv"), unpack, path.stat().st_size)


def _zip_parts(path: Path, head: bytes) -> tuple[Part, ...]:
    if not zipfile.is_zipfile(path):
        raise InputProblem(f"{path.name} is not a zip archive, or it is damaged.", "Get the file once more.")
    with readable_file(path.name), zipfile.ZipFile(path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist() if _is_table(info)}
        names = sorted(sizes)
        heads = {}
        for name in names:
            with archive.open(name) as stream:
                heads[name] = stream.read(4096)
    if not names:
        raise InputProblem(f"There is no CSV file in {path.name}.", "It may hold .csv, .tsv, .txt and .jsonl files.")
    for name in names:
        _refuse_inner(name, heads[name])
    return tuple(
        Part(name, _TEXT_KINDS.get(PurePath(name).suffix.lower(), "csv"), _member_opener(path, name), sizes[name])
        for name in names
    )


def _member_opener(path: Path, name: str) -> Callable[[], BinaryIO]:
    def unpack() -> BinaryIO:
        return zipfile.ZipFile(path).open(name)  # type: ignore[return-value]

    return unpack


def _is_table(info: zipfile.ZipInfo) -> bool:
    inner = PurePath(info.filename)
    hidden = inner.name.startswith(".") or "__MACOSX" in inner.parts
    return not info.is_dir() and not hidden and inner.suffix.lower() in (".csv", ".tsv", ".txt", ".tab", *_TEXT_KINDS)


def _refuse_inner(name: str, head: bytes) -> None:
    for magic in (_ZIP, _GZIP, _PARQUET):
        if head.startswith(magic):
            raise InputProblem(f"{name} in the archive is itself packed.", "Unpack it and import what is in it.")
    _refuse_foreign(head)


def _suffix_by_content(head: bytes, path: Path) -> str:
    if head.startswith(_ZIP):
        return ".xlsx" if _is_workbook(path) else ".zip"
    if head.startswith(_GZIP):
        return ".gz"
    return ".parquet" if head.startswith(_PARQUET) else ".csv"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
