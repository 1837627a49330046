"""Saved settings: small, readable JSON in the data folder, written whole or not at all. Never a password."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from acme_desktop.core.foundation.errors import EnvironmentProblem


@dataclass(frozen=True)
class Settings:
    """What a person chose.

    Attributes:
        database_url: the default connection, without a password; None is the embedded PostgreSQL.
        theme: "system", "light" or "dark".
        updates: whether to look for new versions; off until a person says yes.
        update_url: where; "" is what the maker stamped into the program.
        update_key: whom to believe: an Ed25519 public key in base64; "" is the maker's.
    """

    database_url: str | None = None
    theme: str = "system"
    updates: bool = False
    update_url: str = ""
    update_key: str = ""

    def with_(self, **changes: Any) -> Settings:
        """The same settings with some of them changed."""
        return replace(self, **changes)


def load(path: Path) -> Settings:
    """Read the settings; a missing file gives the defaults, unknown names are ignored.

    Raises:
        EnvironmentProblem: the file is there and cannot be read as settings.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):  # a data folder that is a file is told of when it is used
        return Settings()
    except (OSError, ValueError) as error:
        raise EnvironmentProblem(
            f"The settings file {path} cannot be read.",
            "Mend it, or move it away to start with the default settings.",
            str(error),
        ) from error
    known = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in stored.items() if name in known})


def save(path: Path, settings: Settings) -> None:
    """Write the settings so that a crash leaves either the old or the new file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(asdict(settings), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).replace(path)
