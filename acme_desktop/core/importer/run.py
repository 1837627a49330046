"""One import from the first byte to the receipt: calls the steps, owns progress and cancel.

`stage` reads a file into its staging table; the `StagedImport` that it gives can tell what would happen
(`preview`), do it (`commit`) or forget it (`close`). Nothing touches the catalogue before `commit`.
"""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, Problem, UsageProblem
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import report, templates
from acme_desktop.core.importer.fingerprint import Fingerprint
from acme_desktop.core.importer.options import STANDARD_INPUT, ImportOptions
from acme_desktop.core.importer.report import ImportReport
from acme_desktop.core.importer.staged import StagedImport

_REPLACED = 5
"""How many superseded rows a report names."""


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
    remember: bool = True,
) -> ImportReport:
    """Import one file, or with `dry_run` tell what would happen.

    Rejected rows are written to the options' `rejects_file`, if it is given and there are any. With `remember`, the
    choices are kept for the next file with the same header.

    A refused file, a cancel and a lost server come back as a report with the status "failed" or "cancelled"
    and are in the history.

    Raises:
        NotFound: there is no such file, or no such template.
        UsageProblem: an option makes no sense, such as a rejects file that is the file itself; nothing is in the
            history.
    """
    _check_exists(path)
    check_rejects_apart(path, options.rejects_file)
    options = _with_template(database, options)
    with StagedImport(database, path, options, author, remember=remember) as staged:
        return _finish(staged, options, progress, dry_run=dry_run)


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
        return _finish(staged, options, progress, dry_run=False)


def _finish(staged: StagedImport, options: ImportOptions, progress: Progress, *, dry_run: bool) -> ImportReport:
    try:
        staged.read(progress)
        finished = staged.preview(progress) if dry_run else staged.commit(progress)
    except UsageProblem:  # no import was meant like this: nothing of it is kept
        raise
    except BaseException as error:
        finished = staged.fail(error)
        if not isinstance(error, (Problem, Cancelled)):
            raise
    if finished.superseded:
        finished = replace(finished, replaced=staged.replaced(limit=_REPLACED))
    if not finished.rejected or options.rejects_file is None:
        return finished
    try:
        staged.save_rejects(Path(options.rejects_file))
    except EnvironmentProblem as problem:
        return replace(finished, error=finished.error or file_names.as_text(str(problem)))
    return replace(finished, rejects_file=file_names.as_text(options.rejects_file))


def _with_template(database: Database, options: ImportOptions) -> ImportOptions:
    """The options with what their template remembers; columns chosen along with a name make or change it."""
    if options.template is None:
        return options
    with database.connect() as connection:
        if options.mapping or options.fill_down:
            known = templates.find(connection, options.template)
        else:
            known = templates.named(connection, options.template)
    return known.applied_to(options) if known else options


def _check_exists(path: str | Path) -> None:
    if str(path) != STANDARD_INPUT:
        file_names.status_of(str(path))


def check_rejects_apart(path: str | Path, target: str | None) -> None:
    """Refuse to write rejected rows over the file that they come from, whatever name leads to it.

    Raises:
        UsageProblem: the target is that file.
    """
    if target is None or str(path) == STANDARD_INPUT:
        return
    with suppress(OSError):  # a target that is not there yet is no file of anybody's
        if Path(target).samefile(path):
            raise UsageProblem(
                f"The rejected rows would be written over {file_names.as_text(path)}, from which they come.",
                "Name another file for them.",
            )


def rejects_beside(path: str | Path) -> str | None:
    """A name for rejected rows beside their file, never that of a file that is there; None where there is no file."""
    if Fingerprint.of(path) is None:
        return None
    source = Path(path)
    stem = source.name.split(".")[0] or source.name
    names = itertools.chain([f"{stem}.rejects.csv"], (f"{stem}.rejects-{number}.csv" for number in itertools.count(2)))
    return str(next(target for name in names if not os.path.lexists(target := source.with_name(name))))
