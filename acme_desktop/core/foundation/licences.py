"""The parts that the program is made of, and the texts of their licences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from acme_desktop.core.foundation.paths import RESOURCES

BUNDLED = RESOURCES.parent / "licences"
"""Where packaging puts them; a folder for each part, or one text file."""
_TEXT = re.compile(
    r"\.dist-info/(licenses/.+|(licen[cs]e|copying|notice|authors|third_party)[^/]*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Part:
    """One part: its name with version, what it states in a line, and the files with the texts."""

    name: str
    stated: str
    files: tuple[Path, ...]

    @property
    def text(self) -> str:
        """All of it, to read."""
        texts = [path.read_text(encoding="utf-8", errors="replace").strip() for path in self.files]
        return "\n\n\n".join([f"{self.name}\n{self.stated}".strip(), *texts])


def parts(folder: Path = BUNDLED) -> list[Part]:
    """The parts of the packaged program; from source, those that its Python has installed. The program itself first."""
    own = [path for path in (RESOURCES.parent / "LICENSE",) if path.is_file()]
    listed = _bundled(folder) if folder.is_dir() else _installed()
    return [Part("Acme Product Importer", "", tuple(own)), *sorted(listed, key=lambda part: part.name.lower())]


def _bundled(folder: Path) -> list[Part]:
    found = []
    for path in folder.iterdir():
        if path.is_file():
            found.append(Part(path.stem.replace("-", " "), "", (path,)))
            continue
        note = path / "STATED"
        stated = note.read_text(encoding="utf-8").strip().partition(": ")[2] if note.is_file() else ""
        texts = tuple(sorted(text for text in path.iterdir() if text != note))
        found.append(Part(path.name, stated, texts))
    return found


def _installed() -> list[Part]:
    found = {}
    for distribution in metadata.distributions():
        about = distribution.metadata
        name = f"{about['Name']}-{distribution.version}"
        stated = (about.get_all("License-Expression") or about.get_all("License") or [""])[0]
        texts = tuple(
            path
            for file in distribution.files or []
            if _TEXT.search(file.as_posix()) and (path := Path(str(file.locate()))).is_file()
        )
        found[name] = Part(name, stated.partition("\n")[0], texts)
    return list(found.values())
