"""A lane by itself, at the moments that a real dispatcher meets only on a slow computer."""

from __future__ import annotations

from contextlib import closing

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import attempts, ledger, ownership
from acme_desktop.core.webhooks.attempts import Query
from acme_desktop.core.webhooks.lane import LATE, Lane
from acme_desktop.core.webhooks.payload import END, MADE, Event, Place, Range
from acme_desktop.core.webhooks.retry import Verdict
from acme_desktop.core.webhooks.sender import Sent
from tests.core.webhooks.test_sender import endpoint
from tests.support.webhooks import add_webhook


def lane_with(number: int) -> Lane:
    """A lane in mode batch that has read these many events of one change set, to its end."""
    lane = Lane(endpoint("http://127.0.0.1:9/hook", mode="batch"), 1, 0.0)
    created = "product.created"
    texts = [f'{{"id":"evt_1_{product}"}}' for product in range(1, number + 1)]
    events = [Event(1, n, created, text, 1, Place(MADE, "", n)) for n, text in enumerate(texts, start=1)]
    lane.offer(events, [Range(1, 1, (created,), number, number, None, Place(END, "", 0))])
    lane.may_have_more = False
    return lane


def test_halves_that_are_late_before_they_are_noted_are_noted_once() -> None:
    lane = lane_with(2)
    whole = lane.next(0.0)
    assert whole is not None
    lane.settle(whole, Sent(ok=False, status_code=413), Verdict(too_large=True), 0.0, 0.0)
    halves = [lane.next(0.0), lane.next(0.0)]
    for half in halves:
        assert half is not None
        half.started = 0.0
    writes = lane.take_writes(LATE * 2)
    assert writes.parked == halves
    lane.written(writes, [1, 2, 3])
    assert (whole.row, *(half.row for half in halves if half)) == (1, 2, 3)
    for half in halves:
        assert half is not None
        lane.settle(half, Sent(ok=True, status_code=204), Verdict(delivered=True), 1.0, 1.0)
    assert {outcome.message.row for outcome in lane.take_writes(1.0).outcomes} == {2, 3}


def test_what_is_tried_again_before_anything_is_written_down_is_one_delivery(database: Database) -> None:
    """The server does not answer for longer than the first retry takes to come."""
    lane, hook = lane_with(1), add_webhook(database)
    message = lane.next(0.0)
    assert message is not None
    lane.settle(message, Sent(ok=False, status_code=500), Verdict(wait=5.0), 0.0, 0.0)
    assert lane.next(6.0) is message
    lane.settle(message, Sent(ok=True, status_code=204), Verdict(delivered=True), 6.0, 6.0)
    writes = lane.take_writes(6.0)
    with closing(database.session("test")) as session:
        (claim,) = ownership.claim(session, ownership.register(session))
        rows = ledger.flush(session, hook, claim.token, writes)
    assert rows is not None
    lane.written(writes, rows)
    (delivery,) = attempts.latest(database, Query())
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert [(one.number, one.status_code) for one in attempts.attempts(database, delivery.id)] == [(1, 500), (2, 204)]


def test_a_batch_that_is_tried_again_while_its_failure_is_written_down_can_still_be_halved() -> None:
    lane = lane_with(2)
    message = lane.next(0.0)
    assert message is not None
    lane.settle(message, Sent(ok=False, status_code=500), Verdict(wait=5.0), 0.0, 0.0)
    writes = lane.take_writes(0.0)
    assert lane.next(6.0) is message
    lane.written(writes, [1])
    lane.settle(message, Sent(ok=False, status_code=413), Verdict(too_large=True), 6.0, 6.0)
    assert [half.products for half in (lane.next(6.0), lane.next(6.0)) if half] == [[1], [2]]
