"""Names of files: as text that may be shown and stored, and whether a file is there at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from acme_desktop.core.foundation.errors import EnvironmentProblem, NotFound


def as_text(name: str | Path) -> str:
    r"""A name as valid Unicode, in any locale: bytes of it that are not UTF-8 become ``\xff`` and the like.

    Python keeps such bytes as lone surrogates, which neither UTF-8 nor PostgreSQL takes. Other text stays as it is.
    """
    text = str(name)
    try:
        return os.fsencode(text).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # not a name that this locale's files can have
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def status_of(name: str) -> os.stat_result:
    """What the file system says of a file, behind any links.

    Raises:
        NotFound: there is no such file.
        EnvironmentProblem: it cannot be looked at.
    """
    try:
        return Path(name).stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"There is no file {as_text(name)}.", "Check the name and the folder.") from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise NotFound(
                f"There is no file {as_text(name)}.", "No file can have so long a name: check it.", str(error)
            ) from error
        raise EnvironmentProblem(
            f"{as_text(name)} can't be read.", "Check the file and your rights to it.", as_text(str(error))
        ) from error
