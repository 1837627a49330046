"""The system libraries that Qt needs and its wheel does not bring: which are missing, and the line that installs them.

Only Linux has this question; a desktop usually has all of them, a server or a container few. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from environment import VENV, say

# The parts of Qt that the program loads: without a screen, and what a screen needs besides.
OFFSCREEN = (
    *(f"Qt{name}.abi3.so" for name in ("Core", "Gui", "Widgets", "Network", "Svg", "Test")),
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/iconengines/libqsvgicon.so",
    "Qt/plugins/imageformats/libqsvg.so",
)
ON_SCREEN = (*OFFSCREEN, "Qt/plugins/platforms/libqxcb.so")

# rpm systems take the library's own name; Debian's packages have names of their own.
DEBIAN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libstdc++.so.6": "libstdc++6",
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
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}


def missing(loaded: tuple[str, ...] = ON_SCREEN) -> list[str]:
    """The names of the shared libraries that these parts of Qt ask for and the machine does not have, sorted."""
    qt = next(VENV.glob("lib/python3.*/site-packages/PySide6"), None)
    if not sys.platform.startswith("linux") or qt is None or not shutil.which("ldd"):
        return []
    parts = [str(qt / part) for part in loaded if (qt / part).exists()]
    listing = subprocess.run(["ldd", *parts], capture_output=True, text=True, check=False).stdout
    return sorted({line.split()[0] for line in listing.splitlines() if line.strip().endswith("=> not found")})


def provide() -> None:
    """Install what is missing where that is allowed, else say how."""
    lacking = missing()
    if not lacking:
        return
    say(f"Qt needs system libraries that are missing here: {', '.join(lacking)}")
    command = install_command(lacking)
    if command[:1] == ["apt-get"] and may_install():
        _apt(command)
        lacking = missing()
    if lacking:
        how = (
            f"install them with:\n    sudo {' '.join(command)}"
            if command
            else "install the packages that contain them."
        )
        say(f"Without them the window cannot open (the command line works all the same); {how}")


def may_install() -> bool:
    """Whether packages can be installed without asking anybody: as root, where there is apt-get."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def install(packages: list[str]) -> None:
    """Install Debian's packages where that is allowed; one that does not come is met by whoever needs it."""
    if packages and may_install():
        _apt(["apt-get", "install", "--yes", "--no-install-recommends", *packages])


def install_command(libraries: list[str]) -> list[str]:
    """The command of this system's package manager that installs the libraries; empty where it is not known."""
    if shutil.which("apt-get"):
        packages = sorted({DEBIAN[name] for name in libraries if name in DEBIAN})
        return ["apt-get", "install", "--yes", "--no-install-recommends", *packages] if packages else []
    wide = "()(64bit)" if sys.maxsize > 2**32 else ""
    for manager in ("dnf", "zypper"):
        if shutil.which(manager):
            return [manager, "install", *(f"'{name}{wide}'" for name in libraries)]
    return []


def _apt(command: list[str]) -> None:
    """Run apt-get quietly; where its lists are empty or stale, fetch them and try again."""
    say(f"Installing: {' '.join(command)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.CompletedProcess([], 1)
    for step in (command, ["apt-get", "update"], command):
        # Another apt may be at work, such as a fresh machine's first updates: it is waited for.
        done = subprocess.run(
            [*step, "-oDPkg::Lock::Timeout=120"], env=environment, capture_output=True, text=True, check=False
        )
        if step is command and done.returncode == 0:
            return
    say(done.stdout[-2000:] + done.stderr[-2000:])
