"""Rotating logs in the data folder; a log never writes to stdout."""

from __future__ import annotations

import logging
import logging.handlers

from acme_desktop.core.foundation.paths import DataFolder

_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


def start(folder: DataFolder, *, verbose: bool = False) -> None:
    """Log to ``logs/acme-desktop.log`` (1 MB, five kept); verbose narrates on stderr as well."""
    folder.create().logs.mkdir(mode=0o700, exist_ok=True)
    logger = logging.getLogger("acme_desktop")
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    to_file = logging.handlers.RotatingFileHandler(
        folder.logs / "acme-desktop.log", maxBytes=1_000_000, backupCount=5, encoding="utf-8", delay=True
    )
    handlers: list[logging.Handler] = [to_file]
    if verbose:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
