"""Every licence text of every part goes into the package, whole and under a name of its own."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest


def test_no_text_of_a_part_takes_anothers_place(licences: ModuleType, tmp_path: Path):
    gathered = licences.gather(tmp_path / "licences")
    (numpy,) = gathered.glob("numpy-*")
    brought = [
        path.read_bytes()
        for file in metadata.distribution("numpy").files or []
        if ".dist-info/licenses/" in file.as_posix() and (path := Path(str(file.locate()))).is_file()
    ]
    kept = [path.read_bytes() for path in numpy.iterdir() if path.name != "STATED"]
    assert len(brought) > 1
    assert sorted(kept) == sorted(brought)


def test_what_packs_the_program_is_named(licences: ModuleType, tmp_path: Path):
    gathered = licences.gather(tmp_path / "licences")
    (packer,) = (path for path in gathered.glob("pyinstaller-[0-9]*"))
    assert any("bootloader" in path.read_text(encoding="utf-8").lower() for path in packer.iterdir())


def test_a_carried_library_brings_its_licence_along(licences: ModuleType, tmp_path: Path):
    name = "psycopg_binary.libs/libkrb5-1234.so.3.3"
    entries = [(name, f"{sys.prefix}/{name}", "BINARY")]
    places = dict(licences.libraries(tmp_path / "texts", entries))
    assert set(places) == {"CARRIED-LIBRARIES.txt", "MIT-Kerberos/MIT-Kerberos.txt"}
    assert "Massachusetts Institute of Technology" in Path(places["MIT-Kerberos/MIT-Kerberos.txt"]).read_text("utf-8")
    assert "libkrb5-1234.so.3.3: MIT-Kerberos, MIT" in (tmp_path / "texts" / "CARRIED-LIBRARIES.txt").read_text("utf-8")


def test_a_library_whose_licence_nobody_looked_up_stops_the_build(licences: ModuleType, tmp_path: Path):
    name = "psycopg_binary.libs/libunheardof-1.so"
    with pytest.raises(SystemExit, match="not stated"):
        licences.libraries(tmp_path / "texts", [(name, f"{sys.prefix}/{name}", "BINARY")])


def test_every_project_has_its_text_or_says_where_it_stands(licences: ModuleType):
    projects = {project for _, project, _ in licences._CARRIED}
    in_numpys = {"GCC", "OpenBLAS"}
    assert projects - in_numpys == {path.stem for path in licences.CARRIED.iterdir()}
