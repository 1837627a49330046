"""The receiver for newcomers: shows what a webhook sends."""

from __future__ import annotations

import asyncio

from acme_desktop.core.database.connections import Database
from acme_desktop.core.webhooks import endpoints, signing, trial
from acme_desktop.core.webhooks.echo import Echo, EchoReceiver
from acme_desktop.core.webhooks.endpoints import EndpointChanges


async def test_it_tells_what_came_and_answers(database: Database) -> None:
    told: list[Echo] = []
    receiver = EchoReceiver(told.append)
    url = await receiver.start()
    changes = EndpointChanges(url=url, events=["product.created"], scope="loopback")
    endpoint, secret = await asyncio.to_thread(endpoints.add, database, changes)
    result = await asyncio.to_thread(trial.run, database, endpoint.id)
    await receiver.stop()
    assert (result.sent.ok, result.sent.status_code) == (True, 204)
    (echo,) = told
    assert signing.verify(secret, echo.headers, echo.body, int(echo.headers["webhook-timestamp"]))
    assert echo.path == "/echo"


async def test_nonsense_does_not_disturb_it() -> None:
    told: list[Echo] = []
    receiver = EchoReceiver(told.append)
    url = await receiver.start()
    port = int(url.split(":")[2].split("/")[0])
    for nonsense in (b"\0\1\2\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"x" * 100_000):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(nonsense)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
    await receiver.stop()
    assert told == []
