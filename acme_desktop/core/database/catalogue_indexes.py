"""Indexes for search and sorting that an import does not pay for, kept up by a background step.

A trigram index makes "contains" search fast on millions of rows, and costs ten times the whole import when it is
there while rows are merged; one on the name costs half as much again as the merge. So each of these indexes covers
a *segment*: the products whose last change lies up to a bound (``changed_in <= 40``). Whatever is written later has a
greater number, is in no segment, and costs them nothing; a question asks the segments through their indexes and
the *tail* behind the last one through the plain index on ``changed_in``. `maintain` brings the tail under a new
segment when it has grown, concurrently with readers and edits, and now and then makes one segment of all.

Of the first segment, which holds at least three quarters of a large catalogue, the step makes the maps of `zones` too.

Nothing depends on that step for being right: a question reads from the server's catalogue which segments there
are, and the conditions of segments and tail divide the products whatever they say. A step that is killed or gives
way to an import leaves at most an unfinished index, which costs new rows nothing and is removed by the next step.

The other way, dropping the index before a merge and building it again, was not taken: for as long as that lasts,
minutes with ten million products, every search reads the whole table.

Where the trigram extension may not be installed, there is no index for search and all else stands.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Connection, sql

from acme_desktop.core.database import zones
from acme_desktop.core.database.segments import (
    KINDS,
    METHODS,
    OF_TRIGRAMS,
    ONLY,
    Bound,
    Coverage,
    Index,
    Segment,
    ZoneMap,
    coverage,
)
from acme_desktop.core.foundation.progress import Progress

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

# A tail up to this many products, or this share of all, is looked through faster than a person notices.
_FEW = 10_000
_SHARE = 1_000
# When there are so many segments, the later ones become one; when these are this part of all, all become one.
_MOST_SEGMENTS = 4
_LATER_PART = 4

# Any number that no other program on the server is likely to lock.
_LOCK = 0x61636D66

_log = logging.getLogger(__name__)

_GIVE_WAY = """
SELECT pg_cancel_backend(l.pid)
FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1
    AND a.datname = current_database() AND a.usename = current_user
