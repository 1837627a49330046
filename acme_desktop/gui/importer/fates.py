"""What can become of a file's row, as people read it."""

from __future__ import annotations

FATES = {
    "created": "Created",
    "updated": "Updated",
    "unchanged": "Unchanged",
    "superseded": "Superseded",
    "rejected": "Rejected",
    "skipped": "Skipped",
}
FATE_HINTS = {
    "created": "New products",
    "updated": "Products whose values change",
    "unchanged": "Rows that are in the catalogue as they are; nothing is written",
    "superseded": "Rows with a SKU that comes again later in the file; the last one wins",
    "rejected": "Rows that cannot be taken, each with its line and reason",
    "skipped": "Rows that the chosen mode leaves out",
}


def fate_tone(fate: str, count: int) -> str:
    """The colour of a figure: "" is ordinary."""
    return {"rejected": "danger", "superseded": "warning"}.get(fate, "") if count else ""
