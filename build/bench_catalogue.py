"""How fast a large catalogue answers: ``.venv/bin/python build/bench_catalogue.py --rows 10000000``.

Fills the embedded server of a data folder with products made by SQL, brings them under the catalogue's indexes,
imports a file that stays outside them, and asks what the window asks: the first rows in sight of every filter in every
order, then the others of the first page, pages by key, the last page, pages by number, counts and estimates; in random
order, through the core. With ``--data DIR`` the catalogue is kept there, and the next run measures without making it
again. ``--new N`` measures an import of N more.

On a machine that others use as well, the seconds of the clock say little. Beside them stand those that the server's
processes spent computing (Linux only), which hardly depend on the load.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import make_sample
import psutil
from catalogue_questions import ORDERS, QUESTIONS, RARE_SHORT, told
from catalogue_sample import fill

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from acme_desktop.core.changes import undo  # noqa: E402
from acme_desktop.core.changes.change_set import Author  # noqa: E402
from acme_desktop.core.database import catalogue_indexes, embedded  # noqa: E402
from acme_desktop.core.database.connections import Database  # noqa: E402
from acme_desktop.core.foundation.progress import Progress  # noqa: E402
from acme_desktop.core.importer import run  # noqa: E402
from acme_desktop.core.importer.options import ImportOptions  # noqa: E402
from acme_desktop.core.products import edits, listing  # noqa: E402
from acme_desktop.core.products.filters import SLOW_SORT_FIELDS, Filter, Sort  # noqa: E402
from acme_desktop.core.workspace import Workspace  # noqa: E402

PAGE = 100
IN_SIGHT = 40  # rows that a large window shows at once, and asks for first
TAIL = 20_000  # products that no index covers yet
AUTHOR = Author("bench", "bench")
FIRST, CONFIRMED = "first rows: all together", "first rows once more, confirmed without zone maps"
REST = "the others of the first page: all together"
SCROLL, LAST = "scroll a page on", "jump to the last page"
TARGETS = {FIRST: 100, SCROLL: 50, LAST: 500}  # milliseconds, 95th percentile
MEMORY = 400  # MB of this process


@dataclass
class Figures:
    """Milliseconds of each kind of question: by the clock, and what the server computed for it.

    Attributes:
        server: the id of its main process; None where nothing can be read.
        others: ids of processes that work for other programs.
    """

    server: int | None
    others: frozenset[str] = frozenset()
    taken: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    @contextmanager
    def timed(self, *names: str) -> Iterator[None]:
        """Time the block, under each of the names."""
        computed, begun = self._computed(), time.perf_counter()
        yield
        clock = (time.perf_counter() - begun) * 1000
        for name in names:
            self.taken.setdefault(name, []).append((clock, self._computed() - computed))

    def table(self) -> str:
        """A line a kind: how often; median, 95th percentile and worst by the clock; the last two computed."""
        lines = [f"{'milliseconds':<56}{'times':>6}{'median':>9}{'p95':>9}{'worst':>9}{'computed':>11}{'worst':>9}"]
        for name, taken in self.taken.items():
            clock, computed = ([pair[which] for pair in taken] for which in (0, 1))
            lines.append(
                f"{name:<56}{len(taken):>6}{part(clock, 0.5):>9.1f}{part(clock, 0.95):>9.1f}{max(clock):>9.1f}"
                f"{part(computed, 0.95):>11.1f}{max(computed):>9.1f}"
            )
        return "\n".join(lines)

    def verdicts(self) -> list[str]:
        """The targets, and what they came to."""
        return [
            f"{name}: p95 {part([clock for clock, _ in self.taken[name]], 0.95):.0f} ms by the clock, "
            f"{part([computed for _, computed in self.taken[name]], 0.95):.0f} ms computed, "
            f"{sum(clock <= target for clock, _ in self.taken[name]) / len(self.taken[name]):.1%} within the target of "
            f"{target} ms"
            for name, target in TARGETS.items()
        ]

    def _computed(self) -> float:
        """Milliseconds that the server's processes spent so far; of those that ended, in steps of ten."""
        if self.server is None:
            return 0.0
        ended = psutil.Process(self.server).cpu_times()
        total = (ended.children_user + ended.children_system) * 1e9
        for child in processes(self.server) - self.others:
            try:
                title = Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8", errors="replace").strip("\0 ")
                if title.rpartition("parallel worker for PID ")[2] in self.others:
                    continue
                total += int(Path(f"/proc/{child}/schedstat").read_text(encoding="ascii").split()[0])
            except OSError:
                continue  # ended meanwhile
        return total / 1e6


