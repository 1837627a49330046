"""Saved views: a filter, an order and columns under a name, kept in the database for everybody who uses it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.foundation.date_ranges import PRESETS, DateRange
from acme_desktop.core.foundation.errors import InputProblem, NotFound, Problem, Refused
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.product_rules import is_blank, storable
from acme_desktop.core.products.filters import Filter, Sort

NAME_MAX = 100
"""The longest name, in characters."""

DATES = ("created", "updated")
"""What can be restricted by a range of days."""


@dataclass(frozen=True)
class View:
    """What is shown, and how.

    Attributes:
        filter: without the bounds of the dates that are in `moving`.
        moving: by "created" or "updated", the name of a range that moves with the day.
        columns: the front's own description of its columns, as JSON values; None leaves them as they are.
    """

    filter: Filter = field(default_factory=Filter)
    sort: Sort = field(default_factory=Sort)
    moving: Mapping[str, str] = field(default_factory=dict)
    columns: Any = None

    def filter_on(self, today: date | None = None) -> Filter:
        """The filter with every moving range as it is on that day; today without one."""
        bounds: dict[str, Any] = {}
        for name, preset in self.moving.items():
            start, end = DateRange(preset).moments(today)
            bounds |= {f"{name}_from": start, f"{name}_to": end}
        return dataclasses.replace(self.filter, **bounds)


@dataclass(frozen=True)
class SavedView:
    """A view as it is kept.

    Attributes:
        position: its place in the list.
        saved_by: the person who saved it last.
    """

    id: int
    name: str
    position: int
    view: View
    saved_by: str
    saved_at: datetime

    def to_json(self) -> dict[str, Any]:
        """The view as an object; its columns are left out, which mean something to the window only."""
        return {
            "name": self.name,
            "filter": _filter_to_json(self.view),
            "sort": _sort_to_json(self.view.sort),
            "saved_by": self.saved_by,
            "saved_at": iso(self.saved_at),
        }


_SELECT = "SELECT id, name, position, filter, sort, columns, saved_by, saved_at FROM saved_views"

# A new view goes to the end of the list, a view of the same name is replaced where it stands.
_SAVE = """
INSERT INTO saved_views (name, position, filter, sort, columns, saved_by)
VALUES (
    %(name)s, (SELECT coalesce(max(position), 0) + 1 FROM saved_views), %(filter)s, %(sort)s, %(columns)s, %(saved_by)s
)
ON CONFLICT (name) DO UPDATE SET
    filter = EXCLUDED.filter, sort = EXCLUDED.sort, columns = EXCLUDED.columns,
    saved_by = EXCLUDED.saved_by, saved_at = now()
