"""Everything that the history knows of one entry, as lines of a form."""

from __future__ import annotations

from acme_desktop.gui.changes import import_facts
from acme_desktop.gui.changes.entries import Entry
from acme_desktop.gui.widgets import formatting


def facts(entry: Entry) -> list[tuple[str, str]]:
    """(name, text) of everything that is known."""
    lines: list[tuple[str, str]] = []
    change = entry.change
    if entry.record is None:
        lines += [
            ("What", entry.name),
            ("By", f"{entry.actor}, {entry.client}"),
            ("When", formatting.exact_moment(entry.at)),
        ]
    else:
        lines += import_facts.facts(entry.record)
    if change is not None:
        created, updated, deleted = entry.counts
        parts = [
            formatting.counted(count, f"product {word}", f"products {word}")
            for count, word in ((created, "created"), (updated, "updated"), (deleted, "deleted"))
            if count
        ]
        undoes = f", of change set {change.undoes}" if change.undoes is not None else ""
        if entry.record is None:  # an import's rows tell it
            lines.append(("Products", ", ".join(parts)))
        lines.append(("Number", f"Change set {change.id}{undoes}"))
    if entry.standing is not None and entry.standing.undone:
        lines.append(("Undone", f"By change set {entry.standing.tip}"))
    return [(name, text) for name, text in lines if text]
