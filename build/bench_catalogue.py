"""How fast a large catalogue answers: ``.venv/bin/python build/bench_catalogue.py --rows 10000000``.

Fills the embedded server of a data folder of its own with products made by SQL, brings them under the catalogue's
indexes, and asks what the window asks: first rows after filters and sorts, pages by key, the last page, pages by
number, counts and estimates; each question many times, in random order, through the core. Then it imports a file with
the indexes in place, asks the same while what came in is not indexed yet, and brings that under the indexes too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import make_sample

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
from acme_desktop.core.products.filters import SLOW_SORT_FIELDS, SORT_FIELDS, Filter, Sort  # noqa: E402
from acme_desktop.core.workspace import Workspace  # noqa: E402

PAGE = 100
AUTHOR = Author("bench", "bench")
BATCH = 500_000  # products made by one statement, as one change set

_CHANGE_SET = (
    "INSERT INTO change_sets (kind, actor, client, created) VALUES ('import', 'bench', 'bench', %s) RETURNING id"
)

# Names in several languages, one product in seven inactive, one in eleven without a description; a day a change set.
_PRODUCTS = """
INSERT INTO products (sku, sku_key, name, description, active, created_at, updated_at, created_in, changed_in)
SELECT sku, lower(sku), makers[1 + (h & 7)] || ' ' || makes[1 + (h >> 3 & 7)] || ' ' || things[1 + (h >> 6 & 7)]
    || ' ' || n %% 9973,
    CASE WHEN n %% 11 > 0 THEN openings[1 + (h >> 9 & 3)] || ', ' || substr(md5((n * 7)::text), 1, 12) ||
        ' ships flat, 2 year warranty' END,
    n %% 7 > 0, day, day, %(id)s, %(id)s
FROM (
    SELECT n, hashint8(n) AS h, timestamptz '2024-01-01' + n / 20000 * interval '1 hour' AS day,
        upper(substr(md5(n::text), 1, 6)) || '-' || n AS sku,
        '{Acme,Nordwind,Bergström,Kowalski,Petit & Fils,Öztürk,Łódka,Северный}'::text[] AS makers,
        '{steel,oak,ceramic,linen,brass,bamboo,wool,glass}'::text[] AS makes,
        '{Desk Lamp,Kettle,Garden Shears,Schreibtischstuhl,Bouilloire,Çaydanlık,Лампа,Toolbox}'::text[] AS things,
        '{Made to last,Pour la maison,Für drinnen und draußen,Our best seller since 2009}'::text[] AS openings
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
) AS made
"""

QUESTIONS = {
    "no filter": Filter(),
    "inactive": Filter(active=False),
    "search: a SKU": Filter(search="c4ca42"),
    "search: few match": Filter(search="lamp 999"),
    "search: one in eight": Filter(search="desk lamp"),
    "search: nothing": Filter(search="zzzqq"),
    "search: two letters": Filter(search="am"),
    "name and inactive": Filter(name="glass", active=False),
    "description: most": Filter(description="warranty"),
    "created: two days": Filter(created_from=date(2024, 1, 2), created_to=date(2024, 1, 3)),
    "updated: never": Filter(updated_from=date(2035, 1, 1)),
    "changed by one import": Filter(changed_in=2),
}
RARE_SHORT = Filter(search="qx")


@dataclass
class Figures:
    """Milliseconds of each kind of question."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time the block."""
        begun = time.perf_counter()
        yield
        self.taken.setdefault(name, []).append((time.perf_counter() - begun) * 1000)

    def table(self) -> str:
        """A line a kind: how often, median, 95th percentile, worst."""
        lines = [f"{'milliseconds':<52}{'times':>6}{'median':>9}{'p95':>9}{'worst':>9}"]
        for name, taken in self.taken.items():
            ordered = sorted(taken)
            p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
            lines.append(f"{name:<52}{len(taken):>6}{statistics.median(taken):>9.1f}{p95:>9.1f}{ordered[-1]:>9.1f}")
        return "\n".join(lines)


def fill(database: Database, rows: int) -> None:
    """Products made by SQL, as change sets of half a million."""
    for first in range(1, rows + 1, BATCH):
        last = min(first + BATCH - 1, rows)
        with database.connect() as connection:
            made = connection.execute(_CHANGE_SET, (last - first + 1,)).fetchone()
            assert made is not None
            connection.execute(_PRODUCTS, {"first": first, "last": last, "id": made[0]})


def ask(database: Database, rounds: int, prefix: str = "") -> Figures:
    """First rows of every filter in every order that has an index, in random order."""
    figures = Figures()
    sorts = [Sort(name, down) for name in SORT_FIELDS if name not in SLOW_SORT_FIELDS for down in (False, True)]
    asked = [(name, question, sort) for name, question in QUESTIONS.items() for sort in sorts] * rounds
    random.Random(1).shuffle(asked)
    for name, question, sort in asked:
        begun = time.perf_counter()
        listing.after(database, question, sort, None, PAGE)
        taken = (time.perf_counter() - begun) * 1000
        for line in (f"{prefix}first rows: all together", f"{prefix}first rows, {name}"):
            figures.taken.setdefault(line, []).append(taken)
    return figures


