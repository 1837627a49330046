"""One request to a real server that behaves as badly as servers do."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from standardwebhooks import Webhook

from acme_desktop.core.webhooks import sender as sender_module
from acme_desktop.core.webhooks import signing
from acme_desktop.core.webhooks.addresses import LOOKUP_SECONDS, Resolver
from acme_desktop.core.webhooks.endpoints import Endpoint
from acme_desktop.core.webhooks.sender import CONNECT_SECONDS, DEADLINE, MOST_BODY, REDACTED, Sender, Sent
from tests.support.certificates import Authority, self_signed
from tests.support.receiver import Receiver, Reply

SECRET = signing.new_secret()


def endpoint(url: str, **more: Any) -> Endpoint:
    plain: dict[str, Any] = {
        "id": 1, "url": url, "events": ["product.created"], "enabled": True, "paused": False, "mode": "each",
        "batch_size": 500, "rate": None, "scope": "loopback", "headers": {}, "ca": None, "keys": [SECRET],
        "previous_secret_until": None, "switched_off": None, "hold_until": None, "failures": 0,
        "last_success_at": None, "computer": "here",
    }  # fmt: skip
    return Endpoint(**plain | more)


@asynccontextmanager
async def sending(to: Endpoint, **more: Any) -> AsyncIterator[Sender]:
    sender = Sender(to, **more)
    try:
        yield sender
    finally:
        await sender.close()


async def send(to: Endpoint, body: bytes = b"{}", **more: Any) -> Sent:
    async with sending(to, **more) as sender:
        return await sender.send(to, "evt_7_42", body, time.time())


async def test_a_good_answer_with_its_times() -> None:
    with Receiver(lambda _request: Reply(200, {"x-a": "b"}, b"thanks")) as receiver:
        sent = await send(endpoint(receiver.url, headers={"X-Shop": "7"}), '{"ż":1}'.encode())
    (request,) = receiver.requests
    assert (sent.ok, sent.status_code, sent.error) == (True, 200, None)
    assert (sent.address, sent.response_body, sent.response_headers["x-a"]) == ("127.0.0.1", b"thanks", "b")
    assert sent.dns_ms is not None
    assert sent.connect_ms is not None
    assert sent.first_byte_ms is not None
    assert 0 < sent.first_byte_ms <= sent.total_ms
    Webhook(SECRET).verify(request.body, request.headers)
    assert request.headers["webhook-id"] == "evt_7_42"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["x-shop"] == "7"
    assert request.headers["user-agent"].startswith("acme-desktop/")


async def test_a_connection_is_used_again_and_cookies_are_not() -> None:
    with Receiver(lambda _request: Reply(200, {"set-cookie": "a=b"})) as receiver:
        to = endpoint(receiver.url)
        async with sending(to) as sender:
            for _ in range(3):
                last = await sender.send(to, "evt_1_1", b"{}", time.time())
    assert receiver.connections == 1
    assert last.address == "127.0.0.1"
    assert last.connect_ms is None
    assert "cookie" not in receiver.requests[-1].headers


async def test_a_header_of_the_endpoint_stands_instead_of_the_program_s_own() -> None:
    with Receiver() as receiver:
        await send(endpoint(receiver.url, headers={"User-Agent": "shop/1", "ACCEPT": "text/plain"}))
    (request,) = receiver.requests
    assert request.headers["user-agent"] == "shop/1"
    assert request.headers["accept"] == "text/plain"


async def test_a_redirect_is_a_failure_that_shows_the_place() -> None:
    with Receiver() as inside, Receiver(lambda _request: Reply(307, {"location": inside.url})) as receiver:
        sent = await send(endpoint(receiver.url))
    assert (sent.ok, sent.status_code) == (False, 307)
    assert inside.url in (sent.error or "")
    assert inside.connections == 0


async def test_an_answer_that_drips_ends_at_the_deadline() -> None:
    async def drip_body(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def drip_head(writer: asyncio.StreamWriter) -> None:
        for letter in b"HTTP/1.1 200 OK\r\n" * 50:
            writer.write(bytes([letter]))
            await writer.drain()
            await asyncio.sleep(0.05)

    async def nothing(_writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    for fault in (drip_body, drip_head, nothing):
        faults = [fault]
        with Receiver(lambda _request, f=faults: f.pop() if f else Reply()) as receiver:
            to = endpoint(receiver.url)
            async with sending(to, slots=1, deadline=0.5) as sender:
                started = time.monotonic()
                sent = await sender.send(to, "evt_1_1", b"{}", time.time())
                assert 0.4 < time.monotonic() - started < 1.5
                assert (sent.ok, sent.timed_out, sent.answer.status_code) == (False, True, None)
                assert (await sender.send(to, "evt_1_1", b"{}", time.time())).ok


async def test_a_connection_that_breaks() -> None:
    async def before(writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def middle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
        await writer.drain()

    async def nonsense(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()

    for fault in (before, middle, nonsense):
        with Receiver(lambda _request, f=fault: f) as receiver:
            sent = await send(endpoint(receiver.url))
        assert not sent.ok
        assert (sent.error or "").endswith(".")
        assert not (sent.error or "").endswith("..")
        assert sent.answer.status_code is None


async def test_a_flood_is_read_up_to_64_kib_and_a_2xx_counts() -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)

    async def zipped(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % (len(bomb) * 10))
        for _ in range(10):
            await receiver.pour(writer, bomb)

    async def chunked(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(2048):
            await receiver.pour(writer, b"10000\r\n" + b"x" * 65536 + b"\r\n")

    async def headers(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(500):
            await receiver.pour(writer, b"x-%d: %s\r\n" % (number, b"y" * 1000))
        writer.write(b"\r\n")

    for fault in (zipped, chunked, headers):
        with Receiver(lambda _request, f=fault: f) as receiver:
            sent = await send(endpoint(receiver.url))
        assert (sent.ok, sent.status_code, sent.error) == (True, 200, None), fault
        assert len(sent.response_body) <= MOST_BODY
        assert receiver.bytes_sent < 20_000_000


async def test_long_headers_of_a_failure_are_a_failure() -> None:
    async def headers(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 Oh\r\n" + b"x: " + b"y" * 500_000 + b"\r\n\r\n")
        await writer.drain()

    with Receiver(lambda _request: headers) as receiver:
        sent = await send(endpoint(receiver.url))
    assert (sent.ok, sent.status_code) == (False, 500)


@pytest.mark.parametrize("wrong", ["expired", "self-signed", "host"])
async def test_bad_certificates(wrong: str) -> None:
    authority = Authority.make()
    context = {
        "expired": lambda: authority.server("127.0.0.1", expired=True),
        "self-signed": lambda: self_signed("127.0.0.1"),
        "host": lambda: authority.server("other.example"),
    }[wrong]()
    with Receiver(tls=context) as receiver:
        sent = await send(endpoint(receiver.url, ca=authority.pem))
    assert (sent.ok, sent.status_code) == (False, None)
    assert (sent.error or "").startswith("TLS: ")
    assert receiver.requests == []


async def test_an_own_authority_is_trusted_where_it_is_named() -> None:
    authority = Authority.make()
    with Receiver(tls=authority.server("127.0.0.1", "localhost")) as receiver:
        trusting = endpoint(receiver.url, ca=authority.pem)
        assert (await send(trusting)).ok
        by_name = replace(trusting, url=receiver.url.replace("127.0.0.1", "localhost"))
        sent = await send(by_name)
        assert sent.ok
        assert receiver.requests[-1].headers["host"].startswith("localhost:")
        assert not (await send(replace(trusting, ca=None))).ok


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "[::ffff:127.0.0.1]", "localhost", "2130706433"])
async def test_a_public_webhook_never_reaches_this_computer(host: str) -> None:
    with Receiver() as receiver:
        sent = await send(endpoint(receiver.url.replace("127.0.0.1", host), scope="public"))
    assert not sent.ok
    assert (sent.error or "").startswith("Refused: ")
    assert receiver.connections == 0


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:169.254.169.254]", "0.0.0.0", "[fe80::1]"])
async def test_metadata_is_refused_whatever_the_scope(host: str) -> None:
    for scope in ("public", "private", "loopback"):
        sent = await send(endpoint(f"http://{host}/latest", scope=scope))
        assert (sent.error or "").startswith("Refused: "), sent


async def test_a_name_that_resolves_to_something_else_is_refused_at_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["169.254.169.254"]]
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *arguments: Any, **more: Any) -> Any:
        if host != "rebinding.example":
            return real(host, port, *arguments, **more)
        found = answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with Receiver() as receiver:
        url = f"http://rebinding.example:{receiver.port}/"
        for _ in range(3):
            sent = await send(endpoint(url, scope="public"))
            assert (sent.error or "").startswith("Refused: ")
        assert receiver.connections == 0
        answers.append(["127.0.0.1"])
        assert (await send(endpoint(url))).ok
    assert receiver.requests[0].headers["host"] == f"rebinding.example:{receiver.port}"


async def test_no_proxy_comes_between(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy, Receiver() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert (await send(endpoint(receiver.url))).ok
    assert proxy.connections == 0


async def test_what_is_no_http_is_no_success_however_it_begins() -> None:
    async def noise(writer: asyncio.StreamWriter) -> None:
        writer.write(b"ERROR 200 objects could not be stored, " + b"x" * 100_000)
        await writer.drain()

    with Receiver(lambda _request: noise) as receiver:
        sent = await send(endpoint(receiver.url))
    assert (sent.ok, sent.status_code) == (False, None)
    assert (sent.error or "").startswith("The answer was no HTTP")


async def test_a_url_that_cannot_be_sent_to_is_a_failure() -> None:
    for url in ("https://-ü.example/", "http://xn--a/", "http://1.2.3.400/"):
        sent = await send(endpoint(url, scope="public"))
        assert (sent.ok, sent.status_code) == (False, None), url
        assert sent.error, url


async def test_a_reset_is_told_in_words() -> None:
    async def reset(writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    with Receiver(lambda _request: reset) as receiver:
        sent = await send(endpoint(receiver.url))
    assert not sent.ok
    assert len((sent.error or "").split(": ")[1].strip(". ")) > 3, sent.error


async def test_unknown_names_and_closed_ports() -> None:
    sent = await send(endpoint("http://no-such-name.invalid/", scope="public"))
    assert (sent.error or "").startswith("DNS: ")
    with Receiver() as receiver:
        pass
    sent = await send(endpoint(receiver.url))
    assert (sent.error or "").startswith("No connection")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            "no answer", marks=pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
        ),
        "no TLS",
    ],
)
async def test_a_connection_that_does_not_come_about(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (CONNECT_SECONDS, DEADLINE, LOOKUP_SECONDS) == (5.0, 15.0, 5.0)
    monkeypatch.setattr(sender_module, "CONNECT_SECONDS", 0.4)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0 if fault == "no answer" else 9))
        port = server.getsockname()[1]
        if fault == "no answer":  # nobody accepts, and there is no more room to wait in
            for _ in range(4):
                client = stack.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        sent = await send(endpoint(f"http{'s' if fault == 'no TLS' else ''}://127.0.0.1:{port}/"))
    assert 0.3 < time.monotonic() - started < 3
    assert (sent.ok, sent.timed_out, sent.error) == (False, True, "No connection came about within 0.4 s.")


async def test_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_m: time.sleep(1) or [])
    started = time.monotonic()
    sent = await send(endpoint("http://example.com/", scope="public"), resolver=Resolver(seconds=0.2))
    assert (sent.error or "").startswith("DNS: ")
    assert time.monotonic() - started < 0.9


async def test_a_thousand_cancels_in_the_queue_cost_nothing() -> None:
    with Receiver(lambda _request: Reply(seconds=0.05)) as receiver:
        to = endpoint(receiver.url)
        async with sending(to, slots=4) as sender:
            tasks = [asyncio.create_task(sender.send(to, f"evt_1_{i}", b"{}", time.time())) for i in range(1000)]
            await asyncio.sleep(0.1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            again = await asyncio.gather(*(sender.send(to, f"evt_2_{i}", b"{}", time.time()) for i in range(20)))
    assert all(sent.ok for sent in again), again


async def test_secrets_do_not_reach_the_log() -> None:
    def echo(_request: Any) -> Reply:
        return Reply(500, {"x-echo": "hunter2-hunter2", "set-cookie": "a=b"}, f"{SECRET} hunter2-hunter2".encode())

    with Receiver(echo) as receiver:
        sent = await send(endpoint(receiver.url, headers={"Authorization": "hunter2-hunter2", "X-Shop": "7"}))
    assert receiver.requests[0].headers["authorization"] == "hunter2-hunter2"
    assert sent.request_headers["authorization"] == REDACTED
    assert sent.request_headers["x-shop"] == "7"
    assert sent.response_headers["x-echo"] == sent.response_headers["set-cookie"] == REDACTED
    assert sent.response_body.decode() == f"{REDACTED} {REDACTED}"
    assert "hunter2" not in repr(sent)


async def test_nor_does_what_a_receiver_makes_of_them() -> None:
    bare = SECRET.removeprefix("whsec_")
    with Receiver(lambda _request: Reply(401, {}, f"bad token hunter2-hunter2, key {bare}".encode())) as receiver:
        sent = await send(endpoint(receiver.url, headers={"Authorization": "Bearer hunter2-hunter2"}))
    assert sent.response_body.decode() == f"bad token {REDACTED}, key {REDACTED}"


@pytest.mark.parametrize(
    "name",
    ["Ocp-Apim-Subscription-Key", "api_key", "PRIVATE-KEY", "Key", "Passphrase", "pwd", "Session", "X-Signature"],
)
async def test_names_of_secrets_are_known(name: str) -> None:
    with Receiver() as receiver:
        sent = await send(endpoint(receiver.url, headers={name: "hunter2"}))
    assert receiver.requests[0].headers[name.lower()] == "hunter2"
    assert sent.request_headers[name.lower()] == REDACTED
    assert sent.request_headers["webhook-signature"].startswith("v1,")


async def test_retry_after_is_handed_on() -> None:
    with Receiver(lambda _request: Reply(429, {"retry-after": "120"})) as receiver:
        sent = await send(endpoint(receiver.url))
    assert (sent.status_code, sent.retry_after, sent.answer.retry_after) == (429, "120", "120")


@pytest.mark.campaign
async def test_the_real_deadline_is_fifteen_seconds() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.2)

    with Receiver(lambda _request: drip) as receiver:
        started = time.monotonic()
        sent = await send(endpoint(receiver.url))
    assert 14.5 < time.monotonic() - started < 16
    assert (sent.ok, sent.timed_out) == (False, True)
