"""The history as people read it: every change set, and the imports that changed nothing, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from acme_desktop.core.changes.change_set import ChangeSet
from acme_desktop.core.changes.undone import Standing
from acme_desktop.core.importer.report import ImportRecord

KINDS = {
    "create": "New",
    "update": "Edit",
    "bulk_edit": "Bulk edit",
    "delete": "Deletion",
    "import": "Import",
    "undo": "Undo",
    "restore": "Restore",
}
"""The kinds of change sets, and what people call them."""

_STATES = {"reading": "Running", "interrupted": "Cut off", "completed": "Imported"}
_TONES = {"Imported": "success", "Failed": "danger", "Cut off": "warning", "Undone": "muted", "Cancelled": "muted"}


@dataclass(frozen=True)
class Entry:
    """A change set, an import, or both; and how the change stands now (None where there is none)."""

    change: ChangeSet | None
    record: ImportRecord | None
    standing: Standing | None

    @property
    def id(self) -> tuple[str, int]:
        """Its identity in a table."""
        if self.change is not None:
            return "change", self.change.id
        assert self.record is not None
        return "import", self.record.id

    @property
    def at(self) -> datetime:
        """When it was done; of an import that changed nothing, when it began."""
        if self.change is not None:
            return self.change.created_at
        assert self.record is not None
        return self.record.started_at

    @property
    def kind(self) -> str:
        """What it was, as people call it."""
        kind = self.change.kind if self.change is not None else "import"
        return KINDS.get(kind, kind.replace("_", " ").capitalize())

    @property
    def name(self) -> str:
        """What it was about: the file's name, or the summary."""
        if self.record is not None:
            return Path(self.record.file).name
        assert self.change is not None
        return self.change.summary or f"Change set {self.change.id}"

    @property
    def actor(self) -> str:
        """Who did it."""
        source = self.change or self.record
        assert source is not None
        return source.actor

    @property
    def client(self) -> str:
        """From which program and computer."""
        source = self.change or self.record
        assert source is not None
        return source.client

    @property
    def counts(self) -> tuple[int, int, int]:
        """Products created, updated and deleted."""
        one = self.change
        return (one.created, one.updated, one.deleted) if one is not None else (0, 0, 0)

    @property
    def state(self) -> str:
        """How it ended and stands."""
        if self.standing is not None and self.standing.undone:
            return "Undone"
        if self.record is None:
            return "Done"
        return _STATES.get(self.record.status, self.record.status.capitalize())

    @property
    def tone(self) -> str:
        """The colour of its state."""
        return _TONES.get(self.state, "")


@dataclass(frozen=True)
class Cursor:
    """How far down the history is read, by id: of the change sets, and of the imports that changed nothing."""

    change: int | None = None
    record: int | None = None

    @classmethod
    def below(cls, entries: Sequence[Entry]) -> Cursor:
        """Below these."""
        changes = [one.change.id for one in entries if one.change is not None]
        records = [one.record.id for one in entries if one.change is None and one.record is not None]
        return cls(min(changes, default=None), min(records, default=None))


def merged(changes: list[Entry], imports: list[Entry], size: int) -> list[Entry]:
    """The newest of both; within each the order of the ids stays, whatever the clock said."""
    left, right, found = list(changes), list(imports), []
    while (left or right) and len(found) < size:
        found.append((left if not right or (left and left[0].at >= right[0].at) else right).pop(0))
    return found
