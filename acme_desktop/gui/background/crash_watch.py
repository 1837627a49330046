"""Notices when the program breaks down, and keeps what a report of it needs until the next start.

Each running window has a folder of its own below ``crashes``, with a lock that the system drops with the process. A
window that ends properly takes its folder away; what a crash left there is found by the next start. Nothing is sent.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from acme_desktop.core.database.locks import FileLock
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.redaction import TextOnly, describe, redact

_log = logging.getLogger(__name__)
MOST_REPORTS = 5
MOST_ERRORS = 10
"""Errors that one run notes; what repeats says nothing new."""
_LOG_BYTES = 32_000
_LOG_LINES = 60
_TRACE_BYTES = 64_000
_PATIENCE_SECONDS = 2.0


def place(folder: DataFolder) -> Path:
    """Where the runs of a data folder note that they are there."""
    return folder.root / "crashes"


class CrashWatch:
    """The watch over this process. Where its folder cannot be written the program runs without one.

    Args:
        folder: the data folder.
        facts: versions and system, for the report.
    """

    def __init__(self, folder: DataFolder, facts: str) -> None:
        self._folder = folder
        self._facts = facts
        self._run: Path | None = None
        self._lock: FileLock | None = None
        self._trace: FileIO | None = None
        self._handler: logging.Handler | None = None
        self._errors = 0

    def begin(self) -> None:
        """Watch from now on: a crash of the interpreter or of a library writes where every thread was."""
        started = time.strftime("%Y-%m-%d %H:%M:%S")
        run = place(self._folder) / f"{started.translate(str.maketrans(' :', '--'))}-{os.getpid()}"
        try:
            with _alone(self._folder):
                run.mkdir(mode=0o700, parents=True)
                self._lock = FileLock(run / "running")
                self._lock.try_acquire()
            (run / "about.txt").write_text(f"{self._facts}\nStarted {started}\n", encoding="utf-8")
            self._trace = FileIO(run / "trace.txt", "w")
            faulthandler.enable(self._trace)
            self._handler = logging.handlers.RotatingFileHandler(
                run / "log.txt", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
            )
        except OSError:
            _log.warning("no crash report can be kept", exc_info=True)
            return
        self._handler.setFormatter(TextOnly())
        logging.getLogger("acme_desktop").addHandler(self._handler)
        self._run = run

    def note(self, error: BaseException) -> None:
        """Keep an error that nobody handled; the program may go on."""
        self._errors += 1
        if self._run is None or self._errors > MOST_ERRORS:
            return
        with contextlib.suppress(OSError), (self._run / "errors.txt").open("a", encoding="utf-8") as stream:
            stream.write(f"{time.strftime('%H:%M:%S')}\n{describe(error)}\n")

    def end(self) -> None:
        """The program ends properly: nothing is kept but errors that nobody handled."""
        if self._trace is not None:
            faulthandler.disable()
            self._trace.close()
        if self._handler is not None:
            logging.getLogger("acme_desktop").removeHandler(self._handler)
            self._handler.close()
        if self._lock is not None:
            self._lock.close()
        if self._run is not None and not self._errors:
            shutil.rmtree(self._run, ignore_errors=True)
        self._run = None


@dataclass(frozen=True)
class CrashReport:
    """What earlier runs left: the text to save, and the folders that it is made of."""

    text: str
    runs: tuple[Path, ...]

    def discard(self) -> None:
        """Forget it."""
        for run in self.runs:
            shutil.rmtree(run, ignore_errors=True)


def pending(folder: DataFolder) -> CrashReport | None:
    """What runs that broke down left, newest first; None where none did. Traces of other ended runs are removed.

    Only the newest are kept; windows that still run are left alone.
    """
    root = place(folder)
    if not root.is_dir():
        return None
    broken: list[Path] = []
    with _alone(folder):
        for run in sorted((path for path in root.iterdir() if path.is_dir()), reverse=True):
            if _lives(run):
                continue
            if len(broken) < MOST_REPORTS and (_size(run / "trace.txt") or _size(run / "errors.txt")):
                broken.append(run)
            else:
                shutil.rmtree(run, ignore_errors=True)
    if not broken:
        return None
    return CrashReport("\n\n".join(_told(run) for run in broken), tuple(broken))


@contextlib.contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    """No other start looks at the runs meanwhile: it would take one without its lock yet for an ended one."""
    root = place(folder)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    guard = FileLock(root / "guard")
    try:
        if not guard.acquire(timeout=_PATIENCE_SECONDS):
            raise TimeoutError("another start does not let go of the crash reports")
        yield
    finally:
        guard.close()


def _lives(run: Path) -> bool:
    lock = FileLock(run / "running")
    try:
        return not lock.try_acquire()
    finally:
        lock.close()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as stream:
        return stream.read(_TRACE_BYTES).decode("utf-8", "replace")


def _told(run: Path) -> str:
    trace, errors = _text(run / "trace.txt"), _text(run / "errors.txt")
    log = (_text(run / "log.txt.1") + _text(run / "log.txt")).splitlines()[-_LOG_LINES:]
    parts = [
        "Acme Product Importer: report of a breakdown",
        _text(run / "about.txt").rstrip(),
        f"It ended by itself. Where it was:\n\n{trace.strip()}" if trace else "",
        f"Errors that nobody handled:\n\n{errors.strip()}" if errors else "",
        "Last log lines, without the values in them:\n\n" + "\n".join(log) if log else "",
    ]
    return redact("\n\n".join(part for part in parts if part)) + "\n"
