"""When a failed delivery is tried again, and what an answer means for its endpoint."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MINUTE, _HOUR = 60.0, 3600.0
SCHEDULE = (5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR)
"""Seconds from each failed attempt to the next, before jitter."""

JITTER = 0.2
ATTEMPTS = len(SCHEDULE) + 1
LONGEST_PAUSE = 24 * _HOUR
AT_LEAST = 60.0
"""Seconds that an endpoint gets which says that it is overloaded and not for how long, and a message that timed out."""

SWITCH_OFF_AFTER = 120 * _HOUR
"""Seconds without any success, and at least `ATTEMPTS` attempts, after which an endpoint is switched off."""

_GONE, _TOO_LARGE, _TOO_MANY = 410, 413, 429


@dataclass(frozen=True)
class Answer:
    """What decides about the next attempt.

    Attributes:
        status_code: None where there was no HTTP answer.
        timed_out: whether the time was up.
        retry_after: the header's value, or None.
    """

    status_code: int | None
    timed_out: bool = False
    retry_after: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What follows from an attempt.

    Attributes:
        delivered: the message is done.
        dead: it is not tried again.
        wait: seconds until the next attempt, where there is one.
        hold: seconds in which nothing at all is sent to the endpoint.
        gone: the endpoint asked never to be called again.
        too_large: the endpoint may take it in parts.
    """

    delivered: bool = False
    dead: bool = False
    wait: float = 0.0
    hold: float = 0.0
    gone: bool = False
    too_large: bool = False


def judge(answer: Answer, attempt: int, now: datetime, *, chance: random.Random | None = None) -> Verdict:
    """What an answer to the attempt with that number (from 1) means.

    Args:
        now: the time to which a date in ``Retry-After`` is compared.
        chance: where the jitter comes from.
    """
    code = answer.status_code
    if code is not None and 200 <= code < 300:
        return Verdict(delivered=True)
    if code == _GONE:
        return Verdict(gone=True)
    overloaded = code == _TOO_MANY and answer.retry_after is None
    hold = AT_LEAST if overloaded else pause(answer.retry_after, now)
    if attempt >= ATTEMPTS:
        return Verdict(dead=True, hold=hold or 0.0)
    wait = delay(attempt, chance)
    if answer.timed_out:
        wait = max(wait, AT_LEAST)
    return Verdict(wait=max(wait, hold or 0.0), hold=hold or 0.0, too_large=code == _TOO_LARGE)


def delay(attempt: int, chance: random.Random | None = None) -> float:
    """Seconds from the failed attempt with that number to the next, with jitter."""
    spread = (chance or random).uniform(1 - JITTER, 1 + JITTER)
    return SCHEDULE[attempt - 1] * spread


def pause(retry_after: str | None, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` asks for, at most a day; None where it makes no sense.

    Source: RFC 9110, section 10.2.3 (seconds, or an HTTP date).
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,20}", text):
        return min(float(text), LONGEST_PAUSE)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return min(max((date - now).total_seconds(), 0.0), LONGEST_PAUSE)
