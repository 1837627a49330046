"""The licences of everything in the packaged program, gathered from what the build machine has installed."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_TEXTS = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors|third_party)[^/]*$", re.IGNORECASE)
_ABOUT_QT = """\
Qt and PySide6 are used under the GNU Lesser General Public License, version 3. Their libraries lie in this folder as
files of their own and may be replaced by others of the same interface: _internal/PySide6. The sources are at
https://download.qt.io/official_releases/ (qt and QtForPython).
"""


def gather(target: Path) -> Path:
    """Fill `target` with a folder of licence texts per part; returns it."""
    shutil.rmtree(target, ignore_errors=True)
    for name in sorted(_needed("acme-desktop", set())):
        distribution = metadata.distribution(name)
        folder = target / f"{distribution.name}-{distribution.version}"
        folder.mkdir(parents=True, exist_ok=True)
        stated = distribution.metadata.get("License-Expression") or distribution.metadata.get("License") or "see texts"
        (folder / "STATED").write_text(f"{distribution.name} {distribution.version}: {stated}\n", encoding="utf-8")
        for file in distribution.files or []:
            path = Path(str(distribution.locate_file(file)))
            if ".dist-info" in str(file) and _TEXTS.search(str(file)) and path.is_file():
                shutil.copyfile(path, folder / path.name)
    (target / "QT-AND-PYSIDE6.txt").write_text(_ABOUT_QT, encoding="utf-8")
    python = Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt"
    places = [python, Path(sys.base_prefix) / "LICENSE.txt", Path("/usr/share/doc/libpython3-stdlib/copyright")]
    for place in places:
        if place.is_file():
            shutil.copyfile(place, target / "PYTHON.txt")
            break
    return target


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
