"""`acme-desktop webhooks`: endpoints, their deliveries, and the dispatcher without a window."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from acme_desktop.cli import deliveries, delivering, output, parsing
from acme_desktop.cli.output import Context
from acme_desktop.core.changes.outbox import EVENT_TYPES
from acme_desktop.core.foundation.errors import NotFound, UsageProblem
from acme_desktop.core.foundation.moments import iso
from acme_desktop.core.foundation.words import counted
from acme_desktop.core.webhooks import attempts, endpoints
from acme_desktop.core.webhooks.addresses import SCOPES
from acme_desktop.core.webhooks.endpoints import MODES, Endpoint, EndpointChanges

_WITH_ID = {
    "update": "change the settings of a webhook; what is not named stays",
    "enable": "switch a webhook on (again)",
    "disable": "switch a webhook off; its backlog is kept, further changes are not noted for it",
    "pause": "hold a webhook; everything is kept for it",
    "resume": "end the pause of a webhook",
    "rotate": "give a webhook a new secret; the old one signs as well for a day",
    "delete": "delete a webhook; what is on its way finishes, the rest is never sent",
    "test": "send a test to a webhook and show the answer, also while it is disabled",
}


def add_parser(subparsers: Any) -> None:
    """Add the command and its subcommands."""
    parser = subparsers.add_parser(
        "webhooks",
        help="where changes are sent: add, update, test and switch them, send what waits, see what came back",
    )
    actions = parsing.add_actions(parser)
    actions.add_parser("list", help="list the webhooks, and how much waits for each")
    _add_settings(actions.add_parser("add", help="add a webhook, and show its secret this once"), required=True)
    for name, words in _WITH_ID.items():
        action = actions.add_parser(name, help=words)
        action.add_argument(
            "id", type=parsing.number_of, metavar="ID", help="the webhook's number; see `webhooks list`"
        )
        if name == "update":
            _add_settings(action, required=False)
    deliveries.add_parsers(actions)
    delivering.add_parsers(actions)


def _add_settings(parser: argparse.ArgumentParser, *, required: bool) -> None:
    def usual(value: str) -> str:
        return f" (default: {value})" if required else ""

    parser.add_argument("--url", required=required, help="where to send, as https://HOST/PATH")
    parser.add_argument(
        "--event", action="append", choices=EVENT_TYPES, required=required, help="what to send; repeatable"
    )
    parser.add_argument("--mode", choices=MODES, help=f"a request for each event, or one for many{usual('each')}")
    parser.add_argument(
        "--batch-size",
        type=parsing.whole(),
        metavar="N",
        help=f"the most events in a batch, 1 to 500{usual('500')}",
    )
    parser.add_argument(
        "--rate", type=parsing.decimal, metavar="N", help=f"the most requests a second; 0 is no limit{usual('0')}"
    )
    parser.add_argument(
        "--header",
        action="append",
        metavar="NAME=VALUE",
        help="a header of every request; repeatable" + ("" if required else "; replaces all that there were"),
    )
    parser.add_argument(
        "--scope",
        choices=SCOPES,
        help="which addresses it may reach: on the internet, in a private network such as 10.0.0.0/8, or on this "
        f"computer{usual('public')}",
    )
    parser.add_argument(
        "--ca", metavar="FILE", help='a file with certificates (PEM) to trust besides the usual ones; "" for none'
    )


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    actions = {
        "list": _list, "add": _add, "update": _update, "enable": _switch, "disable": _switch, "pause": _switch,
        "resume": _switch, "rotate": _rotate, "delete": _delete, "test": _test,
        **deliveries.ACTIONS, **delivering.ACTIONS,
    }  # fmt: skip
    return actions[options.action](options, context)


def _list(_options: argparse.Namespace, context: Context) -> int:
    waiting = {one.webhook_id: one for one in attempts.backlog(context.workspace.database)}
    for endpoint in endpoints.listing(context.workspace.database):
        if context.json:
            context.emit(endpoint.to_json())
            continue
        backlog = waiting.get(endpoint.id)
        dead = f", {backlog.dead:,} dead" if backlog and backlog.dead else ""
        context.print(f"{_line(endpoint)}; {_waiting(backlog.events if backlog else 0)}{dead}")
    return output.DONE


def _waiting(events: int) -> str:
    return f"{counted(events, 'event')} {'waits' if events == 1 else 'wait'}"


def _add(options: argparse.Namespace, context: Context) -> int:
    endpoint, secret = endpoints.add(context.workspace.database, _changes(options))
    _show_secret(endpoint, secret, context)
    _warn(endpoint, context)
    return output.DONE


def _update(options: argparse.Namespace, context: Context) -> int:
    endpoint = endpoints.update(context.workspace.database, options.id, _changes(options))
    _show(endpoint, context)
    if options.url is not None or options.scope is not None:
        _warn(endpoint, context)
    return output.DONE


def _warn(endpoint: Endpoint, context: Context, *, known: bool = False) -> None:
    """Tell that deliveries will be refused, where they will and it is not known yet, and what to do."""
    from acme_desktop.core.webhooks import reach

    doubt = reach.doubt(endpoint.url, endpoint.scope)
    if doubt is None:
        return
    why, scope = doubt
    advice = f"update {endpoint.id} --scope {scope}" if scope else f"update {endpoint.id} --url URL"
    if not known:
        context.say(why)
    context.say(f"To change that: acme-desktop webhooks {advice}")


def _switch(options: argparse.Namespace, context: Context) -> int:
    _show(getattr(endpoints, options.action)(context.workspace.database, options.id), context)
    return output.DONE


def _rotate(options: argparse.Namespace, context: Context) -> int:
    endpoint, secret = endpoints.rotate(context.workspace.database, options.id)
    _show_secret(endpoint, secret, context)
    return output.DONE


def _delete(options: argparse.Namespace, context: Context) -> int:
    endpoints.delete(context.workspace.database, options.id)
    context.say(f"Webhook {options.id} is deleted.")
    return output.DONE


def _test(options: argparse.Namespace, context: Context) -> int:
    from acme_desktop.core.webhooks import trial

    result = trial.run(context.workspace.database, options.id)
    if context.json:
        context.emit(result.to_json())
    else:
        code = result.sent.status_code
        split = ", ".join(f"{name} {length:.1f} ms" for name, length in result.sent.phases)
        context.print(f"{code if code is not None else 'no answer'} in {result.sent.total_ms:.1f} ms ({split})")
    if result.sent.error:
        context.say(f"acme-desktop: {result.sent.error}")
        if result.sent.status_code is None:
            _warn(endpoints.get(context.workspace.database, options.id), context, known=True)
    return output.DONE if result.sent.ok else output.SOME_REJECTED


def _show(endpoint: Endpoint, context: Context) -> None:
    if context.json:
        context.emit(endpoint.to_json())
    else:
        context.print(_line(endpoint))


def _show_secret(endpoint: Endpoint, secret: str, context: Context) -> None:
    if context.json:
        context.emit({**endpoint.to_json(), "secret": secret})
        return
    context.print(_line(endpoint))
    context.print(f"secret: {secret}")
    context.say("The secret is shown this once: put it where the requests are received.")


def _line(endpoint: Endpoint) -> str:
    state = "disabled" if not endpoint.enabled else "paused" if endpoint.paused else "enabled"
    why = _why(endpoint)
    return f"{endpoint.id:>4}  {state}{f' ({why})' if why else ''}  {endpoint.mode}  {endpoint.url}  " + ", ".join(
        endpoint.events
    )


def _why(endpoint: Endpoint) -> str:
    """Why nothing is sent, or nothing arrives."""
    if endpoint.switched_off:
        return endpoint.switched_off
    if not endpoint.open:
        return ""
    if endpoint.elsewhere:
        return "sent to from another computer only"
    if endpoint.hold_until is not None and endpoint.hold_until > datetime.now(UTC):
        return f"on hold until {iso(endpoint.hold_until)}"
    return f"{counted(endpoint.failures, 'attempt')} failed since the last success" if endpoint.failures else ""


def _changes(options: argparse.Namespace) -> EndpointChanges:
    return EndpointChanges(
        url=options.url,
        events=options.event,
        mode=options.mode,
        batch_size=options.batch_size,
        rate=options.rate,
        scope=options.scope,
        headers=None if options.header is None else dict(_header(text) for text in options.header),
        ca=None if options.ca is None else _certificates(options.ca),
    )


def _header(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise UsageProblem(f"--header {text} is not NAME=VALUE.", "For example --header X-Shop=7.")
    return name.strip(), value.strip()


def _certificates(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii") if path else ""
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", "Check the name and the folder.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path} cannot be read.", "Name a file with certificates in PEM.", str(error)) from error
