"""One import from the first byte to the receipt: calls the steps, owns progress and cancel.

`stage` reads a file into its staging table; the `StagedImport` that it gives can tell what would happen
(`preview`), do it (`commit`) or forget it (`discard`). Nothing touches the catalogue before `commit`.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

import psycopg
from psycopg import Connection

from acme_desktop.core.changes.change_set import Author, lock_out_writers
from acme_desktop.core.database.connections import Database, interruptible
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, InputProblem, NotFound, Problem, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import chunks, merge, preview, report, staging
from acme_desktop.core.importer.chunks import Chunk, Profile, Reader
from acme_desktop.core.importer.options import STANDARD_INPUT, ImportOptions
from acme_desktop.core.importer.preview import Counts, Difference, Fate
from acme_desktop.core.importer.report import ImportReport

_log = logging.getLogger(__name__)

# The first key of the advisory lock that a running import holds; the second is the import's id.
_RUNNING = 0x696D70


@dataclass(frozen=True)
class _Reading:
    """How far the file is read: all rows, the accepted and the rejected ones."""

    read: int = 0
    staged: int = 0
    rejected: int = 0

    def plus(self, chunk: Chunk) -> _Reading:
        return _Reading(
            self.read + chunk.read, self.staged + chunk.accepted.num_rows, self.rejected + len(chunk.rejected)
        )


class StagedImport:
    """A file in its staging table, on a connection of its own until it is closed.

    Attributes:
        import_id: its number in the history.
        profile: how the file was read; None until `read`.
    """

    def __init__(self, database: Database, path: str | Path, options: ImportOptions, author: Author) -> None:
        self._options = options
        self._author = author
        self._file = str(path)
        self._started = time.monotonic()
        self._reading = _Reading()
        self._previewed: Counts | None = None
        self._open = True
        self.profile: Profile | None = None
        self._borrowed: AbstractContextManager[Connection[Any]] = database.connect()
        self._connection = self._borrowed.__enter__()
        with self._connection.transaction():
            self.import_id = report.open_receipt(self._connection, self._file, options, author)
            staging.create(self._connection, self.import_id)
            self._connection.execute("SELECT pg_advisory_lock(%s, %s)", (_RUNNING, self.import_id))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def read(self, progress: Progress) -> None:
        """Bring the whole file into the staging table, a transaction a chunk.

        Raises:
            InputProblem: the file is refused, or has more rejects than allowed.
            Cancelled: as asked.
        """
        with chunks.open_source(self._file, self._options) as reader:
            self.profile = reader.profile
            progress.stage("Reading", reader.total_bytes)
            for chunk in _read_ahead(reader):
                with self._connection.transaction():
                    # A chunk that a crash takes back is read again, so its commit need not wait for the disk.
                    self._connection.execute("SET LOCAL synchronous_commit = off")
                    done = self._reading
                    staging.append(self._connection, self.import_id, chunk, staged=done.staged, rejected=done.rejected)
                self._reading = done.plus(chunk)
                progress.update(chunk.position, rows=self._reading.read)
        done = self._reading
        if done.read != done.staged + done.rejected:
            raise AssertionError(f"{done.read} rows were read, but {done.staged} staged and {done.rejected} rejected")
        self._check_rejects(done.rejected)

    def _check_rejects(self, rejected: int) -> None:
        limit = self._options.max_rejects
        if limit is not None and rejected > limit:
            raise InputProblem(
                f"{rejected:,} rows were rejected and at most {limit:,} are allowed.",
                "Nothing was imported. Mend the rejected rows, or allow more of them.",
            )

    def preview(self, progress: Progress) -> ImportReport:
        """What a commit would do now; writes nothing to the catalogue. A later commit holds to it."""
        progress.stage("Comparing with the catalogue")
        with interruptible(self._connection, progress), self._connection.transaction():
            self._previewed = preview.classify(self._connection, self.import_id, self._options, self._reading.staged)
        return self._report("previewed", self._previewed)

    def differences(self, fates: list[Fate], *, after: int = -1, limit: int = 200) -> list[Difference]:
        """A page of what `preview` found, in file order, after the row with ordinal `after`."""
        with self._connection.transaction():
            return preview.differences(self._connection, self.import_id, fates, after=after, limit=limit)

    def rejections(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """The first rejected rows."""
        with self._connection.transaction():
            rows = report.rejects(self._connection, self.import_id)
            return [row for row, _ in zip(rows, range(limit), strict=False)]

    def commit(self, progress: Progress) -> ImportReport:
        """Merge into the catalogue, all or nothing.

        Raises:
            Refused: a preview was made and the catalogue changed so that it no longer holds.
            Cancelled: as asked; nothing was changed.
        """
        progress.stage("Writing to the catalogue")
        with interruptible(self._connection, progress), self._connection.transaction():
            merged = self._merge(progress)
            finished = self._report("completed", merged.counts)
            self._check_rejects(finished.rejected)
            if merged.change_set is not None:
                finished = replace(finished, change_set_id=merged.change_set.id)
            if not finished.balanced:
                raise AssertionError(f"the counts do not balance: {finished}")
            report.close_receipt(self._connection, finished, self._header)
            self._drop_tables()
            progress.check()
        self._open = False
        _log.info("import %s: %s", self.import_id, finished)
        return finished

    def _merge(self, progress: Progress) -> merge.Merged:
        connection, staged, options = self._connection, self._reading.staged, self._options
        summary = Path(self._file).name
        lock_out_writers(connection)
        plain = options.mode == "upsert" and options.blank == "clear" and self._previewed is None
        if plain and merge.is_empty(connection):
            return merge.insert_all(connection, self.import_id, self._author, staged, summary)
        counts = preview.classify(connection, self.import_id, options, staged)
        if self._previewed is not None and counts != self._previewed:
            raise Refused(
                "The catalogue changed since the preview.",
                "Nothing was imported. Look at the new preview, then import.",
                f"preview: {self._previewed}\nnow: {counts}",
            )
        if counts.rejected and self.profile is not None:
            merge.reject_nameless(connection, self.import_id, self.profile, self._reading.rejected)
        return merge.apply(connection, self.import_id, self._author, counts, summary, progress)

    def fail(self, error: BaseException) -> ImportReport:
        """Write into the history why the import ends; the catalogue is as it was."""
        status: Literal["failed", "cancelled"] = "cancelled" if isinstance(error, Cancelled) else "failed"
        so_far = self._report(status, Counts())
        ended = report.unhappened(so_far, None if status == "cancelled" else str(error))
        self._forget(ended)
        return ended

    def close(self) -> None:
        """Give the connection back; of an import that neither failed nor was committed nothing is left."""
        try:
            self._forget(None)
        finally:
            self._borrowed.__exit__(None, None, None)

    def _forget(self, ended: ImportReport | None) -> None:
        if not self._open:
            return
        self._open = False
        try:
            with self._connection.transaction():
                self._drop_tables()
                if ended is None:
                    report.delete(self._connection, self.import_id)
                else:
                    report.close_receipt(self._connection, ended, self._header)
        except psycopg.Error:
            # The server is out of reach. The next start finds the import without an owner and clears it up.
            _log.warning("import %s could not be closed", self.import_id, exc_info=True)

    def save_rejects(self, target: Path) -> None:
        """Write the rejected rows to a file and the file's name into the history."""
        with self._connection.transaction():
            report.save_rejects(self._connection, self.import_id, self._header, target)

    @property
    def _header(self) -> list[str]:
        return list(self.profile.header) if self.profile else []

    def _drop_tables(self) -> None:
        preview.drop(self._connection, self.import_id)
        staging.drop(self._connection, self.import_id)

    def _report(self, status: report.Status, counts: Counts) -> ImportReport:
        profile, done = self.profile, self._reading
        fates = asdict(counts)
        fates["rejected"] += done.rejected
        return ImportReport(
            import_id=None if status == "previewed" else self.import_id,
            change_set_id=None,
            file=self._file,
            status=status,
            mode=self._options.mode,
            read=done.read,
            **fates,
            encoding=profile.encoding if profile else None,
            delimiter=profile.delimiter if profile else None,
            header_line=profile.header_line if profile else None,
            mapping=profile.mapping if profile else {},
            seconds=time.monotonic() - self._started,
        )


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
        NotFound: there is no such file.
    """
    _check_exists(path)
    with StagedImport(database, path, options, author) as staged:
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


def _read_ahead(reader: Reader) -> Iterator[Chunk]:
    """The reader's chunks, each read in a thread while the one before is being written."""
    pending = iter(reader)
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as pool:
        future = pool.submit(next, pending, None)
        while (chunk := future.result()) is not None:
            future = pool.submit(next, pending, None)
            yield chunk