def scroll(database: Database, figures: Figures, pages: int) -> None:
    """Pages by key from somewhere in the middle, and the last page, in every order that has an index."""
    for name in (name for name in SORT_FIELDS if name not in SLOW_SORT_FIELDS):
        sort = Sort(name)
        with database.connect() as connection:
            picked = connection.execute("SELECT id FROM products TABLESAMPLE system (1) LIMIT 1").fetchone()
        at = next(iter(listing.by_ids(database, [picked[0] if picked else 1]).values()), None)
        for _ in range(pages):
            with figures.timed("scroll a page on"):
                found = listing.after(database, Filter(), sort, at, PAGE)
            at = found[-1] if found else None
        for _ in range(3):
            with figures.timed("jump to the last page"):
                listing.before(database, Filter(), sort, None, PAGE)


def jump(database: Database, figures: Figures) -> None:
    """Pages by number with landmarks, counts, estimates."""
    for name in ("sku", "name"):
        with figures.timed(f"landmarks by {name} (once, in the background)"):
            marks = listing.landmarks(database, Filter(), Sort(name))
        last = max(1, marks.total // PAGE)
        for number in random.Random(2).sample(range(1, last + 1), min(20, last)):
            with figures.timed(f"jump to any page by {name}"):
                listing.page(database, Filter(), Sort(name), number, PAGE, landmarks=marks)
    for name, question in {**QUESTIONS, "search: two rare letters": RARE_SHORT}.items():
        with figures.timed("estimated count, all together"):
            listing.estimate(database, question)
        with figures.timed(f"exact count, {name}"):
            listing.count(database, question)
    with figures.timed("first rows, search: two rare letters"):
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
    make_sample.write(file, rows, twice=0.0)
    with database.connect() as connection:
        connection.execute("CREATE TABLE bench_floor (LIKE products INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        for index in ("UNIQUE INDEX ON bench_floor (id)", "UNIQUE INDEX ON bench_floor (sku_key)"):
            connection.execute(f"CREATE {index}")
        connection.execute("CREATE INDEX ON bench_floor (changed_in)")
    begun = time.perf_counter()
    report = run.import_file(database, file, ImportOptions(), Progress(), AUTHOR)
    taken = time.perf_counter() - begun
    if report.created != rows:
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
        "SELECT relname, pg_relation_size(oid) / 1000000 FROM pg_class WHERE relname LIKE 'products%%' AND relkind = %s"
    )
    with database.connect() as connection:
        rows = [*connection.execute(query, ("r",)), *connection.execute(query, ("i",))]
    return ", ".join(f"{name} {size} MB" for name, size in rows)


def machine() -> str:
    """What the figures were measured on; the load tells whether they can be trusted."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load}"


def main() -> int:
    """Run everything and print the figures."""
    os.environ.pop("DATABASE_URL", None)  # nothing but a database of its own is filled
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=500_000, help="rows of the file that is imported on top")
    parser.add_argument("--rounds", type=int, default=3, help="how often each first page is asked for")
    parser.add_argument("--json", action="store_true", help="print the milliseconds as JSON at the end")
    arguments = parser.parse_args()
    print(f"before: {machine()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="acme-bench-") as folder:
        workspace = Workspace(Path(folder) / "data")
        try:
            figures = bench(workspace.database, Path(folder), arguments)
        finally:
            workspace.close()
            embedded.delete(workspace.folder)
    print(f"after:  {machine()}")
    if arguments.json:
        print(json.dumps(figures.taken))
    return 0


def bench(database: Database, folder: Path, arguments: argparse.Namespace) -> Figures:
    """Everything, on an empty database."""
    seconds(f"making {arguments.rows:,} products by SQL", lambda: fill(database, arguments.rows))
    seconds("bringing them under the indexes", lambda: catalogue_indexes.maintain(database))
    print(sizes(database), flush=True)
    figures = ask(database, arguments.rounds)
    scroll(database, figures, 20)
    jump(database, figures)
    print(figures.table(), flush=True)
    floor, taken = importing(database, folder, arguments.new)
    print(
        f"import of {arguments.new:,} new products: {taken:.2f} s, {taken / floor:.2f} times the floor of {floor:.2f} s"
    )
    later = ask(database, 1, "not indexed yet: ")
    print("\n".join(later.table().splitlines()[:2]), flush=True)
    seconds("bringing the new ones under the indexes", lambda: catalogue_indexes.maintain(database))
    return figures


if __name__ == "__main__":
    sys.exit(main())
