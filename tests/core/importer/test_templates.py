"""Remembered mappings: by name, and by the header of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import run, templates
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportReport

HEADER = "col a;col b;col c\n"


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Any:
    def bring(text: str, **options: Any) -> ImportReport:
        path = tmp_path / "p.csv"
        path.write_text(text, encoding=options.get("encoding") or "utf-8")
        return run.import_file(database, path, ImportOptions(**options), Progress(), Author("anna", "tests"))

    return bring


def test_a_named_template_is_made_with_a_mapping_and_used_without(bring: Any, database: Database) -> None:
    mapping = {"sku": "col b", "name": "col c"}
    assert bring(HEADER + "x;A;Ä\n", mapping=mapping, encoding="cp1252", template="Müller").created == 1
    again = bring(HEADER + "x;B;Ö\n", template="Müller", encoding="cp1252")
    assert (again.created, again.encoding, dict(again.mapping)) == (1, "cp1252", mapping)
    changed = {"sku": "col a", "name": "col c"}
    assert bring(HEADER + "C;x;N\n", mapping=changed, template="Müller").encoding == "cp1252"
    with database.connect() as connection:
        (only,) = templates.listed(connection)
        assert only.options["mapping"] == changed
        templates.forget(connection, "Müller")
        assert templates.listed(connection) == []
    with pytest.raises(NotFound, match="Müller"):
        bring(HEADER + "x;B;N\n", template="Müller")


def test_choices_are_remembered_by_the_header_and_what_is_chosen_anew_wins(bring: Any, database: Database) -> None:
    bring(HEADER + "x;A;One\n", mapping={"sku": "col b", "name": "col c"}, blank="keep")
    with database.connect() as connection:
        known = templates.for_header(connection, [" COL A", "col b", "Col C "])
        assert known is not None
        assert templates.for_header(connection, ["col a", "col b"]) is None
    applied = known.applied_to(ImportOptions(blank="clear", delimiter=";"))
    assert (dict(applied.mapping), applied.delimiter) == ({"sku": "col b", "name": "col c"}, ";")
    chosen = known.applied_to(ImportOptions(mapping={"sku": "col a", "name": "col b"}))
    assert chosen.mapping["sku"] == "col a"


def test_nothing_is_remembered_of_a_file_that_needed_no_choice(bring: Any, database: Database) -> None:
    bring("sku,name\nA,One\n")
    with database.connect() as connection:
        assert templates.for_header(connection, ["sku", "name"]) is None
