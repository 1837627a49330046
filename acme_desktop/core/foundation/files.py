"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from acme_desktop.core.foundation.errors import EnvironmentProblem


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
        raise EnvironmentProblem(
            f"{target} cannot be written.", "Choose another place, or see to the folder and the disk.", str(error)
        ) from error
    finally:
        with suppress(OSError):  # a disk that may only be read refuses this too
            partial.unlink(missing_ok=True)
