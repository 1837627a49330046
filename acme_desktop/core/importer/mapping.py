"""Which column of a file is which field of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acme_desktop.core.foundation import words
from acme_desktop.core.foundation.errors import InputProblem, UsageProblem
from acme_desktop.core.importer.aliases import ALIASES, WEAK, key
from acme_desktop.core.importer.options import FIELDS, REQUIRED_FIELDS

_NAME_SHOWN = 60


def is_position(header: str) -> bool:
    """Whether a header is named by its position: "#1" is the first column."""
    return header.startswith("#") and header[1:].isascii() and header[1:].isdigit()


def by_position(chosen: Mapping[str, str]) -> bool:
    """Whether a mapping names both required fields by position, so that a file needs no header."""
    return all(is_position(chosen.get(field, "")) for field in REQUIRED_FIELDS)


def check_fields(chosen: Mapping[str, str]) -> None:
    """Raise `UsageProblem` where a mapping names a field that products don't have."""
    for field in chosen:
        if field not in FIELDS:
            raise UsageProblem(f"There is no field “{field}”.", f"The fields are: {', '.join(FIELDS)}.")


def choose(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """The column of each field: by hand where chosen, else the best-ranked known name.

    Args:
        header: the header's cells, in order.
        chosen: field -> header name, "#N" for a position, or "" to leave the field out.

    Returns:
        field -> index of its column; a field that no column holds is missing.

    Raises:
        InputProblem: a chosen header is not there, or two columns claim one field.
    """
    check_fields(chosen)
    columns = {field: column_of(header, field, name) for field, name in chosen.items() if name}
    taken = set(columns.values())
    for field in FIELDS:
        if field in chosen:
            continue
        column = _best_column(header, field, taken)
        if column is not None:
            columns[field] = column
            taken.add(column)
    return {field: columns[field] for field in FIELDS if field in columns}


def names_both(cells: Sequence[str], chosen: Mapping[str, str]) -> int:
    """How surely a line is a header: 0 where it does not name both sku and name, else the number of names it knows.

    A chosen name counts as known. Names that are too general to tell count only beside others.
    """
    keys = [key(cell) for cell in cells]
    wanted = {field: key(name) for field, name in chosen.items() if name and not is_position(name)}
    known, telling = set(), 0
    for index, cell in enumerate(keys):
        for field in FIELDS:
            named = cell == wanted[field] if field in wanted else cell in ALIASES[field]
            if cell and named:
                known.add((field, index))
                telling += field in wanted or cell not in WEAK
    fields = {field for field, _ in known}
    skus = {index for field, index in known if field == "sku"}
    names = {index for field, index in known if field == "name"}
    if not {"sku", "name"} <= fields or len(skus | names) < 2 or not telling:
        return 0
    return len({index for _, index in known})


def missing_fields(columns: Mapping[str, int]) -> list[str]:
    """The required fields that no column holds."""
    return [field for field in REQUIRED_FIELDS if field not in columns]


def listed(header: Sequence[str]) -> str:
    """The header's names for a sentence, at most thirty of them, none longer than a person reads."""
    names = [
        f"“{words.printable(words.shortened(name.strip(), _NAME_SHOWN))}”" if name.strip() else f"#{index}"
        for index, name in enumerate(header, 1)
    ]
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def column_of(header: Sequence[str], field: str, name: str, option: str = "--map") -> int:
    """Index of the column that was chosen for a field by name or position; `option` is how it was chosen.

    Raises:
        InputProblem: it is not there, or several columns have that name.
    """
    exact = [index for index, cell in enumerate(header) if cell.strip() == name.strip()]
    alike = exact or [index for index, cell in enumerate(header) if key(cell) and key(cell) == key(name)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise InputProblem(
            f"{len(alike)} columns are called “{name.strip()}”, and {field} can come from one only.",
            f"Name it by position instead: {option} {field}=#{alike[0] + 1} is the first of them.",
        )
    if is_position(name):
        if 1 <= int(name[1:]) <= len(header):
            return int(name[1:]) - 1
        raise InputProblem(f"There is no column {name} for {field}.", f"The file has {len(header)} columns.")
    raise InputProblem(f"There is no column “{name}” for {field}.", f"The file's columns are: {listed(header)}.")


def _best_column(header: Sequence[str], field: str, taken: set[int]) -> int | None:
    ranks = ALIASES[field]
    ranked = sorted((ranks[key(cell)], i) for i, cell in enumerate(header) if i not in taken and key(cell) in ranks)
    if not ranked:
        return None
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        first, second = ranked[0][1], ranked[1][1]
        raise InputProblem(
            f"Columns {first + 1} and {second + 1} are both called “{header[first].strip()}”, "
            f"and {field} can come from one only.",
            f"Choose one by position: --map {field}=#{first + 1} or --map {field}=#{second + 1}.",
        )
    return ranked[0][1]
