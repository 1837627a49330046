"""One window for each data folder: a second start hands its files to the first window and ends.

The first holds a lock, which the system drops with its process, and listens on a local socket (a pipe on Windows) that
only its own user can open. Both are named after the data folder, and after the database where a start named one:
another of either is another window. A start that finds the lock held knows that a window is there, or about to be, or
about to be gone, and waits for whichever comes first: the window's answer or the lock.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from acme_desktop.core.database.locks import FileLock

_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 10.0
"""A busy computer may need that long until a window that was just started, or just closed, answers or is gone."""
_PAUSE_SECONDS = 0.05
_MOMENT_MS = 200
_LARGEST = 1 << 20
_LONGEST_SOCKET_PATH = 103  # the smallest of the systems' limits (macOS); Linux has 107
_DONE = b"ok\n"
_ACTIVATION = "XDG_ACTIVATION_TOKEN"
"""Where a Wayland desktop puts the permission to come to the front; Qt takes it from the same place."""


class SingleInstance(QObject):
    """Either the first of its data folder, and told what later starts want, or one of those.

    `asked` comes with the files (absolute `Path`) that a later start was given, none where it was given none.
    """

    asked = Signal(list)

    def __init__(
        self,
        data_folder: Path,
        database_url: str | None = None,
        parent: QObject | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        """Claim nothing yet; `data_folder` exists, and `patience` is how many seconds an answer is waited for."""
        super().__init__(parent)
        name = _name(data_folder, database_url or "")
        self._name = _socket(name, data_folder)
        self._lock_file = data_folder / f"{name}.lock"
        self._patience = patience
        self._lock: FileLock | None = None
        self._server: QLocalServer | None = None
        self._occupied = False

    def hand_over(self, files: Sequence[Path]) -> bool:
        """Give the files to the window that is already there; False where there is none, or it does not answer."""
        deadline = time.monotonic() + self._patience
        while True:
            self._occupied = not self._claim()
            if not self._occupied:
                return False
            if self._told(files, max(deadline - time.monotonic(), _MOMENT_MS / 1000)):
                return True
            if time.monotonic() >= deadline:
                _log.warning("another window holds %s and does not answer", self._lock_file)
                return False
            time.sleep(_PAUSE_SECONDS)

    def listen(self) -> bool:
        """Be the window that later starts talk to; False where that is not possible, which harms nothing else."""
        if self._occupied:
            return False  # the first window is there and too busy to answer
        # A window that was killed leaves its socket behind; one that lives has the lock.
        QLocalServer.removeServer(self._name)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self._name):
            return False
        server.newConnection.connect(self._take)
        self._server = server
        return True

    def turn_away(self) -> None:
        """Take no more files, because the window closes: a start that comes now waits until it is gone."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def close(self) -> None:
        """Listen no longer and let go of the lock, so that the next start opens its own window."""
        self.turn_away()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _claim(self) -> bool:
        """Whether this is the first; where no lock can be kept, the first is whom nobody answers."""
        try:
            lock = self._lock or FileLock(self._lock_file)
        except OSError:
            _log.warning("no lock can be kept at %s", self._lock_file, exc_info=True)
            return not self._reaches()
        if lock.try_acquire():
            self._lock = lock
            return True
        lock.close()
        return False

    def _reaches(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        return socket.waitForConnected(_MOMENT_MS)

    def _told(self, files: Sequence[Path], seconds: float) -> bool:
        """Whether the window took the files within so many seconds; one that has not begun its loop answers later."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_MOMENT_MS):
            return False
        wish = {"files": [str(path) for path in files], "token": os.environ.get(_ACTIVATION, "")}
        socket.write(json.dumps(wish).encode() + b"\n")
        answered = socket.waitForReadyRead(int(seconds * 1000)) and bytes(socket.readAll().data()) == _DONE
        socket.disconnectFromServer()
        return answered

    def _take(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            wish = _wish(_line(socket))
            if wish is not None:  # whoever says anything else gets no answer
                socket.write(_DONE)
                socket.waitForBytesWritten(_MOMENT_MS)
            socket.disconnectFromServer()
            socket.deleteLater()
            if wish is not None:
                files, token = wish
                if token:
                    os.environ[_ACTIVATION] = token
                self.asked.emit(files)


def _line(socket: QLocalSocket) -> bytes:
    """What a later start says. It says it at once, and is our own user: waiting is short and safe."""
    said = b""
    while not said.endswith(b"\n") and len(said) < _LARGEST:
        if not socket.bytesAvailable() and not socket.waitForReadyRead(_MOMENT_MS):
            break
        said += bytes(socket.readAll().data())
    return said


def _wish(line: bytes) -> tuple[list[Path], str] | None:
    """The files and the permission that a later start sent; None for anything else."""
    try:
        said: Any = json.loads(line)
        files, token = said["files"], said["token"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(files, list) or not all(isinstance(word, str) for word in (*files, token)):
        return None
    return [Path(name) for name in files], token


def _name(data_folder: Path, database_url: str) -> str:
    """The same for every spelling of the folder."""
    what = f"{os.path.normcase(data_folder.resolve())}\0{database_url}"
    return f"acme-desktop-{hashlib.sha256(what.encode(errors='surrogateescape')).hexdigest()[:16]}"


def _socket(name: str, data_folder: Path) -> str:
    """Where the first window listens: a place that is the user's own wherever the system has one."""
    if os.name != "posix":
        return name
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    place = Path(runtime) if runtime and Path(runtime).is_dir() else data_folder.resolve()
    path = str(place / f"{name}.socket")
    return path if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH else f"{name}-{os.getuid()}"


def bring_to_front(window: QWidget) -> None:
    """Show the window above the others, also where it was minimised, as far as the desktop allows.

    The keyboard goes to the dialog that asks something, if there is one: it is above the window, and may block it.
    """
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    asking = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    front = QApplication.activeModalWidget() or (asking[-1] if asking else window)
    front.raise_()
    front.activateWindow()
