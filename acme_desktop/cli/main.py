"""The command line: options, commands, and the one place where an error becomes an exit status."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

from acme_desktop import __version__
from acme_desktop.cli import interrupts, output
from acme_desktop.cli.output import Context
from acme_desktop.cli.parsing import Actions, Parser
from acme_desktop.core.foundation import file_names, logs
from acme_desktop.core.foundation.errors import Cancelled, NotFound, Problem
from acme_desktop.core.workspace import Workspace

_log = logging.getLogger(__name__)
# Before the log is opened, Python would write to stderr by itself.
logging.getLogger("acme_desktop").addHandler(logging.NullHandler())

OpenWindow = Callable[[str | None, str | None, list[str]], int]

# command -> the module with its `add_parser` and `run`; a module is loaded only for its own commands
_COMMANDS = {
    "import": "importer",
    "check": "check",
    "imports": "imports",
    "products": "products",
    "export": "export",
    "changes": "changes",
    "webhooks": "webhooks",
    "db": "db",
    "selftest": "selftest",
}

_SUMMARY = """\
commands:
  import FILE...     bring files into the catalogue (--dry-run shows what would happen)
  check FILE...      read and validate files without any database
  imports            list, show, undo and resume imports; save their rejected rows
  products           list, count, create, update, delete and edit products; their history; saved views
  export FILE        write products to a csv, xlsx, parquet or jsonl file
  changes            list, show, compare and undo changes
  webhooks           where changes are sent: add, update, test and switch them, send what waits, see what came back
  db                 the database: status, start, stop, migrate, maintain, backup, restore
  selftest           start every part of this installation once, and say what does not work

`acme-desktop COMMAND --help` tells more. Without a command the window opens, with the files named in its queue.

examples:
  acme-desktop import prices.csv --dry-run
  acme-desktop import prices.csv --map sku=Artikel --map name=Bezeichnung
  acme-desktop products list --name lamp --active yes --json
  acme-desktop changes undo 12

exit status:
  0 done                              3 done, but some rows were rejected or some deliveries failed
  1 failed, and nothing was changed   4 no such product, webhook, import or file
  2 wrong usage                       5 refused: needs a confirmation, or someone else changed it meanwhile
  130 cancelled, and nothing was changed
"""


def main(arguments: Sequence[str], *, open_window: OpenWindow | None = None) -> int:
    """Run a command, or open the window where no command is named; returns the exit status."""
    try:
        return _main(list(arguments), open_window)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else output.FAILED
    except Problem as problem:
        output.tell(problem)
        return problem.exit_code
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled. Nothing was changed.", file=sys.stderr)
        return output.CANCELLED
    except BrokenPipeError:
        output.close_stdout()
        print("acme-desktop: The output's reader went away before its end.", file=sys.stderr)
        return output.FAILED
    except Exception as error:  # noqa: BLE001  the last resort, so that nobody meets a traceback
        _log.exception("unexpected error")
        output.tell(
            Problem(
                "Something went wrong inside Acme Product Importer; this is a mistake of ours.",
                "What was to be changed is unchanged. Please report it with the end of logs/acme-desktop.log.",
                f"{type(error).__name__}: {error}",
            )
        )
        return output.FAILED


def _main(arguments: list[str], open_window: OpenWindow | None) -> int:
    common, rest = _common_options().parse_known_args(arguments)
    if rest and rest[0] in _COMMANDS:
        return _run_command(common, rest)
    files = _window_parser().parse_args(rest).files
    for file in files:
        if not os.path.exists(file):  # noqa: PTH110  a name that no file can have is no error here
            raise NotFound(
                f"There is no command and no file named {file_names.as_text(file)}.", "Try `acme-desktop --help`."
            )
    if open_window is None:
        raise Problem("The window cannot be opened from here.", "Name a command; see `acme-desktop --help`.")
    interrupts.let_through()
    return open_window(common.data_dir, common.database_url, files)


def _run_command(common: argparse.Namespace, rest: list[str]) -> int:
    module = importlib.import_module(f"acme_desktop.cli.{_COMMANDS[rest[0]]}")
    parser = Parser(prog="acme-desktop")
    module.add_parser(Actions(parser, "command"))
    options, unknown = parser.parse_known_args(rest)
    if unknown:
        known = [parser.prog, options.command, getattr(options, "action", "")]
        Parser(prog=" ".join(filter(None, known))).error(f"cannot make sense of {' '.join(unknown)}")
    with Workspace(common.data_dir, common.database_url) as workspace:
        logs.start(workspace.folder, verbose=common.verbose)
        return _run(module, options, Context(workspace, as_json=common.json, quiet=common.quiet))


def _run(module: ModuleType, options: argparse.Namespace, context: Context) -> int:
    status: int
    try:
        interrupts.let_through()
    except KeyboardInterrupt:
        if not hasattr(module, "tell_cancelled"):
            raise
        status = module.tell_cancelled(options, context)  # it owes its reader more than the exit status
    else:
        status = module.run(options, context)
    return status


def _common_options() -> argparse.ArgumentParser:
    """The options that stand before or after any command."""
    parser = Parser(prog="acme-desktop", add_help=False, allow_abbrev=False)
    group = parser.add_argument_group("options of every command")
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        help="the folder of the data, the settings and the logs (default: ACME_DATA_DIR, else this user's own)",
    )
    group.add_argument(
        "--database-url",
        metavar="URL",
        help="the PostgreSQL database to use, as postgresql://USER@HOST/NAME (default: DATABASE_URL, else the one of "
        "the saved settings, else the embedded one)",
    )
    group.add_argument("--json", action="store_true", help="print the data as JSON, one object a line")
    group.add_argument("--quiet", action="store_true", help="neither progress nor remarks")
    group.add_argument("--verbose", action="store_true", help="tell more of what is going on")
    return parser


def _window_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="acme-desktop",
        description="Opens the window, or runs a command without one.",
        epilog=_SUMMARY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common_options()],
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="opens the window with these files in its queue")
    parser.add_argument(
        "--version", action="version", version=f"acme-desktop {__version__}", help="print the version and end"
    )
    return parser
