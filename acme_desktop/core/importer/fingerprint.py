"""Which file it was: enough to know it again, and to see that it changed while an import was cut off."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from acme_desktop.core.importer.options import STANDARD_INPUT


@dataclass(frozen=True)
class Fingerprint:
    """A file as it lay there when its import began.

    Attributes:
        path: absolute.
        size: bytes.
        modified_ns: nanoseconds since 1970, as the file system says.
    """

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: str | Path) -> Self | None:
        """The file's fingerprint; None for a stream and for what cannot be looked at."""
        if str(path) == STANDARD_INPUT:
            return None
        try:
            status = Path(path).stat()
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return cls(str(Path(path).absolute()), status.st_size, status.st_mtime_ns)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """What the history keeps."""
        return cls(stored["path"], stored["size"], stored["modified_ns"]) if stored else None


def sha256(path: str | Path) -> str | None:
    """The hash of the file's bytes in hexadecimal; None for a stream and for what cannot be read."""
    if Fingerprint.of(path) is None:  # opening a pipe would wait, and take what comes through it
        return None
    try:
        with Path(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
