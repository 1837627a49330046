"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from acme_desktop.core.foundation.errors import EnvironmentProblem

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A stream whose contents take the target's place at the end, all at once, and only if all went well.

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    target = target.resolve()  # a link goes on pointing to the file
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a pipe or a device: there is nothing to replace
            with target.open("wb") as stream:
                yield stream
            return
        with partial.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as error:
        raise unwritable(str(target), error) from error
    finally:
        with suppress(OSError):  # a disk that may only be read refuses this too
            partial.unlink(missing_ok=True)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A new folder for temporary files, gone at the end with all that lies in it.

    Its name is known before it is made: a signal that ends the program leaves nothing behind, at whatever moment it
    comes. With `tempfile.TemporaryDirectory` it does if it comes between the making and the keeping of the name.

    Raises:
        OSError: it cannot be made.
    """
    folder = Path(tempfile.gettempdir(), f"{prefix}{secrets.token_hex(8)}")
    try:
        folder.mkdir(0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unwritable(place: str, error: OSError) -> EnvironmentProblem:
    """What a person should hear where `place` could not be written to its end."""
    if error.errno in _FULL:
        return EnvironmentProblem(
            f"{place} cannot be written: the disk is full.",
            "Free some space there, or choose another place.",
            str(error),
        )
    if isinstance(error, FileNotFoundError):
        return EnvironmentProblem(f"{place} cannot be written: there is no such folder.", "Check its name.", str(error))
    if isinstance(error, PermissionError):
        return EnvironmentProblem(
            f"{place} cannot be written: you have no right to.", "Choose another place.", str(error)
        )
    return EnvironmentProblem(
        f"{place} cannot be written.", "Choose another place, or see to the folder and the disk.", str(error)
    )
