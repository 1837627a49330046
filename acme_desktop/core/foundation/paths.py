"""Where things live: one data folder is one world."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from acme_desktop.core.foundation.errors import EnvironmentProblem

APP_NAME = "acme-desktop"
RESOURCES = Path(__file__).resolve().parents[3] / "resources"


@dataclass(frozen=True)
class DataFolder:
    """The data folder and what lies in it; nothing is created before it is needed."""

    root: Path

    @classmethod
    def choose(cls, chosen: str | Path | None = None) -> DataFolder:
        """The folder named, else ``ACME_DATA_DIR``, else the platform's user data folder."""
        named = chosen or os.environ.get("ACME_DATA_DIR")
        root = Path(named) if named else platformdirs.user_data_path(APP_NAME, appauthor=False)
        return cls(root.expanduser().absolute())

    def create(self) -> DataFolder:
        """Make the folder, readable by its owner only, where it is missing.

        Raises:
            EnvironmentProblem: it cannot be made, or there is a file in its place.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            a_file = self.root.is_file()
            raise EnvironmentProblem(
                f"The data folder {self.root} {'is a file' if a_file else 'cannot be made'}.",
                "Name another folder with --data-dir, or see to the rights and the disk there.",
                str(error),
            ) from error
        return self

    @property
    def settings_file(self) -> Path:
        """The saved settings."""
        return self.root / "settings.json"

    @property
    def logs(self) -> Path:
        """Rotating logs."""
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        """All that the embedded PostgreSQL keeps."""
        return self.root / "postgres"