"""


def give_way(connection: Connection[Any]) -> None:
    """Interrupt a running `maintain`: an index in the making and a lock on the whole catalogue exclude each other."""
    connection.execute(_GIVE_WAY, (_LOCK,))


_ALLOWED = """
SELECT pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE')
FROM pg_class WHERE oid = 'products'::regclass
"""


def allowed(database: Database) -> bool:
    """Whether the role that is connected may make indexes: it owns the table, or is of the role that does."""
    with database.connect() as connection:
        return _allowed(connection)


def due(database: Database) -> bool:
    """Whether `maintain` has something to do: ask at the start and after large changes; takes milliseconds.

    Never where it is not `allowed`: then nothing is to be done from here.
    """
    with database.connect() as connection:
        return _allowed(connection) and _due(connection, coverage(connection))


def maintain(database: Database, progress: Progress | None = None) -> bool:
    """Bring what was written lately under the indexes; returns whether that was done.

    Call it in the background, where `due`. Readers and edits go on meanwhile, an import interrupts it; then, and
    where another program is at it, the answer is False and the step stays due. Seconds for each million products.

    Raises:
        Cancelled: through `progress`; the step stays due.
    """
    progress = progress or Progress()
    with _alone(database, progress) as connection:
        if connection is None:
            return False
        try:
            return _maintain(connection, progress)
        except psycopg.errors.QueryCanceled:
            progress.check()
            _log.info("the indexes of the catalogue give way to an import")
            return False
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable) as error:
            _log.warning("the catalogue's indexes cannot be kept up here: %s", error)
            return False


def _allowed(connection: Connection[Any]) -> bool:
    return connection.execute(_ALLOWED).fetchone() == (True,)


def _maintain(connection: Connection[Any], progress: Progress) -> bool:
    now = coverage(connection)
    if not _due(connection, now):
        return False
    _drop(connection, [index for index in now.indexes if not index.valid])
    trigrams = _has_trigrams(connection)
    kinds = [kind for kind in KINDS if trigrams or kind not in OF_TRIGRAMS]
    connection.execute("ANALYZE products")  # so that the new products are well searched until they are indexed
    wanted = _plan(connection, now)
    existing = {index.name for index in now.indexes if index.valid}
    progress.stage("Indexing products", len(wanted) * len(kinds))
    done = 0
    for segment in wanted:
        for kind in kinds:
            if segment.index(kind) not in existing:
                _create(connection, segment, kind)
            done += 1
            progress.update(done)
            progress.check()
    now = coverage(connection)
    _drop(connection, [index for index in now.indexes if not _needed(index, wanted)])
    _map_zones(connection, now, progress)
    progress.stage("Tidying up")
    # For the planner's statistics, and so that counting need not look at every row.
    connection.execute("VACUUM (ANALYZE) products")
    return True


def _map_zones(connection: Connection[Any], now: Coverage, progress: Progress) -> None:
    wanted = _zone_maps(connection, now)
    for zone_map in now.zone_maps - wanted:
        zones.drop(connection, zone_map)
    for zone_map in sorted(wanted - now.zone_maps, key=lambda zone_map: zone_map.kind):
        zones.make(connection, zone_map, progress)


def _zone_maps(connection: Connection[Any], now: Coverage) -> frozenset[ZoneMap]:
    """Those that there should be; a catalogue about as large as `zones.FROM` keeps those that it has."""
    least = zones.FROM // 2 if now.zone_maps else zones.FROM
    if not _trigrams_installed(connection) or _products(connection) < least:
        return frozenset()
    return frozenset(zone_map for kind in zones.ORDERED if (zone_map := now.zone_map(kind)) is not None)


def _needed(index: Index, wanted: Sequence[Segment]) -> bool:
    return index.segment in wanted and index.kind in KINDS


def _due(connection: Connection[Any], now: Coverage) -> bool:
    if any(not index.valid or index.kind not in KINDS for index in now.indexes):
        return True
    trigrams = _trigrams_installed(connection)
    kinds = [kind for kind in KINDS if trigrams or kind not in OF_TRIGRAMS]
    known = [now.segments(kind) for kind in kinds]
    if any(segments != known[0] for segments in known):  # a step was cut off
        return True
    if _zone_maps(connection, now) != now.zone_maps:
        return True
    few = _few(connection)
    return _size(connection, known[0][-1].upper if known[0] else None, few + 1) > few


def _few(connection: Connection[Any]) -> int:
    """How many products a tail may have."""
    return max(_FEW, _products(connection) // _SHARE)


def _plan(connection: Connection[Any], now: Coverage) -> list[Segment]:
    """The segments that there should be."""
    segments = now.segments("name")
    row = connection.execute("SELECT coalesce(max(changed_in), 0), coalesce(max(id), 0) FROM products").fetchone()
    assert row is not None
    upper = Bound(*row)
    if not segments:
        return [Segment(None, upper)]
    last = segments[-1].upper
    upper = Bound(max(upper.change_set, last.change_set), max(upper.product, last.product))
    later = _products(connection) // _LATER_PART
    if _size(connection, segments[0].upper, later + 1) > later:
        return [Segment(None, upper)]
    if _size(connection, last, _few(connection) + 1) <= _few(connection):
        return list(segments)
    if len(segments) >= _MOST_SEGMENTS:  # the first stays: it takes minutes where it is millions of products
        return [segments[0], Segment(segments[0].upper, upper)]
    return [*segments, Segment(last, upper)]


def _size(connection: Connection[Any], bound: Bound | None, most: int) -> int:
    """How many products lie beyond the bound, counted up to about `most`."""
    count = 0
    for part in bound.beyond if bound else ("true",):
        counted = f"SELECT count(*) FROM (SELECT FROM products WHERE {part} LIMIT %s) AS tail"
        row = connection.execute(counted, (most,)).fetchone()
        assert row is not None
        count += row[0]
    return count


def _products(connection: Connection[Any]) -> int:
    """About how many there are."""
    row = connection.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'products'::regclass").fetchone()
    assert row is not None
    number: int = row[0]
    return max(0, number)


def _create(connection: Connection[Any], segment: Segment, kind: str) -> None:
    statement = sql.SQL("CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON products {method} WHERE {condition}")
    connection.execute(
        statement.format(
            name=sql.Identifier(segment.index(kind)),
            method=sql.SQL(METHODS[kind]),
            condition=sql.SQL(segment.condition + (f" AND ({ONLY[kind]})" if kind in ONLY else "")),
        )
    )
    _log.info("made the index %s", segment.index(kind))


def _drop(connection: Connection[Any], indexes: Sequence[Index]) -> None:
    for index in indexes:
        connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(index.name)))


def _trigrams_installed(connection: Connection[Any]) -> bool:
    return connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone() is not None


def _has_trigrams(connection: Connection[Any]) -> bool:
    """Whether the extension is there, installing it where the server allows."""
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported):
        return False
    except psycopg.errors.UniqueViolation:  # another program installs it at this moment
        pass
    return _trigrams_installed(connection)


@contextmanager
def _alone(database: Database, progress: Progress) -> Iterator[Connection[Any] | None]:
    """A connection on which each statement is its own transaction, or None where another program has the task."""
    with database.cancellable(progress) as connection:
        connection.autocommit = True
        try:
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
            if row != (True,):
                yield None
                return
            try:
                yield connection
            finally:
                _unlock(connection)
        finally:
            if not connection.closed:
                connection.autocommit = False


def _unlock(connection: Connection[Any]) -> None:
    while not connection.closed:
        try:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
            return
        except psycopg.errors.QueryCanceled:  # the interruption was meant for a statement before this one
            continue
