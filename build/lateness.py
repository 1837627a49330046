"""How late a window's timer comes: a timer asks to be called every 5 ms, and notes how much later it was."""

from __future__ import annotations

from typing import Any

TICK_MS = 5


class Lateness:
    """Notes the lateness of every tick, in milliseconds, in `late`; the window could not have answered so long."""

    def __init__(self, parent: Any) -> None:
        from PySide6.QtCore import QElapsedTimer, Qt, QTimer

        self.late: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer(parent, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin a stretch of time, with nothing noted."""
        self.late.clear()
        self._clock.start()
        self._timer.start()

    def stop(self) -> None:
        """Note nothing more."""
        self._timer.stop()

    @property
    def longest(self) -> float:
        """The latest tick of this stretch."""
        return max(self.late, default=0.0)

    def quantile(self, share: float) -> float:
        """How late the tick was that only so large a share of them did not exceed."""
        ordered = sorted(self.late)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0

    def _tick(self) -> None:
        self.late.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - TICK_MS))
        self._clock.restart()
