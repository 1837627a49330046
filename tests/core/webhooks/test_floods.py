"""Campaign: the floods of the fault table at full size; `make campaign-webhooks` runs it and prints the figures."""

from __future__ import annotations

import asyncio
import gzip
import random
import time

import psutil
import pytest

from acme_desktop.core.webhooks.sender import MOST_BODY, Sent
from tests.core.webhooks.test_sender import endpoint, send
from tests.support.receiver import Receiver, Reply

pytestmark = pytest.mark.campaign

MB = 1_000_000


async def flooded(what: str, piece: bytes, pieces: int) -> Sent:
    """What became of a request that is answered by so much gzip; the slot has to work again afterwards."""

    async def pour(writer: asyncio.StreamWriter) -> None:
        length = len(piece) * pieces
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % length)
        for _ in range(pieces):
            await receiver.pour(writer, piece)

    memory, started = psutil.Process().memory_info().rss, time.monotonic()
    with Receiver(lambda request: pour if request.path == "/hook" else Reply()) as receiver:
        sent = await send(endpoint(receiver.url))
        seconds, grown = time.monotonic() - started, psutil.Process().memory_info().rss - memory
        assert (await send(endpoint(f"{receiver.url}/next"))).status_code == 204
    print(
        f"\n{what}: {len(piece) * pieces / MB:,.0f} MB offered, {receiver.bytes_sent / MB:.1f} MB left the receiver, "
        f"{len(sent.response_body):,} bytes kept, {grown / MB:.1f} MB of memory, {seconds:.2f} s"
    )
    assert receiver.bytes_sent < 20 * MB
    assert grown < 50 * MB
    return sent


async def test_200_mb_of_gzip_on_the_wire() -> None:
    piece = gzip.compress(random.Random(1).randbytes(MB), compresslevel=0)
    sent = await flooded("200 MB of gzip", piece, 200)
    assert (sent.ok, sent.status_code, sent.error) == (True, 200, None)
    assert len(sent.response_body) <= MOST_BODY


async def test_a_gzip_bomb_of_200_mb_that_is_small_on_the_wire() -> None:
    bomb = gzip.compress(b"\0" * 200 * MB)
    sent = await flooded("a bomb of 200 MB", bomb, 1)
    assert (sent.ok, sent.status_code, sent.error) == (True, 200, None)
    assert sent.response_body == bomb[:MOST_BODY]  # as it came over the wire, never unpacked


async def test_200_mb_of_bombs_that_would_be_200_gb() -> None:
    sent = await flooded("200 MB of bombs", gzip.compress(b"\0" * 100 * MB), 2_050)
    assert (sent.ok, sent.status_code, sent.error) == (True, 200, None)
    assert len(sent.response_body) <= MOST_BODY
