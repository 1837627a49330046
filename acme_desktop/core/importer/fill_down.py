"""Fill down by another column: a blank name or description takes the last one above it of the same group of rows.

Rows of a group stand together. Only the last group is remembered, and nothing of it past a record that can't be read,
since that may have held another value.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from acme_desktop.core.foundation.errors import InputProblem, UsageProblem
from acme_desktop.core.foundation.product_rules import is_blank
from acme_desktop.core.importer.aliases import key
from acme_desktop.core.importer.mapping import column_of

FILLED_FIELDS = ("name", "description")
_HANDLES = frozenset(("handle", "url handle", "product handle", "url key"))

# (index of the column that is filled, index of the column that groups rows), once for each filled field.
Pairs = tuple[tuple[int, int], ...]
# (group, last value in it) for each of the pairs; empty where nothing is known.
Seen = tuple[tuple[str, str], ...]


def pairs(header: Sequence[str], columns: Mapping[str, int], chosen: Mapping[str, str]) -> Pairs:
    """What is to be filled by what.

    Args:
        header: the header's cells.
        columns: field -> index of its column.
        chosen: field -> header of the grouping column, "#N" for a position.

    Raises:
        UsageProblem: a field that can't be filled.
        InputProblem: a column is not there, or a field is to be filled by itself.
    """
    found = []
    for field, name in chosen.items():
        if field not in FILLED_FIELDS:
            raise UsageProblem(f"The field “{field}” can't be filled down.", "Only name and description can.")
        if field not in columns:
            raise InputProblem(
                f"No column holds the {field} that is to be filled down.", f"Name it with --map {field}=HEADER."
            )
        group = column_of(header, field, name, "--fill-down")
        if group == columns[field]:
            raise InputProblem(f"The {field} can't be filled down by itself.", "Name the column that groups rows.")
        found.append((columns[field], group))
    return tuple(found)


def fill(cells: Sequence[str], chosen: Pairs, seen: Seen) -> tuple[Sequence[str], Seen]:
    """A record's cells with its blank values filled, and what is known after it.

    Args:
        cells: the record, of the header's width.
        chosen: what is filled by what.
        seen: what is known before it.
    """
    filled, after = list(cells), []
    for number, (column, by) in enumerate(chosen):
        group, value = cells[by].strip(), cells[column]
        last = seen[number] if seen else ("", "")
        if not is_blank(value):
            last = (group, value)
        elif not is_blank(group) and group == last[0]:
            filled[column] = last[1] or value
        else:
            last = (group, "")
        after.append(last)
    return filled, tuple(after)


@dataclass(frozen=True)
class Offer:
    """What a column such as Shopify's Handle could do for a file; a person decides.

    Attributes:
        field: the field that would gain.
        column: index of the column.
        fills: the field would be filled down by the column; otherwise it would be taken from it.
        told: why, a sentence.
        advice: how to choose it on the command line, a sentence.
    """

    field: str
    column: int
    fills: bool
    told: str
    advice: str

    @property
    def warning(self) -> str:
        """Both sentences."""
        return f"{self.told} {self.advice}"


def offer(
    header: Sequence[str], columns: Mapping[str, int], sample: Sequence[Sequence[str]], chosen: Mapping[str, str]
) -> Offer | None:
    """What a column such as Shopify's Handle could do for a file; None where it is of no use."""
    taken = set(columns.values())
    handle = next((i for i, cell in enumerate(header) if key(cell) in _HANDLES and i not in taken), None)
    if handle is None:
        return None
    title, sku, name = header[handle].strip(), columns["sku"], columns["name"]
    rows = [row for row in sample if len(row) == len(header)]
    if rows and all(is_blank(row[sku].strip()) for row in rows):
        told = f"Every SKU in the first {len(rows)} rows is blank." if len(rows) > 1 else "The first SKU is blank."
        return Offer(
            "sku", handle, False, told, f"To take “{title}” as the SKU, use --map {shlex.quote(f'sku={title}')}."
        )
    if "name" in chosen:
        return None
    seen: Seen = ()
    helped = 0
    for row in rows:
        filled, seen = fill(row, ((name, handle),), seen)
        helped += not is_blank(row[sku].strip()) and filled[name] != row[name]
    if not helped:
        return None
    told = f"Some names are blank below a row of the same “{title}”."
    advice = f"To take that row's name, fill down by it: --fill-down {shlex.quote(f'name={title}')}."
    return Offer("name", handle, True, told, advice)
