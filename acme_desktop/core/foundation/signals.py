"""The signals that ask the program to end: Ctrl+C, a polite kill, and a terminal that was closed."""

from __future__ import annotations

# What Python's `signal` stands on and is there from the start: that takes milliseconds, in which Ctrl+C is a traceback.
import _signal as signal  # type: ignore[import-not-found]

ENDING: tuple[int, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def heeded() -> tuple[int, ...]:
    """Those of them that whoever started the program did not have ignored, as `nohup` does."""
    return tuple(number for number in ENDING if signal.getsignal(number) != signal.SIG_IGN)
