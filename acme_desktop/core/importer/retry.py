"""Rejected rows, mended by a person, imported again: only those, and as their file was read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.files import temporary_folder
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, run
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.report import ImportRecord, ImportReport


def retry(
    database: Database, import_id: int, rows: Sequence[Sequence[str]], progress: Progress, author: Author
) -> ImportReport:
    """Import mended rows of an import's rejects, as an import of its own.

    Args:
        database: where the import is.
        import_id: whose rejects they were.
        rows: the mended cells of each row, in the order of the file's own columns.
        progress: for cancelling.
        author: who mended them.

    Raises:
        NotFound: there is no such import.
        Refused: nothing is known of its columns, because the file was refused as a whole.
    """
    with database.connect() as connection:
        record = report.get(connection, import_id)
    if not record.profile.get("header"):
        raise Refused(f"Import {import_id} has no columns to mend rows for.", "Mend the file, and import it.")
    with temporary_folder("acme-mended-") as folder:
        path = folder / f"mended-{Path(record.file).stem}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
            if record.profile["header_line"] != 0:
                writer.writerow(record.profile["header"])
            writer.writerows(rows)
        return run.import_file(database, path, _options(record), progress, author, remember=False)


def _options(record: ImportRecord) -> ImportOptions:
    chosen = ImportOptions.from_json(record.options)
    return replace(
        chosen,
        mapping=record.profile["mapping"],
        template=None,
        encoding="utf-8",
        delimiter=",",
        sheet=None,
        literal_quotes=False,
        fill_down={},
        max_rejects=None,
        rejects_file=None,
    )
