"""Ctrl+C, a polite kill and a closed terminal, from the program's first line on, before anything heavy is loaded.

While the program loads they are noted, as an exception in the midst of loading a module would be told as a crash; from
`let_through` on each is a `KeyboardInterrupt`, unless a command handles it in its own way.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # see `signals`

from acme_desktop.core.foundation import signals

_held: list[int] = []
_noted: list[int] = []


def hold() -> None:
    """Begin to note them; those that the program was started to ignore stay ignored."""
    for number in signals.heeded():
        signal.signal(number, lambda came, _frame: _noted.append(came))
        _held.append(number)


def let_through() -> None:
    """Raise `KeyboardInterrupt` for each that comes, and at once where one came already; nothing without `hold`."""
    while _held:
        signal.signal(_held.pop(), signal.default_int_handler)
    if _noted:
        _noted.clear()
        raise KeyboardInterrupt


def ignore() -> None:
    """The work is done and its outcome told: a signal that comes now changes neither."""
    for number in signals.ENDING:
        signal.signal(number, signal.SIG_IGN)
