"""The retry schedule, and what an answer means."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from acme_desktop.core.webhooks import retry
from acme_desktop.core.webhooks.retry import Answer

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def test_the_schedule_has_ten_attempts_with_jitter() -> None:
    chance = random.Random(1)
    for attempt, seconds in enumerate((5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400), start=1):
        waits = [retry.judge(Answer(500), attempt, NOW, chance=chance).wait for _ in range(300)]
        assert seconds * 0.8 <= min(waits) < seconds * 0.85
        assert seconds * 1.15 < max(waits) <= seconds * 1.2
    assert retry.judge(Answer(500), 10, NOW).dead


@pytest.mark.parametrize("code", [200, 204, 299])
def test_any_2xx_is_a_delivery(code: int) -> None:
    assert retry.judge(Answer(code), 1, NOW).delivered


@pytest.mark.parametrize("code", [None, 199, 301, 307, 400, 404, 500, 503])
def test_anything_else_is_tried_again(code: int | None) -> None:
    verdict = retry.judge(Answer(code), 1, NOW)
    assert not verdict.delivered
    assert 4 <= verdict.wait <= 6
    assert verdict.hold == 0


def test_gone_and_too_large() -> None:
    assert retry.judge(Answer(410), 1, NOW).gone
    assert retry.judge(Answer(413), 1, NOW).too_large


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999999", 86400.0),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Tue, 23 Nov 2027 12:00:00 GMT", 86400.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("\u0661", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry.pause(value, NOW) == seconds


def test_retry_after_holds_the_endpoint() -> None:
    verdict = retry.judge(Answer(429, retry_after="120"), 1, NOW)
    assert (verdict.hold, verdict.wait) == (120.0, 120.0)
    assert retry.judge(Answer(503, retry_after="120"), 10, NOW).hold == 120.0


def test_a_senseless_retry_after_leaves_the_schedule() -> None:
    verdict = retry.judge(Answer(429, retry_after="soon"), 1, NOW)
    assert verdict.hold == 0
    assert 4 <= verdict.wait <= 6


def test_the_overloaded_and_the_slow_get_a_minute() -> None:
    overloaded = retry.judge(Answer(429), 1, NOW)
    assert (overloaded.wait, overloaded.hold) == (60, 60)
    assert retry.judge(Answer(429), 10, NOW).hold == 60
    slow = retry.judge(Answer(None, timed_out=True), 1, NOW)
    assert (slow.wait, slow.hold) == (60, 0)
    assert retry.judge(Answer(None, timed_out=True), 2, NOW).wait > 200


def test_the_day_is_the_longest_pause() -> None:
    assert timedelta(days=1).total_seconds() == retry.LONGEST_PAUSE
