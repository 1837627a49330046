"""The longest stall of the window's event loop while it imports a large file: `python build/measure_stalls.py [ROWS]`.

A timer inside the process asks to be called every 5 ms; how late it comes is how long the window could not have
answered. The window is the real one, on the offscreen platform, with an embedded database in a fresh folder. The limit
holds for what is held by this program itself, as `lateness.py` tells it; on an idle machine that is all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from lateness import Lateness  # noqa: E402

LIMIT_MS = 50


def measure(folder: Path, rows: int) -> dict[str, float]:
    """Import a file of that many rows in the window; stalls in milliseconds, per part of the way."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QPushButton

    from acme_desktop.core.foundation.paths import DataFolder
    from acme_desktop.gui import app as gui
    from acme_desktop.gui.importer.entry import State
    from acme_desktop.gui.importer.mapping_dialog import MappingDialog

    sys.setswitchinterval(gui.SWITCH_INTERVAL_SECONDS)
    source = folder / "large.csv"
    subprocess.run([sys.executable, ROOT / "build" / "make_sample.py", "--rows", str(rows), source], check=True)
    app = gui.application()
    window = gui.build(app, DataFolder(folder / "data"))
    ticks = Lateness(window)

    def until(done: Callable[[], bool]) -> None:
        while not done():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    figures: dict[str, float] = {}

    def part(name: str, begin: Callable[[], object], done: Callable[[], bool]) -> None:
        ticks.start()
        started = time.monotonic()
        begin()
        until(done)
        taken = time.monotonic() - started
        print(f"{name}: {ticks.latest}; the most held: {ticks.most_held}", file=sys.stderr)
        figures[f"{name}_ms"], figures[f"{name}_held_ms"] = ticks.longest, ticks.most_held.held
        figures[f"{name}_seconds"] = taken

    window.resize(1100, 720)
    window.show()
    part("opening", window.open_database, lambda: window.products.model.count is not None)
    for turn in ("fresh", "again"):
        part(
            f"{turn}_comparison",
            lambda: window.import_files([source]),
            lambda: dialog_ready(window, MappingDialog),
        )
        dialog = window.findChild(MappingDialog)
        entry = window.importer._entries[-1]
        part(
            f"{turn}_import",
            dialog.findChild(QPushButton, "startImportButton").click,
            lambda entry=entry: entry.state in (State.DONE, State.FAILED) and not window._runner.busy,
        )
        if entry.state is State.FAILED:
            raise SystemExit(f"the import failed: {entry.error or entry.report}")
        window.importer._clear_finished()
    table, model = window.products.table, window.products.model
    part(
        "jump_to_the_end",
        lambda: table.go_to_page(table.page_count - 1),
        lambda: model.product(model.rowCount() - 1) is not None,
    )
    part("closing", window.close_now, lambda: not window.isVisible())
    window.wait_for_threads()
    return figures


def dialog_ready(window: object, kind: type) -> bool:
    """Whether the mapping dialog is there and its comparison done."""
    dialog = window.findChild(kind)
    return dialog is not None and dialog.isVisible() and dialog.outlook.tiles["created"].figure.text() != "–"


def main() -> int:
    """Measure, print a line of JSON, and say by the exit status whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=500_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="acme-stalls-") as folder:
        figures = measure(Path(folder), rows)
    ends = ("_import_held_ms", "_comparison_held_ms")
    longest = max(value for name, value in figures.items() if name.endswith(ends))
    told = {name: round(value, 2) for name, value in figures.items()}
    print(json.dumps({"rows": rows, "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None, **told}))
    print(f"longest stall while importing, of its own work: {longest:.0f} ms (limit {LIMIT_MS} ms)", file=sys.stderr)
    return 0 if longest < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
