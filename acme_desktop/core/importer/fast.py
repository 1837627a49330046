"""The fast path: a block in which nothing is doubtful, all at once."""

from __future__ import annotations

from acme_desktop.core.importer.batches import Taken
from acme_desktop.core.importer.exact import State
from acme_desktop.core.importer.layout import Layout


def read(text: bytes, line: int, layout: Layout, state: State, *, final: bool) -> Taken | None:
    """The rows of a block, or None where the exact path must look at it."""
    return None
