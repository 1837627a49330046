"""How fast the past answers: ``.venv/bin/python build/bench_history.py --rows 500000``.

Imports so many products, changes every one of them with a second import, and asks for the catalogue as it was between
the two and for the difference: first page, a page in the middle, counts, a search, and both as csv.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from acme_desktop.core.changes import history  # noqa: E402
from acme_desktop.core.changes.change_set import Author  # noqa: E402
from acme_desktop.core.database import embedded  # noqa: E402
from acme_desktop.core.database.connections import Database  # noqa: E402
from acme_desktop.core.foundation.progress import Progress  # noqa: E402
from acme_desktop.core.importer import run  # noqa: E402
from acme_desktop.core.importer.options import ImportOptions  # noqa: E402
from acme_desktop.core.products import as_of, difference, edits, export  # noqa: E402
from acme_desktop.core.products.difference import Between  # noqa: E402
from acme_desktop.core.products.filters import Filter, Sort  # noqa: E402
from acme_desktop.core.products.product import Changes  # noqa: E402
from acme_desktop.core.workspace import Workspace  # noqa: E402

AUTHOR = Author("bench", "bench")
PAGE = 100
TIMES = 5


def write(path: Path, rows: int, version: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write("sku,name,description\n")
        stream.writelines(
            f"SKU-{n * 7919 % rows:08d},Product {n} in version {version},A text of some length that tells about {n}\n"
            for n in range(rows)
        )


def fill(database: Database, folder: Path, rows: int) -> int:
    """Two imports and an edit; returns the change set of the second import."""
    found = 0
    for version in (1, 2):
        write(folder / "products.csv", rows, version)
        report = run.import_file(database, folder / "products.csv", ImportOptions(), Progress(), AUTHOR)
        found = report.change_set_id or 0
    edits.update(database, "SKU-00000001", Changes(name="Edited"), author=AUTHOR)
    return found


def measure(name: str, ask: Callable[[], Any], times: int = TIMES) -> None:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - start)
    print(f"{name:34} {statistics.median(seconds) * 1000:9.0f} ms   worst {max(seconds) * 1000:7.0f} ms")


def ask_all(database: Database, second: int, folder: Path) -> None:
    with database.connect() as connection:
        row = connection.execute("SELECT created_at FROM change_sets WHERE id = %s", (second - 1,)).fetchone()
    assert row is not None
    when: Any = row[0]
    between, one = Between(when), Between(change_set_id=second)
    middle = as_of.page(database, when, Filter(sku="5"), Sort(), None, 50)[-1]
    measure("as of: first page", lambda: as_of.page(database, when, Filter(), Sort(), None, PAGE))
    measure("as of: page from within", lambda: as_of.page(database, when, Filter(), Sort(), middle, PAGE))
    measure("as of: search by name", lambda: as_of.page(database, when, Filter(name="77777"), Sort(), None, PAGE))
    measure("as of: count", lambda: as_of.count(database, when, Filter()))
    for kind in (None, *difference.KINDS):
        ask = partial(difference.page, database, between, kind, None, PAGE)
        measure(f"difference: first page, {kind or 'all'}", ask)
    first = difference.page(database, between, None, None, PAGE)[-1]
    measure("difference: second page", lambda: difference.page(database, between, None, first, PAGE))
    measure("difference: counts", lambda: difference.counts(database, between))
    measure("change set: first page", lambda: difference.page(database, one, None, None, PAGE))
    edit = Between(change_set_id=second + 1)
    measure("change set of one: first page", lambda: difference.page(database, edit, None, None, PAGE))
    measure("history of a product", lambda: history.history(database, "SKU-00000001"))
    target = folder / "out.csv"
    measure("as of: csv", lambda: export.export(database, Filter(), Sort(), target, when=when), 1)
    measure("difference: csv", lambda: difference.save(database, between, None, target, Progress()), 1)


def main() -> int:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acme-bench-") as name:
        folder = Path(name)
        workspace = Workspace(folder / "data")
        try:
            second = fill(workspace.database, folder, arguments.rows)
            ask_all(workspace.database, second, folder)
        finally:
            workspace.close()
            embedded.delete(workspace.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
