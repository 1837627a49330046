"""`acme-desktop db`: the database itself: its state, the embedded server, schema, backup and restore."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from acme_desktop.cli import output, parsing, table
from acme_desktop.cli.output import Context
from acme_desktop.core.database.failures import sentence_case
from acme_desktop.core.foundation.errors import Refused
from acme_desktop.core.foundation.words import counted


def add_parser(subparsers: Any) -> None:
    """Add the command and its subcommands."""
    parser = subparsers.add_parser("db", help="the database: status, start, stop, migrate, maintain, backup, restore")
    actions = parsing.add_actions(parser)
    for name, words in (
        ("status", "show which database it is, its versions and how many products it holds"),
        ("start", "start the embedded server and leave it running for other programs"),
        ("stop", "stop the embedded server that `db start` left running"),
        ("migrate", "bring the schema to this program's version"),
        ("maintain", "bring lately written products under the indexes, so that search and sorting stay fast"),
    ):
        actions.add_parser(name, help=words)
    backup = actions.add_parser("backup", help="save the whole database to a file")
    backup.add_argument("file", metavar="FILE", help="where to; a file that exists is replaced")
    restore = actions.add_parser("restore", help="replace the whole database by a backup")
    restore.add_argument("file", metavar="FILE", help="a file that `db backup` made")
    restore.add_argument(
        "--yes", action="store_true", help="do it, though there is something to replace; without, the file is looked at"
    )


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    actions = {
        "status": _status,
        "start": _start,
        "stop": _stop,
        "migrate": _migrate,
        "maintain": _maintain,
        "backup": _backup,
        "restore": _restore,
    }
    return actions[options.action](options, context)


def _status(_options: argparse.Namespace, context: Context) -> int:
    from acme_desktop.core.database import migrations

    database = context.workspace.database
    state = {
        "url": database.safe_url,
        "embedded": database.embedded,
        "server_version": _server_version(context),
        "schema_version": migrations.current(database),
        "products": _products(context),
    }
    if context.json:
        context.emit(state)
        return output.DONE
    for line in table.facts({"database": database.display_name, **state}.items()):
        context.print(line)
    return output.DONE


def _start(_options: argparse.Namespace, context: Context) -> int:
    _must_be_embedded(context)
    from acme_desktop.core.database.embedded import EmbeddedServer

    # The schema comes first, so that other programs find tables.
    url = context.workspace.database.safe_url
    EmbeddedServer(context.workspace.folder).keep()
    if context.json:
        context.emit({"url": url})
    else:
        context.print(url)
    context.say("The embedded server stays until `db stop`.")
    return output.DONE


def _stop(_options: argparse.Namespace, context: Context) -> int:
    _must_be_embedded(context)
    from acme_desktop.core.database.embedded import EmbeddedServer

    stopped = EmbeddedServer(context.workspace.folder).stop()
    if context.json:
        context.emit({"stopped": stopped})
    if stopped:
        context.say("The embedded server is stopped.")
    else:
        context.say("Other programs still use the embedded server; the last of them stops it.")
    return output.DONE


def _migrate(_options: argparse.Namespace, context: Context) -> int:
    from acme_desktop.core.database import migrations

    database = context.workspace.open_without_migrating()
    try:
        before = migrations.current(database)
        migrations.upgrade(database)
        after = migrations.current(database)
    finally:
        database.close()
    if context.json:
        context.emit({"before": before, "after": after})
    context.say(f"The schema is at version {after}" + (", as before." if before == after else f"; it was {before}."))
    return output.DONE


def _maintain(_options: argparse.Namespace, context: Context) -> int:
    from acme_desktop.core.database import catalogue_indexes

    database = context.workspace.database
    if not catalogue_indexes.allowed(database):
        raise Refused(
            f"{sentence_case(database.in_words)} does not let this role make indexes.",
            "Run this as the role that owns the table products. Everything works without, only slower.",
        )
    due = catalogue_indexes.due(database)
    done = False
    if due:
        with context.progress("maintain") as progress:
            done = catalogue_indexes.maintain(database, progress)
    if context.json:
        context.emit({"due": due, "done": done})
    if due and not done:
        raise Refused("Another program writes or maintains the catalogue at this moment.", "Try again when it is done.")
    context.say("Search and sorting are in order." if done else "Nothing was to be done.")
    return output.DONE


def _backup(options: argparse.Namespace, context: Context) -> int:
    from acme_desktop.core.database import backup

    with context.progress("backup") as progress:
        size = backup.backup(context.workspace.database, Path(options.file), progress)
    if context.json:
        context.emit({"file": options.file, "bytes": size})
    context.say(f"The database is saved in {options.file} ({size:,} bytes).")
    return output.DONE


def _restore(options: argparse.Namespace, context: Context) -> int:
    from acme_desktop.core.database import backup

    if not options.yes and not backup.holds_nothing(context.workspace.database):
        with context.progress("Reading the backup") as progress:
            backup.check(Path(options.file), progress)
        raise Refused(
            f"{options.file} is a whole backup. It would replace the {counted(_products(context), 'product')} "
            f"in {context.workspace.database.in_words}.",
            "To do so, add --yes. Nothing was changed.",
        )
    with context.progress("restore") as progress:
        backup.restore(context.workspace.database, Path(options.file), progress)
    products = _products(context)
    if context.json:
        context.emit({"file": options.file, "products": products})
    context.say(f"The database is as in {options.file}, with {counted(products, 'product')}.")
    return output.DONE


def _must_be_embedded(context: Context) -> None:
    if context.workspace.database_url is not None:
        raise Refused(
            "The database is a server that this program neither starts nor stops.",
            "Leave out --database-url and DATABASE_URL to use the embedded one.",
        )


def _server_version(context: Context) -> str:
    with context.workspace.database.connect() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return str(row[0]).split()[0] if row else ""


def _products(context: Context) -> int:
    with context.workspace.database.connect() as connection:
        row = connection.execute("SELECT count(*) FROM products").fetchone()
    return int(str(row[0])) if row else 0
