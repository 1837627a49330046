"""Saving a whole database to a file and bringing it back, with PostgreSQL's own pg_dump, pg_restore and psql.

A backup is written beside its place and takes its name only when it is complete. A restore happens in one
transaction: afterwards the database is as in the file, or as it was.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from acme_desktop.core.database import binaries, migrations
from acme_desktop.core.database.connections import Database
from acme_desktop.core.database.failures import sentence_case
from acme_desktop.core.database.segments import ZONE_MAPS
from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem, InputProblem, NotFound
from acme_desktop.core.foundation.progress import Progress

_LOCK_TIMEOUT = "-c lock_timeout=10s"
_NEEDS_ENCRYPTION = ("require", "verify-ca", "verify-full")
_LOOK_EVERY = 0.1
_BLOCK = 1 << 16
# What not every server knows: a setting of PostgreSQL 17 with which pg_restore begins, and a mark that some builds of
# PostgreSQL 15 put on columns and pg_dump takes along. The setting counts where a server has it.
_NEWER_SETTING = (
    b"SET transaction_timeout = 0;",
    b"SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';",
)
_FOREIGN_MARK = re.compile(rb"^ALTER TABLE ONLY [^\n]+ ALTER COLUMN [^\n]+ SET \(pg_attver=[^\n]*\);$", re.M)
_TABLES = ("--section=pre-data", "--clean", "--if-exists")
_ROWS = ("--section=data", "--section=post-data")
# Zone maps are of the very table that they were made from; the upkeep makes them anew.
_WITHOUT_MAPS = f"--exclude-table={ZONE_MAPS}_*"


def backup(database: Database, target: Path, progress: Progress) -> int:
    """Write the database to `target` in pg_dump's custom format; returns the file's bytes.

    Raises:
        EnvironmentProblem: the database or the disk does not allow it; `target` is as it was.
        Cancelled: so was asked; `target` is as it was.
    """
    progress.stage("Saving")
    url = DatabaseUrl.parse(database.url)
    try:
        handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise EnvironmentProblem(
            f"{target} cannot be written.", "Choose another folder, or free some space there.", str(error)
        ) from error
    unfinished = Path(name)
    try:
        command = [_program("pg_dump", url), "--format=custom", "--no-owner", "--no-privileges", _WITHOUT_MAPS]
        with _running(
            [*command, f"--file={unfinished}", f"--dbname={_conninfo(url)}"], url, stderr=subprocess.PIPE
        ) as dump:
            said = _finish(dump, progress, lambda: progress.update(unfinished.stat().st_size))
        if dump.returncode:
            raise EnvironmentProblem(
                f"{sentence_case(database.in_words)} could not be saved.",
                "The details say why; no backup was made.",
                said,
            )
        with unfinished.open("rb+") as stream:
            os.fsync(stream.fileno())
        unfinished.replace(target)
        return target.stat().st_size
    finally:
        unfinished.unlink(missing_ok=True)


_HOLDS_NOTHING = """
SELECT NOT (EXISTS (SELECT FROM products) OR EXISTS (SELECT FROM change_sets) OR EXISTS (SELECT FROM imports)
    OR EXISTS (SELECT FROM webhooks) OR EXISTS (SELECT FROM mapping_templates) OR EXISTS (SELECT FROM saved_views))
