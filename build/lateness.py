"""How late a window's timer comes, and why: a timer asks to be called every 5 ms, and notes how much later it was.

A machine that is busy with other things makes every timer late, so each lateness is taken apart: what the window's own
thread worked (`own`), how long it could have run but was given no processor (`unscheduled`), and how long it waited for
something (`blocked`), which is the interpreter's lock as a rule. While it waits, whoever holds the lock works, or is
given no processor either: no more than what the other threads worked is theirs. `held` is what remains as the work of
this program, at most; it is what a stall on an idle machine would be. Systems that do not tell (other than Linux) have
all of a lateness as held.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICK_MS = 5


@dataclass(frozen=True)
class Tick:
    """One call of the timer, in milliseconds.

    Attributes:
        late: by how much it came later than asked for.
        own: processor time of the window's thread since the call before.
        unscheduled: how long that thread waited for a processor.
        others: processor time of the process's other threads.
    """

    late: float
    own: float = 0.0
    unscheduled: float = 0.0
    others: float = 0.0
    told: bool = False

    @property
    def blocked(self) -> float:
        """How long the thread waited for something that is no processor, besides the pause that was asked for."""
        return max(0.0, self.late - self.own - self.unscheduled) if self.told else 0.0

    @property
    def held(self) -> float:
        """How much of the lateness is this program's own work, at most."""
        return min(self.late, self.own + min(self.blocked, self.others)) if self.told else self.late

    def __str__(self) -> str:
        if not self.told:
            return f"{self.late:.0f} ms late"
        return (
            f"{self.late:.0f} ms late: {self.own:.0f} own work, {self.unscheduled:.0f} without a processor, "
            f"{self.blocked:.0f} blocked while other threads worked {self.others:.0f}; "
            f"at most {self.held:.0f} held by this program"
        )


class Lateness:
    """Notes every tick in `ticks`; so long as one was late the window could not have answered."""

    def __init__(self, parent: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.ticks: list[Tick] = []
        self._clocks = _Clocks()
        self._timer = QTimer(parent, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin a stretch of time, with nothing noted."""
        self.ticks.clear()
        self._begin()
        self._timer.start()

    def stop(self) -> None:
        """Note nothing more."""
        self._timer.stop()

    @property
    def latest(self) -> Tick:
        """The latest tick of this stretch."""
        return max(self.ticks, key=lambda tick: tick.late, default=Tick(0.0))

    @property
    def most_held(self) -> Tick:
        """The tick that this program itself made the latest."""
        return max(self.ticks, key=lambda tick: tick.held, default=Tick(0.0))

    @property
    def longest(self) -> float:
        """How late the latest tick of this stretch was."""
        return self.latest.late

    def quantile(self, share: float) -> float:
        """How late the tick was that only so large a share of them did not exceed."""
        return _quantile([tick.late for tick in self.ticks], share)

    def held_quantile(self, share: float) -> float:
        """The same of what this program itself held."""
        return _quantile([tick.held for tick in self.ticks], share)

    def _tick(self) -> None:
        late = max(0.0, (time.perf_counter() - self._since) * 1000 - TICK_MS)
        now, before = self._clocks.read(), self._before
        if now is None or before is None:
            self.ticks.append(Tick(late))
        else:
            taken = (now.own - before.own, now.waited - before.waited, now.others - before.others)
            self.ticks.append(Tick(late, *taken, told=True))
        self._begin()

    def _begin(self) -> None:
        self._before = self._clocks.read()
        self._since = time.perf_counter()


@dataclass(frozen=True)
class _Times:
    """Milliseconds that the window's thread and the others have worked, and that the former waited for a processor."""

    own: float
    others: float
    waited: float


class _Clocks:
    """Reads these; made on the window's own thread.

    All but one come without a call that lets go of the interpreter's lock: to get it back takes a busy thread's whole
    turn each time, and would be measured as a stall.
    """

    def __init__(self) -> None:
        path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._file = os.open(path, os.O_RDONLY) if path.exists() else None

    def read(self) -> _Times | None:
        """The times until now; None where the system does not tell."""
        if self._file is None:
            return None
        waited = int(os.pread(self._file, 100, 0).split()[1]) / 1e6
        own = time.thread_time() * 1000
        return _Times(own, time.process_time() * 1000 - own, waited)


def _quantile(taken: list[float], share: float) -> float:
    ordered = sorted(taken)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
