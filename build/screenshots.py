"""Drives the real window under Xvfb and takes its pictures: `python build/screenshots.py [--out DIR] [--theme dark]`.

Needs Xvfb and openbox. The pictures in `resources/screenshots` are made by this, without options.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from editing_scenes import shoot_editing  # noqa: E402
from filter_scenes import shoot_filters  # noqa: E402
from history_scenes import shoot_past  # noqa: E402
from import_scenes import SAMPLE, shoot_differences, shoot_encoding, shoot_history  # noqa: E402
from keyboard_scenes import shoot_keyboard  # noqa: E402
from webhook_scenes import shoot_webhooks  # noqa: E402

PATIENCE_SECONDS = 60


@contextmanager
def screen(width: int, height: int) -> Iterator[None]:
    """A virtual screen with a window manager, named by DISPLAY."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as stream:
        os.environ["DISPLAY"] = f":{stream.readline().strip()}"
    manager = subprocess.Popen(["openbox"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait()


class Stage:
    """The window, and what a photographer needs."""

    def __init__(self, folder: Path, out: Path, theme: str, size: tuple[int, int]) -> None:
        from PySide6.QtGui import QGuiApplication
        from qasync import QEventLoop

        from acme_desktop.core.foundation import settings
        from acme_desktop.core.foundation.paths import DataFolder
        from acme_desktop.core.foundation.settings import Settings
        from acme_desktop.gui import app as gui

        self.app = gui.application()
        data = DataFolder(folder / "data").create()
        settings.save(data.settings_file, Settings(theme=theme))
        self.loop = QEventLoop(self.app, already_running=True)
        self.window = gui.build(self.app, data, self.loop)
        self.window.resize(*size)
        self.window.move(0, 0)
        self.window.show()
        self.out = out
        self.brief = False
        self.screen = QGuiApplication.primaryScreen()

    def until(self, done: Callable[[], Any]) -> Any:
        """Let the window live until something holds."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while not (result := done()):
            self.app.processEvents()
            if time.monotonic() > limit:
                raise SystemExit(f"waited too long for {done}")
        return result

    def rest(self, seconds: float = 0.5) -> None:
        """Let it paint, and the window manager place what was opened."""
        limit = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > limit)

    def dialog(self, name: str) -> Any:
        """A dialog by its object name, once it is visible."""
        from PySide6.QtWidgets import QDialog

        def visible() -> list[QDialog]:
            return [one for one in self.window.findChildren(QDialog, name) if one.isVisible()]

        return self.until(visible)[0]

    def leave(self) -> None:
        """Close the window."""
        self.window.close_now()
        self.until(lambda: not self.window.isVisible())
        self.window.wait_for_threads()
        self.loop.stop()
        self.loop.close()

    def shoot(self, name: str) -> None:
        """Save what is on the screen."""
        self.rest()
        self.out.mkdir(parents=True, exist_ok=True)
        picture = self.screen.grabWindow(0)
        picture.save(str(self.out / f"{name}.png"))
        print(self.out / f"{name}.png")


def dirty_sample(folder: Path) -> Path:
    """The sample with what suppliers get wrong: no SKU, a shifted row, a SKU twice, an odd word for active."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    wrong = [
        ",Desk Lamp without a number,No SKU was given,true",
        "CHR-900,Chair,with,too,many,cells,in this row",
        "CHR-901,Office Chair,The active column says perhaps,perhaps",
        "CHR-902,,A product without a name,true",
        f"{lines[1].split(',')[0]},The first product once more,It supersedes the first,true",
        "CHR-903,Too short",
    ]
    file = folder / "spring-catalogue.csv"
    file.write_text("\n".join([*lines[:40], *wrong[:3], *lines[40:], *wrong[3:]]) + "\n", encoding="utf-8")
    return file


def shoot_all(stage: Stage, folder: Path) -> None:
    """Every scene, in the order in which a person would meet them."""
    from PySide6.QtWidgets import QPushButton

    window = stage.window
    stage.shoot("starting")
    window.open_database()
    stage.until(lambda: window.products.model.count is not None)
    stage.shoot("first-run")
    window.drop_area.highlight(True)
    stage.shoot("drop-highlight")
    window.drop_area.highlight(False)

    window.import_files([dirty_sample(folder)])
    mapping = stage.dialog("mappingDialog")
    stage.until(lambda: mapping.outlook.tiles["created"].figure.text() != "–")
    stage.shoot("import-preview")
    mapping.findChild(QPushButton, "startImportButton").click()
    report = stage.dialog("importReportDialog")
    stage.until(lambda: report.rejects.records.rowCount())
    stage.shoot("import-report")
    report.close()
    shoot_encoding(stage, folder)
    shoot_refusals(stage, folder)
    shoot_differences(stage, folder)
    shoot_history(stage)
    shoot_past(stage, folder)
    if stage.brief:
        stage.leave()
        return
    shoot_running(stage, folder)
    shoot_catalogue(stage, folder)


def shoot_refusals(stage: Stage, folder: Path) -> None:
    """A file whose columns nobody knows."""
    odd = folder / "odd-columns.csv"
    odd.write_text("alpha;beta;gamma\n1;A-1;Lamp\n2;A-2;Chair\n", encoding="utf-8")
    stage.window.import_files([odd])
    dialog = stage.dialog("mappingDialog")
    stage.until(dialog.banner.isVisible)
    stage.shoot("column-question")
    dialog.reject()
    stage.until(lambda: not dialog.isVisible())


def shoot_running(stage: Stage, folder: Path) -> None:
    """A large import under way, with another file waiting."""
    from PySide6.QtWidgets import QPushButton

    from acme_desktop.gui.importer.entry import State

    window, large = stage.window, folder / "warehouse-500000.csv"
    window.importer._clear_finished()
    command = [sys.executable, ROOT / "build" / "make_sample.py", "--rows", "500000", large]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    window.import_files([large])
    mapping = stage.dialog("mappingDialog")
    start = mapping.findChild(QPushButton, "startImportButton")
    stage.until(start.isEnabled)
    start.click()
    entry = window.importer._entries[-1]
    window.import_files([SAMPLE])
    waiting = stage.dialog("mappingDialog")
    stage.until(waiting.start.isEnabled)
    waiting.start.click()
    stage.until(lambda: entry.state is State.RUNNING and entry.fraction > 0.2)
    stage.out.mkdir(parents=True, exist_ok=True)
    stage.screen.grabWindow(0).save(str(stage.out / "import-running.png"))
    print(stage.out / "import-running.png")
    stage.until(lambda: entry.state.over)
    stage.dialog("importReportDialog").close()
    window.importer._clear_finished()


def shoot_catalogue(stage: Stage, folder: Path) -> None:
    """The filled table with a filter, and every dialog on it."""
    window = stage.window
    products = window.products
    stage.until(lambda: (products.model.count or 0) > 100_000)
    products.filters.search.setText("lamp")
    products.filters.active.setCurrentIndex(1)
    stage.until(lambda: products.model.count is not None and 0 < products.model.count < 100_000)
    stage.until(lambda: products.model.product(4) is not None)
    products.table.selectRow(4)
    stage.shoot("main-window")
    shoot_keyboard(stage, folder)
    products.edit_selected()
    dialog = stage.dialog("productDialog")
    stage.shoot("product-dialog")
    dialog.name.clear()
    dialog._save()
    stage.shoot("product-dialog-invalid")
    dialog.reject()
    products.delete_selected()
    dialog = stage.dialog("deleteProductsDialog")
    stage.shoot("delete-selected")
    dialog.reject()
    products.delete_all()
    dialog = stage.dialog("deleteAllDialog")
    stage.until(dialog.continue_button.isEnabled)
    stage.shoot("delete-all-first")
    dialog.continue_button.click()
    stage.shoot("delete-all")
    dialog.reject()
    shoot_editing(stage)
    products.filters.search.setText("no such thing")
    stage.until(lambda: products.model.count == 0)
    stage.shoot("no-match")
    products.filters.clear()
    shoot_filters(stage)
    shoot_webhooks(stage)
    shoot_settings(stage)


def shoot_settings(stage: Stage) -> None:
    """Settings with a server and the result of a test, and About."""
    stage.window.open_settings()
    dialog = stage.dialog("settingsDialog")
    stage.until(dialog.save.isEnabled)
    stage.shoot("settings")
    dialog.server.setChecked(True)
    dialog.fields.show_url("postgresql://anna:secret@127.0.0.1:9/catalogue")
    dialog._test()
    stage.until(lambda: dialog.result.isVisible())
    stage.shoot("settings-server")
    dialog.reject()
    stage.window.open_about()
    dialog = stage.dialog("aboutDialog")
    stage.shoot("about")
    dialog.close()
    stage.leave()


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "screenshots")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1120x740", help="of the window, in logical pixels")
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--brief", action="store_true", help="only the scenes up to the history of imports")
    arguments = parser.parse_args()
    width, height = (int(part) for part in arguments.size.split("x"))
    os.environ.update(QT_QPA_PLATFORM="xcb", QT_SCALE_FACTOR=str(arguments.scale), LC_ALL="C.UTF-8")
    # The frame that openbox draws comes on top of the window's own size.
    pixels = (width * arguments.scale + 2, height * arguments.scale + 24)
    with tempfile.TemporaryDirectory(prefix="acme-pictures-") as name, screen(*pixels):
        folder = Path(name)
        stage = Stage(folder, arguments.out, arguments.theme, (width, height))
        stage.brief = arguments.brief
        shoot_all(stage, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
