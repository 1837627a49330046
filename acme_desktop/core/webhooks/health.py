"""How well an endpoint takes what it is sent: whether to go on, to try with one request, or to wait."""

from __future__ import annotations

from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.retry import Verdict

TRIPPED = 20
"""Failures in a row after which new events wait and single ones probe the endpoint."""

_PROBE_FIRST, _PROBE_LAST = 60.0, 600.0


class Health:
    """What the attempts so far say about an endpoint as a whole; times in seconds since 1970.

    Attributes:
        failures: attempts since the last success.
        hold_until: nothing is sent before, because the endpoint asked for it.
        gone: it answered 410, which is not written down yet.
        probing: one request at a time until one succeeds.
        probe_at: when new events are tried again while it is tripped.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.failures = endpoint.failures
        self.hold_until = _held(endpoint)
        self.gone = False
        self.probing = self.failures > 0
        self.probe_at = 0.0
        self._probe_wait = _PROBE_FIRST

    @property
    def tripped(self) -> bool:
        """Whether new events wait."""
        return self.failures >= TRIPPED

    @property
    def one_at_a_time(self) -> bool:
        """Whether nothing is sent while something is on its way."""
        return self.probing or self.tripped

    def probe(self) -> None:
        """Begin with one request, now: a person says that the endpoint is worth trying again."""
        self.probing, self.probe_at = True, 0.0
        self._probe_wait = _PROBE_FIRST

    def reset(self, endpoint: Endpoint) -> None:
        """Take in the endpoint as the database has it."""
        self.failures = endpoint.failures
        self.hold_until = _held(endpoint)

    def succeed(self) -> None:
        """An attempt arrived."""
        self.failures, self.probing = 0, False
        self._probe_wait = _PROBE_FIRST

    def fail(self, verdict: Verdict, now: float) -> None:
        """An attempt failed."""
        self.failures += 1
        if verdict.gone:
            self.gone = True
        if verdict.hold:
            self.hold_until = max(self.hold_until, now + verdict.hold)
            self.probing = True
        if self.tripped:
            self.probe_at = now + self._probe_wait
            self._probe_wait = min(self._probe_wait * 2, _PROBE_LAST)


def _held(endpoint: Endpoint) -> float:
    return endpoint.hold_until.timestamp() if endpoint.hold_until else 0.0
