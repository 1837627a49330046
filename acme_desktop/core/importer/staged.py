"""A file in its staging table: what would happen, doing it, or forgetting it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import psycopg
from psycopg import Connection

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.locks import lock_catalogue
from acme_desktop.core.database.connections import Database, interruptible
from acme_desktop.core.foundation import file_names
from acme_desktop.core.foundation.errors import Cancelled, EnvironmentProblem, InputProblem, Refused
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.importer import (
    chunks,
    drift,
    fingerprint,
    merge,
    preview,
    report,
    running,
    spool,
    staging,
    templates,
)
from acme_desktop.core.importer.chunks import Chunk, Profile
from acme_desktop.core.importer.drift import Tally
from acme_desktop.core.importer.fingerprint import Fingerprint
from acme_desktop.core.importer.members import Member
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.preview import Counts, Difference, Fate, Outlook
from acme_desktop.core.importer.report import ImportReport, Superseded

_RESUMABLE_DAYS = 7

_Item = TypeVar("_Item")

_log = logging.getLogger(__name__)


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
        warnings: what a preview found unlike the last files of this kind, a sentence each.
    """

    def __init__(
        self,
        database: Database,
        path: str | Path,
        options: ImportOptions,
        author: Author,
        *,
        cut_off: int | None = None,
        remember: bool = True,
    ) -> None:
        """Begin an import, or with `cut_off` take up one that was cut off.

        Raises:
            Refused: the import to take up is running, or its file changed meanwhile.
        """
        self._database = database
        self._options = options
        self._author = author
        self._remember = remember
        self._file = str(path)
        self._started = time.monotonic()
        self._waiting_since: float | None = None
        self._reading = _Reading()
        self._already = _Reading()
        self._previewed: Outlook | None = None
        self._sha256: str | None = None
        self._tally = Tally()
        self.warnings: tuple[str, ...] = ()
        self._open = True
        # A window may read differences while it closes or commits: the connection takes one transaction at a time.
        self._turn = threading.RLock()
        self.profile: Profile | None = None
        self._members: list[Member] = []
        self._resources = ExitStack()
        with ExitStack() as opening:
            opening.push(self._resources)
            self._connection: Connection[Any] = self._resources.enter_context(database.connect())
            self.import_id = self._begin() if cut_off is None else self._take_up(cut_off)
            opening.pop_all()

    def _begin(self) -> int:
        with self._connection.transaction():
            _clear_abandoned(self._connection)
            import_id = report.open_receipt(self._connection, self._file, self._options, self._author)
            running.lock(self._connection, import_id)
            self._resources.callback(running.unlock, self._connection, import_id)
            staging.create(self._connection, import_id)
        return import_id

    def _take_up(self, import_id: int) -> int:
        with self._connection.transaction():  # of its own, so that each chunk's is none within another
            free = running.lock(self._connection, import_id)
        if not free:
            raise Refused(f"Import {import_id} is running.", "Wait until it ends.")
        self._resources.callback(running.unlock, self._connection, import_id)
        with self._connection.transaction():
            record = report.get(self._connection, import_id)
            if record.status not in ("reading", "interrupted"):
                raise Refused(f"Import {import_id} is {record.status}.", "Only one that was cut off can be resumed.")
            if not record.source or Fingerprint.of(record.source["path"]) != Fingerprint(**record.source):
                raise Refused(
                    f"{record.file} is not there any more as it was when import {import_id} began.", "Import it anew."
                )
            staged, rejected = staging.count(self._connection, import_id)
            # A crash of the server empties the staging table; then nothing is left to go on from.
            if staged + rejected == record.read:
                self._already = _Reading(record.read, staged, rejected)
            else:
                staging.clear(self._connection, import_id)
        return import_id

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
        with (
            spool.kept(self._file, progress),
            self._database.translated(),
            ThreadPoolExecutor(1, thread_name_prefix="hash") as pool,
        ):
            hashing = pool.submit(fingerprint.sha256, self._file)
            with chunks.open_source(self._file, self._options) as reader:
                self.profile, self._members = reader.profile, reader.members
                progress.stage("Reading", reader.total_bytes)
                for chunk in _ahead(iter(reader)):
                    self._take(chunk)
                    progress.update(chunk.position, rows=self._reading.read)
            self._sha256 = hashing.result()
        done = self._reading
        if done.read != done.staged + done.rejected or done.read < self._already.read:
            raise AssertionError(f"read {done}, already staged {self._already}")
        self._check_rejects(done.rejected)

    @contextmanager
    def _writing(self, progress: Progress) -> Iterator[None]:
        """A transaction that the progress's cancel takes back."""
        with (
            self._turn,
            self._database.translated(),
            self._connection.transaction(),
            interruptible(self._connection, progress),
        ):
            yield

    def _take(self, chunk: Chunk) -> None:
        """Stage a chunk, unless that was done before the import was cut off."""
        before = self._reading
        self._reading = before.plus(chunk)
        self._tally = self._tally.plus(chunk)
        if self._reading.read <= self._already.read:
            return
        with self._connection.transaction():
            # A chunk that a crash takes back is read again, so its commit need not wait for the disk.
            self._connection.execute("SET LOCAL synchronous_commit = off")
            staging.append(self._connection, self.import_id, chunk.accepted, before.staged)
            staging.append_rejections(self._connection, self.import_id, chunk.rejected, before.rejected)
            report.note_reading(self._connection, self.import_id, self._reading.read, self._reading.rejected)

    def _check_rejects(self, rejected: int) -> None:
        limit = self._options.max_rejects
        if limit is not None and rejected > limit:
            raise InputProblem(
                f"{counted(rejected, 'row was', 'rows were')} rejected and at most {limit:,} allowed.",
                "Nothing was imported. Mend the rejected rows, or allow more of them.",
            )

    def preview(self, progress: Progress) -> ImportReport:
        """What a commit would do now; writes nothing to the catalogue. A later commit holds to it."""
        progress.stage("Comparing with the catalogue")
        with self._writing(progress):
            outlook = preview.classify(self._connection, self.import_id, self._options, self._reading.staged)
            self.warnings = self._warn(outlook)
            self._previewed = outlook
        self._waiting_since = time.monotonic()
        return self._report("previewed", outlook.counts)

    def _warn(self, outlook: Outlook) -> tuple[str, ...]:
        before = drift.imported_before(self._connection, self.import_id, self._sha256)
        if before is not None:
            return (before,)
        return tuple(drift.warnings(self._connection, self.import_id, self._header, self._tally, outlook))

    def differences(self, fates: list[Fate], *, after: int = -1, limit: int = 200) -> list[Difference]:
        """A page of what `preview` found, in file order, after the row with ordinal `after`; none once it ended."""
        with self._turn:
            if not self._open:
                return []
            with self._connection.transaction():
                return preview.differences(self._connection, self.import_id, fates, after=after, limit=limit)

    def rejections(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """The first rejected rows; none once it ended."""
        with self._turn:
            if not self._open:
                return []
            with self._connection.transaction():
                return list(report.rejects(self._connection, self.import_id, limit=limit))

    def replaced(self, *, limit: int) -> tuple[Superseded, ...]:
        """The first of the superseded rows, as `preview` or `commit` found them; none after a failure."""
        with self._turn:
            if not self._open:
                with self._connection.transaction():
                    return tuple(report.superseded(self._connection, self.import_id, limit=limit))
            found = self.differences(["superseded"], limit=limit)
            return tuple(Superseded(one.line, one.by_line, one.sku) for one in found if one.by_line is not None)

    def commit(self, progress: Progress) -> ImportReport:
        """Merge into the catalogue, all or nothing.

        Raises:
            Refused: a preview was made and the catalogue changed so that it no longer holds.
            Cancelled: as asked; nothing was changed.
        """
        if self._waiting_since is not None:  # how long a person looked at the preview is no part of the import
            self._started += time.monotonic() - self._waiting_since
        progress.stage("Writing to the catalogue")
        with self._writing(progress):
            merged = self._merge(progress)
            finished = self._report("completed", merged.counts)
            self._check_rejects(finished.rejected)
            if merged.change_set is not None:
                finished = replace(finished, change_set_id=merged.change_set.id)
            if not finished.balanced:
                raise AssertionError(f"the counts do not balance: {finished}")
            report.close_receipt(self._connection, finished, self._known)
            if self._remember:
                templates.remember(self._connection, self._header, self._options)
            self._drop_tables()
        self._open = False
        _log.info("import %s: %s", self.import_id, finished)
        return finished

    def _merge(self, progress: Progress) -> merge.Merged:
        connection, staged, options = self._connection, self._reading.staged, self._options
        summary = file_names.as_text(Path(self._file).name)
        lock_catalogue(connection)
        plain = options.mode == "upsert" and options.blank == "clear" and self._previewed is None
        if plain and merge.is_empty(connection):
            return merge.insert_all(self._database, connection, self.import_id, self._author, staged, summary)
        outlook = preview.classify(connection, self.import_id, options, staged)
        if self._previewed is not None and outlook != self._previewed:
            raise Refused(
                "The catalogue changed since the preview.",
                "Nothing was imported. Look at the new preview, then import.",
                f"preview: {self._previewed}\nnow: {outlook}",
            )
        if outlook.counts.rejected and self.profile is not None:
            merge.reject_nameless(connection, self.import_id, self.profile, self._reading.rejected, self._members)
        return merge.apply(connection, self.import_id, self._author, outlook.counts, summary, progress)

    def fail(self, error: BaseException) -> ImportReport:
        """Write into the history why the import ends; the catalogue is as it was."""
        status: Literal["failed", "cancelled"] = "cancelled" if isinstance(error, Cancelled) else "failed"
        so_far = self._report(status, Counts())
        ended = report.unhappened(so_far, None if status == "cancelled" else str(error))
        with self._turn:
            self._forget(ended)
        return ended

    def close(self) -> None:
        """Give the connection back; of an import that neither failed nor was committed nothing is left."""
        try:
            with self._turn, self._resources:
                self._forget(None)
        except EnvironmentProblem:
            _log.warning("import %s could not be closed", self.import_id, exc_info=True)

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
                    report.close_receipt(self._connection, ended, self._known)
        except psycopg.Error:
            # The server is out of reach. The next start finds the import without an owner and clears it up.
            _log.warning("import %s could not be closed", self.import_id, exc_info=True)

    def save_rejects(self, target: Path) -> None:
        """Write the rejected rows to a file and the file's name into the history."""
        with self._connection.transaction():
            report.save_rejects(self._connection, self.import_id, self._header, target)

    @property
    def _known(self) -> dict[str, Any]:
        """What the history keeps of the file, besides how it was read."""
        header = self._header
        key = templates.header_key(header) if header else None
        members = {"members": self._members} if self._members else {}
        return {"header": header, "header_key": key, "sha256": self._sha256, "tally": self._tally.to_json(), **members}

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
            file=file_names.as_text(self._file),
            status=status,
            mode=self._options.mode,
            read=done.read,
            **fates,
            encoding=profile.encoding if profile else None,
            delimiter=profile.delimiter if profile else None,
            header_line=profile.header_line if profile else None,
            mapping=profile.mapping if profile else {},
            seconds=time.monotonic() - self._started,
            warnings=(*(profile.warnings if profile else ()), *self.warnings),
            members=tuple(self._members),
        )


def _clear_abandoned(connection: Connection[Any]) -> None:
    """Take the staged rows of imports that were cut off long ago off the server's disk."""
    for record in report.abandoned(connection, days=_RESUMABLE_DAYS):
        preview.drop(connection, record.id)
        staging.drop(connection, record.id)
        report.abandon(connection, record.id, f"It was cut off, and not resumed within {_RESUMABLE_DAYS} days.")


def _ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The items, each made in a thread while the one before is being used."""
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as pool:
        future = pool.submit(next, items, None)
        while (item := future.result()) is not None:
            future = pool.submit(next, items, None)
            yield item
