"""How the product table behaves on a large catalogue: ``.venv/bin/python build/measure_table.py --rows 10000000``.

The real window, offscreen, on the embedded server of a data folder of its own, or of one that `--data` names and that
is left as it is. It asks filters and sorts, scrolls page by page, jumps to the end and into the middle, and scrolls on
while an import runs. A timer that wants to be called every 5 ms tells by how late it comes how long the window could
not have answered; the same in processor time of the window's own thread is told beside it, for a machine that is busy
with other things.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_sample

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import bench_catalogue  # noqa: E402
from lateness import Lateness  # noqa: E402
from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402

from acme_desktop.core.changes import undo  # noqa: E402
from acme_desktop.core.changes.change_set import Author  # noqa: E402
from acme_desktop.core.database import catalogue_indexes  # noqa: E402
from acme_desktop.core.foundation.paths import DataFolder  # noqa: E402
from acme_desktop.core.foundation.progress import Progress  # noqa: E402
from acme_desktop.core.importer import run  # noqa: E402
from acme_desktop.core.importer.options import ImportOptions  # noqa: E402
from acme_desktop.core.products.filters import Filter, Sort  # noqa: E402
from acme_desktop.core.workspace import Workspace  # noqa: E402
from acme_desktop.gui import app as gui  # noqa: E402
from acme_desktop.gui.background.jobs import Lane  # noqa: E402
from acme_desktop.gui.products.pages import PAGE  # noqa: E402

AUTHOR = Author("bench", "bench")
# milliseconds; of memory, megabytes
LIMITS = {"first_rows_p95": 100, "scroll_page_p95": 50, "last_page": 500, "stall_importing_held": 50, "memory_mb": 400}
ASKED = ("", "c4ca42", "desk lamp", "lamp 999", "zzzqq", "glass", "am")
SORTS = (Sort("sku"), Sort("name"), Sort("name", descending=True), Sort("created_at"), Sort("updated_at", True))


class Bench:
    """Drives one window, and times what it shows."""

    def __init__(self, folder: Path) -> None:
        sys.setswitchinterval(gui.SWITCH_INTERVAL_SECONDS)
        self.app = gui.application()
        self.window = gui.build(self.app, DataFolder(folder))
        self.model, self.table = self.window.products.model, self.window.products.table
        self.lateness = Lateness(self.window)

    def until(self, done: Callable[[], bool]) -> float:
        """Let the window live until something holds; the milliseconds that took."""
        begun = time.perf_counter()
        while not done():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return (time.perf_counter() - begun) * 1000

    def rest(self, milliseconds: int) -> None:
        """Let the window live for a while."""
        ended: list[bool] = []
        QTimer.singleShot(milliseconds, lambda: ended.append(True))
        self.until(lambda: bool(ended))

    def open(self, size: tuple[int, int] = (1100, 720)) -> None:
        """Show the window with its catalogue; size in pixels."""
        self.window.resize(*size)
        self.window.show()
        self.window.open_database()
        self.until(lambda: self.model.count is not None)
        self.lateness.start()

    def stalls(self, what: str = "") -> dict[str, float]:
        """The longest stall since the last call, in milliseconds: by the clock, and what was held of the worst."""
        latest, held = self.lateness.latest, self.lateness.most_held
        if what:
            print(f"{what}: {latest}; the most held: {held}", file=sys.stderr)
        self.lateness.start()
        return {f"stall_{what}": latest.late, f"stall_{what}_held": held.held}

    def in_sight(self) -> bool:
        """Whether every row in sight is loaded."""
        top = self.table.verticalScrollBar().value()
        end = min(top + self.table.sight().rows - 2, self.model.rowCount())
        return not self.model.waiting and all(self.model.product(row) is not None for row in range(top, end))

    def first_rows(self, rounds: int) -> list[float]:
        """Ask in random order; milliseconds until the first rows are shown."""
        asked = [(text, sort) for text in ASKED for sort in SORTS] * rounds
        random.Random(1).shuffle(asked)
        taken = []
        for text, sort in asked:
            begun = time.perf_counter()
            self.model.sort_by(sort)
            self.model.set_filter(Filter(search=text or None))
            self.until(lambda: not self.model.waiting)
            self.table.viewport().repaint()
            taken.append((time.perf_counter() - begun) * 1000)
        self.model.sort_by(Sort("sku"))
        self.model.set_filter(Filter())
        self.until(lambda: self.model.count is not None)
        return taken

    def scroll(self, pages: int, pause: int = 30) -> list[float]:
        """Page down as a held key does; milliseconds until the rows are there, each time."""
        bar, taken = self.table.verticalScrollBar(), []
        for _ in range(pages):
            begun = time.perf_counter()
            bar.setValue(bar.value() + bar.pageStep())
            self.table.viewport().repaint()
            self.until(self.in_sight)
            taken.append((time.perf_counter() - begun) * 1000)
            self.rest(pause)
        return taken

    def jump(self, row: int) -> float:
        """Milliseconds until the rows around a place are there."""
        begun = time.perf_counter()
        self.table.go_to_page(row // PAGE)
        self.table.viewport().repaint()
        self.until(self.in_sight)
        return (time.perf_counter() - begun) * 1000


def pixels(text: str) -> tuple[int, int]:
    """Width and height from a text such as "1100x720"."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def memory() -> float:
    """Megabytes of this process that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def p95(taken: list[float]) -> float:
    """The 95th percentile."""
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.95))]


def measure(bench: Bench, arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures: milliseconds, megabytes of memory."""
    bench.open(arguments.size)
    figures: dict[str, Any] = {"rows": bench.model.count}
    figures["first_rows_p95"] = p95(bench.first_rows(arguments.rounds))
    bench.until(lambda: bench.in_sight())
    figures["last_page_before_landmarks"] = bench.jump(bench.model.rowCount() - 1)
    bench.table.go_to_page(0)
    if bench.model.rowCount() >= 20_000:
        figures["landmarks"] = bench.until(lambda: bench.model.loader.landmarks is not None)
    bench.stalls()
    scrolled = bench.scroll(arguments.pages)
    figures["scroll_page_p95"], figures["scroll_page_worst"] = p95(scrolled), max(scrolled)
    figures |= bench.stalls("scrolling")
    figures["last_page"] = bench.jump(bench.model.rowCount() - 1)
    middle = [bench.jump(row) for row in random.Random(3).sample(range(bench.model.rowCount()), 20)]
    figures["any_page_p95"] = p95(middle)
    figures |= bench.stalls("jumping")
    bench.table.selectAll()
    bench.table.viewport().repaint()
    bench.rest(50)
    figures |= bench.stalls("select_all")
    bench.table.clearSelection()
    figures |= importing(bench, arguments, folder)
    figures["memory_mb"] = memory()
    return figures


