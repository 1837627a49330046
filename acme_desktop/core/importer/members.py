"""Which table of an archive a line stands in: an import's lines go on counting from one table to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """One table of an archive of several: its name, and how many lines stand before it."""

    name: str
    lines_before: int


def place(line: int, members: Sequence[Member]) -> str:
    """A line of an import, as a person finds it: "line 7", of an archive of several tables "line 2 of b.csv"."""
    holder = next((member for member in reversed(members) if member.lines_before < line), None)
    return f"line {line}" if holder is None else f"line {line - holder.lines_before} of {holder.name}"


def told(message: str, line: int, members: Sequence[Member]) -> str:
    """A sentence about a line; where the line's number alone does not say where, with its place."""
    return f"L{place(line, members)[1:]}: {message}" if members else message
