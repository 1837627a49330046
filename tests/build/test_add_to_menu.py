"""The unpacked archive's way into a person's own start menu and out again; what opened their files goes on to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the archive is for Linux")

CALC = "libreoffice-calc.desktop"
# Knows one spreadsheet, and writes down what it is told to prefer.
XDG_MIME = """\
#!/bin/sh
case $1 in
query) [ "$3" = text/csv ] && echo "$CALC" ;;
default) echo "$2 $3" >>"$CHOSEN" ;;
esac
"""


@pytest.fixture
def unpacked(linux_archives: ModuleType, tmp_path: Path) -> Path:
    """An unpacked archive, as far as the script looks at it, in a folder with an awkward name."""
    folder = tmp_path / 'A ż $HOME `b` "c" 5% d&|e\\x'
    linux_archives.entries(folder / "share" / "applications")
    (folder / "share" / "mime" / "packages").mkdir(parents=True)
    shutil.copy(linux_archives.HERE / "acme-desktop-mime.xml", folder / "share/mime/packages/acme-desktop.xml")
    icon = folder / "share/icons/hicolor/16x16/apps/acme-desktop.png"
    icon.parent.mkdir(parents=True)
    icon.write_bytes(b"")
    shutil.copy(linux_archives.HERE / "add-to-menu.sh", folder)
    return folder


def run(folder: Path, home: Path, *words: str) -> str:
    home.mkdir(exist_ok=True)
    tools = home.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "xdg-mime").write_text(XDG_MIME)
    (tools / "xdg-mime").chmod(0o755)
    environment = {
        "HOME": str(home), "PATH": f"{tools}:/usr/bin:/bin", "CALC": CALC, "CHOSEN": str(home.parent / "chosen"),
    }  # fmt: skip
    done = subprocess.run(
        ["sh", str(folder / "add-to-menu.sh"), *words], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


def program(entry: Path) -> str:
    """What a desktop starts for an entry: the value's escapes first, then the quotes, then the percent signs."""
    (value,) = re.findall(r"^Exec=(.*)$", entry.read_text(encoding="utf-8"), re.MULTILINE)
    quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)" %F', re.sub(r"\\(.)", r"\1", value))
    assert quoted is not None, value
    return re.sub(r"\\(.)", r"\1", quoted[1]).replace("%%", "%")


def test_it_comes_and_goes_without_a_trace_of_its_own(unpacked: Path, tmp_path: Path):
    home = tmp_path / "my home"
    run(unpacked, home)
    entries = sorted((home / ".local/share/applications").glob("*.desktop"))
    assert [entry.name for entry in entries] == ["acme-desktop.desktop", "z-acme-desktop-open.desktop"]
    assert {program(entry) for entry in entries} == {str(unpacked / "acme-desktop")}
    if shutil.which("update-desktop-database"):
        assert "z-acme-desktop-open" in (home / ".local/share/applications/mimeinfo.cache").read_text()
    assert str(home / ".local/share/acme-desktop") in run(unpacked, home, "--remove")
    assert [path for path in home.rglob("*") if "acme" in path.name] == []


def test_what_opened_these_files_goes_on_to(unpacked: Path, tmp_path: Path):
    run(unpacked, tmp_path / "home")
    assert (tmp_path / "chosen").read_text() == f"{CALC} text/csv\n"


def test_open_with_comes_last_and_is_in_no_menu(linux_archives: ModuleType, tmp_path: Path):
    linux_archives.entries(tmp_path / "applications")
    menu, opener = sorted((tmp_path / "applications").iterdir())
    assert "MimeType" not in menu.read_text()
    assert "NoDisplay" not in menu.read_text()
    assert re.search(r"^MimeType=text/csv;.*\nNoDisplay=true$", opener.read_text(), re.MULTILINE)
    assert opener.name > "org.gnome.gnumeric.desktop"
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", menu, opener], env={"PATH": os.environ["PATH"]}, check=True)
