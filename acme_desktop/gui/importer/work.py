"""What the importer room runs off the main thread; nothing here knows Qt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled, InputProblem, Problem, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import chunks, report, run
from acme_desktop.core.importer.encoding import EncodingNeeded
from acme_desktop.core.importer.options import FIELDS, ImportOptions
from acme_desktop.core.importer.profile import MappingNeeded, Profile
from acme_desktop.core.importer.report import ImportReport, Superseded
from acme_desktop.core.importer.staged import StagedImport

Details = tuple[list[dict[str, object]], list[Superseded]]


def look(path: Path, options: ImportOptions) -> tuple[Profile, InputProblem | None]:
    """What is known of a file, and what a person has to settle before it can be imported.

    Raises:
        Problem: the file cannot be imported whatever the columns are.
    """
    try:
        return chunks.inspect(path, options), None
    except MappingNeeded as needed:
        return needed.profile, None
    except EncodingNeeded:
        raise
    except InputProblem as problem:
        # Two columns may claim one field: without any mapping the columns can at least be shown.
        try:
            chunks.inspect(path, replace(options, mapping=dict.fromkeys(FIELDS, "")))
        except MappingNeeded as needed:
            return needed.profile, problem
        except Problem:
            pass
        raise problem from None


def compare(
    database: Database, path: Path, options: ImportOptions, author: Author, progress: Progress
) -> tuple[StagedImport, ImportReport]:
    """Stage a file and compare it with the catalogue; the caller carries it out or closes it.

    A comparison that ends early leaves nothing in the history: it was no import yet.
    """
    staged = StagedImport(database, path, options, author)
    try:
        staged.read(progress)
        return staged, staged.preview(progress)
    except BaseException:
        staged.close()
        raise


def carry_out(
    database: Database,
    path: Path,
    options: ImportOptions,
    author: Author,
    progress: Progress,
    staged: StagedImport | None = None,
) -> ImportReport:
    """Import a file, from the beginning or from what a comparison staged.

    A refused file, a cancel and a lost server come back as a report and are in the history.

    Raises:
        Refused: the catalogue changed since the comparison; nothing was imported.
    """
    compared = staged is not None
    with staged or StagedImport(database, path, options, author) as running:
        try:
            if not compared:
                running.read(progress)
            return running.commit(progress)
        except BaseException as error:
            if compared and isinstance(error, Refused):
                raise
            ended = running.fail(error)
            if not isinstance(error, (Problem, Cancelled)):
                raise
            return ended


def go_on(database: Database, import_id: int, author: Author, progress: Progress) -> ImportReport:
    """Go on with an import that was cut off while it read its file.

    Raises:
        Refused: it is running, it ended, or its file is not what it was.
    """
    return run.resume(database, import_id, progress, author)


def details(database: Database, import_id: int, limit: int) -> Details:
    """The first rejected and the first superseded rows of an import."""
    with database.connect() as connection:
        rejected = list(report.rejects(connection, import_id, limit=limit))
        return rejected, report.superseded(connection, import_id, limit=limit)


def save_rejects(database: Database, import_id: int, header: list[str], path: Path) -> int:
    """Write an import's rejected rows to a file; returns how many."""
    with database.connect() as connection:
        return report.save_rejects(connection, import_id, header, path)
