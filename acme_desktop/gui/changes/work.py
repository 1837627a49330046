"""What the history runs off the main thread; nothing here knows Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from acme_desktop.core.changes import change_set, undone
from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.changes.undone import Standing
from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer import report
from acme_desktop.core.importer.report import ImportRecord

SHOWN = 500


@dataclass(frozen=True)
class PastImport:
    """An import of the history, and how its change stands now; None where it changed nothing."""

    record: ImportRecord
    standing: Standing | None

    @property
    def id(self) -> int:
        """The import's number."""
        return self.record.id

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.record.file).name

    @property
    def state(self) -> str:
        """How it ended and stands, as people read it."""
        if self.standing is not None and self.standing.undone:
            return "Undone"
        words = {"reading": "Running", "interrupted": "Cut off", "completed": "Imported"}
        return words.get(self.record.status, self.record.status.capitalize())

    @property
    def tone(self) -> str:
        """The colour of its state."""
        if self.state == "Imported":
            return "success"
        return {"Failed": "danger", "Cut off": "warning"}.get(self.state, "muted")


@dataclass(frozen=True)
class Step:
    """An undo to be confirmed: of which change, by undoing which change set; `back` brings an undone one back."""

    change: ChangeSet
    target: ChangeSet
    back: bool


def imports(database: Database) -> list[PastImport]:
    """The newest imports first, at most `SHOWN`."""
    with database.connect() as connection:
        records = report.latest(connection, limit=SHOWN)
        stands = undone.standing(connection, [one.change_set_id for one in records if one.change_set_id is not None])
    return [PastImport(one, stands.get(one.change_set_id or 0)) for one in records]


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
