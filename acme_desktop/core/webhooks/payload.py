"""Payloads, built from the catalogue when they are sent: each product as of the change that the event is about.

The state that change set N left behind is the one that says so (`changed_in` = N): the row as it stands or, after
later changes, the before-image of the next one. PostgreSQL writes the JSON, so that a page of events arrives as
finished text. A page is bounded in events and in bytes, and goes on where the one before ended.

An outbox row's events come in three parts: 1. what was updated or deleted, by key; 2. what was created, by id;
3. what an undo brought back, by key. Products that another program removed behind our back have no event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from psycopg import Connection

from acme_desktop.core.changes.outbox import CREATED, DELETED, UPDATED
from acme_desktop.core.webhooks import event_sql

BATCH = "batch"
PAGE = event_sql.PAGE_EVENTS
_WIDEST = 200_000

_OPERATIONS = {UPDATED: "update", DELETED: "delete"}

# Parts of an outbox row.
CHANGED, MADE, BROUGHT_BACK, END = 1, 2, 3, 4


class Place(NamedTuple):
    """How far an outbox row is: the part, and the last key or id of it that was read."""

    part: int
    key: str
    id: int


@dataclass(frozen=True)
class Range:
    """A pending outbox row, from a place on.

    Attributes:
        width: how many ids to look at for created products.
    """

    id: int
    change_set_id: int
    events: tuple[str, ...]
    left: int
    last_id: int
    undoes: int | None
    place: Place
    width: int = PAGE

    @property
    def at_end(self) -> bool:
        """Whether nothing is left to read."""
        return self.place.part == END


class Event(NamedTuple):
    """One event, ready to be sent. A tuple, because half a million of them should cost the collector nothing.

    Attributes:
        place: where its outbox row is once this event is dealt with; None for an event that was asked for singly.
        text: the JSON object.
    """

    change_set_id: int
    product_id: int
    type: str
    text: str
    range_id: int = 0
    place: Place | None = None

    @property
    def message_id(self) -> str:
        """The same over retries, crashes and replays."""
        return event_id(self.change_set_id, self.product_id)


def event_id(change_set_id: int, product_id: int) -> str:
    """The id of what a change set did to a product."""
    return f"evt_{change_set_id}_{product_id}"


def batch_id(events: Sequence[tuple[int, int]]) -> str:
    """The id of a batch: the same for the same events, given as change set and product."""
    if len(events) == 1:
        return event_id(*events[0])
    named = ",".join(event_id(*event) for event in events)
    return f"bat_{events[0][0]}_{hashlib.sha256(named.encode()).hexdigest()[:24]}"


def batch_body(texts: Sequence[str]) -> str:
    """The body that carries those events."""
    return '{"type":"batch","events":[' + ",".join(texts) + "]}"


def pending(connection: Connection[Any], webhook_id: int, known: Sequence[int], limit: int) -> list[Range]:
    """The outbox rows of a webhook with something left, in order, without those that are known."""
    rows = connection.execute(event_sql.PENDING, (webhook_id, list(known), limit)).fetchall()
    return [
        Range(id_, n, tuple(events), left, last_id, undoes, Place(part, key, after_id))
        for id_, n, events, left, last_id, undoes, part, key, after_id in rows
    ]


def single(connection: Connection[Any], events: Sequence[tuple[int, int]]) -> list[Event]:
    """The events with these change sets and products, in this order, without those that cannot be built any more."""
    values = {"ns": [n for n, _ in events], "products": [product for _, product in events]}
    rows = connection.execute(event_sql.SINGLE, values).fetchall()
    return [Event(n, product, type_, text) for n, product, type_, text in rows if text is not None]


def read_page(connection: Connection[Any], ranges: Sequence[Range]) -> tuple[list[Event], list[Range]]:
    """The next events of the first of these ranges: of one large one, or of many small ones at once.

    Returns the events in order, and all ranges as they are after them.
    """
    chosen = _choose(ranges)
    slices = [piece for one in chosen for piece in _slices(one)]
    rows = connection.execute(event_sql.PAGE, _values(slices)).fetchall() if slices else []
    by_id = {one.id: one for one in chosen}
    events = []
    found: dict[tuple[int, int], int] = {}
    for range_id, part, key, product_id, type_, _, text in rows:
        found[range_id, part] = found.get((range_id, part), 0) + 1
        if text is not None and type_ in by_id[range_id].events:
            place = _place(by_id[range_id], part, key, product_id)
            events.append(Event(by_id[range_id].change_set_id, product_id, type_, text, range_id, place))
    # A page cut for its size ends in the middle of a range.
    cut = rows[-1][0] if rows and len(rows) < rows[-1][5] else None
    after = []
    for one in chosen:
        if cut is None or one.id < cut:
            after.append(_behind(one, slices, found, rows))
        elif one.id == cut:
            after.append(replace(one, place=_place(one, *rows[-1][1:4])))
        else:
            after.append(one)
    return events, after + list(ranges[len(chosen) :])


def _place(one: Range, part: int, key: str, product_id: int) -> Place:
    """The place behind a product; what was created is found by id later, so the first part leaves the id alone."""
    return Place(part, key, product_id if part == MADE else one.place.id)


def _choose(ranges: Sequence[Range]) -> list[Range]:
    chosen: list[Range] = []
    total = 0
    for one in ranges:
        total += max(one.left, 1)
        if chosen and total > PAGE:
            break
        chosen.append(one)
    return chosen


def _parts(one: Range) -> list[int]:
    """The parts that a range has, from its place on."""
    parts = []
    if any(type_ != CREATED for type_ in one.events):
        parts.append(CHANGED)
    if CREATED in one.events:
        parts.append(MADE if one.undoes is None else BROUGHT_BACK)
    return [part for part in parts if part >= one.place.part]


def _slices(one: Range) -> list[Range]:
    """What to read of a range now: its present part; all its parts where it is small."""
    parts = _parts(one)
    return [_at(one, part) for part in (parts if one.left <= PAGE else parts[:1])]


def _at(one: Range, part: int) -> Range:
    if one.place.part == part:
        return one
    return replace(one, place=Place(part, "", one.place.id))


def _behind(one: Range, slices: list[Range], found: dict[tuple[int, int], int], rows: list[Any]) -> Range:
    """A range after a page in which all of its slices were read."""
    for piece in slices:
        if piece.id != one.id:
            continue
        part, number = piece.place.part, found.get((one.id, piece.place.part), 0)
        if part == MADE:
            upto = min(piece.place.id + piece.width, one.last_id)
            if upto < one.last_id:
                width = min(piece.width * 2, _WIDEST) if number < piece.width // 2 else PAGE
                return replace(piece, place=Place(MADE, "", upto), width=width)
        elif number == PAGE:
            last = next(row for row in reversed(rows) if row[0] == one.id and row[1] == part)
            return replace(one, place=_place(one, part, last[2], 0))
    last_part = max((piece.place.part for piece in slices if piece.id == one.id), default=END)
    rest = [part for part in _parts(one) if part > last_part]
    return _at(one, rest[0]) if rest else replace(one, place=Place(END, "", 0))


def _values(slices: Sequence[Range]) -> dict[str, Any]:
    return {
        "ranges": [one.id for one in slices],
        "parts": [one.place.part for one in slices],
        "ns": [one.change_set_id for one in slices],
        "undoes": [one.undoes for one in slices],
        "keys": [one.place.key for one in slices],
        "ids": [one.place.id for one in slices],
        "uptos": [min(one.place.id + one.width, one.last_id) for one in slices],
        "operations": [",".join(_OPERATIONS[type_] for type_ in one.events if type_ != CREATED) for one in slices],
    }
