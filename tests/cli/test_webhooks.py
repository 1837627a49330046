"""`acme-desktop webhooks`, as scripts use it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import signing
from tests.cli.conftest import Ran
from tests.support.certificates import Authority
from tests.support.receiver import Receiver, Reply

Acme = Callable[..., Ran]


def add(acme: Acme, url: str, *more: str) -> dict[str, object]:
    ran = acme("webhooks", "add", "--json", "--url", url, "--event", "product.created", "--scope", "loopback", *more)
    assert ran.status == 0, ran.err
    return ran.object  # type: ignore[no-any-return]


def test_the_whole_way_from_a_file_to_a_receiver(acme: Acme, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("sku,name\nA,Cup\nB,Mug\n", encoding="utf-8")
    with Receiver() as receiver:
        hook = add(acme, receiver.url, "--header", "X-Shop=7")
        assert acme("import", file).status == 0
        ran = acme("webhooks", "deliver", "--until-empty", "--json")
        assert (ran.status, ran.object) == (0, {"delivered": 2, "failed": 0, "pending": 0})
        assert acme("import", file).status == 0
        assert acme("webhooks", "deliver", "--until-empty", "--json").object["delivered"] == 0
    for request in receiver.requests:
        assert signing.verify(str(hook["secret"]), request.headers, request.body, time.time())
        body = json.loads(request.body)
        assert request.headers["webhook-id"] == body["id"]
        assert request.headers["x-shop"] == "7"
    listed = acme("webhooks", "deliveries", "--webhook", hook["id"], "--json").objects
    assert [one["state"] for one in listed] == ["delivered"] * 2
    (attempt,) = acme("webhooks", "attempts", listed[0]["id"], "--json").objects
    assert attempt["status_code"] == 204
    assert acme("webhooks", "deliveries").out.count("delivered") == 2


def test_list_and_add_have_the_contracts_fields(acme: Acme) -> None:
    added = add(acme, "http://127.0.0.1:9/hook", "--mode", "batch", "--batch-size", "50", "--rate", "5")
    fields = ["id", "url", "events", "enabled", "mode", "batch_size", "rate", "scope", "headers"]
    assert list(added) == [*fields, "secret"]
    (listed,) = acme("webhooks", "list", "--json").objects
    assert list(listed) == fields
    assert listed == {name: value for name, value in added.items() if name != "secret"}
    assert str(added["secret"]) not in acme("webhooks", "list").out
    assert (listed["mode"], listed["batch_size"], listed["rate"]) == ("batch", 50, 5.0)


def test_a_test_shows_status_and_milliseconds(acme: Acme) -> None:
    with Receiver() as receiver:
        hook = add(acme, receiver.url)["id"]
        assert acme("webhooks", "disable", hook).status == 0
        ran = acme("webhooks", "test", hook, "--json")
        assert ran.status == 0
        assert (ran.object["ok"], ran.object["status_code"], ran.object["error"]) == (True, 204, None)
        assert ran.object["milliseconds"] > 0
        assert json.loads(receiver.requests[0].body)["type"] == "webhook.test"
        receiver.behave = lambda _request: Reply(500)
        ran = acme("webhooks", "test", hook, "--json")
        assert (ran.status, ran.object["ok"], ran.object["status_code"]) == (3, False, 500)
        assert "500" in ran.object["error"]
        said = acme("webhooks", "test", hook).out
        assert re.sub(r"\d+\.\d", "T", said) == "500 in T ms (DNS T ms, connect T ms, first byte T ms, body T ms)\n"
        total, *split = map(float, re.findall(r"\d+\.\d", said))
        assert total == pytest.approx(sum(split), abs=0.3)
    said = acme("webhooks", "test", hook).out
    assert re.sub(r"\d+\.\d", "T", said) == "no answer in T ms (DNS T ms, connect T ms, waiting T ms)\n"
    ran = acme("webhooks", "test", hook, "--json")
    assert (ran.status, ran.object["status_code"]) == (3, None)
    assert acme("webhooks", "deliver", "--until-empty", "--json").object["delivered"] == 0


def test_a_failed_delivery_is_exit_3_and_can_be_replayed(acme: Acme) -> None:
    with Receiver(lambda _request: Reply(500)) as receiver:
        hook = add(acme, receiver.url)["id"]
        acme("products", "create", "--sku", "A", "--name", "Cup")
        ran = acme("webhooks", "deliver", "--until-empty", "--json")
        assert (ran.status, ran.object) == (3, {"delivered": 0, "failed": 1, "pending": 1})
        (delivery,) = acme("webhooks", "deliveries", "--state", "retrying", "--json").objects
        receiver.behave = lambda _request: Reply()
        assert acme("webhooks", "replay", delivery["id"]).status == 0
        assert acme("webhooks", "deliver", "--until-empty", "--json").object["delivered"] == 1
        ran = acme("webhooks", "replay", "--webhook", hook, "--state", "delivered", "--json")
        assert ran.object == {"replayed": 1}
        assert acme("webhooks", "deliver", "--until-empty").out.startswith("1 delivered")


def test_deliveries_are_named_by_import_and_by_sku(acme: Acme, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("sku,name\nA,Cup\nB,Mug\n", encoding="utf-8")
    with Receiver() as receiver:
        hook = add(acme, receiver.url, "--event", "product.deleted")["id"]
        imported = acme("import", file, "--json").object["import_id"]
        acme("products", "create", "--sku", "C", "--name", "Jug")
        acme("products", "delete", "B")
        assert acme("webhooks", "deliver", "--until-empty", "--json").object["delivered"] == 4

        def found(*which: object) -> list[str]:
            listed = acme("webhooks", "deliveries", "--webhook", hook, *which, "--json").objects
            return sorted(one["message_id"].split("_", 1)[1] for one in listed)

        assert found("--import", imported) == ["1_1", "1_2"]
        assert found("--sku", "b") == ["1_2", "3_2"], "it is deleted meanwhile"
        assert found("--sku", "b", "--import", imported) == ["1_2"]
        again = acme("webhooks", "replay", "--state", "delivered", "--import", imported, "--json")
        assert again.object == {"replayed": 2}
        assert acme("webhooks", "replay", "--state", "delivered", "--sku", "C", "--json").object == {"replayed": 1}
        acme("webhooks", "deliver", "--until-empty")
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert sorted(ids) == ["evt_1_1"] * 2 + ["evt_1_2"] * 2 + ["evt_2_3"] * 2 + ["evt_3_2"]
    for which in (("--import", 99), ("--sku", "nowhere")):
        assert acme("webhooks", "deliveries", *which).status == 4
        assert acme("webhooks", "replay", *which).status == 4


def test_the_list_says_why_nothing_arrives_and_when_it_is_tried_again(acme: Acme) -> None:
    with Receiver(lambda _request: Reply(500)) as receiver:
        add(acme, receiver.url)
        acme("products", "create", "--sku", "A", "--name", "Cup")
        acme("webhooks", "deliver", "--until-empty")
        assert "enabled (1 attempt failed since the last success)" in acme("webhooks", "list").out
        (due,) = (one["due_at"] for one in acme("webhooks", "deliveries", "--json").objects)
        assert due in acme("webhooks", "deliveries").out
        receiver.behave = lambda _request: Reply(429, {"retry-after": "3600"})
        acme("webhooks", "replay", "--state", "retrying")
        acme("webhooks", "deliver", "--until-empty")
        assert "enabled (on hold until 2" in acme("webhooks", "list").out
    acme("webhooks", "pause", 1)
    assert "paused  each" in acme("webhooks", "list").out
    acme("webhooks", "disable", 1)
    assert "disabled  each" in acme("webhooks", "list").out, "what is disabled is not called paused"


def test_a_webhook_of_another_computer_is_not_tested_from_here(acme: Acme, database: Database) -> None:
    with Receiver() as receiver:
        hook = add(acme, receiver.url)["id"]
        with database.connect() as connection:
            connection.execute("UPDATE webhooks SET computer = 'another'")
        ran = acme("webhooks", "test", hook)
        assert ran.status == 5
        assert "on the computer that made it" in ran.err
        assert "sent to from another computer only" in acme("webhooks", "list").out
    assert receiver.connections == 0


def test_changing_pausing_rotating_deleting(acme: Acme) -> None:
    hook = add(acme, "http://127.0.0.1:9/hook")
    ran = acme(
        "webhooks", "update", hook["id"], "--url", "https://example.com/", "--event", "product.deleted", "--json"
    )
    assert (ran.object["url"], ran.object["events"]) == ("https://example.com/", ["product.deleted"])
    assert ran.object["scope"] == "loopback"
    assert "paused" in acme("webhooks", "pause", hook["id"]).out
    assert "enabled" in acme("webhooks", "resume", hook["id"]).out
    rotated = acme("webhooks", "rotate", hook["id"], "--json").object
    assert rotated["secret"] != hook["secret"]
    assert acme("webhooks", "disable", hook["id"], "--json").object["enabled"] is False
    assert acme("webhooks", "enable", hook["id"], "--json").object["enabled"] is True
    assert acme("webhooks", "delete", hook["id"]).status == 0
    assert acme("webhooks", "list", "--json").objects == []


@pytest.mark.parametrize("action", ["update", "enable", "disable", "delete", "test", "rotate", "pause", "resume"])
def test_an_unknown_webhook_is_exit_4(acme: Acme, action: str) -> None:
    ran = acme("webhooks", action, 99)
    assert ran.status == 4
    assert "no webhook 99" in ran.err
    assert acme("webhooks", "replay", 99).status == 4
    for action in ("deliveries", "replay"):
        assert acme("webhooks", action, "--webhook", 99).status == 4
        assert acme("webhooks", action, "--change-set", 99).status == 4


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--url", "ftp://example.com", "--event", "product.created"], 1),
        (["--url", "http://user:secret@example.com", "--event", "product.created"], 1),
        (["--url", "http:///x", "--event", "product.created"], 1),
        (["--url", "http://example.com", "--event", "product.moved"], 2),
        (["--url", "http://example.com"], 2),
        (["--url", "http://example.com", "--event", "product.created", "--batch-size", "501"], 1),
        (["--url", "http://example.com", "--event", "product.created", "--header", "Host=a"], 1),
        (["--url", "http://example.com", "--event", "product.created", "--header", "novalue"], 2),
        (["--url", "http://example.com", "--event", "product.created", "--ca", "/nowhere.pem"], 4),
    ],
)
def test_values_that_make_no_sense(acme: Acme, arguments: list[str], status: int) -> None:
    assert acme("webhooks", "add", *arguments).status == status
    assert acme("webhooks", "list", "--json").objects == []


def test_the_default_scope_is_public(acme: Acme) -> None:
    with Receiver() as receiver:
        ran = acme("webhooks", "add", "--url", receiver.url, "--event", "product.created", "--json")
        assert ran.object["scope"] == "public"
        ran = acme("webhooks", "test", ran.object["id"], "--json")
        assert ran.status == 3
        assert "loopback" in ran.object["error"]
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("url", "scope", "advice"),
    [
        (
            "http://127.0.0.1:9/hook",
            "public",
            "127.0.0.1 is a loopback address, and this webhook may reach public ones",
        ),
        ("http://127.1:9/hook", "private", "127.1 (127.0.0.1) is a loopback address"),
        ("http://10.1.2.3/hook", "public", "10.1.2.3 is a private address"),
        ("http://8.8.8.8/hook", "private", "8.8.8.8 is a public address"),
        ("http://169.254.169.254/hook", "public", "169.254.169.254 is an address that no webhook may reach"),
    ],
)
def test_an_address_out_of_scope_is_told_at_once(acme: Acme, url: str, scope: str, advice: str) -> None:
    ran = acme("webhooks", "add", "--url", url, "--event", "product.created", "--scope", scope)
    assert ran.status == 0
    assert advice in ran.err
    fit = "loopback" if "127" in url else "private" if "10.1" in url else "public"
    if "169" in url:
        assert "webhooks update 1 --url URL" in ran.err
        return
    assert f"acme-desktop webhooks update 1 --scope {fit}" in ran.err
    assert "refused" not in acme("webhooks", "update", 1, "--scope", fit).err
    assert "refused" not in acme("webhooks", "update", 1, "--rate", "5").err


def test_a_test_out_of_scope_says_which_scope_to_give(acme: Acme) -> None:
    acme("webhooks", "add", "--url", "http://localhost:9/", "--event", "product.created", "--quiet")
    ran = acme("webhooks", "test", 1)
    assert ran.status == 3
    assert ran.err.count("loopback") == 2
    assert ran.err.endswith("\nTo change that: acme-desktop webhooks update 1 --scope loopback\n")


def test_certificates_of_ones_own_and_a_rate_below_one(acme: Acme, tmp_path: Path) -> None:
    authority = Authority.make()
    pem = tmp_path / "own.pem"
    pem.write_text(authority.pem, encoding="ascii")
    with Receiver(tls=authority.server("127.0.0.1")) as receiver:
        hook = add(acme, receiver.url, "--rate", "0.25")
        assert hook["rate"] == 0.25
        assert acme("webhooks", "test", hook["id"]).status == 3
        assert acme("webhooks", "update", hook["id"], "--ca", pem).status == 0
        assert acme("webhooks", "test", hook["id"]).status == 0
        assert acme("webhooks", "update", hook["id"], "--ca", "").status == 0
        assert acme("webhooks", "test", hook["id"]).status == 3


def test_deliveries_are_listed_in_pages(acme: Acme) -> None:
    with Receiver() as receiver:
        add(acme, receiver.url)
        for sku in ("A", "B", "C"):
            acme("products", "create", "--sku", sku, "--name", "Cup")
        acme("webhooks", "deliver", "--until-empty")
    first = acme("webhooks", "deliveries", "--limit", "2", "--json").objects
    rest = acme("webhooks", "deliveries", "--before", first[-1]["id"], "--json").objects
    assert [len(first), len(rest)] == [2, 1]
    assert rest[0]["id"] < first[-1]["id"]
