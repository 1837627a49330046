"""What happened to one product, as the history tells it; nothing here knows Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from acme_desktop.core.changes import history
from acme_desktop.core.changes.history import Event, State
from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer import past
from acme_desktop.core.importer.report import ImportRecord
from acme_desktop.core.products import listing
from acme_desktop.core.products.product import FIELDS, Product

_OPERATIONS = {"created": "Created", "updated": "Changed", "deleted": "Deleted", "restored": "Brought back"}
_WAYS = {"import": "by an import", "undo": "by an undo", "bulk_edit": "with others", "restore": "from the history"}


@dataclass(frozen=True)
class Told:
    """One thing that happened to a product, and the import that it came with, where it was one.

    Attributes:
        line: of the import's file, where it is known.
        standing: the product as it stands now; None where it is gone.
    """

    event: Event
    record: ImportRecord | None
    line: int | None
    standing: Product | None

    @property
    def id(self) -> tuple[int, int, str]:
        """Its identity in a table."""
        change = self.event.change_set
        return self.event.product_id, change.id if change else 0, self.event.operation

    @property
    def version(self) -> State:
        """The product's state after it; of a deletion, what was deleted."""
        state = self.event.after or self.event.before
        assert state is not None
        return state

    @property
    def what(self) -> str:
        """What happened: "Changed by an import"."""
        change = self.event.change_set
        way = "by another program" if change is None else _WAYS.get(change.kind, "")
        return f"{_OPERATIONS[self.event.operation]} {way}".rstrip()

    @property
    def source(self) -> str:
        """Where it came from: the file with its line, or what the change set is called."""
        if self.record is not None:
            line = f", line {self.line}" if self.line is not None else ""
            return f"{Path(self.record.file).name}{line}"
        change = self.event.change_set
        return change.summary if change is not None else ""

    @property
    def restorable(self) -> bool:
        """Whether the product is another one now than in this version."""
        now = self.standing
        return now is None or any(getattr(now, name) != getattr(self.version, name) for name in FIELDS)


@dataclass(frozen=True)
class Story:
    """All that happened to the products that have or had a SKU, newest first."""

    sku: str
    told: tuple[Told, ...]


def story(database: Database, sku: str) -> Story:
    """What happened to the products that have or had that SKU.

    Raises:
        NotFound: no product has or had it.
    """
    events = history.history(database, sku)
    standing = listing.by_ids(database, {one.product_id for one in events})
    with database.connect() as connection:
        imports = [one.change_set.id for one in events if one.change_set and one.change_set.kind == "import"]
        records = past.by_change_set(connection, imports)
        told = []
        for event in events:
            record = records.get(event.change_set.id) if event.change_set else None
            state = event.after or event.before
            line = past.line_of(connection, record.id, state.sku) if record and state else None
            told.append(Told(event, record, line, standing.get(event.product_id)))
    return Story(sku.strip(), tuple(told))
