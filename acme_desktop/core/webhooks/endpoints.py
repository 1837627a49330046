"""Webhooks as people keep them: add, change, switch on and off, rotate the secret, delete.

Whoever sends for a webhook is told of each change by a NOTIFY and looks at its row again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from acme_desktop.core.changes.outbox import EVENT_TYPES
from acme_desktop.core.foundation.errors import InputProblem, NotFound, UsageProblem
from acme_desktop.core.webhooks import computer, rules, signing
from acme_desktop.core.webhooks.addresses import SCOPES, Scope

if TYPE_CHECKING:
    from acme_desktop.core.database.connections import Database

CHANNEL = "acme_webhooks"
"""The NOTIFY channel; its payload is the webhook's id."""

Mode = Literal["each", "batch"]
MODES: tuple[Mode, ...] = ("each", "batch")
LARGEST_BATCH = 500
BOTH_KEYS_FOR = "24 hours"


@dataclass(frozen=True)
class Endpoint:
    """One webhook.

    Attributes:
        events: the types it gets.
        paused: a person holds it; its events are kept meanwhile.
        batch_size: the most events in a request, in mode batch.
        rate: the most requests a second, over all running programs; None is no limit.
        scope: the kind of address that it may reach.
        headers: sent with every request.
        ca: certificates in PEM, trusted besides the usual ones.
        keys: the secrets that sign now: the present one, and for a day after a rotation the one before.
        previous_secret_until: when the one before stops signing.
        switched_off: why the program switched it off.
        hold_until: nothing is sent before, because the endpoint asked for it.
        failures: attempts since the last success.
        computer: the one that made it, or changed it last.
    """

    id: int
    url: str
    events: list[str]
    enabled: bool
    paused: bool
    mode: Mode
    batch_size: int
    rate: float | None
    scope: Scope
    headers: dict[str, str]
    ca: str | None
    keys: list[str]
    previous_secret_until: datetime | None
    switched_off: str | None
    hold_until: datetime | None
    failures: int
    last_success_at: datetime | None
    computer: str

    @property
    def open(self) -> bool:
        """Whether people want it to be sent to."""
        return self.enabled and not self.paused

    @property
    def elsewhere(self) -> bool:
        """Whether its receiver is on another computer, which sends to it."""
        return self.scope == "loopback" and self.computer != computer.here()

    def to_json(self) -> dict[str, Any]:
        """The contract's object, without the secret."""
        names = ("id", "url", "events", "enabled", "mode", "batch_size", "rate", "scope", "headers")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class EndpointChanges:
    """What `add` and `update` set; None leaves a field alone, and a rate of 0 or a blank `ca` takes it away."""

    url: str | None = None
    events: Sequence[str] | None = None
    mode: Mode | None = None
    batch_size: int | None = None
    rate: float | None = None
    scope: Scope | None = None
    headers: Mapping[str, str] | None = None
    ca: str | None = None

    def check(self) -> None:
        """Look at every value that is given.

        Raises:
            InputProblem: a value makes no sense.
        """
        if self.url is not None:
            rules.check_url(self.url)
        if self.events is not None and (not self.events or set(self.events) - set(EVENT_TYPES)):
            raise InputProblem("A webhook needs events.", f"Choose one or more of {', '.join(EVENT_TYPES)}.")
        if self.mode is not None and self.mode not in MODES:
            raise InputProblem(f"There is no mode {self.mode}.", "Choose each or batch.")
        if self.scope is not None and self.scope not in SCOPES:
            raise InputProblem(f"There is no scope {self.scope}.", "Choose public, private or loopback.")
        if self.batch_size is not None and not 1 <= self.batch_size <= LARGEST_BATCH:
            raise InputProblem(f"A batch of {self.batch_size} is not possible.", f"Choose 1 to {LARGEST_BATCH}.")
        if self.rate is not None and not 0 <= self.rate < 1e6:
            raise InputProblem(f"A rate of {self.rate} is not possible.", "Name requests a second; 0 is no limit.")
        rules.check_headers(self.headers or {})
        if self.ca:
            rules.check_certificates(self.ca)

    def columns(self) -> dict[str, Any]:
        """The columns to be set, with their values."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        columns = {name: value for name, value in given.items() if value is not None}
        if "events" in columns:
            columns["events"] = [type_ for type_ in EVENT_TYPES if type_ in columns["events"]]
        if "headers" in columns:
            columns["headers"] = Jsonb(dict(columns["headers"]))
        if "rate" in columns:
            columns["rate"] = columns["rate"] or None
        if "ca" in columns:
            columns["ca"] = columns["ca"] or None
        return columns


COLUMNS = """id, url, events, enabled, paused, mode, batch_size, rate, scope, headers, ca,
    CASE WHEN previous_secret_until > now() THEN ARRAY[secret, previous_secret] ELSE ARRAY[secret] END AS keys,
    CASE WHEN previous_secret_until > now() THEN previous_secret_until END AS previous_secret_until,
    switched_off, hold_until, failures, last_success_at, computer"""
"""What an `Endpoint` is read from."""


SKIP = """
UPDATE deliveries SET state = 'skipped', due_at = NULL, body = NULL
WHERE webhook_id = %(id)s AND state IN ('sending', 'retrying', 'waiting')
"""
"""What becomes of the unfinished deliveries of a webhook that is deleted."""


def listing(database: Database) -> list[Endpoint]:
    """All webhooks, the oldest first."""
    with database.connect() as connection, connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        return cursor.execute(f"SELECT {COLUMNS} FROM webhooks WHERE deleted_at IS NULL ORDER BY id").fetchall()


def get(database: Database, webhook_id: int) -> Endpoint:
    """One webhook.

    Raises:
        NotFound: there is none with that id.
    """
    with database.connect() as connection:
        return _get(connection, webhook_id)


def add(database: Database, changes: EndpointChanges) -> tuple[Endpoint, str]:
    """Add a webhook; returns it with its secret, which is shown this once. It gets the events from now on.

    Raises:
        InputProblem: a value makes no sense.
        UsageProblem: URL or events are missing.
    """
    if changes.url is None or changes.events is None:
        raise UsageProblem("A webhook needs a URL and at least one event.", "Name both.")
    changes.check()
    secret = signing.new_secret()
    columns = changes.columns() | {"secret": secret, "computer": computer.here()}
    names, places = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
    with database.connect() as connection:
        row: Any = connection.execute(
            f"INSERT INTO webhooks ({names}) VALUES ({places}) RETURNING id", columns
        ).fetchone()
        notify(connection, row[0])
        return _get(connection, row[0]), secret


def update(database: Database, webhook_id: int, changes: EndpointChanges) -> Endpoint:
    """Change a webhook; what waits for it goes to the new place, with the new settings.

    Raises:
        InputProblem: a value makes no sense.
        NotFound: there is no such webhook.
    """
    changes.check()
    return _set(database, webhook_id, changes.columns() | {"computer": computer.here()})


def enable(database: Database, webhook_id: int) -> Endpoint:
    """Switch a webhook on (again); what was kept for it is sent: one request first, and all once that arrives.

    Raises:
        NotFound: there is no such webhook.
    """
    fresh = {"enabled": True, "paused": False, "switched_off": None, "hold_until": None}
    return _set(database, webhook_id, fresh | {"failing_seconds": 0, "computer": computer.here()})


def disable(database: Database, webhook_id: int) -> Endpoint:
    """Switch a webhook off: its backlog is kept, further changes are not noted for it.

    Raises:
        NotFound: there is no such webhook.
    """
    return _set(database, webhook_id, {"enabled": False, "switched_off": None})


def pause(database: Database, webhook_id: int) -> Endpoint:
    """Hold a webhook: nothing is sent, everything is kept.

    Raises:
        NotFound: there is no such webhook.
    """
    return _set(database, webhook_id, {"paused": True})


def resume(database: Database, webhook_id: int) -> Endpoint:
    """End a pause, and a pause that the endpoint asked for.

    Raises:
        NotFound: there is no such webhook.
    """
    return _set(database, webhook_id, {"paused": False, "hold_until": None})


def rotate(database: Database, webhook_id: int) -> tuple[Endpoint, str]:
    """Give a webhook a new secret, shown this once; for a day the old one signs as well.

    Raises:
        NotFound: there is no such webhook.
    """
    secret = signing.new_secret()
    with _changing(database, webhook_id) as connection:
        connection.execute(
            "UPDATE webhooks SET previous_secret = secret, secret = %s, updated_at = now(),"
            f" previous_secret_until = now() + interval '{BOTH_KEYS_FOR}' WHERE id = %s",
            (secret, webhook_id),
        )
        return _get(connection, webhook_id), secret


def delete(database: Database, webhook_id: int) -> None:
    """Delete a webhook: what is on its way finishes, the rest is never sent. Its deliveries stay in the log.

    Raises:
        NotFound: there is no such webhook.
    """
    with _changing(database, webhook_id) as connection:
        values = {"id": webhook_id}
        connection.execute("UPDATE webhooks SET deleted_at = now(), enabled = false WHERE id = %(id)s", values)
        connection.execute(
            "UPDATE outbox SET state = 'skipped' WHERE webhook_id = %(id)s AND state = 'pending'", values
        )
        connection.execute(SKIP, values)


def notify(connection: Connection[Any], webhook_id: int) -> None:
    """Tell whoever sends for a webhook that something about it changed, when the transaction commits."""
    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(webhook_id)))


def _set(database: Database, webhook_id: int, columns: dict[str, Any]) -> Endpoint:
    assignments = ", ".join(f"{name} = %({name})s" for name in columns)
    with _changing(database, webhook_id) as connection:
        connection.execute(
            f"UPDATE webhooks SET {assignments}, updated_at = now() WHERE id = %(webhook_id)s",
            columns | {"webhook_id": webhook_id},
        )
        return _get(connection, webhook_id)


@contextmanager
def _changing(database: Database, webhook_id: int) -> Iterator[Connection[Any]]:
    with database.connect() as connection:
        _get(connection, webhook_id)
        yield connection
        notify(connection, webhook_id)


def _get(connection: Connection[Any], webhook_id: int) -> Endpoint:
    with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        statement = f"SELECT {COLUMNS} FROM webhooks WHERE id = %s AND deleted_at IS NULL"
        endpoint = cursor.execute(statement, (webhook_id,)).fetchone()
    if endpoint is None:
        raise NotFound(f"There is no webhook {webhook_id}.", "See `acme-desktop webhooks list`.")
    return endpoint
