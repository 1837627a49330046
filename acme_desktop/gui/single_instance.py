"""One window for each data folder: a second start hands its files to the first window and ends.

The first listens on a local socket (a pipe on Windows) that only its own user can open. Its name is made from the data
folder, and from the database where a start named one: another of either is another window.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

_PATIENCE_MS = 2000
_MOMENT_MS = 200
_LARGEST = 1 << 20
_LONGEST_SOCKET_PATH = 103  # the smallest of the systems' limits (macOS); Linux has 107
_DONE = b"ok\n"


class SingleInstance(QObject):
    """Either the first of its data folder, and told what later starts want, or one of those.

    `asked` comes with the files (absolute `Path`) that a later start was given, none where it was given none.
    """

    asked = Signal(list)

    def __init__(self, data_folder: Path, database_url: str | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = _name(data_folder, database_url or "")
        self._server: QLocalServer | None = None
        self._occupied = False

    def hand_over(self, files: Sequence[Path]) -> bool:
        """Give the files to the window that is already there; False where there is none, or it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_PATIENCE_MS):
            return False
        self._occupied = True
        socket.write(json.dumps([str(path) for path in files]).encode() + b"\n")
        answered = socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()) == _DONE
        socket.disconnectFromServer()
        return answered

    def listen(self) -> bool:
        """Be the window that later starts talk to; False where that is not possible, which harms nothing else."""
        if self._occupied:
            return False  # the first window is there and too busy to answer
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self._name):
            # A window that was killed leaves its socket behind; one that answers was asked before.
            QLocalServer.removeServer(self._name)
            if not server.listen(self._name):
                return False
        server.newConnection.connect(self._take)
        self._server = server
        return True

    def close(self) -> None:
        """Listen no longer, so that the next start opens its own window."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _take(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            files = _files(_line(socket))
            if files is not None:  # whoever says anything else gets no answer
                socket.write(_DONE)
                socket.waitForBytesWritten(_MOMENT_MS)
            socket.disconnectFromServer()
            socket.deleteLater()
            if files is not None:
                self.asked.emit(files)


def _line(socket: QLocalSocket) -> bytes:
    """What a later start says. It says it at once, and is our own user: waiting is short and safe."""
    said = b""
    while not said.endswith(b"\n") and len(said) < _LARGEST:
        if not socket.bytesAvailable() and not socket.waitForReadyRead(_MOMENT_MS):
            break
        said += bytes(socket.readAll().data())
    return said


def _files(line: bytes) -> list[Path] | None:
    try:
        said: Any = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        return None
    return [Path(name) for name in said]


def _name(data_folder: Path, database_url: str) -> str:
    """The same for every spelling of the folder, in a place that is the user's own wherever the system has one."""
    what = f"{os.path.normcase(data_folder.resolve())}\0{database_url}"
    name = f"acme-desktop-{hashlib.sha256(what.encode()).hexdigest()[:16]}"
    if os.name != "posix":
        return name
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    place = Path(runtime) if runtime and Path(runtime).is_dir() else data_folder.resolve()
    path = str(place / f"{name}.socket")
    return path if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH else f"{name}-{os.getuid()}"


def bring_to_front(window: QWidget) -> None:
    """Show the window above the others, also where it was minimised, as far as the desktop allows."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()
