"""Rotating logs in the data folder; a log never writes to stdout."""

from __future__ import annotations

import logging
import logging.handlers
from io import TextIOWrapper
from pathlib import Path

from acme_desktop.core.foundation.paths import DataFolder

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


class _FolderMakingHandler(logging.handlers.RotatingFileHandler):
    """Makes the folder with the first line, so that a command with nothing to tell leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=1_000_000, backupCount=5, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the name is the library's
        """Where no log can be kept the program goes on without: what hinders it meets the person elsewhere."""


def start(folder: DataFolder, *, verbose: bool = False) -> None:
    """Log to ``logs/acme-desktop.log`` (1 MB, five kept); verbose narrates on stderr as well."""
    logger = logging.getLogger("acme_desktop")
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    to_file = _FolderMakingHandler(folder.logs / "acme-desktop.log")
    handlers: list[logging.Handler] = [to_file]
    if verbose:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
