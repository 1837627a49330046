"""What the history runs off the main thread; nothing here knows Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acme_desktop.core.changes import change_set, undone
from acme_desktop.core.changes.change_set import ChangeSet, Wanted
from acme_desktop.core.changes.undone import Standing
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.importer import past
from acme_desktop.gui.changes.entries import Cursor, Entry, merged


@dataclass(frozen=True)
class Step:
    """An undo to be confirmed: of which change, by undoing which change set; `back` brings an undone one back."""

    change: ChangeSet
    target: ChangeSet
    back: bool


def entries(
    database: Database, wanted: Wanted, cursor: Cursor, size: int, progress: Progress | None = None
) -> list[Entry]:
    """The `size` newest entries of the history below the cursor; fewer at its end."""
    with database.cancellable(progress) if progress else database.connect() as connection:
        changes = change_set.latest(connection, limit=size, before=cursor.change, wanted=wanted)
        others = past.unchanging(connection, limit=size, before=cursor.record, wanted=wanted)
        stands = undone.standing(connection, [one.id for one in changes])
        records = past.by_change_set(connection, [one.id for one in changes if one.kind == "import"])
    return merged(
        [Entry(one, records.get(one.id), stands.get(one.id)) for one in changes],
        [Entry(None, one, None) for one in others],
        size,
    )


def actors(database: Database) -> list[str]:
    """Everybody who ever changed something."""
    with database.connect() as connection:
        return change_set.actors(connection)


def step_of(database: Database, change_set_id: int) -> Step:
    """What undoing that change, or bringing it back where it is undone, would be now.

    Raises:
        NotFound: there is no such change set.
    """
    with database.connect() as connection:
        stands = undone.standing(connection, [change_set_id]).get(change_set_id, Standing(change_set_id, False))
        target = change_set.get(connection, stands.tip)
        return Step(change_set.get(connection, change_set_id), target, stands.undone)


def latest_step(database: Database, way: Literal["undo", "redo"]) -> Step | None:
    """The newest change to undo, or the last undone one to bring back; None where there is none."""
    with database.connect() as connection:
        found = undone.next_undo(connection) if way == "undo" else undone.next_redo(connection)
        if found is None:
            return None
        change, tip = found
        return Step(change, change_set.get(connection, tip), way == "redo")