WHERE %(replace)s
RETURNING id, name, position, filter, sort, columns, saved_by, saved_at
"""


def listed(connection: Connection[Any]) -> list[SavedView]:
    """All views in their order; one that this program cannot read, since a newer one saved it, is left out."""
    found = [_read(row) for row in connection.execute(f"{_SELECT} ORDER BY position, id")]
    return [view for view in found if view is not None]


def named(connection: Connection[Any], name: str) -> SavedView:
    """The view of that name.

    Raises:
        NotFound: there is none; names those there are.
        InputProblem: a newer version of the program saved it.
    """
    row = connection.execute(f"{_SELECT} WHERE name = %s", (name,)).fetchone() if storable(name) else None
    if row is None:
        known = ", ".join(view.name for view in listed(connection)) or "none"
        raise NotFound(f"There is no saved view named {name}.", f"Saved views: {known}.")
    view = _read(row)
    if view is None:
        raise InputProblem(
            f"The saved view {name} asks for something that this program does not know.",
            "Install the newest version of Acme Product Importer on this computer.",
        )
    return view


def save(connection: Connection[Any], name: str, view: View, author: Author, *, replace: bool = True) -> SavedView:
    """Keep a view under a name.

    Args:
        connection: of the database that keeps it.
        name: what it is called.
        view: what is kept.
        author: who keeps it.
        replace: whether a view of the same name is replaced.

    Raises:
        Refused: there is one of that name, and it must not be replaced.
        InputProblem: the name is blank or too long, or the name or a text of the filter cannot be stored.
    """
    texts = [text for one in fields(Filter) if isinstance(text := getattr(view.filter, one.name), str)]
    if not all(map(storable, texts)):
        raise InputProblem("These filters cannot be saved: they contain characters that are not text.")
    values: dict[str, Any] = {
        "name": _clean(name),
        "filter": Jsonb(_filter_to_json(view)),
        "sort": Jsonb(_sort_to_json(view.sort)),
        "columns": None if view.columns is None else Jsonb(view.columns),
        "saved_by": author.actor,
        "replace": replace,
    }
    row = connection.execute(_SAVE, values).fetchone()
    if row is None:
        raise _taken(values["name"])
    saved = _read(row)
    assert saved is not None
    return saved


def rename(connection: Connection[Any], name: str, new: str) -> None:
    """Give a view another name.

    Raises:
        NotFound: there is no such view any more.
        Refused: another view has the new name.
        InputProblem: the new name is blank or too long, or cannot be stored.
    """
    new = _clean(new)
    try:
        with connection.transaction():
            done = connection.execute("UPDATE saved_views SET name = %s WHERE name = %s", (new, name))
    except UniqueViolation as error:
        raise _taken(new) from error
    if not done.rowcount:
        raise NotFound(f"There is no saved view named {name} any more.", "Someone deleted or renamed it meanwhile.")


def delete(connection: Connection[Any], name: str) -> None:
    """Remove a view; one that is gone already is fine."""
    connection.execute("DELETE FROM saved_views WHERE name = %s", (name,))


def move(connection: Connection[Any], name: str, places: int) -> None:
    """Move a view so many places down the list, or up where it is negative; it stops at either end."""
    rows = connection.execute("SELECT id, name FROM saved_views ORDER BY position, id FOR UPDATE").fetchall()
    at = next((place for place, row in enumerate(rows) if row[1] == name), None)
    if at is None:
        return
    rows.insert(max(0, min(len(rows) - 1, at + places)), rows.pop(at))
    ids = [identifier for identifier, _ in rows]
    connection.execute(
        "UPDATE saved_views SET position = place FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (id, place) "
        "WHERE saved_views.id = wanted.id",
        (ids,),
    )


def _taken(name: str) -> Refused:
    return Refused(f"There is a saved view named {name} already.", "Choose another name.")


def _clean(name: str) -> str:
    name = name.strip()
    if is_blank(name):
        raise InputProblem("The view needs a name.")
    if len(name) > NAME_MAX:
        raise InputProblem(f"The name of a view has at most {NAME_MAX} characters.", "Choose a shorter one.")
    if not storable(name):
        raise InputProblem("The name contains characters that are not text.")
    return name


def _filter_to_json(view: View) -> dict[str, Any]:
    values = {one.name: getattr(view.filter, one.name) for one in fields(Filter)}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    default = Filter()
    return {name: value for name, value in plain.items() if value != getattr(default, name)} | {
        name: {"preset": preset} for name, preset in view.moving.items()
    }


def _sort_to_json(sort: Sort) -> list[dict[str, Any]]:
    return [{"field": key.field, "descending": key.descending} for key in sort.keys]


def _read(row: tuple[Any, ...]) -> SavedView | None:
    """The row as a view, or None where it says something unknown: to leave that out would show other products."""
    identifier, name, position, stored, sort, columns, saved_by, saved_at = row
    known = {one.name for one in fields(Filter)}
    values: dict[str, Any] = {}
    moving: dict[str, str] = {}
    for key, value in stored.items():
        if key in DATES and isinstance(value, dict) and value.get("preset") in PRESETS:
            moving[key] = value["preset"]
        elif key in known:
            values[key] = _bound(value) if key.endswith(("_from", "_to")) else value
        else:
            return None
    try:
        order = Sort.of(*(Sort(one["field"], one["descending"]) for one in sort))
    except Problem:
        return None
    return SavedView(identifier, name, position, View(Filter(**values), order, moving, columns), saved_by, saved_at)


def _bound(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
