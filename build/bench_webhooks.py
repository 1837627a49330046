"""What webhooks cost and how fast they are, as ratios within one run: ``make bench-webhooks``.

- The events of a large change: the time of its transaction with none, one and three webhooks, interleaved.
- Delivery on loopback to a server in a process of its own: batches of 500 and single events, against a bare httpx loop
  that sends the same bytes with as many requests at a time, and nothing else.
- From a single edit to the first byte at the receiver.

Runs on an embedded server in a temporary folder. Figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from acme_desktop.core.changes import change_set
from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.changes.outbox import EVENT_TYPES
from acme_desktop.core.database import embedded, migrations
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.products import edits
from acme_desktop.core.webhooks import endpoints
from acme_desktop.core.webhooks.dispatcher import Dispatcher
from acme_desktop.core.webhooks.endpoints import EndpointChanges
from acme_desktop.core.webhooks.sender import SLOTS

AUTHOR = Author("bench", "bench")
EVENT_BYTES = 420
BARE = """
import asyncio, sys, time, httpx
url, slots, number, size = sys.argv[1], *map(int, sys.argv[2:])
async def main():
    limits = httpx.Limits(max_connections=slots, max_keepalive_connections=slots)
    pending = iter([b"x" * size] * number)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        async def work():
            for body in pending:
                (await client.post(url, content=body)).raise_for_status()
        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(slots)))
        return time.perf_counter() - started
print(asyncio.run(main()))
"""
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Echo(asyncio.Protocol):
    """The least that answers HTTP: counts bytes, not words. Tells the time of a first byte."""

    def __init__(self, arrivals: Any) -> None:
        self._arrivals = arrivals
        self._missing = 0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        if not self._missing and not self._head:
            self._arrivals.put(time.monotonic())
        while data:
            if self._missing:
                taken = min(self._missing, len(data))
                self._missing -= taken
                data = data[taken:]
            else:
                self._head += data
                head, found, data = self._head.partition(b"\r\n\r\n")
                if not found:
                    return
                self._head = b""
                self._missing = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if not self._missing:
                self._transport.write(ANSWER)


def serve(port: Any, arrivals: Any) -> None:
    """The receiver's process."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Echo(arrivals), "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Bench:
    """A database, and a receiver."""

    def __init__(self, database: Database, url: str, arrivals: Any, rounds: int) -> None:
        self.database, self.url, self.arrivals, self.rounds = database, url, arrivals, rounds

    def reset(self) -> None:
        with self.database.connect() as connection:
            connection.execute("TRUNCATE products, product_versions, webhooks, outbox, deliveries, delivery_attempts")

    def hook(self, **more: Any) -> None:
        endpoints.add(self.database, EndpointChanges(url=self.url, events=EVENT_TYPES, scope="loopback", **more))

    def insert(self, rows: int) -> float:
        """A change set that creates so many products; seconds."""
        started = time.perf_counter()
        with self.database.connect() as connection:
            identifier = change_set.begin(connection, "import", AUTHOR)
            connection.execute(
                "INSERT INTO products (sku, sku_key, name, description, created_in, changed_in)"
                " SELECT 'P' || i, 'p' || i, 'Product number ' || i, 'A description of some sixty characters, as they"
                " are in catalogues', %(id)s, %(id)s FROM generate_series(1, %(n)s) i",
                {"id": identifier, "n": rows},
            )
            change_set.finish(connection, identifier, created=rows)
        return time.perf_counter() - started

    def outbox(self, rows: int) -> None:
        """What noting the events adds to a large insert."""
        seconds: dict[int, list[float]] = {0: [], 1: [], 3: []}
        for _ in range(self.rounds):
            for hooks, measured in seconds.items():
                self.reset()
                for _ in range(hooks):
                    self.hook()
                measured.append(self.insert(rows))
        floor = statistics.median(seconds[0])
        for hooks in (1, 3):
            ratio = statistics.median(seconds[hooks]) / floor
            print(f"{rows:,} rows, {hooks} webhook(s): {ratio - 1:+.1%} of the insert's {floor:.2f} s")

    def deliver(self, events: int, mode: str) -> None:
        """Events a second through the dispatcher, and through a bare loop."""
        ours, bare = [], []
        for _ in range(self.rounds):
            self.reset()
            self.hook(mode=mode)
            self.insert(events)
            per_request = 500 if mode == "batch" else 1
            bare.append(events / self.alone(events // per_request, EVENT_BYTES * per_request))
            started = time.perf_counter()
            totals = asyncio.run(Dispatcher(self.database).run(until_empty=True))
            ours.append(events / (time.perf_counter() - started))
            assert totals.delivered == events, totals
        a, b = statistics.median(ours), statistics.median(bare)
        print(f"mode {mode}: {a:,.0f} events/s, {a / b:.2f} of a bare httpx loop ({b:,.0f})")

    def alone(self, number: int, size: int) -> float:
        """Seconds of the bare loop, in a process of its own that has nothing of ours loaded."""
        program = [sys.executable, "-c", BARE, self.url, str(SLOTS), str(number), str(size)]
        return float(subprocess.run(program, stdout=subprocess.PIPE, check=True, text=True).stdout)

    def latency(self, edits_made: int) -> None:
        """Milliseconds from the start of an edit to its first byte at the receiver."""
        self.reset()
        self.hook()
        print("single edit to first byte: " + asyncio.run(self._latency(edits_made)))

    async def _latency(self, number: int) -> str:
        sending = Dispatcher(self.database)
        task = asyncio.create_task(sending.run())
        await asyncio.sleep(1)
        while not self.arrivals.empty():
            self.arrivals.get()
        taken = []
        for index in range(number):
            started = time.monotonic()
            await asyncio.to_thread(edits.create, self.database, sku=f"L{index}", name="Cup", author=AUTHOR)
            taken.append((await asyncio.to_thread(self.arrivals.get)) - started)
            await asyncio.sleep(0.05)
        sending.stop()
        await task
        ordered = sorted(1000 * one for one in taken)
        return f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.0f} ms"


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--batched", type=int, default=100_000, help="events delivered in batches")
    parser.add_argument("--singles", type=int, default=4_000)
    parser.add_argument("--edits", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    port, arrivals = context.Queue(), context.Queue()
    receiver = context.Process(target=serve, args=(port, arrivals), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory() as folder:
        server = embedded.EmbeddedServer(DataFolder(Path(folder) / "data"))
        database = Database.open(server.start(), embedded=True)
        try:
            migrations.upgrade(database)
            bench = Bench(database, f"http://127.0.0.1:{port.get()}/hook", arrivals, options.rounds)
            steps: list[Callable[[], None]] = [
                lambda: bench.latency(options.edits),
                lambda: bench.deliver(options.singles, "each"),
                lambda: bench.deliver(options.batched, "batch"),
                lambda: bench.outbox(options.rows),
            ]
            for step in steps:
                step()
        finally:
            database.close()
            server.release()
            receiver.terminate()


if __name__ == "__main__":
    main()
