"""Every help text: each command says what it does, and each option what it is for."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator

import pytest

from acme_desktop.cli import main
from acme_desktop.cli.parsing import COMMON, Actions, Parser


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """All parsers below this one."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield one
                yield from parsers(one)


def every_parser() -> list[argparse.ArgumentParser]:
    root = Parser(prog="acme-desktop")
    actions = Actions(root, "command")
    for module in main._COMMANDS.values():
        importlib.import_module(f"acme_desktop.cli.{module}").add_parser(actions)
    return list(parsers(root))


@pytest.mark.parametrize("parser", every_parser(), ids=lambda parser: parser.prog)
def test_a_command_and_each_of_its_options_are_explained(parser: argparse.ArgumentParser) -> None:
    assert parser.description
    assert parser.description[0].isupper()
    assert parser.description.endswith(".")
    assert parser.epilog == COMMON
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            assert action.help, f"{parser.prog} {action.option_strings or action.metavar}"
    assert "ACTION\n" not in parser.format_help().partition("actions:")[2]


def test_the_summary_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--help"]) == 0
    summary = capsys.readouterr().out.partition("\ncommands:\n")[2]
    named = [line.split()[0] for line in summary.partition("\n\n")[0].splitlines()]
    assert named == list(main._COMMANDS)
