"""The list of parts and their licences."""

from __future__ import annotations

from pathlib import Path

from acme_desktop.core.foundation import licences


def test_the_parts_of_a_packaged_program_are_listed_with_their_texts(tmp_path: Path) -> None:
    part = tmp_path / "numpy-2.4.6"
    part.mkdir()
    (part / "STATED").write_text("numpy 2.4.6: BSD-3-Clause\n", encoding="utf-8")
    (part / "LICENSE.txt").write_text("Redistribution and use\n", encoding="utf-8")
    (tmp_path / "QT-AND-PYSIDE6.txt").write_text("LGPL\n", encoding="utf-8")
    found = licences.parts(tmp_path)
    assert [one.name for one in found] == ["Acme Product Importer", "numpy-2.4.6", "QT AND PYSIDE6"]
    assert found[0].text.startswith("Acme Product Importer")
    assert "Permission is hereby granted" in found[0].text
    assert found[1].text == "numpy-2.4.6\nBSD-3-Clause\n\n\nRedistribution and use"


def test_from_source_the_installed_parts_are_listed(tmp_path: Path) -> None:
    found = {part.name.partition("-")[0]: part for part in licences.parts(tmp_path / "none")}
    assert {"numpy", "pyarrow", "SQLAlchemy"} <= set(found)
    assert found["pyarrow"].text
