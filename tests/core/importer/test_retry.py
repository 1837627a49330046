"""Mended rejects are imported again, and only those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, run, templates
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.core.importer.retry import retry

AUTHOR = Author("anna", "tests")


def bring(database: Database, path: Path, text: str, **options: Any) -> ImportReport:
    path.write_text(text, encoding=options.get("encoding") or "utf-8")
    return run.import_file(database, path, ImportOptions(**options), Progress(), AUTHOR)


def products(database: Database) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return connection.execute("SELECT sku, name, description FROM products ORDER BY sku_key").fetchall()


@pytest.mark.parametrize("header", ["Ref;Titel;Text\n", ""])
def test_mended_rows_are_read_as_their_file_was(database: Database, tmp_path: Path, header: str) -> None:
    columns = ("Ref", "Titel", "Text") if header else ("#1", "#2", "#3")
    mapping = dict(zip(("sku", "name", "description"), columns, strict=True))
    text = header + 'A;Eins;x\n;Zwei;"a;b"\nC;;y\nD;Vier;z\n'
    first = bring(database, tmp_path / "p.csv", text, mapping=mapping, encoding="cp1252", delimiter=";")
    assert (first.created, first.rejected) == (2, 2)
    with database.connect() as connection:
        cells = [row["cells"] for row in report.rejects(connection, first.import_id)]
    assert cells == [["", "Zwei", "a;b"], ["C", "", "y"]]
    again = retry(database, first.import_id, [["B", *cells[0][1:]], cells[1]], Progress(), AUTHOR)
    assert (again.status, again.read, again.created, again.rejected) == ("completed", 2, 1, 1)
    assert products(database) == [("A", "Eins", "x"), ("B", "Zwei", "a;b"), ("D", "Vier", "z")]
    with database.connect() as connection:
        (left,) = report.rejects(connection, again.import_id)
        known = templates.for_header(connection, columns)
    assert left["reason"] == "missing_name"
    assert known is not None
    assert known.options["encoding"] == "cp1252"


def test_a_refused_file_has_no_rows_to_mend(database: Database, tmp_path: Path) -> None:
    failed = bring(database, tmp_path / "p.csv", "")
    with pytest.raises(Refused):
        retry(database, failed.import_id, [["A", "B"]], Progress(), AUTHOR)
