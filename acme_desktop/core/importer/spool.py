"""What can be read only once (standard input, a pipe) -> a file, since a file is looked at and then read."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import EnvironmentProblem, InputProblem
from acme_desktop.core.foundation.files import temporary_folder, unwritable
from acme_desktop.core.foundation.progress import Progress, begin_stage
from acme_desktop.core.importer.options import STANDARD_INPUT

_BLOCK = 1 << 20
_LEFT_FREE = 64 << 20
"""Bytes of the disk that a copy leaves to others."""
_LOOK_SECONDS = 0.1

_kept: dict[str, Path] = {}


def is_stream(name: str) -> bool:
    """Whether what a name leads to can be read only once.

    Raises:
        NotFound: there is no such file.
        InputProblem: it can't be read as a file at all.
    """
    if name == STANDARD_INPUT:
        return True
    mode = file_names.status_of(name).st_mode
    if stat.S_ISSOCK(mode) or stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not _is_terminal(name)):
        what = "a socket" if stat.S_ISSOCK(mode) else "a device"
        raise InputProblem(
            f"{file_names.as_text(name)} is {what}, not a file.", "Name a file, or - for standard input."
        )
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def path_of(name: str) -> Path:
    """Where the bytes of a file lie; those of a stream only within `kept`.

    Raises:
        NotFound: there is no such file.
        InputProblem: it can't be read as a file, or is a stream that nobody keeps.
    """
    if name not in _kept and is_stream(name):
        raise InputProblem(
            f"{file_names.as_text(name)} is a pipe, not a file.",
            "Save what comes through it as a file, or import it with `acme-desktop import`.",
        )
    return _kept.get(name, Path(name))


@contextmanager
def kept(name: str, progress: Progress | None = None) -> Iterator[None]:
    """Within, a stream is a file, read to its end at the beginning; other names stay what they are.

    Raises:
        NotFound: there is no such file.
        InputProblem: it can't be read as a file.
        EnvironmentProblem: it can't be read to its end, or the disk has no room for it.
        Cancelled: as asked, also where nothing comes through the pipe.
    """
    if not is_stream(name):
        yield
        return
    with temporary_folder("acme-desktop-") as folder:
        copy = _Copy(name, folder / ("standard input" if name == STANDARD_INPUT else Path(name).name))
        copy.finish(progress)
        _kept[name] = copy.path
        try:
            yield
        finally:
            del _kept[name]


class _Copy:
    """A stream as a file.

    A thread reads it, for opening a pipe that nobody writes to waits without an end. The thread holds nothing that the
    program needs in order to end: a cancel leaves it where it waits.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.path = path
        self._name = name
        self._bytes = 0
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._failure: Exception | None = None

    def finish(self, progress: Progress | None) -> None:
        """Copy to the stream's end."""
        begin_stage(progress, "Receiving")
        threading.Thread(target=self._run, name="spool", daemon=True).start()
        try:
            while not self._ended.wait(_LOOK_SECONDS):
                if progress is not None:
                    progress.update(self._bytes)
        finally:
            self._stopped.set()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            self._copy()
        except (OSError, ValueError, AttributeError) as error:  # standard input may be closed, or there is none
            problem = EnvironmentProblem(
                f"{self._called} can't be read.", "Check where it comes from.", file_names.as_text(str(error))
            )
            self._failure = problem
        except Exception as error:  # noqa: BLE001  it is raised where the copy is waited for
            self._failure = error
        finally:
            self._ended.set()

    def _copy(self) -> None:
        own = self._name != STANDARD_INPUT
        descriptor = os.open(self._name, os.O_RDONLY) if own else sys.stdin.fileno()
        try:
            with self._writable(), self.path.open("wb") as target:
                while not self._stopped.is_set() and (block := self._read(descriptor)):
                    target.write(block)
                    self._bytes += len(block)
        finally:
            if own:
                os.close(descriptor)

    def _read(self, descriptor: int) -> bytes:
        if shutil.disk_usage(self.path.parent).free < _LEFT_FREE:
            raise EnvironmentProblem(
                f"{self._called} cannot be kept: the disk is full.",
                f"It is copied to {self.path.parent.parent} first: free some space there.",
            )
        try:
            return os.read(descriptor, _BLOCK)
        except OSError as error:
            raise EnvironmentProblem(
                f"{self._called} can't be read.", "Check where it comes from.", str(error)
            ) from error

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unwritable(f"The copy of {self._called}", error) from error

    @property
    def _called(self) -> str:
        return "Standard input" if self._name == STANDARD_INPUT else file_names.as_text(self._name)


def _is_terminal(name: str) -> bool:
    """Whether a device is a terminal, or the one that is always empty."""
    if name == os.devnull:
        return True
    try:
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return False
    try:
        return os.isatty(descriptor)
    finally:
        os.close(descriptor)