def part(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def processes(server: int) -> set[str]:
    """The ids of a server's processes."""
    return set(Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split())


def watch(database: Database) -> Figures:
    """Figures that tell what the server computes for this program, where that can be read."""
    if sys.platform != "linux":
        return Figures(None)
    with ExitStack() as stack:
        connections = [stack.enter_context(database.connect()) for _ in range(4)]
        own = {str(connection.info.backend_pid) for connection in connections}
        server = psutil.Process(int(min(own))).ppid()
        return Figures(server, frozenset(processes(server) - own))


def ask(database: Database, figures: Figures, rounds: int) -> None:
    """First rows of every filter in every order, in random order."""
    asked = [(name, question, sort) for name, question in QUESTIONS.items() for sort in ORDERS] * rounds
    random.Random(1).shuffle(asked)
    for name, question, sort in asked:
        with figures.timed(FIRST, f"first rows, {name}", f"first rows, by {told(sort)}"):
            found, sure = listing.glance(database, question, sort, IN_SIGHT)
        if len(found) == IN_SIGHT:
            with figures.timed(REST):
                listing.after(database, question, sort, found[-1], PAGE - IN_SIGHT)
        if not sure:
            with figures.timed(CONFIRMED):
                if listing.after(database, question, sort, None, IN_SIGHT) != found:
                    raise SystemExit(f"bench: wrong first rows of {name} by {told(sort)}")


def scroll(database: Database, figures: Figures, pages: int) -> None:
    """Pages by key from somewhere in the middle, on and back, and the last page, in every order."""
    for sort in ORDERS:
        with database.connect() as connection:
            picked = connection.execute("SELECT id FROM products TABLESAMPLE system (1) LIMIT 1").fetchone()
        at = next(iter(listing.by_ids(database, [int(str(picked[0])) if picked else 1]).values()), None)
        for way in (listing.after, listing.before):
            for _ in range(pages):
                with figures.timed(SCROLL, f"{SCROLL}, by {told(sort)}"):
                    found = way(database, Filter(), sort, at, PAGE)
                at = found[-1 if way is listing.after else 0] if found else None
        for _ in range(3):
            with figures.timed(LAST):
                listing.before(database, Filter(), sort, None, PAGE)


def jump(database: Database, figures: Figures) -> None:
    """Pages by number with landmarks, counts, estimates, and what is slow."""
    for name in ("sku", "name"):
        with figures.timed(f"landmarks by {name} (once, in the background)"):
            marks = listing.landmarks(database, Filter(), Sort(name))
        last = max(1, marks.total // PAGE)
        for number in random.Random(2).sample(range(1, last + 1), min(20, last)):
            with figures.timed(f"jump to any page by {name}"):
                listing.page(database, Filter(), Sort(name), number, PAGE, landmarks=marks)
    for name, question in {**QUESTIONS, "two rare letters": RARE_SHORT}.items():
        with figures.timed("estimated count, all together"):
            listing.estimate(database, question)
        with figures.timed("exact count, all together", f"exact count, {name}"):
            listing.count(database, question)
    with figures.timed("first rows, two rare letters (no index)"):
        listing.after(database, RARE_SHORT, Sort(), None, PAGE)
    for name in SLOW_SORT_FIELDS:
        with figures.timed(f"first rows by {name} (no index)"):
            listing.after(database, Filter(), Sort(name), None, PAGE)
    with figures.timed("undo of one new product"):
        made = edits.create(database, sku="bench one", name="One", author=AUTHOR)
        undo.undo(database, made.id, author=AUTHOR)


def importing(database: Database, folder: Path, rows: int) -> tuple[float, float]:
    """Seconds of a bare COPY-like floor and of an import of new products, the indexes of the catalogue in place."""
    file = folder / "new.csv"
    make_sample.write(file, rows, seed=2, twice=0.0)
    with database.connect() as connection:
        connection.execute("CREATE TABLE bench_floor (LIKE products INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        for index in ("UNIQUE INDEX ON bench_floor (id)", "UNIQUE INDEX ON bench_floor (sku_key)"):
            connection.execute(f"CREATE {index}")
        connection.execute("CREATE INDEX ON bench_floor (changed_in)")
    begun = time.perf_counter()
    report = run.import_file(database, file, ImportOptions(), Progress(), AUTHOR)
    taken = time.perf_counter() - begun
    if report.created + report.updated != rows:
        raise SystemExit(f"bench: unexpected receipt {report}")
    columns = "sku, sku_key, name, description, active"
    query = f"SELECT {columns} FROM products WHERE changed_in = {report.change_set_id} ORDER BY sku_key"
    with database.connect() as connection, (folder / "floor").open("w+b") as kept:
        with connection.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
            for block in copy:
                kept.write(block)
        kept.seek(0)
        connection.commit()
        begun = time.perf_counter()
        with connection.cursor().copy(f"COPY bench_floor ({columns}) FROM STDIN") as copy:
            while block := kept.read(1 << 20):
                copy.write(block)
        connection.commit()
        floor = time.perf_counter() - begun
        connection.execute("DROP TABLE bench_floor")
    return floor, taken


def seconds(what: str, work: Callable[[], Any]) -> Any:
    """Do it and say how long it took."""
    begun = time.perf_counter()
    result = work()
    print(f"{what:<66}{time.perf_counter() - begun:>9.1f} s", flush=True)
    return result


def sizes(database: Database) -> str:
    """How large the table and each of its indexes are, in MB."""
    query = (
        "SELECT relname, pg_relation_size(oid) / 1000000 FROM pg_class "
        "WHERE relname ~ '^product(s|_zones)' AND relkind = %s"
    )
    with database.connect() as connection:
        rows = [*connection.execute(query, ("r",)), *connection.execute(query, ("i",))]
    return ", ".join(f"{name} {size} MB" for name, size in rows)


def machine() -> str:
    """What the figures were measured on; the load tells whether they can be trusted."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load}"


def make(database: Database, rows: int) -> None:
    """The indexed products, where they are not there yet."""
    if listing.count(database, Filter()) < rows:
        seconds(f"making {rows:,} products by SQL", lambda: fill(database, rows))
    if catalogue_indexes.due(database):
        seconds("bringing them under the indexes", lambda: catalogue_indexes.maintain(database))


def add_tail(database: Database, rows: int, folder: Path) -> None:
    """Products that are imported and stay outside the indexes; those of a former run serve as well."""
    file = folder / "tail.csv"
    make_sample.write(file, rows, twice=0.0)
    run.import_file(database, file, ImportOptions(), Progress(), AUTHOR)


def bench(database: Database, folder: Path, arguments: argparse.Namespace) -> Figures:
    """Everything there is to measure."""
    make(database, arguments.rows)
    add_tail(database, min(TAIL, arguments.rows // 10), folder)
    print(sizes(database), flush=True)
    figures = watch(database)
    for measure in (
        lambda part_of: scroll(database, part_of, 10),
        lambda part_of: ask(database, part_of, arguments.rounds),
        lambda part_of: jump(database, part_of),
    ):
        part_of = Figures(figures.server, figures.others)
        measure(part_of)
        print(part_of.table(), flush=True)
        figures.taken.update(part_of.taken)
    if arguments.new:
        floor, taken = importing(database, folder, arguments.new)
        told_new = f"import of {arguments.new:,} new products: {taken:.2f} s"
        print(f"{told_new}, {taken / floor:.2f} times the floor of {floor:.2f} s")
        seconds("bringing the new ones under the indexes", lambda: catalogue_indexes.maintain(database))
    print("\n".join(figures.verdicts()))
    return figures


def main() -> int:
    """Run everything and print the figures."""
    os.environ.pop("DATABASE_URL", None)  # nothing but a database of its own is filled
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--data", type=Path, help="a data folder that is kept; used again where it is filled")
    parser.add_argument("--new", type=int, default=0, help="rows of a file that is imported on top at the end")
    parser.add_argument("--rounds", type=int, default=1, help="how often each first page is asked for")
    parser.add_argument("--json", action="store_true", help="print the milliseconds as JSON at the end")
    arguments = parser.parse_args()
    print(f"before: {machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="acme-bench-") as folder:
        workspace = Workspace(arguments.data or Path(folder) / "data")
        try:
            figures = bench(workspace.database, Path(folder), arguments)
        finally:
            workspace.close()
            if arguments.data is None:
                embedded.delete(workspace.folder)
    print(f"memory of this process: {psutil.Process().memory_info().rss / 1e6:.0f} MB; target {MEMORY} MB")
    print(f"after:  {machine()}")
    if arguments.json:
        print(json.dumps(figures.taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
