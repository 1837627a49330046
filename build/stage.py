"""The stage of the pictures: a virtual screen with a window manager, the real window on it, and a camera."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import title_bars
from camera import save

from tests.support import screens

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Look:
    """How the window is looked at.

    Attributes:
        theme: "light" or "dark".
        name: of the size, as the pictures' folders call it.
        width, height: the window's own size, in logical pixels.
        scale: physical pixels of a logical one.
    """

    theme: str
    name: str
    width: int
    height: int
    scale: int = 1

    @property
    def folder(self) -> str:
        """Where its pictures go."""
        return f"{self.theme}-{self.name}"


SIZES: dict[str, tuple[int, int, int]] = {
    "1024x700": (1024, 700, 1),
    "1600x1000": (1600, 1000, 1),
    "200-percent": (1024, 700, 2),
}
"""Width, height and scale by name."""
LOOKS = tuple(Look(theme, name, *size) for theme in ("light", "dark") for name, size in SIZES.items())


@contextmanager
def screen(look: Look, folder: Path) -> Iterator[None]:
    """A virtual screen just large enough for the window and its frame, named by DISPLAY.

    Args:
        look: decides the size and the colours of title bars.
        folder: where the window manager's settings may lie.
    """
    width = look.width * look.scale + 2
    height = (look.height + title_bars.HEIGHT) * look.scale
    manager = ("--config-file", str(title_bars.write(folder, look.theme, look.scale)))
    with screens.screen(width, height) as display, screens.window_manager(display, *manager, XDG_DATA_HOME=str(folder)):
        os.environ["DISPLAY"] = display
        yield


class Stage:
    """The window, and what a photographer needs.

    Args:
        folder: for the program's data.
        out: where the pictures go.
        look: how the window is looked at.
        wanted: names of the pictures to keep; None keeps all.
    """

    def __init__(self, folder: Path, out: Path, look: Look, wanted: Collection[str] | None = None) -> None:
        os.environ.update(QT_QPA_PLATFORM="xcb", QT_SCALE_FACTOR=str(look.scale), LC_ALL="C.UTF-8", LOGNAME="anna")
        platform.node = lambda: "office-2"
        from PySide6.QtGui import QGuiApplication
        from qasync import QEventLoop

        from acme_desktop.core.foundation import settings
        from acme_desktop.core.foundation.paths import DataFolder
        from acme_desktop.core.foundation.settings import Settings
        from acme_desktop.gui import app as gui

        self.app = gui.application()
        self.app.setCursorFlashTime(0)
        data = DataFolder(folder / "data").create()
        settings.save(data.settings_file, Settings(theme=look.theme))
        self.loop = QEventLoop(self.app, already_running=True)
        self.window = gui.build(self.app, data, self.loop)
        self.window.resize(look.width, look.height)
        self.window.move(0, 0)
        self.window.show()
        self.out, self.wanted = out, wanted
        self.screen = QGuiApplication.primaryScreen()

    def until(self, done: Callable[[], Any]) -> Any:
        """Let the window live until something holds."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while not (result := done()):
            self.app.processEvents()
            if time.monotonic() > limit:
                raise SystemExit(f"waited too long for {done}")
        return result

    def rest(self, seconds: float = 0.5) -> None:
        """Let it paint, and the window manager place what was opened."""
        limit = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > limit)

    def dialog(self, name: str) -> Any:
        """A dialog by its object name, once it is visible."""
        from PySide6.QtWidgets import QDialog

        def visible() -> list[QDialog]:
            return [one for one in self.window.findChildren(QDialog, name) if one.isVisible()]

        return self.until(visible)[0]

    def leave(self) -> None:
        """Close the window."""
        self.window.close_now()
        self.until(lambda: not self.window.isVisible())
        self.window.wait_for_threads()
        self.loop.stop()
        self.loop.close()

    def shoot(self, name: str, *, at_once: bool = False) -> None:
        """Save what is on the screen; something that moves is taken at once."""
        if self.wanted is not None and name not in self.wanted:
            return
        if not at_once:
            self.rest()
        self.out.mkdir(parents=True, exist_ok=True)
        save(self.screen.grabWindow(0).toImage(), self.out / f"{name}.png")
        print(self.out / f"{name}.png", flush=True)
