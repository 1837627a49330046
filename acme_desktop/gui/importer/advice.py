"""What the core advises, in the window's terms instead of the command line's."""

from __future__ import annotations

from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.importer.encoding import EncodingNeeded
from acme_desktop.gui import errors


def next_step(error: Exception) -> str:
    """What to do about a refused file, in this window: advice for the command line is put into its terms."""
    if isinstance(error, EncodingNeeded):
        return "Choose the one in which it reads right; the likeliest come first. Others are under “How to import”."
    if isinstance(error, UsageProblem):
        return "Choose something else under “How to import”."
    return in_window_terms(errors.account(error).advice)


def in_window_terms(text: str) -> str:
    """A text without the sentences that name an option of the command line."""
    kept = ". ".join(sentence for sentence in text.split(". ") if "--" not in sentence)
    return kept if not kept or kept.endswith((".", "?", "!")) else f"{kept}."
