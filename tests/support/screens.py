"""Virtual screens: an Xvfb of one's own, and a window manager on it. Needs Xvfb and openbox."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def screen(width: int = 1400, height: int = 900) -> Iterator[str]:
    """A screen of so many pixels, as DISPLAY names it."""
    reader, writer = os.pipe()
    # -noreset: else the server starts anew whenever its last client leaves, as each xdotool does, and a window manager
    # that connects in that moment is turned away.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as stream:
        display = f":{stream.readline().strip()}"
    try:
        yield display
    finally:
        server.terminate()
        server.wait()


@contextmanager
def window_manager(display: str, *options: str, **environment: str) -> Iterator[None]:
    """Openbox on a screen, perhaps not up yet; without one no window is ever given the keyboard."""
    manager = subprocess.Popen(
        ["openbox", *options],
        env={**os.environ, "DISPLAY": display, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        manager.terminate()
        manager.wait()
