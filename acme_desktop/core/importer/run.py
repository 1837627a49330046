"""One import from the first byte to the receipt: calls the steps, owns progress and cancel.

`stage` reads a file into its staging table; the `StagedImport` that it gives can tell what would happen
(`preview`), do it (`commit`) or forget it (`close`). Nothing touches the catalogue before `commit`.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, NotFound, Problem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, templates
from acme_desktop.core.importer.options import STANDARD_INPUT, ImportOptions
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.core.importer.staged import StagedImport


def stage(
    database: Database, path: str | Path, options: ImportOptions, progress: Progress, author: Author
) -> StagedImport:
    """Read a whole file into its staging table; the caller commits it, or closes it to forget it.

    Raises:
        NotFound: there is no such file.
        InputProblem: the file is refused.
        Cancelled: as asked.
    """
    _check_exists(path)
    staged = StagedImport(database, path, options, author)
    try:
        staged.read(progress)
    except BaseException as error:
        staged.fail(error)
        staged.close()
        raise
    return staged


def import_file(
    database: Database,
    path: str | Path,
    options: ImportOptions,
    progress: Progress,
    author: Author,
    *,
    dry_run: bool = False,
) -> ImportReport:
    """Import one file, or with `dry_run` tell what would happen.

    A refused file, a cancel and a lost server come back as a report with the status "failed" or "cancelled"
    and are in the history.

    Raises:
        NotFound: there is no such file, or no such template.
    """
    _check_exists(path)
    options = _with_template(database, options)
    with StagedImport(database, path, options, author) as staged:
        return _finish(staged, path, options, progress, dry_run=dry_run)


def resume(database: Database, import_id: int, progress: Progress, author: Author) -> ImportReport:
    """Go on with an import that was cut off while it read its file; ends as an uninterrupted one would.

    Raises:
        NotFound: there is no such import.
        Refused: it is running, it ended, or its file is not what it was.
    """
    with database.connect() as connection:
        record = report.get(connection, import_id)
    options = ImportOptions.from_json(record.options)
    path = record.source["path"] if record.source else record.file
    with StagedImport(database, path, options, author, cut_off=import_id) as staged:
        return _finish(staged, path, options, progress, dry_run=False)


def _finish(
    staged: StagedImport, path: str | Path, options: ImportOptions, progress: Progress, *, dry_run: bool
) -> ImportReport:
    try:
        staged.read(progress)
        finished = staged.preview(progress) if dry_run else staged.commit(progress)
    except BaseException as error:
        finished = staged.fail(error)
        if not isinstance(error, (Problem, Cancelled)):
            raise
    target = _rejects_target(path, options, dry_run=dry_run)
    if not finished.rejected or target is None:
        return finished
    try:
        staged.save_rejects(target)
    except EnvironmentProblem as problem:
        return replace(finished, error=finished.error or str(problem))
    return replace(finished, rejects_file=str(target))


def _with_template(database: Database, options: ImportOptions) -> ImportOptions:
    """The options with what their template remembers; a mapping chosen along with a name makes or changes it."""
    if options.template is None:
        return options
    with database.connect() as connection:
        if options.mapping:
            known = templates.find(connection, options.template)
        else:
            known = templates.named(connection, options.template)
    return known.applied_to(options) if known else options


def _check_exists(path: str | Path) -> None:
    if str(path) != STANDARD_INPUT and not Path(path).exists():
        raise NotFound(f"There is no file {path}.", "Check the name and the folder.")


def _rejects_target(path: str | Path, options: ImportOptions, *, dry_run: bool) -> Path | None:
    """Where rejected rows are saved: as chosen, else beside the file, never over a file that is there."""
    if options.rejects_file is not None:
        return Path(options.rejects_file)
    if dry_run or str(path) == STANDARD_INPUT:
        return None
    source = Path(path)
    stem = source.name.split(".")[0] or source.name
    for number in itertools.count(1):
        target = source.with_name(f"{stem}.rejects.csv" if number == 1 else f"{stem}.rejects-{number}.csv")
        if not target.exists():
            return target
    raise AssertionError("unreachable")
