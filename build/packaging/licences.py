"""The licences of everything in the packaged program, gathered from what the build machine has installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_TEXTS = re.compile(
    r"\.dist-info/(?:licenses/(?P<listed>.+)|(?P<other>(?:licen[cs]e|copying|notice|authors|third_party)[^/]*))$",
    re.IGNORECASE,
)
# What PyInstaller puts into every program: its starter and the steps before our first line.
_PACKER = ("pyinstaller", "pyinstaller-hooks-contrib")
_ABOUT_QT = """\
Qt and PySide6 are used under the GNU Lesser General Public License, version 3. Their libraries lie in this folder as
files of their own and may be replaced by others of the same interface: _internal/PySide6. The sources are at
https://download.qt.io/official_releases/ (qt and QtForPython). The texts: LGPL-3.0.txt and GPL-3.0.txt beside this.
Parts of others in Qt's libraries and their licences: https://doc.qt.io/qt-6/licenses-used-in-qt.html
"""
TEXTS = Path(__file__).resolve().parent / "texts"
CARRIED = TEXTS / "carried"
# Libraries that wheels carry without their licences: the name without its tail -> project and licence. The texts lie in
# TEXTS/carried under the project's name; GCC's and OpenBLAS's stand in numpy's own, com_err's in MIT Kerberos's.
_CARRIED = (
    (r"crypto|ssl", "OpenSSL", "Apache-2.0"),
    (r"gssapi_krb5|k5crypto|krb5|krb5support|com_err", "MIT-Kerberos", "MIT"),
    (r"ldap|lber", "OpenLDAP", "OLDAP-2.8"),
    (r"sasl2", "Cyrus-SASL", "BSD-3-Clause-Attribution"),
    (r"keyutils", "keyutils", "LGPL-2.1-or-later"),
    (r"crypt", "libxcrypt", "LGPL-2.1-or-later"),
    (r"pq|ecpg|pgtypes", "PostgreSQL", "PostgreSQL"),
    (r"gfortran", "GCC", "GPL-3.0-or-later with the GCC runtime library exception"),
    (r"quadmath", "GCC", "LGPL-2.1-or-later"),
    (r"scipy_openblas\d*_?", "OpenBLAS", "BSD-3-Clause"),
    (r"icudata|icui18n|icuuc", "ICU", "Unicode-3.0"),
)
_CARRIED_HEAD = """\
Libraries that other parts carry in them, each a file of its own that may be replaced by another of the same interface.
"""


def gather(target: Path) -> Path:
    """Fill `target` with a folder of licence texts per part; returns it."""
    shutil.rmtree(target, ignore_errors=True)
    for name in (*sorted(_needed("acme-desktop", set())), *_PACKER):
        distribution = metadata.distribution(name)
        folder = target / f"{distribution.name}-{distribution.version}"
        folder.mkdir(parents=True, exist_ok=True)
        stated = distribution.metadata.get("License-Expression") or distribution.metadata.get("License") or "see texts"
        (folder / "STATED").write_text(f"{distribution.name} {distribution.version}: {stated}\n", encoding="utf-8")
        for place, path in texts(distribution):
            shutil.copyfile(path, folder / place)
    for text in TEXTS.glob("*.txt"):
        shutil.copyfile(text, target / text.name)
    (target / "QT-AND-PYSIDE6.txt").write_text(_ABOUT_QT, encoding="utf-8")
    python = Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt"
    places = [python, Path(sys.base_prefix) / "LICENSE.txt", Path("/usr/share/doc/libpython3-stdlib/copyright")]
    for place in places:
        if place.is_file():
            shutil.copyfile(place, target / "PYTHON.txt")
            break
    return target


def texts(distribution: metadata.Distribution) -> list[tuple[str, Path]]:
    """The licence texts that a distribution brings, each under its own name: many lie deep and are called alike."""
    found = []
    for file in distribution.files or []:
        path = Path(str(distribution.locate_file(file)))
        if (match := _TEXTS.search(file.as_posix())) and path.is_file():
            found.append(((match["listed"] or match["other"]).replace("/", "-"), path))
    return found


def libraries(target: Path, binaries: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """The licences of collected shared libraries that no Python distribution states.

    Args:
        target: a folder to write in.
        binaries: PyInstaller's entries: name in the program, source, kind.

    Returns:
        Place below the folder of licences, and source, of each file.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    found: dict[str, str] = {}
    lines, projects = set(), set()
    for name, source, kind in binaries:
        file = Path(name).name
        if kind != "BINARY" or not re.search(r"\.(so[.\d]*|dylib|dll)$", file) or "python3" in file:
            continue
        if sys.prefix not in source:
            found.update(_of_the_system(source))
        elif re.search(r"\.(dy)?libs[/\\]|(lib)?icu", f"{source} {file}"):
            project, licence = _carried(file)
            projects.add(project)
            lines.add(f"{file}: {project}, {licence}")
    found.update({f"{text.stem}/{text.name}": str(text) for text in CARRIED.iterdir() if text.stem in projects})
    carried = target / "CARRIED-LIBRARIES.txt"
    carried.write_text("\n".join([_CARRIED_HEAD, *sorted(lines)]) + "\n", encoding="utf-8")
    return [(carried.name, str(carried)), *found.items()]


def _of_the_system(library: str) -> dict[str, str]:
    """Place and source of the licence of a library of the build machine, where Debian's tools tell its package."""
    if not shutil.which("dpkg-query"):
        return {}
    for place in (library, os.path.realpath(library), library.replace("/lib/", "/usr/lib/", 1)):
        done = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True, check=False)
        text = Path("/usr/share/doc", done.stdout.partition(":")[0], "copyright")
        if done.returncode == 0 and text.is_file():
            return {f"{text.parent.name}/copyright": str(text)}
    raise SystemExit(f"the licence of {library} is not known")


def _carried(file: str) -> tuple[str, str]:
    """Project and licence of a library that a wheel carries.

    Raises:
        SystemExit: nobody has looked up its licence yet.
    """
    stem = re.sub(r"^lib|[-.].*$", "", file)
    for pattern, project, licence in _CARRIED:
        if re.fullmatch(pattern, stem):
            return project, licence
    raise SystemExit(f"{file} comes with a wheel, and its licence is not stated: add it to {__file__}")


def _needed(name: str, seen: set[str]) -> set[str]:
    """The installed distributions that `name` needs to run here, without itself."""
    try:
        requirements = _requirements(name)
    except metadata.PackageNotFoundError:
        return seen
    for line in requirements:
        requirement = Requirement(line)
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if key in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            metadata.distribution(key)
        except metadata.PackageNotFoundError:
            continue
        seen.add(key)
        _needed(key, seen)
        for extra in requirement.extras:
            for more in metadata.requires(key) or []:
                inner = Requirement(more)
                if inner.marker and inner.marker.evaluate({"extra": extra}):
                    seen.add(re.sub(r"[-_.]+", "-", inner.name).lower())
    return seen


def _requirements(name: str) -> list[str]:
    if name != "acme-desktop":
        return metadata.requires(name) or []
    import tomllib

    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    requirements: list[str] = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    return requirements
