"""When a start came to which point, for build/measure_startup.py; noted only where ``ACME_MILESTONES`` names a file."""

from __future__ import annotations

import os
import time

_file = os.environ.get("ACME_MILESTONES", "")
_came: list[tuple[str, float]] = []


def wanted() -> bool:
    """Whether somebody measures."""
    return bool(_file)


def passed(name: str) -> None:
    """The start has come to this point. Any thread may say so."""
    if _file:
        _came.append((name, time.time()))


def write() -> None:
    """Give the file a line for each point, in their order: seconds since 1970 and the name. Later calls do nothing."""
    global _file
    if not _file:
        return
    path, _file = _file, ""
    with open(f"{path}.new", "w", encoding="utf-8") as stream:  # noqa: PTH123  pathlib is a part of what is measured
        stream.writelines(f"{moment:.6f} {name}\n" for name, moment in _came)
    os.replace(f"{path}.new", path)  # noqa: PTH105
