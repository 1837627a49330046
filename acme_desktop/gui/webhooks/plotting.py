"""The desk's plots, read again only as often as what they cost allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import plots
from acme_desktop.core.webhooks.plots import Slot, Waiting

_LEAST_SECONDS = 5.0
_TIMES_THE_COST = 30
"""Of a busy day they look at half a million attempts: a desk that stays open spends a thirtieth of one processor."""


@dataclass(frozen=True)
class Plots:
    """The plots of some webhooks together, as of one look."""

    slots: list[Slot]
    waits: list[Waiting]


class Plotter:
    """Keeps the last plots while they are new enough; other webhooks or another span are read at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: tuple[tuple[tuple[int, ...], timedelta], float, Plots] | None = None

    def read(self, database: Database, webhook_ids: Sequence[int], span: timedelta) -> Plots:
        """The plots of the last `span`; called off the main thread."""
        asked, begun, last = (tuple(webhook_ids), span), self._clock(), self._last
        if last is not None and last[0] == asked and begun < last[1]:
            return last[2]
        tried = [plots.attempts(database, one, span=span) for one in webhook_ids]
        found = Plots(
            [_joined(slots) for slots in zip(*tried, strict=True)], plots.waiting(database, webhook_ids, span=span)
        )
        ended = self._clock()
        self._last = asked, ended + max(_LEAST_SECONDS, _TIMES_THE_COST * (ended - begun)), found
        return found


def _joined(slots: tuple[Slot, ...]) -> Slot:
    """The same stretch of time of several webhooks; of their latencies the worst."""
    return Slot(
        slots[0].start,
        sum(one.succeeded for one in slots),
        sum(one.failed for one in slots),
        max((one.median_ms for one in slots if one.median_ms is not None), default=None),
        max((one.p95_ms for one in slots if one.p95_ms is not None), default=None),
    )
