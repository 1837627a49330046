"""How fast imports are, as ratios to the floor, and what memory they take: ``make bench``.

The floor is a bare COPY of the same deduplicated rows into the same ``products`` table with the same indexes on the
same embedded server. A round runs the floor and every case once, one after the other; the figures are medians over the
rounds. Imports run through the command line in a process of their own, timed from its start to its end, so that
Python's start counts too. Peak memory is that process's own (the operating system's figure), without the server.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import interrupts
import make_sample
import psycopg

ROOT = Path(__file__).resolve().parents[1]
FLOOR_COLUMNS = "sku, sku_key, name, description, active"
BLOCK = 1 << 20  # bytes handed to COPY at a time


@dataclass
class Measured:
    """One case: seconds of each round, and the largest memory of its process in bytes (0: not an own process)."""

    name: str
    rows: int
    seconds: list[float] = field(default_factory=list)
    peak: int = 0

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


class Bench:
    """A data folder with a running embedded server, and the files to import."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder = folder
        self.rows = rows
        self.first, self.changed = folder / "first.csv", folder / "changed.csv"
        self.floor_rows = folder / "floor.copy"
        make_sample.write(self.first, rows)
        make_sample.write(self.changed, rows, revision=2)

    def start(self) -> None:
        """Start the server, which stays until it is stopped."""
        self.program("db", "start")
        self.url = json.loads(self.program("db", "status", "--json")[0])["url"]

    def program(self, *arguments: str) -> tuple[str, int]:
        """Run the command line; its standard output and its peak memory in bytes."""
        command = [sys.executable, "-m", "acme_desktop", "--data-dir", str(self.folder / "data"), "--quiet", *arguments]
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # what still runs would keep the server
            process.terminate()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"bench: {' '.join(command)} ended with {process.returncode}")
        return output, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    def reset(self) -> None:
        """An empty catalogue, and no write of the case before still waiting for the disk."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("TRUNCATE products, product_versions, change_sets CASCADE")
            connection.execute("CHECKPOINT")

    def settle(self) -> None:
        """Only the latter: the catalogue stays."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def save_floor(self) -> int:
        """Keep the catalogue's rows in COPY's own text form; how many."""
        query = f"COPY (SELECT {FLOOR_COLUMNS} FROM products ORDER BY sku_key) TO STDOUT"
        with psycopg.connect(self.url) as connection, self.floor_rows.open("wb") as file:
            with connection.cursor() as cursor, cursor.copy(query) as copy:
                for block in copy:
                    file.write(block)
            counted = connection.execute("SELECT count(*) FROM products").fetchone()
        assert counted is not None
        return int(counted[0])

    def floor(self) -> int:
        """The bare COPY; it has no process of its own to measure."""
        statement = f"COPY products ({FLOOR_COLUMNS}) FROM STDIN"
        with (
            self.floor_rows.open("rb") as file,
            psycopg.connect(self.url) as connection,
            connection.cursor().copy(statement) as copy,
        ):
            while block := file.read(BLOCK):
                copy.write(block)
        return 0

    def importing(self, file: Path, rows: int, *options: str, **expected: int) -> int:
        """Import a file and hold the receipt against what has to come out; the peak memory in bytes."""
        output, peak = self.program("import", str(file), "--json", *options)
        receipt = json.loads(output)
        counted = sum(receipt[k] for k in ("created", "updated", "unchanged", "superseded", "rejected", "skipped"))
        wrong = {name: (receipt[name], number) for name, number in expected.items() if receipt[name] != number}
        if wrong or not receipt["read"] == rows == counted:
            raise SystemExit(f"bench: unexpected receipt, {wrong}: {receipt}")
        return peak


@dataclass(frozen=True)
class Case:
    """Something timed in every round. Cases of a round follow each other on one catalogue unless it is reset before.

    Attributes:
        reset: begin with an empty catalogue.
        indexed: begin with one that is empty too, but whose earlier products were indexed for search and sorting.
    """

    name: str
    run: Callable[[], int]
    reset: bool = False
    indexed: bool = False


def cases(bench: Bench, distinct: int) -> list[Case]:
    """What a round runs, in order; ``distinct`` is the number of different SKUs in the files."""
    first, changed, rows = bench.first, bench.changed, bench.rows
    return [
        Case("floor: bare COPY", bench.floor, reset=True),
        Case("fresh import", lambda: bench.importing(first, rows, created=distinct), reset=True),
        Case("same file again", lambda: bench.importing(first, rows, unchanged=distinct)),
        Case("preview, all changed", lambda: bench.importing(changed, rows, "--dry-run", updated=distinct)),
        Case("all changed", lambda: bench.importing(changed, rows, updated=distinct)),
        Case("fresh, search index in place", lambda: bench.importing(first, rows, created=distinct), indexed=True),
    ]


def measure(bench: Bench, rounds: int) -> list[Measured]:
    """All cases, ``rounds`` times, interleaved."""
    bench.importing(bench.first, bench.rows)  # unmeasured: warms the caches and gives the floor its rows
    distinct = bench.save_floor()
    chosen = cases(bench, distinct)
    results = [Measured(case.name, bench.rows) for case in chosen]
    for number in range(rounds):
        for case, result in zip(chosen, results, strict=True):
            _tell(f"round {number + 1} of {rounds}: {case.name}")
            if case.indexed:
                bench.program("db", "maintain")
            (bench.reset if case.reset or case.indexed else bench.settle)()
            begun = time.perf_counter()
            peak = case.run()
            result.seconds.append(time.perf_counter() - begun)
            result.peak = max(result.peak, peak)
    return results


def measure_large(bench: Bench, rows: int) -> Measured:
    """One fresh import of a larger file, for its memory."""
    _tell(f"fresh import of {rows:,} rows")
    large = bench.folder / "large.csv"
    make_sample.write(large, rows)
    bench.reset()
    result = Measured(f"fresh import, {rows:,} rows", rows)
    begun = time.perf_counter()
    result.peak = bench.importing(large, rows)
    result.seconds.append(time.perf_counter() - begun)
    return result


def table(results: list[Measured]) -> str:
    """The figures as text. A ratio is given where the case has as many rows as the floor."""
    floor = results[0]
    lines = [f"{'case':<32}{'median s':>9}{'min-max':>14}{'rows/s':>12}{'x floor':>9}{'peak MB':>9}"]
    for one in results:
        ratio = f"{one.median / floor.median:.2f}" if one.rows == floor.rows else ""
        spread = f"{min(one.seconds):.2f}-{max(one.seconds):.2f}"
        peak = f"{one.peak / 1e6:.0f}" if one.peak else ""
        lines.append(f"{one.name:<32}{one.median:>9.2f}{spread:>14}{one.rows / one.median:>12,.0f}{ratio:>9}{peak:>9}")
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured on; the load tells whether they can be trusted."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{system}, {os.cpu_count()} cores, load {load}"


def _tell(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--large", type=int, default=2_000_000, help="rows of the file for peak memory; 0 leaves it out"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of a table")
    arguments = parser.parse_args()
    interrupts.heed()
    before = machine()
    with tempfile.TemporaryDirectory(prefix="acme-bench-") as folder:
        bench = Bench(Path(folder), arguments.rows)
        try:
            bench.start()
            results = measure(bench, arguments.rounds)
            if arguments.large:
                results.append(measure_large(bench, arguments.large))
        finally:
            bench.program("db", "stop")
    if arguments.json:
        print(json.dumps([vars(one) for one in results]))
        return 0
    print(f"before: {before}\nafter:  {machine()}\n\n{table(results)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
