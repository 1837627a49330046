"""Does this file look like the last ones of its kind? A warning in the preview, never a block.

Files are of one kind where their headers are the same. What is compared: the share of blank descriptions and of
inactive products, the number of rows, the products of earlier files that are missing now, and how many names change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow.compute as pc
from psycopg import Connection, sql

from acme_desktop.core.importer import staging
from acme_desktop.core.importer.chunks import Chunk
from acme_desktop.core.importer.preview import Outlook
from acme_desktop.core.importer.templates import header_key

# Shares are fractions of 1. Smaller files and smaller moves say nothing.
_FEW_ROWS = 20
_MOVE = 0.2
_MANY_NAMES = 0.8

_LAST_TALLY = """
SELECT profile->'tally' FROM imports
WHERE status = 'completed' AND profile->>'header_key' = %s AND profile ? 'tally'
ORDER BY id DESC LIMIT 1
"""

_SAME_FILE = """
SELECT id, finished_at FROM imports
WHERE status = 'completed' AND profile->>'sha256' = %s AND id <> %s
ORDER BY id DESC LIMIT 1
"""

# All products, and those that files of this kind created.
_KNOWN = "SELECT count(*), count(*) FILTER (WHERE created_in = ANY(%s)) FROM products"

# Those of them that this file names.
_NAMED = """
SELECT count(*) FROM products
WHERE created_in = ANY(%s) AND sku_key IN (SELECT {key} FROM {staging})
"""

_EARLIER = """
SELECT coalesce(array_agg(change_set_id), '{}') FROM imports
WHERE status = 'completed' AND change_set_id IS NOT NULL AND profile->>'header_key' = %s
"""


@dataclass(frozen=True)
class Tally:
    """What a file's accepted rows are like, in rows."""

    rows: int = 0
    blank_descriptions: int = 0
    inactive: int = 0

    def plus(self, chunk: Chunk) -> Tally:
        """With another chunk counted in."""
        accepted = chunk.accepted
        if not accepted.num_rows:
            return self
        blank = pc.sum(pc.equal(accepted.column("description"), "")).as_py() or 0
        inactive = pc.sum(pc.invert(accepted.column("active"))).as_py() or 0
        return Tally(self.rows + accepted.num_rows, self.blank_descriptions + blank, self.inactive + inactive)

    def to_json(self) -> dict[str, int]:
        """What the history keeps."""
        return asdict(self)


def warnings(
    connection: Connection[Any], import_id: int, header: Sequence[str], tally: Tally, outlook: Outlook
) -> list[str]:
    """What is unlike the last files with this header, a sentence each."""
    told: list[str] = []
    last = connection.execute(_LAST_TALLY, (header_key(header),)).fetchone()
    if last is not None:
        told += _moves(tally, Tally(**last[0]))
    matched = outlook.counts.updated + outlook.counts.unchanged
    told += _missing(connection, import_id, header, matched)
    if matched >= _FEW_ROWS and outlook.renamed >= _MANY_NAMES * matched:
        told.append(f"{outlook.renamed / matched:.0%} of the names of known products would change.")
    return told


def imported_before(connection: Connection[Any], import_id: int, sha256: str | None) -> str | None:
    """A sentence where the same bytes were imported before."""
    row = connection.execute(_SAME_FILE, (sha256, import_id)).fetchone() if sha256 else None
    if row is None:
        return None
    when = row[1].astimezone().strftime("%Y-%m-%d %H:%M")
    return f"This very file was imported before, on {when} (import {row[0]})."


def _moves(now: Tally, last: Tally) -> list[str]:
    if now.rows < _FEW_ROWS or last.rows < _FEW_ROWS:
        return []
    told = []
    for name, share, before in (
        ("descriptions are blank", now.blank_descriptions / now.rows, last.blank_descriptions / last.rows),
        ("products are inactive", now.inactive / now.rows, last.inactive / last.rows),
    ):
        if share - before >= _MOVE:
            told.append(f"{share:.0%} of the {name}; in the last file with these columns it was {before:.0%}.")
    if now.rows < (1 - _MOVE) * last.rows:
        told.append(f"The file has {now.rows:,} rows; the last one with these columns had {last.rows:,}.")
    return told


def _missing(connection: Connection[Any], import_id: int, header: Sequence[str], matched: int) -> list[str]:
    row = connection.execute(_EARLIER, (header_key(header),)).fetchone()
    if row is None or not row[0]:
        return []
    counted = connection.execute(_KNOWN, (row[0],)).fetchone()
    assert counted is not None
    products, known = counted
    few = _MOVE / 2 * known
    # At most so many are missing; which ones takes a join to know.
    if known < _FEW_ROWS or products - matched < few:
        return []
    statement = sql.SQL(_NAMED).format(staging=staging.table(import_id), key=sql.SQL(staging.KEY))
    found = connection.execute(statement, (row[0],)).fetchone()
    assert found is not None
    missing: int = known - found[0]
    if missing < few:
        return []
    return [
        f"{missing:,} of the {known:,} products ({missing / known:.0%}) from earlier files of this kind are missing."
    ]
