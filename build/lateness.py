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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICK_MS = 5
_TASKS = Path("/proc/self/task")


@dataclass(frozen=True)
class Tick:
    """One call of the timer, in milliseconds.

    Attributes:
        late: by how much it came later than asked for.
        own: processor time of the window's thread since the call before.
        unscheduled: how long that thread waited for a processor.
        others: processor time of the process's other threads.
        foreign: how long the other threads waited for a processor, all together.
    """

    late: float
    own: float = 0.0
    unscheduled: float = 0.0
    others: float = 0.0
    foreign: float = 0.0
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
            f"{self.blocked:.0f} blocked while other threads worked {self.others:.0f} "
            f"and waited {self.foreign:.0f} for a processor; at most {self.held:.0f} held by this program"
        )


class Lateness:
    """Notes every tick in `ticks`; so long as one was late the window could not have answered."""

    def __init__(self, parent: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.ticks: list[Tick] = []
        self._threads = _Threads()
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
        now = self._threads.read()
        if now is None or self._before is None:
            self.ticks.append(Tick(late))
        else:
            own, others = now.minus(self._before)
            self.ticks.append(Tick(late, *own, *others, told=True))
        self._begin()

    def _begin(self) -> None:
        self._before = self._threads.read()
        self._since = time.perf_counter()


@dataclass(frozen=True)
class _Times:
    """Milliseconds on a processor and waiting for one, by thread."""

    own: int
    threads: dict[int, tuple[float, float]]

    def minus(self, before: _Times) -> tuple[tuple[float, float], tuple[float, float]]:
        """What the window's thread took since, and what all others did."""
        taken = {}
        for thread, (worked, waited) in self.threads.items():
            former = before.threads.get(thread, (0.0, 0.0))
            taken[thread] = (worked - former[0], waited - former[1])
        own = taken.pop(self.own)
        return own, (sum(one for one, _ in taken.values()), sum(one for _, one in taken.values()))


class _Threads:
    """Reads what the kernel tells of this process's threads; made on the window's own."""

    def __init__(self) -> None:
        self._own = threading.get_native_id()
        self._files: dict[int, int] = {}

    def read(self) -> _Times | None:
        """The threads' times until now; None where the system does not tell."""
        if not _TASKS.is_dir():
            return None
        threads = {}
        for thread in (int(one.name) for one in _TASKS.iterdir()):
            with suppress(OSError):  # it has ended meanwhile
                threads[thread] = self._of(thread)
        for ended in self._files.keys() - threads.keys():
            os.close(self._files.pop(ended))
        return _Times(self._own, threads) if self._own in threads else None

    def _of(self, thread: int) -> tuple[float, float]:
        if thread not in self._files:
            self._files[thread] = os.open(_TASKS / str(thread) / "schedstat", os.O_RDONLY)
        worked, waited, _ = os.pread(self._files[thread], 100, 0).split()
        return int(worked) / 1e6, int(waited) / 1e6


def _quantile(taken: list[float], share: float) -> float:
    ordered = sorted(taken)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
