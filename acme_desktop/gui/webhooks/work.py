"""What the room asks of the core; every function here runs off the main thread."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from acme_desktop.core.changes import change_set, history
from acme_desktop.core.changes.outbox import EVENT_TYPES
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import InputProblem, NotFound
from acme_desktop.core.webhooks import attempts, endpoints, trial
from acme_desktop.core.webhooks.attempts import Attempt, Backlog, Delivery, Query
from acme_desktop.core.webhooks.endpoints import Endpoint, EndpointChanges
from acme_desktop.core.webhooks.trial import Trial
from acme_desktop.gui.webhooks.plotting import Plots, Plotter

SHOWN = 300
_IMPORTS = 30


@dataclass(frozen=True)
class Wish:
    """The filters of the desk, and which page of what they name.

    Attributes:
        hours: since when; 0 is any time.
        sku: one product's.
        before: the last delivery of the page above; None is the newest page.
    """

    webhook_id: int | None = None
    state: str | None = None
    hours: int = 24
    sku: str = ""
    change_set_id: int | None = None
    before: int | None = None

    def query(self, database: Database) -> Query:
        """As the core asks.

        Raises:
            NotFound: no product has or had that SKU.
        """
        return Query(
            webhook_id=self.webhook_id,
            state=self.state,
            since=datetime.now(UTC) - timedelta(hours=self.hours) if self.hours else None,
            product_ids=self._products(database) if self.sku else None,
            change_set_id=self.change_set_id,
        )

    def _products(self, database: Database) -> list[int]:
        with database.connect() as connection:
            return history.holders(connection, self.sku)


@dataclass(frozen=True)
class Desk:
    """What the desk shows; `imports` are the latest ones as (change set, words), `more` says that older ones follow."""

    endpoints: list[Endpoint]
    imports: list[tuple[int, str]]
    deliveries: list[Delivery]
    more: bool
    backlog: Backlog
    plots: Plots


@dataclass(frozen=True)
class Folder:
    """One delivery with everything that belongs to it."""

    delivery: Delivery
    attempts: list[Attempt]
    body: str | None


def desk(database: Database, wish: Wish, plotter: Plotter) -> Desk:
    """All that the filters name."""
    known = endpoints.listing(database)
    wanted = [one.id for one in known if wish.webhook_id in (None, one.id)]
    waiting = [one for one in attempts.backlog(database) if one.webhook_id in wanted]
    span = timedelta(hours=wish.hours or 24 * 30)
    with database.connect() as connection:
        sets = [one for one in change_set.latest(connection, limit=200) if one.kind == "import"]
    found = attempts.latest(database, wish.query(database), limit=SHOWN + 1, before=wish.before)
    return Desk(
        known,
        [(one.id, one.summary or f"Import {one.id}") for one in sets[:_IMPORTS]],
        found[:SHOWN],
        len(found) > SHOWN,
        _total(waiting),
        plotter.read(database, wanted, span),
    )


def _total(waiting: list[Backlog]) -> Backlog:
    return Backlog(
        0,
        sum(int(one.events) for one in waiting),
        sum(one.dead for one in waiting),
        min((one.oldest for one in waiting if one.oldest), default=None),
        min((one.next_attempt for one in waiting if one.next_attempt), default=None),
    )


def folder(database: Database, delivery_id: int) -> Folder:
    """One delivery, its attempts and its payload."""
    delivery = attempts.get(database, delivery_id)
    return Folder(delivery, attempts.attempts(database, delivery_id), attempts.body(database, delivery_id))


def replay(database: Database, ids: list[int]) -> int:
    """Send these again; returns how many."""
    for one in ids:
        attempts.replay(database, one)
    return len(ids)


def replay_all(database: Database, wish: Wish) -> int:
    """Send again all that the filters name: dead ones, where they name no state; returns how many."""
    return attempts.replay_all(database, wish.query(database))


def save(database: Database, endpoint: Endpoint | None, changes: EndpointChanges) -> tuple[Endpoint, str | None]:
    """Add or change a webhook; a new one comes with its secret."""
    if endpoint is None:
        return endpoints.add(database, changes)
    return endpoints.update(database, endpoint.id, changes), None


def certificates(path: Path) -> str:
    """The text of a file with certificates.

    Raises:
        InputProblem: it cannot be read as text.
    """
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"{path.name} cannot be read.", "Choose a file with certificates in PEM.", str(error)
        ) from error


def try_out(database: Database, url: str, former: int | None) -> tuple[Endpoint, Trial]:
    """Point a webhook at the echo receiver, made on the first call, and send it a test."""
    if former is None:
        changes = EndpointChanges(url=url, events=EVENT_TYPES, scope="loopback")
        former = endpoints.add(database, changes)[0].id
    return endpoints.get(database, former), trial.run(database, former)


def forget(database: Database, ids: Iterable[int]) -> None:
    """Delete these webhooks, as far as they are still there."""
    for one in ids:
        with contextlib.suppress(NotFound):
            endpoints.delete(database, one)


def pretty(text: str | bytes | None) -> str:
    """JSON with indents; anything else as it is."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if not text:
        return ""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
