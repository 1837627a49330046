"""`acme-desktop webhooks deliveries|attempts|replay`: what was sent, what came back, and sending it again."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from acme_desktop.cli import moments, output, parsing, table
from acme_desktop.cli.output import Context
from acme_desktop.core.changes import change_set, history, moment
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.products import changed_by
from acme_desktop.core.webhooks import attempts, endpoints
from acme_desktop.core.webhooks.attempts import Query

_SINCE = "only what came up then or later: a day in UTC, as 2026-11-23, or a time, as 2026-11-23T14:30+01:00"
_UNTIL = "only what came up then or earlier"
_TO = "only those to this webhook; see `webhooks list`"
_OF = "only those of this change; see `changes list`"
_ABOUT = "only those about the product with this id; see `products get`"
_IMPORTED = "only those of this import; see `imports list`"
_ID = "the delivery's number; see `webhooks deliveries`"


def add_parsers(actions: Any) -> None:
    """Add the commands that are about deliveries."""
    listed = actions.add_parser("deliveries", help="list what was sent and what came back, the newest first")
    listed.add_argument("--webhook", type=parsing.number_of, metavar="ID", help=_TO)
    listed.add_argument("--state", choices=attempts.STATES, help="only those in this state")
    listed.add_argument("--since", type=moments.day_or_time, metavar="DATE", help=_SINCE)
    listed.add_argument("--until", type=moments.day_or_time, metavar="DATE", help=_UNTIL)
    _add_subject(listed)
    parsing.add_page(listed)
    show = actions.add_parser("attempts", help="list the attempts of a delivery")
    show.add_argument("id", type=parsing.number_of, metavar="ID", help=_ID)
    replay = actions.add_parser("replay", help="send a delivery again under the same id, or all that match")
    replay.add_argument("id", type=parsing.number_of, nargs="?", metavar="ID", help=_ID)
    replay.add_argument("--webhook", type=parsing.number_of, metavar="ID", help=_TO)
    replay.add_argument(
        "--state", choices=("dead", "delivered", "retrying"), help="only those in this state (default: dead)"
    )
    replay.add_argument("--since", type=moments.day_or_time, metavar="DATE", help=_SINCE)
    replay.add_argument("--until", type=moments.day_or_time, metavar="DATE", help=_UNTIL)
    _add_subject(replay)


def _add_subject(action: argparse.ArgumentParser) -> None:
    product = action.add_mutually_exclusive_group()
    product.add_argument("--product", type=parsing.number_of, metavar="ID", help=_ABOUT)
    product.add_argument("--sku", help="only those about the products that have or had this SKU")
    changed_by = action.add_mutually_exclusive_group()
    changed_by.add_argument("--change-set", type=parsing.number_of, metavar="ID", help=_OF)
    changed_by.add_argument("--import", dest="import_id", type=parsing.number_of, metavar="ID", help=_IMPORTED)


def _deliveries(options: argparse.Namespace, context: Context) -> int:
    query, limit, before = _query(options, context), options.limit, options.before
    found = attempts.latest(context.workspace.database, query, limit=limit, before=before)
    if context.json:
        for delivery in found:
            context.emit(delivery.to_json())
        return output.DONE
    rows = [
        (
            str(one.id), iso(one.updated_at), str(one.webhook_id), one.state, _code(one.status_code), str(one.attempts),
            "-" if one.due_at is None else iso(one.due_at), one.type, one.message_id, one.error or "",
        )
        for one in found
    ]  # fmt: skip
    header = ("ID", "WHEN", "WEBHOOK", "STATE", "STATUS", "ATTEMPTS", "NEXT", "EVENT", "MESSAGE", "ERROR")
    for line in table.lines(header, rows):
        context.print(line)
    return output.DONE


def _attempts(options: argparse.Namespace, context: Context) -> int:
    attempts.get(context.workspace.database, options.id)
    found = attempts.attempts(context.workspace.database, options.id)
    if context.json:
        for attempt in found:
            context.emit(attempt.to_json())
        return output.DONE
    rows = [
        (
            str(one.number), iso(one.started_at), f"{one.total_ms:.1f} ms", one.address or "-", _code(one.status_code),
            one.error or "",
        )
        for one in found
    ]  # fmt: skip
    for line in table.lines(("ATTEMPT", "WHEN", "TOOK", "ADDRESS", "STATUS", "ERROR"), rows):
        context.print(line)
    return output.DONE


def _code(status: int | None) -> str:
    return "-" if status is None else str(status)


def _replay(options: argparse.Namespace, context: Context) -> int:
    database = context.workspace.database
    names = ("webhook", "state", "since", "until", "product", "sku", "change_set", "import_id")
    chosen = any(getattr(options, name) is not None for name in names)
    if (options.id is not None) == chosen:
        raise UsageProblem("Name one delivery, or say which ones to send again.", "See `webhooks replay --help`.")
    if options.id is not None:
        attempts.replay(database, options.id)
        number = 1
    else:
        number = attempts.replay_all(database, _query(options, context))
    if context.json:
        context.emit({"replayed": number})
    else:
        context.print(f"{counted(number, 'delivery', 'deliveries')} will be sent again.")
    return output.DONE


def _query(options: argparse.Namespace, context: Context) -> Query:
    """Which deliveries are meant; whatever is named has to exist."""
    change_set_id = options.change_set
    product_ids = None if options.product is None else [options.product]
    if options.webhook is not None:
        endpoints.get(context.workspace.database, options.webhook)
    with context.workspace.database.connect() as connection:
        if options.sku is not None:
            product_ids = history.holders(connection, options.sku)
        if options.change_set is not None:
            change_set.get(connection, options.change_set)
        if options.import_id is not None:
            change_set_id = changed_by.by_number(connection, options.import_id).change_set_id
    return Query(
        webhook_id=options.webhook,
        state=options.state,
        since=None if options.since is None else moment.start_of(options.since),
        until=None if options.until is None else moment.end_of(options.until),
        product_ids=product_ids,
        change_set_id=change_set_id,
    )


ACTIONS: dict[str, Callable[[argparse.Namespace, Context], int]] = {
    "deliveries": _deliveries,
    "attempts": _attempts,
    "replay": _replay,
}
"""What these commands do."""
