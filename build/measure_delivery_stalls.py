"""How late the window's timers come while it delivers webhooks: `python build/measure_delivery_stalls.py [EVENTS]`.

The window is the real one, on its own loop and the offscreen platform, with an embedded database in a fresh folder; the
receiver is a server on loopback in a process of its own. Measured are idle, all events in batches, and a share of them
one by one, which takes much longer for each. The limit holds for the 99th percentile, above the idle one, of what is
held by this program itself (`lateness.py`); the same by the clock is told beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from lateness import Lateness  # noqa: E402

GROWTH_LIMIT_MS = 20
IDLE_SECONDS = 10.0
PATIENCE_SECONDS = 1800.0
SINGLE_SHARE = 0.02
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
# A change set of so many created products, made by another program as an import would.
CHANGE = """
import sys
from acme_desktop.core.database.connections import Database
from tests.support.webhooks import make_products
make_products(Database.open(sys.argv[1]), int(sys.argv[2]), prefix=sys.argv[3])
"""


class Counting(asyncio.Protocol):
    """Answers 204 and counts the events that came."""

    def __init__(self, came: Any) -> None:
        self._came = came
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, rest = self._held.partition(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(rest) < length:
                return
            with self._came.get_lock():
                self._came.value += rest[:length].count(b'"type":"product.')
            self._held = rest[length:]
            self._transport.write(ANSWER)


def serve(port: Any, came: Any) -> None:
    """The receiver's process; it gives way to the window, as a server elsewhere would."""
    os.nice(10)

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Counting(came), "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Measuring:
    """The window, its receiver, and what is measured."""

    def __init__(self, window: Any, url: str, came: Any) -> None:
        self._window, self._url, self._came = window, url, came
        self._ticks = Lateness(window)
        self.figures: dict[str, Any] = {}

    async def until(self, done: Callable[[], bool]) -> None:
        """Let the window live until something holds."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > limit:
                raise SystemExit("waited too long")
            await asyncio.sleep(0.05)

    async def idle(self) -> None:
        """Nothing happens."""
        self._ticks.start()
        await asyncio.sleep(IDLE_SECONDS)
        self._note("idle", IDLE_SECONDS)

    async def deliver(self, name: str, events: int, **settings: Any) -> None:
        """All events of a change set, held back until it is there."""
        from acme_desktop.core.changes.outbox import EVENT_TYPES
        from acme_desktop.core.webhooks import endpoints
        from acme_desktop.core.webhooks.endpoints import EndpointChanges

        database = self._window._session.database
        changes = EndpointChanges(url=self._url, events=EVENT_TYPES, scope="loopback", **settings)
        webhook = (await asyncio.to_thread(endpoints.add, database, changes))[0].id
        await asyncio.to_thread(endpoints.pause, database, webhook)
        command = [sys.executable, "-c", CHANGE, database.url, str(events), name.upper()]
        await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True)
        await self.until(lambda: not self._window._runner.busy)
        await asyncio.sleep(3)
        before = self._came.value
        self._ticks.start()
        started = time.monotonic()
        await asyncio.to_thread(endpoints.resume, database, webhook)
        await self.until(lambda: self._came.value >= before + events)
        self._note(name, time.monotonic() - started)
        self.figures[f"{name}_events"] = self._came.value - before
        await asyncio.to_thread(endpoints.delete, database, webhook)
        await asyncio.sleep(1)

    def _note(self, name: str, seconds: float) -> None:
        self._ticks.stop()
        ticks = self._ticks
        print(f"{name}: {ticks.latest}; the most held: {ticks.most_held}", file=sys.stderr)
        self.figures |= {
            f"{name}_p50_ms": round(ticks.quantile(0.50), 2),
            f"{name}_p99_ms": round(ticks.quantile(0.99), 2),
            f"{name}_held_p99_ms": round(ticks.held_quantile(0.99), 2),
            f"{name}_max_ms": round(ticks.longest, 2),
            f"{name}_ticks": len(ticks.ticks),
            f"{name}_seconds": round(seconds, 1),
        }


def measure(folder: Path, events: int, url: str, came: Any) -> dict[str, Any]:
    """Lateness in milliseconds: idle, while events go out in batches, and one by one."""
    from qasync import QEventLoop

    from acme_desktop.core.foundation.paths import DataFolder
    from acme_desktop.gui import app as gui

    sys.setswitchinterval(gui.SWITCH_INTERVAL_SECONDS)
    app = gui.application()
    app.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = gui.build(app, DataFolder(folder / "data"), loop)
    window.resize(1100, 720)
    window.show()
    measuring = Measuring(window, url, came)

    async def main() -> None:
        window.open_database()
        await measuring.until(lambda: window.products.model.count is not None)
        await asyncio.sleep(2)
        await measuring.idle()
        await measuring.deliver("batch", events, mode="batch")
        await measuring.deliver("each", max(1, round(events * SINGLE_SHARE)))
        window.close_now()
        await measuring.until(lambda: not window.isVisible())

    loop.run_until_complete(main())
    window.wait_for_threads()
    loop.close()
    return measuring.figures


def _growth(figures: dict[str, Any], name: str) -> float:
    busy: float = max(figures[f"batch_{name}"], figures[f"each_{name}"])
    return busy - float(figures[f"idle_{name}"])


def main() -> int:
    """Measure, print a line of JSON, and say by the exit status whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", nargs="?", type=int, default=500_000)
    events = parser.parse_args().events
    context = multiprocessing.get_context("spawn")
    port, came = context.Queue(), context.Value("q", 0)
    receiver = context.Process(target=serve, args=(port, came), daemon=True)
    receiver.start()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    with tempfile.TemporaryDirectory(prefix="acme-stalls-") as folder:
        figures = measure(Path(folder), events, f"http://127.0.0.1:{port.get(timeout=30)}/hook", came)
    receiver.terminate()
    print(json.dumps({"events": events, "load_before": load, **figures}))
    growth = _growth(figures, "held_p99_ms")
    clock = _growth(figures, "p99_ms")
    told = f"the 99th percentile grows by {growth:.1f} ms of its own work (limit {GROWTH_LIMIT_MS} ms)"
    print(f"{told}, by {clock:.1f} ms by the clock", file=sys.stderr)
    return 0 if growth <= GROWTH_LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
