"""A message on its way: one event, or a batch of them, with where it comes from and what became of it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acme_desktop.core.webhooks import payload
from acme_desktop.core.webhooks.payload import BATCH, Event, Place, Range

if TYPE_CHECKING:
    from acme_desktop.core.webhooks.sender import Sent


@dataclass(slots=True)
class Entry:
    """An event's turn in its outbox row: done once it is sent, or kept in the table of deliveries."""

    place: Place
    done: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """One message.

    Attributes:
        events: change set and product of each.
        body: None where the database has it.
        row: its number in the table of deliveries, once it is there.
        due: when it may be sent, in seconds since 1970 by the database's clock; None behind another message.
        entries: the turns that it settles.
        started: when it was sent last, by the steady clock; None while it waits.
        closed: it needs no further attempt.
    """

    message_id: str
    type: str
    events: tuple[tuple[int, int], ...]
    body: bytes | None
    row: int | None = None
    attempts: int = 0
    due: float | None = None
    entries: list[Entry] = field(default_factory=list)
    started: float | None = None
    closed: bool = False

    @property
    def products(self) -> list[int]:
        """Each product once."""
        return list(dict.fromkeys(product for _, product in self.events))

    @classmethod
    def of(cls, events: Sequence[Event], entries: list[Entry], *, batch: bool) -> Message:
        """A new message that carries these events."""
        named = tuple((event.change_set_id, event.product_id) for event in events)
        texts = [event.text for event in events]
        body = payload.batch_body(texts) if batch else texts[0]
        type_ = BATCH if batch else events[0].type
        return cls(payload.batch_id(named), type_, named, body.encode(), entries=entries)


@dataclass(frozen=True)
class Outcome:
    """What became of a message: its new state, and the attempt where there was one.

    Attributes:
        number: of the attempt, from 1.
        started: when the attempt began, in seconds since 1970 by the database's clock.
    """

    message: Message
    state: str
    number: int
    sent: Sent | None = None
    started: float = 0.0
    error: str | None = None


class Progress:
    """How far an outbox row is: what is read of it, and which turns are done."""

    def __init__(self, range_: Range) -> None:
        self.range = range_
        self._entries: deque[Entry] = deque()

    def enter(self, place: Place) -> Entry:
        """Give the next event its turn."""
        entry = Entry(place)
        self._entries.append(entry)
        return entry

    def advance(self) -> tuple[Place | None, int]:
        """Pass the turns that are done from the front; returns the last of their places, and how many they were."""
        place, number = None, 0
        while self._entries and self._entries[0].done:
            place = self._entries.popleft().place
            number += 1
        return place, number

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        return self.range.at_end and not self._entries


@dataclass
class Writes:
    """What a flush puts into the database, in one transaction."""

    outcomes: list[Outcome] = field(default_factory=list)
    parked: list[Message] = field(default_factory=list)
    moved: list[tuple[Range, Place | None, int, bool]] = field(default_factory=list)
    succeeded: bool = False
    failures: int = 0
    hold_until: float | None = None
    gone: bool = False

    @property
    def latest(self) -> list[Outcome]:
        """What each message is now: one that was tried again before anything was written down has several outcomes."""
        return list({id(outcome.message): outcome for outcome in self.outcomes}.values())

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.parked or self.moved)


def halve(message: Message, middle: int) -> list[Message]:
    """Two messages with the events of one batch; the body of the batch has to be at hand."""
    assert message.body is not None
    texts = [
        json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in json.loads(message.body)["events"]
    ]
    halves = []
    for part in (slice(None, middle), slice(middle, None)):
        named = message.events[part]
        body = payload.batch_body(texts[part]).encode()
        halves.append(Message(payload.batch_id(named), BATCH, named, body, entries=message.entries[part]))
    return halves
