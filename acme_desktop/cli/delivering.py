"""`acme-desktop webhooks deliver|echo`: what goes on until it is stopped, the dispatcher and a receiver to try it."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from typing import Any

from acme_desktop.cli import output, parsing
from acme_desktop.cli.output import Context
from acme_desktop.core.foundation import signals
from acme_desktop.core.foundation.errors import EnvironmentProblem


def add_parsers(actions: Any) -> None:
    """Add both commands."""
    deliver = actions.add_parser("deliver", help="send what waits")
    how = deliver.add_mutually_exclusive_group(required=True)
    how.add_argument("--until-empty", action="store_true", help="send all that is due, and end")
    how.add_argument("--watch", action="store_true", help="send all that is due and all that comes, until Ctrl+C")
    echo = actions.add_parser("echo", help="receive webhooks on this computer and print what comes, to try them")
    echo.add_argument(
        "--port",
        type=parsing.whole(0, 65535),
        default=0,
        metavar="N",
        help="the port to listen at (default: any that is free)",
    )
    echo.add_argument("--secret", metavar="WHSEC", help="the secret of a webhook, to check its signatures")


def _deliver(options: argparse.Namespace, context: Context) -> int:
    totals = asyncio.run(_dispatch(options, context))
    if context.json:
        context.emit({"delivered": totals.delivered, "failed": totals.failed, "pending": totals.pending})
    else:
        context.print(f"{totals.delivered:,} delivered, {totals.failed:,} failed, {totals.pending:,} pending")
    return output.SOME_REJECTED if totals.failed else output.DONE


def _echo(options: argparse.Namespace, context: Context) -> int:
    asyncio.run(_listen(options, context))
    return output.DONE


async def _listen(options: argparse.Namespace, context: Context) -> None:
    from acme_desktop.core.webhooks import signing
    from acme_desktop.core.webhooks.echo import Echo, EchoReceiver

    def tell(echo: Echo) -> None:
        verified = signing.verify(options.secret, echo.headers, echo.body, time.time()) if options.secret else None
        text = echo.body.decode("utf-8", "replace")
        if context.json:
            context.emit({"path": echo.path, "headers": echo.headers, "body": text, "verified": verified})
            return
        words = {True: "signature is good", False: "SIGNATURE IS WRONG", None: "signature not checked"}[verified]
        context.print(f"{echo.headers.get('webhook-id', '-')}  {words}  {text}")

    receiver = EchoReceiver(tell, port=options.port)
    try:
        url = await receiver.start()
    except OSError as error:
        raise EnvironmentProblem(f"Port {options.port} is taken.", "Choose another one.", str(error)) from error
    context.say(f"Listening at {url} (scope loopback) until stopped (Ctrl+C) ...")
    ended = asyncio.Event()
    _stop_with(ended.set)
    try:
        await ended.wait()
    finally:
        await receiver.stop()


def _stop_with(stop: Callable[[], None]) -> None:
    """Let Ctrl+C, a polite kill and a closed terminal stop what runs on this loop."""
    loop = asyncio.get_running_loop()
    for number in signals.heeded():
        try:
            loop.add_signal_handler(number, stop)
        except (NotImplementedError, RuntimeError):  # Windows, or not the main thread: Ctrl+C ends it there
            break


async def _dispatch(options: argparse.Namespace, context: Context) -> Any:
    from acme_desktop.core.webhooks.dispatcher import Dispatcher

    dispatcher = Dispatcher(context.workspace.database)
    _stop_with(dispatcher.stop)
    if options.watch:
        context.say("Delivering until stopped (Ctrl+C) ...")
    return await dispatcher.run(until_empty=options.until_empty)


ACTIONS: dict[str, Callable[[argparse.Namespace, Context], int]] = {"deliver": _deliver, "echo": _echo}
"""What these commands do."""
