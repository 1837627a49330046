"""stdout is data, stderr is narration: progress, messages and problems, and the exit status of each."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from functools import cached_property
from io import TextIOWrapper
from types import FrameType
from typing import Any, TextIO

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.foundation import json_lines, signals
from acme_desktop.core.foundation.errors import Problem
from acme_desktop.core.foundation.files import unwritable
from acme_desktop.core.foundation.progress import Progress, Snapshot
from acme_desktop.core.workspace import Workspace

DONE = 0
FAILED = 1
WRONG_USAGE = 2
SOME_REJECTED = 3
NOT_FOUND = 4
REFUSED = 5
CANCELLED = 130

_TERMINAL_SECONDS = 0.1
_LINE_SECONDS = 3.0


def worst(statuses: list[int]) -> int:
    """The exit status of several steps: that of the first that failed, else that some rows were rejected."""
    failures = [status for status in statuses if status not in (DONE, SOME_REJECTED)]
    return failures[0] if failures else max(statuses, default=DONE)


class Context:
    """What a command needs: the workspace, and where its data and its words go.

    Args:
        workspace: the data folder and the database.
        as_json: one JSON object a line on stdout.
        quiet: no progress and no remarks; problems are still told.
    """

    def __init__(self, workspace: Workspace, *, as_json: bool, quiet: bool) -> None:
        self.workspace = workspace
        self.json = as_json
        self.quiet = quiet

    @cached_property
    def author(self) -> Author:
        """The person at the terminal."""
        return Author.here("command line")

    def emit(self, value: dict[str, Any]) -> None:
        """Write one JSON object as a line on stdout."""
        self.print(json_lines.line(value))

    def print(self, text: str) -> None:
        """Write a line of data on stdout."""
        with stdout() as stream:
            print(text, file=stream)

    def say(self, text: str) -> None:
        """Tell the person something on stderr, unless they asked for quiet."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def complain(self, problem: Problem) -> None:
        """Tell a problem with its advice on stderr."""
        tell(problem)

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[Progress]:
        """A `Progress` that Ctrl+C cancels and that is shown: a bar on a terminal, else a line every few seconds."""
        progress = Progress()
        finished = threading.Event()
        watcher = threading.Thread(target=self._show, args=(label, progress, finished), daemon=True)
        with _cancelling_on_interrupt(progress):
            if not self.quiet:
                watcher.start()
            try:
                yield progress
            finally:
                finished.set()
                if not self.quiet:
                    watcher.join()

    def _show(self, label: str, progress: Progress, finished: threading.Event) -> None:
        terminal = sys.stderr.isatty()
        told: tuple[object, ...] = ()
        while not finished.wait(_TERMINAL_SECONDS if terminal else _LINE_SECONDS):
            now = progress.snapshot()
            text = _describe(label, now)
            if terminal:
                sys.stderr.write(f"\r\x1b[K{text}")
                sys.stderr.flush()
                continue
            news = (now.stage, now.rows, f"{now.fraction or 0:.0%}")  # the rate, which changes by itself, is none
            if news != told:
                print(text, file=sys.stderr, flush=True)
                told = news
        if terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextlib.contextmanager
def stdout() -> Iterator[TextIO]:
    """stdout for data; what was written has left the program when the block ends.

    Raises:
        EnvironmentProblem: it takes no more, as a file on a full disk does.
        BrokenPipeError: its reader went away.
    """
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        close_stdout()
        raise unwritable("Standard output", error) from error


def speak_utf8() -> None:
    """Write UTF-8 on stdout in every locale, and what UTF-8 does not take in escapes: others read it as UTF-8.

    A stream that whoever started the program had closed (``>&-``) takes everything and keeps nothing. Opened first, it
    has the number that was free, which else the next file or connection would get, and a library's remarks with it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  held to the end
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def close_stdout() -> None:
    """Let what cannot be written any more go nowhere, so that Python does not try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(problem: Problem) -> None:
    """Write a problem, its advice and the first line of its details to stderr."""
    print(f"acme-desktop: {problem.title}", file=sys.stderr)
    if problem.advice:
        print(problem.advice, file=sys.stderr)
    if problem.details:
        print(f"Details: {problem.details}", file=sys.stderr)
    sys.stderr.flush()


@contextlib.contextmanager
def _cancelling_on_interrupt(progress: Progress) -> Iterator[None]:
    """Ctrl+C, a polite kill and a closed terminal cancel the job, so that it ends as cancelled and cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def cancel(_number: int, _frame: FrameType | None) -> None:
        # Cancelling a statement talks to the server: not inside a signal handler.
        threading.Thread(target=progress.cancel, daemon=True).start()

    before = {number: signal.signal(number, cancel) for number in signals.heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _describe(label: str, now: Snapshot) -> str:
    rate = f", {now.rows / now.seconds:,.0f} rows/s" if now.rows and now.seconds > 0.5 else ""
    rows = f"{now.rows:,} rows{rate}" if now.rows else ""
    share = now.fraction
    if share is None:
        return f"{label}: {now.stage} {rows}".rstrip()
    filled = int(share * 24)
    return f"{label}: {now.stage} [{'#' * filled}{'.' * (24 - filled)}] {share:4.0%} {rows}".rstrip()
