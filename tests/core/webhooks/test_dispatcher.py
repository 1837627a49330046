"""The dispatcher against a real server and a real database: nothing lost, order per product, faults contained."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from acme_desktop.core.changes import change_set
from acme_desktop.core.database import migrations
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits
from acme_desktop.core.products.product import Changes
from acme_desktop.core.webhooks import attempts, endpoints, holdings, ledger, ownership, plots, signing
from acme_desktop.core.webhooks.attempts import Query
from acme_desktop.core.webhooks.dispatcher import Dispatcher, Totals
from acme_desktop.core.webhooks.endpoints import EndpointChanges
from tests.support.receiver import Received, Receiver, Reply
from tests.support.webhooks import ANNA, add_webhook, make_products, rename_all


async def deliver(database: Database, **more: Any) -> Totals:
    """Send all that is due."""
    async with asyncio.timeout(60):
        return await Dispatcher(database, **more).run(until_empty=True)


def rows(database: Database, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return connection.execute(statement, values).fetchall()  # type: ignore[arg-type]


def events_of(requests: list[Received]) -> list[dict[str, Any]]:
    """All events, batches taken apart."""
    found = []
    for request in requests:
        body = json.loads(request.body)
        found += body["events"] if body["type"] == "batch" else [body]
    return found


def make_due(database: Database) -> None:
    """Let the time pass until every retry is due."""
    with database.connect() as connection:
        connection.execute("UPDATE deliveries SET due_at = now() WHERE state = 'retrying'")
        connection.execute("UPDATE webhooks SET hold_until = NULL")


def test_everything_is_delivered_once_and_logged(database: Database) -> None:
    with Receiver(lambda _request: Reply(200, {}, b"thanks")) as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 30)
        edits.update(database, "P1", Changes(name="Other"), author=ANNA)
        totals = asyncio.run(deliver(database))
    assert (totals.delivered, totals.failed, totals.pending) == (31, 0, 0)
    events = events_of(receiver.requests)
    assert len({event["id"] for event in events}) == len(events) == 31
    assert all(request.headers["webhook-id"] == json.loads(request.body)["id"] for request in receiver.requests)
    deliveries = attempts.latest(database, Query(webhook_id=hook))
    assert {delivery.state for delivery in deliveries} == {"delivered"}
    (attempt,) = attempts.attempts(database, deliveries[0].id)
    assert (attempt.ok, attempt.status_code, attempt.response_body) == (True, 200, b"thanks")
    assert attempt.address == "127.0.0.1"
    assert attempts.body(database, deliveries[0].id) == receiver.requests[-1].body.decode()
    assert rows(database, "SELECT state, passed FROM outbox ORDER BY id") == [("done", 30), ("done", 1)]


def test_three_webhooks_get_what_they_asked_for(database: Database) -> None:
    with Receiver() as receiver:
        for name, events in (("a", ["product.created"]), ("b", ["product.deleted"]), ("c", None)):
            add_webhook(database, f"{receiver.url}/{name}", **({"events": events} if events else {}))
        make_products(database, 3)
        edits.delete(database, ["P2"], author=ANNA)
        totals = asyncio.run(deliver(database))
    assert totals.delivered == 3 + 1 + 4
    by_path: dict[str, list[str]] = {}
    for request in receiver.requests:
        by_path.setdefault(request.path, []).append(json.loads(request.body)["type"])
    assert by_path["/hook/a"] == ["product.created"] * 3
    assert by_path["/hook/b"] == ["product.deleted"]
    assert sorted(by_path["/hook/c"]) == ["product.created"] * 3 + ["product.deleted"]


def test_a_webhook_gets_nothing_from_before_it_was_added(database: Database) -> None:
    make_products(database, 3)
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        assert asyncio.run(deliver(database)).delivered == 0
    assert receiver.requests == []


def test_a_change_of_nothing_makes_no_event(database: Database) -> None:
    add_webhook(database)
    edits.create(database, sku="A", name="Cup", author=ANNA)
    assert edits.update(database, "A", Changes(name="Cup"), author=ANNA) is None
    assert rows(database, "SELECT count(*) FROM outbox") == [(1,)]


def test_batches_of_up_to_500_and_512_kib(database: Database) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url, mode="batch", batch_size=200)
        make_products(database, 450)
        with database.connect() as connection:
            connection.execute("UPDATE products SET description = repeat('ż', 100000) WHERE sku_key <= 'p12'")
        totals = asyncio.run(deliver(database))
    assert totals.delivered == 450
    sizes = [len(json.loads(request.body)["events"]) for request in receiver.requests]
    assert max(sizes) == 200
    assert all(len(request.body) <= 512 * 1024 for request in receiver.requests)
    assert len({event["id"] for event in events_of(receiver.requests)}) == 450


def test_order_per_product_with_many_at_a_time(database: Database) -> None:
    async def slowly(request: Received) -> Reply:
        await asyncio.sleep(hash(request.body) % 7 / 500)
        return Reply()

    with Receiver(slowly) as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 20)
        for number in range(8):
            rename_all(database, f"name {number}")
        totals = asyncio.run(deliver(database))
    assert totals.delivered == 20 * 9
    check_order(receiver.requests)


def check_order(requests: list[Received]) -> None:
    """First arrivals of each product come in the order of their change sets."""
    seen: set[str] = set()
    newest: dict[int, int] = {}
    for event in events_of(requests):
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        _, change_set_id, product_id = event["id"].split("_")
        assert newest.get(int(product_id), 0) < int(change_set_id), event["id"]
        newest[int(product_id)] = int(change_set_id)


@pytest.mark.parametrize("mode", ["each", "batch"])
def test_a_failing_product_holds_up_only_itself(database: Database, mode: str) -> None:
    broken = True

    def picky(request: Received) -> Reply:
        poisoned = any(event["data"]["sku"] == "P3" for event in events_of([request]))
        return Reply(500 if poisoned and broken else 204)

    with Receiver(picky) as receiver:
        add_webhook(database, receiver.url, mode=mode, batch_size=4)
        make_products(database, 12)
        rename_all(database, "b")
        totals = asyncio.run(deliver(database))
        held = 1 if mode == "each" else 4
        assert (totals.delivered, totals.failed, totals.pending) == (24 - 2 * held, held, 2 * held)
        rename_all(database, "c")
        totals = asyncio.run(deliver(database))
        assert (totals.delivered, totals.failed, totals.pending) == (12 - held, 0, 3 * held)
        states = [
            row[0] for row in rows(database, "SELECT state FROM deliveries WHERE state <> 'delivered' ORDER BY id")
        ]
        assert states == ["retrying"] + ["waiting"] * 2 * held

        broken = False
        make_due(database)
        before = {request.headers["webhook-id"]: request.body for request in receiver.requests}
        totals = asyncio.run(deliver(database))
    assert (totals.delivered, totals.failed, totals.pending) == (3 * held, 0, 0)
    for request in receiver.requests:
        assert before.get(request.headers["webhook-id"], request.body) == request.body, "a retry keeps its bytes"
    delivered = [request for request in receiver.requests if picky(request).status == 204]
    check_order(delivered)
    assert len({event["id"] for event in events_of(receiver.requests)}) == 36


def test_ten_attempts_and_then_it_is_dead_and_replayed_under_its_id(database: Database) -> None:
    status = 500
    with Receiver(lambda _request: Reply(status)) as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 1)
        schedule = []
        for _ in range(10):
            asyncio.run(deliver(database))
            ((state, tried, wait),) = rows(
                database, "SELECT state, attempts, extract(epoch FROM due_at - now())::float8 FROM deliveries"
            )
            schedule.append((state, tried, wait))
            make_due(database)
        assert [tried for _, tried, _ in schedule] == list(range(1, 11))
        for (state, _, wait), planned in zip(schedule, (5, 300, 1800, 7200, 18000), strict=False):
            assert state == "retrying"
            assert planned * 0.8 - 2 < wait <= planned * 1.2
        assert schedule[-1][0] == "dead"
        assert asyncio.run(deliver(database)).pending == 0
        assert len(receiver.requests) == 10
        assert attempts.backlog(database)[0].dead == 1

        status = 204
        assert attempts.replay_all(database, Query(webhook_id=hook)) == 1
        assert asyncio.run(deliver(database)).delivered == 1
    assert len({(request.headers["webhook-id"], request.body) for request in receiver.requests}) == 1


def test_a_delivered_one_is_replayed_as_it_was(database: Database) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        made = make_products(database, 2)
        rename_all(database, "later")
        asyncio.run(deliver(database))
        first = attempts.latest(database, Query(change_set_id=made.id))
        attempts.replay(database, first[0].id)
        assert asyncio.run(deliver(database)).delivered == 1
        again = Query(change_set_id=made.id, state="delivered")
        assert attempts.replay_all(database, again) == 2
        assert asyncio.run(deliver(database)).delivered == 2
    assert len({(request.headers["webhook-id"], request.body) for request in receiver.requests}) == 4


def test_gone_switches_off_and_keeps_the_backlog(database: Database) -> None:
    status = 410
    with Receiver(lambda _request: Reply(status)) as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 50)
        totals = asyncio.run(deliver(database, slots=1))
        assert (len(receiver.requests), totals.failed, totals.pending) == (1, 1, 50)
        endpoint = endpoints.get(database, hook)
        assert not endpoint.enabled
        assert "410" in (endpoint.switched_off or "")
        make_products(database, 1, prefix="Q")
        status = 204
        endpoints.enable(database, hook)
        assert asyncio.run(deliver(database)).delivered == 51


@pytest.mark.parametrize("ending", ["gone", "disabled", "paused"])
async def test_one_request_goes_before_all_when_a_webhook_is_on_again(database: Database, ending: str) -> None:
    under_way, most = 0, 0

    async def slowly(_request: Received) -> Reply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.2)
        under_way -= 1
        return Reply()

    with Receiver(lambda _request: Reply(410 if ending == "gone" else 500)) as receiver:
        hook = await asyncio.to_thread(add_webhook, database, receiver.url)
        sending = Dispatcher(database, slots=4)
        task = asyncio.create_task(sending.run())
        await asyncio.to_thread(make_products, database, 1)
        await until(lambda: sending.totals.failed == 1)
        if ending != "gone":
            await asyncio.to_thread(getattr(endpoints, ending.removesuffix("d")), database, hook)
        lanes = sending._held
        assert lanes is not None
        await until(lambda: not any(owned.lane.endpoint.open for owned in lanes.all()))
        receiver.requests.clear()
        if ending == "disabled":  # as from before, because a person's own wants nothing
            with database.connect() as connection:
                connection.execute("UPDATE webhooks SET switched_off = 'Before.'")
        await asyncio.to_thread(make_products, database, 20, prefix="Q")
        receiver.behave = slowly
        await asyncio.to_thread(endpoints.resume if ending == "paused" else endpoints.enable, database, hook)
        await until(lambda: sending.totals.delivered >= 20)
        sending.stop()
        await task
    assert receiver.requests[1].at - receiver.requests[0].at >= 0.2, "the second goes when the first has arrived"
    assert most == 4, "and then all slots are used"


def test_an_endpoint_that_still_fails_is_not_flooded_when_it_is_on_again(database: Database) -> None:
    with Receiver(lambda _request: Reply(503)) as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 100)
        asyncio.run(deliver(database))
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET failing_seconds = 500000")
        asyncio.run(deliver(database))
        assert not endpoints.get(database, hook).enabled
        endpoints.enable(database, hook)
        receiver.requests.clear()
        asyncio.run(deliver(database))
        assert len(receiver.requests) == 1
        assert endpoints.get(database, hook).enabled, "its 120 hours begin anew"


def test_429_without_a_time_holds_the_whole_endpoint_for_a_minute(database: Database) -> None:
    with Receiver(lambda _request: Reply(429)) as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 50)
        totals = asyncio.run(deliver(database, slots=1))
        assert (len(receiver.requests), totals.pending) == (1, 50)
        ((wait,),) = rows(database, "SELECT extract(epoch FROM hold_until - now())::float8 FROM webhooks")
        assert 50 < wait <= 61


def test_a_senseless_retry_after_holds_nothing(database: Database) -> None:
    with Receiver(lambda _request: Reply(429, {"retry-after": "soon"})) as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 5)
        asyncio.run(deliver(database, slots=1))
        assert len(receiver.requests) == 5
    assert rows(database, "SELECT hold_until FROM webhooks") == [(None,)]
    ((wait,),) = rows(database, "SELECT max(extract(epoch FROM due_at - updated_at))::float8 FROM deliveries")
    assert 3 < wait <= 6.1


@pytest.mark.parametrize("value", ["120", "date"])
def test_retry_after_holds_the_whole_endpoint(database: Database, value: str) -> None:
    def busy(_request: Received) -> Reply:
        later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 120))
        return Reply(429, {"retry-after": later if value == "date" else value})

    with Receiver(busy) as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 50)
        totals = asyncio.run(deliver(database, slots=1))
        assert (len(receiver.requests), totals.pending) == (1, 50)
        asyncio.run(deliver(database))
        assert len(receiver.requests) == 1
        ((wait,),) = rows(database, "SELECT extract(epoch FROM hold_until - now())::float8 FROM webhooks")
        assert 110 < wait <= 121
        receiver.behave = lambda _request: Reply()
        make_due(database)
        assert asyncio.run(deliver(database)).delivered == 50
    assert endpoints.get(database, hook).failures == 0


def test_a_dead_endpoint_is_probed_and_not_flooded(database: Database) -> None:
    with Receiver(lambda _request: Reply(503)) as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 300)
        totals = asyncio.run(deliver(database))
        assert len(receiver.requests) <= 20 + 8
        assert totals.pending == 300
        number = len(receiver.requests)
        asyncio.run(deliver(database))
        assert len(receiver.requests) == number + 1
        receiver.behave = lambda _request: Reply()
        make_due(database)
        assert asyncio.run(deliver(database)).delivered == 300


def test_a_hundred_and_twenty_hours_without_success_switch_off(database: Database) -> None:
    with Receiver(lambda _request: Reply(500)) as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 9)
        asyncio.run(deliver(database))
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET failing_seconds = 500000")
        asyncio.run(deliver(database))
        assert endpoints.get(database, hook).enabled, "nine attempts are too few"
        make_products(database, 1, prefix="Q")
        asyncio.run(deliver(database))
        asyncio.run(deliver(database))
    endpoint = endpoints.get(database, hook)
    assert (endpoint.enabled, endpoint.switched_off) == (False, "No success in 120 hours.")


def test_only_the_time_in_which_it_is_tried_counts_towards_switching_off(database: Database) -> None:
    hook = add_webhook(database)

    def failing() -> float:
        return float(rows(database, "SELECT failing_seconds FROM webhooks")[0][0])

    with closing(database.session("test")) as session:
        session.execute("UPDATE webhooks SET failures = 12")
        me = ownership.register(session)
        (claim,) = ownership.claim(session, me)
        ownership.renew(session, me, hook, claim.token, 7.0)
        assert failing() == 7
        endpoints.pause(database, hook)
        ownership.renew(session, me, hook, claim.token, 7.0)
        assert failing() == 7, "a pause does not count"
        endpoints.resume(database, hook)
        ownership.renew(session, me, hook, claim.token, 500_000.0)
        assert failing() == 7 + ownership.LEASE_SECONDS, "nor does the sleep of a computer"
        session.execute("UPDATE webhooks SET failures = 0")
        ownership.renew(session, me, hook, claim.token, 7.0)
        assert failing() == 0


def test_a_batch_that_is_too_large_is_halved(database: Database) -> None:
    def small(request: Received) -> Reply:
        return Reply(413 if len(json.loads(request.body)["events"]) > 10 else 204)

    with Receiver(small) as receiver:
        add_webhook(database, receiver.url, mode="batch")
        make_products(database, 80)
        rename_all(database, "b")
        totals = asyncio.run(deliver(database))
    assert (totals.delivered, totals.failed, totals.pending) == (160, 0, 0)
    delivered = [request for request in receiver.requests if small(request).status == 204]
    assert len({event["id"] for event in events_of(delivered)}) == 160
    check_order(delivered)
    assert rows(database, "SELECT count(*) FROM deliveries WHERE state NOT IN ('delivered', 'split')") == [(0,)]


def test_halves_come_before_what_waited_behind_their_batch(database: Database) -> None:
    with Receiver(lambda _request: Reply(500)) as receiver:
        add_webhook(database, receiver.url, mode="batch")
        make_products(database, 2)
        asyncio.run(deliver(database))
        rename_all(database, "later")
        asyncio.run(deliver(database))
        receiver.behave = lambda request: Reply(413 if len(json.loads(request.body)["events"]) > 1 else 500)
        make_due(database)
        asyncio.run(deliver(database))
        receiver.behave = lambda _request: Reply()
        receiver.requests.clear()
        make_due(database)
        assert asyncio.run(deliver(database)).pending == 0
    check_order(receiver.requests)
    assert len(events_of(receiver.requests)) == 4


def test_a_webhook_that_cannot_be_sent_to_does_not_touch_the_others(database: Database) -> None:
    with Receiver() as receiver:
        broken = add_webhook(database, receiver.url)
        add_webhook(database, receiver.url)
        with database.connect() as connection:  # as an older version let it in
            connection.execute("UPDATE webhooks SET url = 'https://-ü.example/' WHERE id = %s", (broken,))
        make_products(database, 20)
        totals = asyncio.run(deliver(database))
    assert (totals.delivered, totals.pending) == (20, 20)


def test_a_rate_is_kept(database: Database) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url, rate=20)
        make_products(database, 10)
        asyncio.run(deliver(database))
    times = [request.at for request in receiver.requests]
    assert times[-1] - times[0] > 9 / 20 - 0.11


def test_a_rate_holds_over_dispatchers_that_replace_each_other(database: Database) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url, rate=2)
        for prefix in "ABC":
            make_products(database, 1, prefix=prefix)
            asyncio.run(deliver(database))
    times = [request.at for request in receiver.requests]
    assert all(after - before > 0.5 - 0.11 for before, after in itertools.pairwise(times))


def test_a_change_never_waits_for_what_is_being_sent(database: Database) -> None:
    """A webhook's row is locked while an owner takes it over or writes down; nobody's change may feel that."""
    hook = add_webhook(database)
    make_products(database, 1)
    with closing(database.session("test")) as session:
        (claim,) = ownership.claim(session, ownership.register(session))
        with session.transaction():
            assert ownership.owned_now(session, hook, claim.token)
            ownership.renew(session, ownership.register(session), hook, claim.token, 1.0)
            with database.connect() as connection:
                connection.execute("SET LOCAL lock_timeout = '2s'")
                identifier = change_set.begin(connection, "create", ANNA)
                connection.execute(
                    "INSERT INTO products (sku, sku_key, name, created_in, changed_in) VALUES ('E', 'e', 'N', %s, %s)",
                    (identifier, identifier),
                )
                change_set.finish(connection, identifier, created=1)
    assert rows(database, "SELECT count(*) FROM outbox") == [(2,)]


def test_a_slow_endpoint_does_not_touch_the_others(database: Database) -> None:
    async def hang(_request: Received) -> Reply:
        await asyncio.sleep(30)
        return Reply()

    with Receiver(hang) as slow, Receiver() as quick:
        add_webhook(database, slow.url)
        add_webhook(database, quick.url)
        make_products(database, 40)
        started = time.monotonic()
        totals = asyncio.run(deliver(database, deadline=1.0))
        assert time.monotonic() - started < 10
    assert len(quick.requests) == 40
    assert max(request.at for request in quick.requests) - started < 1.5
    assert totals.failed > 0
    ((wait,),) = rows(
        database, "SELECT min(extract(epoch FROM due_at - created_at))::float8 FROM deliveries WHERE state = 'retrying'"
    )
    assert wait > 55


def test_disabled_and_paused_webhooks_get_nothing(database: Database) -> None:
    with Receiver() as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 3)
        endpoints.pause(database, hook)
        make_products(database, 2, prefix="Q")
        assert asyncio.run(deliver(database)).pending == 5
        endpoints.resume(database, hook)
        endpoints.disable(database, hook)
        make_products(database, 1, prefix="R")
        assert asyncio.run(deliver(database)).pending == 5
        assert receiver.requests == []
        endpoints.enable(database, hook)
        assert asyncio.run(deliver(database)).delivered == 5


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("until_empty", [False, True])
@pytest.mark.parametrize("ending", ["delete", "disable"])
async def test_what_is_in_flight_finishes_when_its_webhook_ends(
    database: Database, ending: str, until_empty: bool
) -> None:
    with Receiver(lambda _request: Reply(seconds=0.5)) as receiver:
        hook = await asyncio.to_thread(add_webhook, database, receiver.url)
        await asyncio.to_thread(make_products, database, 50)
        sending = Dispatcher(database, slots=2)
        task = asyncio.create_task(sending.run(until_empty=until_empty))
        await until(lambda: len(receiver.requests) == 2)
        await asyncio.to_thread(getattr(endpoints, ending), database, hook)
        await until(lambda: sending.totals.delivered == 2)
        await asyncio.sleep(0.7)
        sending.stop()
        await task
    assert len(receiver.requests) == 2
    states = dict(rows(database, "SELECT state, count(*) FROM deliveries GROUP BY state"))
    assert states["delivered"] == 2
    ((left,),) = rows(database, "SELECT count(*) FROM outbox WHERE state = 'pending'")
    assert left == (0 if ending == "delete" else 1)
    assert sending.totals.pending == (0 if ending == "delete" else 48)


async def test_a_failure_in_flight_of_a_deleted_webhook_leaves_nothing_behind(database: Database) -> None:
    with Receiver(lambda _request: Reply(500, seconds=0.2)) as receiver:
        hook = await asyncio.to_thread(add_webhook, database, receiver.url)
        await asyncio.to_thread(make_products, database, 1)
        await asyncio.to_thread(rename_all, database, "later")
        sending = Dispatcher(database)
        task = asyncio.create_task(sending.run())
        await until(lambda: len(receiver.requests) == 1)
        await asyncio.to_thread(endpoints.delete, database, hook)
        await until(lambda: sending.totals.failed == 1)
        sending.stop()
        totals = await task
    assert totals.pending == 0
    assert rows(database, "SELECT DISTINCT state FROM deliveries") == [("skipped",)]


async def test_a_change_is_sent_at_once_and_settings_take_effect(database: Database) -> None:
    with Receiver() as receiver:
        hook = await asyncio.to_thread(add_webhook, database, receiver.url)
        sending = Dispatcher(database)
        task = asyncio.create_task(sending.run())
        await until(lambda: hook in sending.sends_for)
        await asyncio.sleep(0.3)
        started = time.monotonic()
        await asyncio.to_thread(edits.create, database, sku="A", name="Cup", author=ANNA)
        await until(lambda: len(receiver.requests) == 1)
        assert receiver.requests[0].at - started < 1.0

        changes = EndpointChanges(url=f"{receiver.url}/new", headers={"X-Shop": "7"})
        await asyncio.to_thread(endpoints.update, database, hook, changes)
        _, fresh = await asyncio.to_thread(endpoints.rotate, database, hook)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(edits.create, database, sku="B", name="Cup", author=ANNA)
        await until(lambda: len(receiver.requests) == 2)
        sending.stop()
        await task
    request = receiver.requests[1]
    assert (request.path, request.headers["x-shop"]) == ("/hook/new", "7")
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    assert signing.verify(fresh, request.headers, request.body, time.time())


async def test_replays_and_retry_now_reach_a_running_dispatcher(database: Database) -> None:
    status = 500
    with Receiver(lambda _request: Reply(status)) as receiver:
        await asyncio.to_thread(add_webhook, database, receiver.url)
        await asyncio.to_thread(make_products, database, 1)
        sending = Dispatcher(database)
        task = asyncio.create_task(sending.run())
        await until(lambda: sending.totals.failed == 1)
        await asyncio.sleep(0.3)
        status = 204
        (delivery,) = await asyncio.to_thread(attempts.latest, database, Query())
        await asyncio.to_thread(attempts.replay, database, delivery.id)
        await until(lambda: sending.totals.delivered == 1, 3)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(attempts.replay, database, delivery.id)
        await until(lambda: sending.totals.delivered == 2, 3)
        sending.stop()
        await task


async def test_one_dispatcher_owns_a_webhook_and_another_takes_over(database: Database) -> None:
    with Receiver(lambda _request: Reply(seconds=0.01)) as receiver:
        await asyncio.to_thread(add_webhook, database, receiver.url)
        first, second = Dispatcher(database), Dispatcher(database)
        one = asyncio.create_task(first.run())
        await until(lambda: bool(first.sends_for))
        two = asyncio.create_task(second.run())
        await asyncio.to_thread(make_products, database, 200)
        await until(lambda: len(receiver.requests) > 20)
        assert not second.sends_for
        # Its session ends without a word, as after a kill.
        with database.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN webhooks w ON l.objid = w.owner::int"
                " WHERE l.locktype = 'advisory'"
            )
        await until(lambda: first.totals.delivered + second.totals.delivered >= 200)
        await asyncio.sleep(0.3)
        for sending in (first, second):
            sending.stop()
        await asyncio.gather(one, two)
    assert {event["id"] for event in events_of(receiver.requests)} == {f"evt_1_{product}" for product in range(1, 201)}
    assert rows(database, "SELECT count(DISTINCT message_id) FROM deliveries WHERE state = 'delivered'") == [(200,)]
    assert len(receiver.requests) < 300


async def test_two_catalogues_in_one_database_do_not_wait_for_each_other(database_url: str) -> None:
    with closing(Database.open(database_url)) as one:
        with one.connect() as connection:
            connection.execute("CREATE SCHEMA second")
        parameter = "&" if "?" in database_url else "?"
        with closing(Database.open(f"{database_url}{parameter}options=-csearch_path%3Dsecond")) as two:
            await asyncio.to_thread(migrations.upgrade, two)
            running = []
            with Receiver() as receiver:
                for catalogue in (one, two):
                    await asyncio.to_thread(add_webhook, catalogue, receiver.url)
                    running.append(Dispatcher(catalogue))
                tasks = [asyncio.create_task(sending.run()) for sending in running]
                await until(lambda: all(sending.sends_for for sending in running))
                for catalogue in (one, two):
                    await asyncio.to_thread(make_products, catalogue, 5)
                await until(lambda: len(receiver.requests) == 10)
                for sending in running:
                    sending.stop()
                await asyncio.gather(*tasks)


async def test_whoever_is_cancelled_while_it_connects_leaves_no_connection(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, connect = [], database.session

    def slowly(name: str) -> Any:
        made.append(connect(name))
        time.sleep(0.3)
        return made[-1]

    monkeypatch.setattr(database, "session", slowly)
    task = asyncio.create_task(Dispatcher(database).run())
    await until(lambda: bool(made))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: made[0].closed)


async def test_an_owner_that_was_replaced_writes_nothing(database: Database) -> None:
    with Receiver(lambda _request: Reply(seconds=0.5)) as receiver:
        await asyncio.to_thread(add_webhook, database, receiver.url)
        await asyncio.to_thread(make_products, database, 2)
        sending = Dispatcher(database)
        task = asyncio.create_task(sending.run())
        await until(lambda: len(receiver.requests) == 2)
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET token = token + 1, owner = NULL, enabled = false")
        await asyncio.sleep(1.0)
        sending.stop()
        await task
    assert rows(database, "SELECT count(*) FROM deliveries WHERE state = 'delivered'") == [(0,)]
    assert rows(database, "SELECT state, passed FROM outbox") == [("pending", 0)]


def test_the_computers_clock_does_not_count(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    with Receiver(lambda _request: Reply(500)) as receiver:
        _, secret = endpoints.add(
            database, EndpointChanges(url=receiver.url, events=["product.created"], scope="loopback")
        )
        make_products(database, 1)
        monkeypatch.setattr(time, "time", lambda: real() + 3600)
        asyncio.run(deliver(database))
        monkeypatch.undo()
    (request,) = receiver.requests
    assert signing.verify(secret, request.headers, request.body, real())
    ((wait,),) = rows(database, "SELECT extract(epoch FROM due_at - now())::float8 FROM deliveries")
    assert 2 < wait <= 6


def test_a_loopback_webhook_belongs_to_its_computer(database: Database) -> None:
    with Receiver() as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 1)
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET computer = 'another'")
        assert asyncio.run(deliver(database)).pending == 1
        assert receiver.requests == []
        endpoints.enable(database, hook)
        assert asyncio.run(deliver(database)).delivered == 1


def test_a_late_message_does_not_hold_up_the_acknowledgements(database: Database) -> None:
    async def one_is_slow(request: Received) -> Reply:
        return Reply(seconds=1.2 if b'"P1"' in request.body else 0.0)

    async def scenario(receiver: Receiver) -> int:
        sending = Dispatcher(database)
        task = asyncio.create_task(sending.run())
        await until(lambda: len(receiver.requests) >= 400)
        await asyncio.sleep(0.5)
        passed = (await asyncio.to_thread(rows, database, "SELECT passed FROM outbox"))[0][0]
        sending.stop()
        await task
        return passed

    with Receiver(one_is_slow) as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 400)
        assert asyncio.run(scenario(receiver)) == 400
    assert rows(database, "SELECT state, count(*) FROM deliveries GROUP BY state") == [("delivered", 400)]


def test_what_was_removed_by_another_program_is_skipped(database: Database) -> None:
    with Receiver() as receiver:
        add_webhook(database, receiver.url)
        make_products(database, 2)
        asyncio.run(deliver(database))
        with database.connect() as connection:
            connection.execute("DELETE FROM products")
        attempts.replay_all(database, Query(state="delivered"))
        assert asyncio.run(deliver(database)).pending == 0
    assert len(receiver.requests) == 2
    assert {delivery.state for delivery in attempts.latest(database, Query())} == {"skipped"}


def test_old_deliveries_are_forgotten_and_dead_ones_are_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However short a time ago the computer was started, from which its steady clock counts.
    monkeypatch.setattr(holdings, "_FORGET_SECONDS", 1e12)
    with Receiver() as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 4)
        asyncio.run(deliver(database))
        with database.connect() as connection:
            connection.execute("UPDATE deliveries SET created_at = now() - interval '31 days'")
            connection.execute("UPDATE outbox SET created_at = now() - interval '31 days'")
            connection.execute("UPDATE deliveries SET state = 'dead' WHERE id = (SELECT max(id) FROM deliveries)")
            assert ledger.forget_old(connection, 2) == 2, "very many go a part at a time"
        assert rows(database, "SELECT state FROM deliveries ORDER BY id") == [("delivered",), ("dead",)]
        asyncio.run(deliver(database))
    assert [delivery.state for delivery in attempts.latest(database, Query())] == ["dead"]
    assert rows(database, "SELECT count(*) FROM delivery_attempts") == [(1,)]
    assert rows(database, "SELECT count(*) FROM outbox") == [(0,)]
    endpoints.delete(database, hook)
    asyncio.run(deliver(database))
    assert attempts.latest(database, Query()) == [], "with the webhook goes what was given up"


def test_plots_have_their_numbers(database: Database) -> None:
    with Receiver() as receiver:
        hook = add_webhook(database, receiver.url)
        make_products(database, 5)
        asyncio.run(deliver(database))
    slots = plots.attempts(database, hook, span=timedelta(hours=1), slots=12)
    assert len(slots) == 12
    assert sum(slot.succeeded for slot in slots) == 5
    assert slots[-1].median_ms is not None


def test_the_plot_of_what_waited(database: Database) -> None:
    hook, other = add_webhook(database), add_webhook(database)
    ages = {"early": 45, "middle": 35, "late": 5}  # minutes ago
    made = {name: make_products(database, 4, prefix=name).id for name in ages}
    with database.connect() as connection:
        for name, minutes in ages.items():
            connection.execute(
                "UPDATE change_sets SET created_at = now() - %s * interval '1 minute' WHERE id = %s",
                (minutes, made[name]),
            )
        # The first was delivered after 20 minutes, of the second one event waits for another attempt.
        connection.execute("UPDATE outbox SET state = 'done', passed = 4 WHERE change_set_id <> %s", (made["late"],))
        for change_set_id, products, state, minutes in (
            (made["early"], [1, 2, 3, 4], "delivered", 25),
            (made["middle"], [5], "retrying", 34),
            (made["middle"], [6, 7, 8], "delivered", 34),
            (made["middle"], [5, 6, 7, 8], "split", 34),
        ):
            connection.execute(
                "INSERT INTO deliveries (webhook_id, message_id, type, change_sets, product_ids, state, updated_at)"
                " VALUES (%s, 'm', 'batch', %s, %s, %s, now() - %s * interval '1 minute')",
                (hook, [change_set_id] * len(products), products, state, minutes),
            )
    found = plots.waiting(database, [hook], span=timedelta(hours=1), slots=6)
    assert [one.events for one in found] == [0, 4, 8, 5, 1, 5]
    assert [round(one.oldest_seconds / 60) for one in found] == [0, 5, 15, 20, 25, 35]
    assert [one.events for one in plots.waiting(database, [other], span=timedelta(hours=1), slots=6)] == [0] * 5 + [4]