def importing(bench: Bench, arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Scroll on while a file is imported, and let go of what it changed."""
    if not arguments.new:
        return {}
    file = folder / "new.csv"
    make_sample.write(file, arguments.new, twice=0.0)
    database = bench.model.loader.database
    assert database is not None
    made: list[Any] = []
    bench.stalls()
    bench.window._runner.start(
        lambda progress: run.import_file(database, file, ImportOptions(), progress, AUTHOR),
        lane=Lane.IMPORT,
        succeeded=made.append,
    )
    taken = []
    while not made:
        taken += bench.scroll(1)
    bench.window._hub.announce()
    taken += bench.scroll(20)
    stalls = bench.stalls("importing")
    undo.undo(database, made[0].change_set_id, author=AUTHOR)
    return {"import_seconds": made[0].seconds, "scroll_page_importing_p95": p95(taken), **stalls}


def prepare(folder: Path, rows: int) -> None:
    """A catalogue made by SQL, with its indexes."""
    workspace = Workspace(folder)
    try:
        bench_catalogue.fill(workspace.database, rows)
        catalogue_indexes.maintain(workspace.database, Progress())
    finally:
        workspace.close()


def main() -> int:
    """Measure, print a line of JSON, and say by the exit status whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--data", type=Path, help="a data folder with a catalogue that is large already")
    parser.add_argument("--new", type=int, default=200_000, help="rows of the file imported meanwhile; 0 imports none")
    parser.add_argument("--rounds", type=int, default=2, help="how often each question is asked")
    parser.add_argument("--pages", type=int, default=150, help="pages to scroll")
    parser.add_argument("--size", type=pixels, default=(1100, 720), help="of the window, such as 3840x2160")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acme-table-") as name:
        folder = arguments.data or Path(name) / "data"
        if arguments.data is None:
            prepare(folder, arguments.rows)
        bench = Bench(folder)
        figures = measure(bench, arguments, Path(name))
        bench.window.close_now()
        bench.until(lambda: not bench.window.isVisible())
        bench.window.wait_for_threads()
    figures["load"] = os.getloadavg()[0]
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))
    missed = [name for name, limit in LIMITS.items() if figures.get(name, 0) > limit]
    for name in missed:
        print(f"{name}: {figures[name]:.0f} (limit {LIMITS[name]})", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
