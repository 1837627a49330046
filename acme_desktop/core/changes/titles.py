"""What a change set is called in the middle of a sentence: "edit of A-100", "import of p.csv"."""

from __future__ import annotations

from pathlib import PurePath

from acme_desktop.core.changes.change_set import ChangeSet

# The word that each kind's summary begins with, and what is said in its place.
_NOUNS = {
    "create": ("Create ", "creation of "),
    "update": ("Edit ", "edit of "),
    "delete": ("Delete ", "delete of "),
    "restore": ("Restore ", "restore of "),
}


def title(change: ChangeSet, longest: int = 60) -> str:
    """The change as a noun, at most so many characters long."""
    if change.kind == "import":
        words = f"import of {PurePath(change.summary).name}"
    else:
        words = _noun(change)
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def _noun(change: ChangeSet) -> str:
    summary = change.summary.strip()
    for verb, noun in (_NOUNS.get(change.kind, ("", "")), *_NOUNS.values()):
        if verb and summary.startswith(verb):
            return noun + summary.removeprefix(verb)
    return summary[:1].lower() + summary[1:] if summary else f"change set {change.id}"
