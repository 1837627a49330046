"""The question before a window closes in the middle of something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from acme_desktop.gui.widgets import question


@dataclass(frozen=True)
class Running:
    """Something that closing would cancel.

    Attributes:
        what: "import".
        going_on: "importing".
        without: a sentence on how things are when it is cancelled.
    """

    what: str
    going_on: str
    without: str


IMPORT = Running("import", "importing", "The catalogue stays as it was before that import.")
EXPORT = Running("export", "exporting", "No file is written by that export.")


def ask_to_leave(window: QWidget, running: Sequence[Running], leave: Callable[[], object]) -> None:
    """Ask whether what is running shall be cancelled, and call `leave` if so; staying is the default."""
    things = " and an ".join(one.what for one in running)
    alone = len(running) == 1
    question.ask(
        window,
        "closeDialog",
        f"An {things} {'is' if alone else 'are'} running. Cancel {'it' if alone else 'both'} and close the window?",
        " ".join(one.without for one in running),
        (f"&Cancel {f'the {things}' if alone else 'both'} and close", "closeAnywayButton"),
        f"&Go on {' and '.join(one.going_on for one in running)}",
        leave,
    )
