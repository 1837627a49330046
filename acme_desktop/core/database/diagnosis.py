"""From what PostgreSQL's programs wrote to what a person can do about it."""

from __future__ import annotations

import re
from pathlib import Path

from acme_desktop.core.foundation.errors import EnvironmentProblem

# The first that matches wins.
_CAUSES = (
    (
        r"No space left on device|Disk quota exceeded|could not extend file",
        "The disk is full.",
        "Free some space on the disk of {home} and try again; nothing is lost.",
    ),
    (
        r"database files are incompatible|invalid magic number"
        r"|invalid checksum|incorrect checksum|invalid page|could not locate a valid checkpoint"
        r"|PANIC:|unexpected data beyond EOF|could not open file \"(?:global|base|pg_)"
        r"|could not open directory \"|could not read file|not a valid data directory",
        "The database's files are damaged.",
        "Do not delete {home}: copy it to a safe place, then restore a backup into a new data folder.",
    ),
    (
        r"[Pp]ermission denied|could not access directory|has wrong ownership|has group or world access"
        r"|Operation not permitted|Read-only file system",
        "Permission is missing.",
        "Make {home} and all in it belong to the account that the program runs as.",
    ),
    (
        r"could not create shared memory|could not map anonymous shared memory|Cannot allocate memory|out of memory",
        "There is too little memory.",
        "Close other programs and try again.",
    ),
    (
        r"administrative permissions|cannot be run as root",
        "PostgreSQL refuses to run with an administrator's rights.",
        "Start the program as an ordinary user, or name a server with --database-url.",
    ),
)


def explain(title: str, said: str, home: Path) -> EnvironmentProblem:
    """A problem with the cause and the advice that fit the output `said`, its end as the details."""
    for pattern, cause, advice in _CAUSES:
        if re.search(pattern, said):
            return EnvironmentProblem(f"{title} {cause}", advice.format(home=home), said[-4000:])
    return EnvironmentProblem(title, f"The details say more; the log is in {home}.", said[-4000:])
