"""How fast an export is: ``.venv/bin/python build/bench_export.py [--rows 1000000]``.

Fills the embedded server of a data folder of its own, exports everything to csv, and compares with psql's ``\\copy`` of
the same query into a file: the same COPY, read and written by nothing but libpq. Both take turns, so that a busy
machine slows both; the ratio of the medians counts. The other formats and the marked csv are timed once.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench_catalogue import fill, machine

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from acme_desktop.core.database import binaries, embedded  # noqa: E402
from acme_desktop.core.database.connections import Database  # noqa: E402
from acme_desktop.core.products import export  # noqa: E402
from acme_desktop.core.products.filters import Filter, Sort, order_by  # noqa: E402
from acme_desktop.core.workspace import Workspace  # noqa: E402

_LIMIT = 2.0


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def psql(database: Database, target: Path) -> None:
    """The floor: the same rows through nothing but libpq."""
    query = f"SELECT sku, name, description, active::text FROM products ORDER BY {order_by(Sort())}"
    program = binaries.find().program("psql")
    copy = f"\\copy ({query}) TO '{target}' (FORMAT csv, HEADER)"
    subprocess.run([program, "-Xqd", database.url, "-c", copy], check=True)


def bench(database: Database, folder: Path, rounds: int) -> float:
    """Print the figures; returns the ratio."""
    ours, floor = folder / "ours.csv", folder / "floor.csv"
    taken: list[float] = []
    floors: list[float] = []
    for _ in range(rounds):
        floors.append(timed(lambda: psql(database, floor)))
        taken.append(timed(lambda: export.export(database, Filter(), Sort(), ours)))
    if ours.read_bytes() != floor.read_bytes():
        raise SystemExit("bench: the two files differ")
    ratio = statistics.median(taken) / statistics.median(floors)
    print(f"psql \\copy {statistics.median(floors):.2f} s, export to csv {statistics.median(taken):.2f} s")
    print(f"ratio {ratio:.2f} (at most {_LIMIT}), {ours.stat().st_size / 1e6:.0f} MB")
    for name in ("p.jsonl", "p.parquet", "p.xlsx"):
        print(f"{name:<10}{timed(lambda name=name: export.export(database, Filter(), Sort(), folder / name)):>8.2f} s")
    marked = timed(lambda: export.export(database, Filter(), Sort(), folder / "safe.csv", safe=True))
    print(f"safe.csv  {marked:>8.2f} s")
    return ratio


def main() -> int:
    """Run it; 1 where the ratio is too high."""
    os.environ.pop("DATABASE_URL", None)  # nothing but a database of its own is filled
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"before: {machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="acme-bench-") as name:
        workspace = Workspace(Path(name) / "data")
        try:
            fill(workspace.database, arguments.rows)
            ratio = bench(workspace.database, Path(name), arguments.rounds)
        finally:
            workspace.close()
            embedded.delete(workspace.folder)
    print(f"after:  {machine()}")
    return int(ratio > _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
