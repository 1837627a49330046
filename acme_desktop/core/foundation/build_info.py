"""Which build this is: the version, and what packaging stamped into the program."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from acme_desktop import __version__
from acme_desktop.core.foundation.paths import RESOURCES

STAMP = RESOURCES / "build.json"


@dataclass(frozen=True)
class Build:
    """What is running.

    Attributes:
        version: as in ``acme_desktop.__version__``, the one place where it stands.
        commit: the short commit that it was packaged from, with ``+`` where files differed from it; "" from source.
        date: the commit's day (ISO); "" from source.
        update_url: where its maker publishes new versions; "" where the maker stamped none.
        update_key: the public key of those, base64; "" where the maker stamped none.
    """

    version: str
    commit: str = ""
    date: str = ""
    update_url: str = ""
    update_key: str = ""

    @property
    def words(self) -> str:
        """The build in a few words: "build 1a2b3c4 of 2026-11-23"."""
        if not self.commit:
            return "packaged, unstamped" if getattr(sys, "frozen", False) else "from source"
        return f"build {self.commit} of {self.date}"


@cache
def current() -> Build:
    """The build that runs."""
    return read(STAMP)


def read(stamp: Path) -> Build:
    """The build by its stamp; one that cannot be read counts as none."""
    try:
        stored: Any = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Build(__version__)
    if not isinstance(stored, dict):
        return Build(__version__)
    names = ("commit", "date", "update_url", "update_key")
    return Build(__version__, **{name: str(stored.get(name, "")) for name in names})
