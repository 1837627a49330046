"""The longest stall of the window's event loop while it imports a large file: `python build/measure_stalls.py [ROWS]`.

A timer inside the process asks to be called every 5 ms; how late it comes is how long the window could not have
answered. The window is the real one, on the offscreen platform, with an embedded database in a fresh folder.
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

LIMIT_MS = 100


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

    def part(begin: Callable[[], object], done: Callable[[], bool]) -> tuple[float, float]:
        ticks.start()
        started = time.monotonic()
        begin()
        until(done)
        return ticks.longest, time.monotonic() - started

    window.resize(1100, 720)
    window.show()
    opening = part(window.open_database, lambda: window.products.model.count is not None)
    figures = {"opening_ms": opening[0], "opening_seconds": opening[1]}
    for turn in ("fresh", "again"):
        compared = part(lambda: window.import_files([source]), lambda: dialog_ready(window, MappingDialog))
        dialog = window.findChild(MappingDialog)
        entry = window.importer._entries[-1]
        imported = part(
            dialog.findChild(QPushButton, "startImportButton").click,
            lambda entry=entry: entry.state in (State.DONE, State.FAILED) and not window._runner.busy,
        )
        if entry.state is State.FAILED:
            raise SystemExit(f"the import failed: {entry.error or entry.report}")
        figures |= {
            f"{turn}_comparison_ms": compared[0],
            f"{turn}_comparison_seconds": compared[1],
            f"{turn}_import_ms": imported[0],
            f"{turn}_import_seconds": imported[1],
        }
        window.importer._clear_finished()
    table, model = window.products.table, window.products.model
    jumped = part(
        lambda: table.go_to_page(table.page_count - 1), lambda: model.product(model.rowCount() - 1) is not None
    )
    figures |= {"jump_to_the_end_ms": jumped[0], "jump_to_the_end_seconds": jumped[1]}
    closed = part(window.close_now, lambda: not window.isVisible())
    figures["closing_ms"] = closed[0]
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
    longest = max(value for name, value in figures.items() if name.endswith(("_import_ms", "_comparison_ms")))
    print(json.dumps({"rows": rows, **{name: round(value, 2) for name, value in figures.items()}}))
    print(f"longest stall while importing: {longest:.0f} ms (limit {LIMIT_MS} ms)", file=sys.stderr)
    return 0 if longest < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
