"""Takes rows from the clipboard into the import queue, by way of a file that is gone when the import is over."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.importer.entry import ImportEntry, State
from acme_desktop.gui.importer.room import ImporterRoom

_KEPT_SECONDS = 7 * 24 * 3600


class Pasting(QObject):
    """Pastes into the queue of a room.

    Args:
        folder: where the files lie meanwhile. One whose import was cut off by a crash is kept for a week, so that the
            import can go on.
    """

    said = Signal(str)

    def __init__(self, runner: JobRunner, room: ImporterRoom, folder: Path) -> None:
        super().__init__(room)
        self._runner, self._room, self._folder = runner, room, folder
        self._held: set[Path] = set()
        room.removed.connect(self._let_go)

    def paste(self) -> None:
        """Import the files or the rows that the clipboard holds."""
        held = QGuiApplication.clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile()]
        if files:
            self._room.add(files)
            return
        text = held.text()
        if not text.strip():
            self.said.emit("There is nothing to paste: copy rows in a spreadsheet first, with their header.")
            return
        self._runner.start(lambda _: keep(self._folder, text), lane=Lane.EDIT, owner=self._room, succeeded=self._kept)

    def _kept(self, path: Path) -> None:
        for entry in self._room.add([path]):
            self._held.add(entry.path)
            entry.changed.connect(partial(self._look_at, entry))

    def _look_at(self, entry: ImportEntry) -> None:
        # One that failed can be tried again as long as it is in the list.
        if entry.state in (State.DONE, State.CANCELLED):
            self._let_go(entry)

    def _let_go(self, entry: ImportEntry) -> None:
        path = entry.path
        if path in self._held:
            self._held.remove(path)
            self._runner.start(lambda _: remove(path), lane=Lane.EDIT, must_run=True)


def keep(folder: Path, text: str) -> Path:
    """Write pasted rows to a file of their own; returns it. Files of long ago are removed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - _KEPT_SECONDS:
            remove(old)
    ending = "tsv" if "\t" in text.partition("\n")[0] else "csv"
    when = datetime.now().astimezone()
    path = folder / f"Pasted {when:%Y-%m-%d %H.%M.%S.%f}.{ending}"
    with path.open("x", encoding="utf-8", newline="") as stream:
        stream.write(text)
    return path


def remove(path: Path) -> None:
    """Remove a file; one that another program holds open stays until the next time."""
    with suppress(OSError):
        path.unlink()