"""


def holds_nothing(database: Database) -> bool:
    """Whether the database is as new, so that a restore replaces nothing."""
    with database.connect() as connection:
        row = connection.execute(_HOLDS_NOTHING).fetchone()
    return bool(row and row[0])


def restore(database: Database, source: Path, progress: Progress) -> None:
    """Replace everything of ours in the database by what a backup holds, then migrate it.

    Raises:
        NotFound: there is no such file.
        InputProblem: it is no backup of a catalogue, or was cut off.
        EnvironmentProblem: the backup is newer than the program, or the database does not allow it.
        Cancelled: so was asked; the database is as it was.
    """
    _look_at(source, progress)
    progress.stage("Restoring", source.stat().st_size)
    database.renew()  # pooled connections know nothing of the new tables
    said = _replay(source, DatabaseUrl.parse(database.url), progress)
    if said is not None:
        _refuse_cut_off(source, said)
        raise EnvironmentProblem(
            f"{sentence_case(database.in_words)} could not be restored.",
            "Everything is as it was. Close other programs that use the database and try again.",
            said,
        )
    migrations.upgrade(database)


def check(source: Path, progress: Progress) -> None:
    """Read a backup to its end, without any database.

    Raises:
        NotFound: there is no such file.
        InputProblem: it is no backup of a catalogue, or was cut off.
        EnvironmentProblem: the backup is newer than the program.
        Cancelled: so was asked.
    """
    _look_at(source, progress)
    command = [_program("pg_restore", None), f"--file={os.devnull}", str(source)]
    with _running(command, None, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as reading:
        said = _finish(reading, progress, lambda: None)
    if reading.returncode:
        _refuse_cut_off(source, said)
        raise InputProblem(f"{source} cannot be read to its end.", "Choose another backup.", said)


def _look_at(source: Path, progress: Progress) -> None:
    """What the beginning of a file tells."""
    if source.is_dir():
        raise NotFound(f"{source} is a folder.", "Name a backup in it.")
    if not source.exists():
        raise NotFound(f"There is no file {source}.", "Check its name.")
    progress.stage("Reading the backup")
    _check_version(source)


def _refuse_cut_off(source: Path, said: str) -> None:
    if "end of file" in said:
        raise InputProblem(
            f"{source} is not whole: the backup was cut off.",
            "Nothing was changed. Copy the file once more, or choose another backup.",
            said,
        )


def _replay(source: Path, url: DatabaseUrl, progress: Progress) -> str | None:
    """Run the backup's SQL in one transaction; returns what went wrong, or None.

    The COMMIT is sent only when the backup was read to its end: a file that was cut off changes nothing.
    """
    writer = [_program("psql", url), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--output={os.devnull}"]
    with (
        tempfile.TemporaryFile() as complaints,
        _running([*writer, f"--dbname={_conninfo(url)}"], url, stdin=subprocess.PIPE, stderr=complaints) as writing,
    ):
        assert writing.stdin is not None
        complete = False
        with contextlib.suppress(BrokenPipeError):  # psql ends at the first error, and says why
            writing.stdin.write(f"BEGIN;\n{_drop_everything()};\n".encode())
            complete = all(_feed(source, what, writing.stdin, complaints, progress) for what in (_TABLES, _ROWS))
            if complete:
                writing.stdin.write(b"COMMIT;\n")
        with contextlib.suppress(BrokenPipeError):
            writing.stdin.close()
        if writing.wait() == 0 and complete:
            return None
        complaints.seek(0)
        return complaints.read().decode("utf-8", "replace").strip()


def _feed(source: Path, what: Sequence[str], psql: IO[bytes], complaints: IO[bytes], progress: Progress) -> bool:
    """Hand sections of the backup's SQL on; returns whether they were read to their end."""
    reader = [_program("pg_restore", None), "--file=-", "--no-owner", "--no-privileges", *what, str(source)]
    with _running(reader, None, stdout=subprocess.PIPE, stderr=complaints) as reading:
        assert reading.stdout is not None
        # The tables' SQL is short; rows, which may hold any text, are handed on as they are.
        first = reading.stdout.read(-1 if what is _TABLES else _BLOCK).replace(*_NEWER_SETTING, 1)
        psql.write(_FOREIGN_MARK.sub(b"", first) if what is _TABLES else first)
        while block := reading.stdout.read(_BLOCK):
            progress.check()
            psql.write(block)
        reading.stdout.close()
        return reading.wait() == 0


def _check_version(source: Path) -> None:
    command = [_program("pg_restore", None), "--data-only", "--table=alembic_version", "--file=-", str(source)]
    done = subprocess.run(command, check=False, capture_output=True, env=binaries.environment())
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    rows = [line for before, line in itertools.pairwise(lines) if before.startswith("COPY ")]
    if done.returncode or not rows:
        said = done.stderr.decode("utf-8", "replace").strip()
        if source.stat().st_size:
            _refuse_cut_off(source, said)
        raise InputProblem(
            f"{source} is not a backup of a catalogue.", "Choose a file that was made by db backup.", said
        )
    if rows[0] > migrations.HEAD:
        raise EnvironmentProblem(
            f"This backup has schema {rows[0]}, which is newer than this program's ({migrations.HEAD}).",
            "Install the newest version of Acme Product Importer on this computer.",
        )


def _drop_everything() -> str:
    """One statement, so that the tables may refer to each other; what others built on them makes it fail."""
    from acme_desktop.core.database.tables import metadata

    return f"DROP TABLE IF EXISTS alembic_version, {', '.join(sorted(metadata.tables))}"


def _program(name: str, url: DatabaseUrl | None) -> str:
    """The wheel's program; where the server insists on encryption, which that lacks, the system's."""
    if url is not None and (url.parameters.get("sslmode") or os.environ.get("PGSSLMODE")) in _NEEDS_ENCRYPTION:
        if (installed := shutil.which(name)) is None:
            raise EnvironmentProblem(
                f"An encrypted connection needs an installed {name}.",
                "Install PostgreSQL's client programs (postgresql-client) and try again.",
            )
        return installed
    return str(binaries.find().program(name))


def _conninfo(url: DatabaseUrl) -> str:
    return url.without_password().conninfo(application_name="acme-desktop", connect_timeout=10)


@contextlib.contextmanager
def _running(command: list[str], url: DatabaseUrl | None, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block; the password goes through its environment, which only its user can read.

    It finds the server as our own connections do: by the URL, and where that leaves something out by libpq's variables.
    """
    surroundings = binaries.environment()
    if url is not None:
        surroundings |= {name: value for name, value in os.environ.items() if name.startswith("PG")}
        surroundings["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} {_LOCK_TIMEOUT}".strip()
    if url is not None and url.password:
        surroundings["PGPASSWORD"] = url.password
    with subprocess.Popen(command, env=surroundings, **{"stdin": subprocess.DEVNULL, **streams}) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()


def _finish(process: subprocess.Popen[bytes], progress: Progress, look: Callable[[], None]) -> str:
    """Wait for the program, looking for a cancel meanwhile; returns what it complained of."""
    while True:
        try:
            _, said = process.communicate(timeout=_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            look()
            progress.check()
        else:
            return (said or b"").decode("utf-8", "replace").strip()
