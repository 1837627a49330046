"""Can a window be opened here? Answers before Qt is loaded, because Qt aborts the whole process where it cannot."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from pathlib import Path

from acme_desktop.core.foundation.errors import EnvironmentProblem

# What Qt's own wheels leave to the system: library -> Debian's package.
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
_X11_LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_HEADLESS = "The same job runs without a window: `acme-desktop import FILE...`; see `acme-desktop --help`."


def check() -> None:
    """Return where a window can be opened.

    Raises:
        EnvironmentProblem: there is no screen, or Qt misses system libraries; says which, and what installs them.
    """
    if not sys.platform.startswith("linux"):
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if not platform and not _has_screen():
        raise EnvironmentProblem("There is no screen here, so no window can be opened.", _HEADLESS)
    wanted = dict(_LIBRARIES)
    if platform.startswith("xcb") or (not platform and not os.environ.get("WAYLAND_DISPLAY")):
        wanted |= _X11_LIBRARIES
    missing = [library for library in wanted if not _loads(library)]
    if missing:
        packages = " ".join(wanted[library] for library in missing)
        raise EnvironmentProblem(
            f"The window needs system libraries that are not installed: {', '.join(missing)}.",
            f"On Debian or Ubuntu: apt-get install {packages}\n{_HEADLESS}",
        )


def _has_screen() -> bool:
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    display = os.environ.get("DISPLAY", "")
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local is None:
        return bool(display)
    path = f"/tmp/.X11-unix/X{local[1]}"  # noqa: S108  where X servers listen
    return any(_accepts(address) for address in ([path] if Path(path).exists() else []) + [f"\0{path}"])


def _accepts(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(address)
        except OSError:
            return False
    return True


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
