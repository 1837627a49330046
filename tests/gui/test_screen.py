"""What Qt needs of the system, against what Qt's own binaries say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from acme_desktop.gui import screen

QT = Path(PySide6.__file__).parent / "Qt"
LIBRARIES = ("Core", "Gui", "Widgets", "DBus", "Svg")


def names(*files: Path) -> bytes:
    return b"".join(file.read_bytes() for file in files)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems ship what Qt needs")
def test_only_libraries_that_qt_asks_for_are_required() -> None:
    everywhere = names(*(QT / "lib" / f"libQt6{name}.so.6" for name in LIBRARIES))
    x11 = names(QT / "plugins" / "platforms" / "libqxcb.so", QT / "lib" / "libQt6XcbQpa.so.6")
    for library in screen._LIBRARIES:
        assert library.encode() + b"\0" in everywhere + x11, library
    for library in screen._X11_LIBRARIES:
        assert library.encode() + b"\0" in x11, library


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's")
def test_without_a_screen_it_says_how_to_do_the_job_headless(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "acme_desktop", "--data-dir", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "no screen" in done.stderr
    assert "acme-desktop import" in done.stderr
    assert "Traceback" not in done.stderr
