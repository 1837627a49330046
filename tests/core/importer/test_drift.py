"""Warnings where a file is unlike the last ones with its header."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run
from acme_desktop.core.importer.options import ImportOptions

AUTHOR = Author("anna", "tests")


def rows(count: int, *, name: str = "Name", description: str = "text", active: str = "yes") -> str:
    body = "".join(f"S{number},{name} {number},{description},{active}\n" for number in range(count))
    return "sku,name,description,active\n" + body


@pytest.fixture
def warned(database: Database, tmp_path: Path) -> Any:
    """What a preview warns of, after a first import of a hundred ordinary rows."""
    path = tmp_path / "p.csv"
    path.write_text(rows(100), encoding="utf-8")
    run.import_file(database, path, ImportOptions(), Progress(), AUTHOR)

    def warned(text: str) -> list[str]:
        path.write_text(text, encoding="utf-8")
        with run.stage(database, path, ImportOptions(), Progress(), AUTHOR) as staged:
            staged.preview(Progress())
            return list(staged.warnings)

    return warned


def test_an_ordinary_file_is_not_warned_of(warned: Any) -> None:
    assert warned(rows(105)) == []
    assert warned("sku,name\nX,One\n") == []


def test_the_same_file_again_is_named(warned: Any) -> None:
    (told,) = warned(rows(100))
    assert "imported before" in told
    assert "import 1" in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            rows(101, description=""),
            "100% of the descriptions are blank; in the last file with these columns it was 0%.",
        ),
        (rows(101, active="no"), "100% of the products are inactive; in the last file with these columns it was 0%."),
        (rows(101, name="Other"), "100% of the names of known products would change."),
        (rows(85), "15 of the 100 products (15%) from earlier files of this kind are missing."),
        (rows(40), "The file has 40 rows; the last one with these columns had 100."),
    ],
)
def test_what_is_warned_of(warned: Any, text: str, expected: str) -> None:
    assert expected in warned(text)
