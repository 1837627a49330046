"""The parser of the command line, which complains in plain words, and the types of what options take."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from acme_desktop.cli import output

COMMON = "--data-dir, --database-url, --json, --quiet and --verbose go with every command; see `acme-desktop --help`."


class _Help(argparse.HelpFormatter):
    """Lists a command's actions without a heading of their own, in one column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)

    def _format_action(self, action: argparse.Action) -> str:
        if isinstance(action, argparse._SubParsersAction):
            return "".join(self._format_action(one) for one in self._iter_indented_subactions(action))
        return super()._format_action(action)


class Parser(argparse.ArgumentParser):
    """Complains like the rest of the program: one sentence and a next step."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **settings})

    def error(self, message: str) -> NoReturn:
        """End the program with the exit status of wrong usage."""
        print(f"{self.prog}: {_plain(message)}\nTry `{self.prog} --help`.", file=sys.stderr)
        raise SystemExit(output.WRONG_USAGE)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """The same as argparse's, in other words."""
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"“{value}” is not one of {listed(action.choices)}")


class Actions:
    """Where to add commands to a parser; one of them has to be named."""

    def __init__(self, parser: argparse.ArgumentParser, name: str = "action") -> None:
        self._parsers = parser.add_subparsers(dest=name, required=True, title=f"{name}s", metavar=name.upper())

    def add_parser(self, name: str, *, help: str, description: str = "") -> argparse.ArgumentParser:  # noqa: A002
        """The parser of a command; its own help begins with `help` as a sentence and goes on with `description`."""
        sentence = f"{help[:1].upper()}{help[1:]}."
        return self._parsers.add_parser(name, help=help, description=f"{sentence} {description}".strip(), epilog=COMMON)


def add_actions(parser: argparse.ArgumentParser) -> Actions:
    """Where to add a command's own commands."""
    return Actions(parser)


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many are listed."""
    parser.add_argument("--limit", type=count, default=100, metavar="N", help="list at most so many (default: 100)")


def add_page(parser: argparse.ArgumentParser) -> None:
    """Add the options of a list that is read page by page, the newest first."""
    add_limit(parser)
    parser.add_argument(
        "--before", type=number_of, metavar="ID", help="only those older than this one: the last of the page above"
    )


def listed(words: Iterable[object]) -> str:
    """``a, b or c``."""
    *most, last = map(str, words)
    return f"{', '.join(most)} or {last}" if most else last


def whole(least: int | None = None, most: int | None = None) -> Callable[[str], int]:
    """The type of an option that takes a whole number; both ends are allowed."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or (least is not None and value < least) or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number{_between(least, most)}")
        return value

    return number


number_of = whole(1, 2**63 - 1)
"""The type of an option that takes the number of an import, a change set, a webhook and the like."""

page = whole(1, 10**9)
"""The type of an option that takes a page's number or size: their product is still a number for the database."""

count = whole(0, 2**63 - 1)
"""The type of an option that takes how many."""


def decimal(text: str) -> float:
    """The type of an option that takes a number with or without a decimal point."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number such as 5 or 0.5") from None


def _between(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    return f" of {least} or more" if most is None or most > 1_000_000 else f" from {least} to {most}"


def _plain(message: str) -> str:
    wanted = "the following arguments are required: "
    if message.startswith(wanted):
        names = message.removeprefix(wanted).split(", ")
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} missing."
    for before, after in _WORDS:
        message = message.replace(before, after)
    return message if message.endswith(".") else f"{message}."


_WORDS = (
    ("argument ", ""),
    ("expected one argument", "a value is missing"),
    ("expected at least one argument", "a value is missing"),
    ("not allowed with", "cannot stand together with"),
    ("one of the arguments", "one of these has to be given:"),
    (" is required", ""),
)
