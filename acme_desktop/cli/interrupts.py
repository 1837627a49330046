"""Ctrl+C and a polite kill, from the program's first line on: nothing heavy is loaded before they are looked after.

While the program loads they are noted, as an exception in the midst of loading a module would be told as a crash; from
`let_through` on each is a `KeyboardInterrupt`, unless a command handles it in its own way.
"""

from __future__ import annotations

import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_held: list[signal.Signals] = []
_noted: list[int] = []


def hold() -> None:
    """Begin to note them; those that the program was started to ignore stay ignored."""
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
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
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
