"""What is undone and what stands: each change set with the undo of it, the undo of that, and so on.

Where the chain of undos behind a change set has an odd length, the change set is undone; its last link is what to undo
to turn that round.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import ChangeSet

# The newest undo of a change set counts: an earlier one found products that a later one could take back.
_CHAINS = """
WITH RECURSIVE chain AS (
    SELECT id AS root, id AS tip, 0 AS length FROM change_sets WHERE id = ANY(%s)
    UNION ALL
    SELECT chain.root, next.id, chain.length + 1
    FROM chain
    JOIN LATERAL (
        SELECT max(id) AS id FROM change_sets WHERE undoes = chain.tip AND kind = 'undo'
    ) AS next ON next.id IS NOT NULL
)
SELECT DISTINCT ON (root) root, tip, length FROM chain ORDER BY root, length DESC
"""

# How far back undo and redo look.
_REACH = 200


@dataclass(frozen=True)
class Standing:
    """How a change set stands now.

    Attributes:
        tip: the last of its undos, or itself: what to undo next.
        undone: whether it is taken back at present.
    """

    tip: int
    undone: bool


def standing(connection: Connection[Any], identifiers: Collection[int]) -> dict[int, Standing]:
    """How those change sets stand; unknown ids are left out."""
    rows = connection.execute(_CHAINS, (list(identifiers),))
    return {root: Standing(tip, length % 2 == 1) for root, tip, length in rows}


def next_undo(connection: Connection[Any]) -> tuple[ChangeSet, int] | None:
    """The newest change that stands, and the change set whose undo takes it back."""
    roots, stands = _recent(connection)
    return next(((root, stands[root.id].tip) for root in roots if not stands[root.id].undone), None)


def next_redo(connection: Connection[Any]) -> tuple[ChangeSet, int] | None:
    """The change that was undone last, and the change set whose undo brings it back.

    None where something else was changed after it: then a redo is no step back in the order of events.
    """
    roots, stands = _recent(connection)
    undone = [root for root in roots if stands[root.id].undone]
    if not undone:
        return None
    last = max(undone, key=lambda root: stands[root.id].tip)
    tip = stands[last.id].tip
    return (last, tip) if all(root.id < tip for root in roots) else None


def _recent(connection: Connection[Any]) -> tuple[list[ChangeSet], dict[int, Standing]]:
    latest = change_set.latest(connection, limit=_REACH)
    roots = [one for one in latest if one.kind != "undo" and not one.empty]
    return roots, standing(connection, [root.id for root in roots])
