"""Drives the real window under Xvfb and takes its pictures: `python build/screenshots.py [--all DIR] [--look NAME]`.

Needs Xvfb and openbox. Without options it takes those in `resources/screenshots` anew: the six that matter most in
every look, and a few more; `--all` takes every scene in every look into a folder of yours.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from editing_scenes import shoot_editing  # noqa: E402
from filter_scenes import shoot_filters  # noqa: E402
from first_scenes import shoot_empty, shoot_errors, shoot_start  # noqa: E402
from history_scenes import shoot_past  # noqa: E402
from import_scenes import SAMPLE, shoot_clean, shoot_differences, shoot_encoding, shoot_history  # noqa: E402
from keyboard_scenes import shoot_keyboard  # noqa: E402
from message_scenes import shoot_messages  # noqa: E402
from stage import LOOKS, Look, Stage, screen  # noqa: E402
from webhook_scenes import shoot_webhooks  # noqa: E402

PICTURES = ROOT / "resources" / "screenshots"
SIX = ("main-window", "filters", "bulk-edit", "conflict", "history", "palette")
"""Kept in every look."""
MORE = (
    "import-preview",
    "import-report",
    "import-running",
    "import-differences",
    "encoding-question",
    "rejects-bench",
    "undo-report",
    "product-history",
    "as-of",
    "webhooks",
    "webhook-test",
    "webhook-test-failed",
    "delivery-desk",
    "settings",
    "shortcuts",
    "first-run",
)
"""Kept in the smallest look as well."""
README = ("import-preview", "import-report")
"""Kept in the README's look as well."""


def kept(look: Look) -> set[str]:
    """The pictures of a look that are kept in the repository."""
    more = {"light-1024x700": MORE, "dark-1024x700": MORE, "light-200-percent": README}
    return {*SIX, *more.get(look.folder, ())}


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
    shoot_start(stage)
    shoot_empty(stage)
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
    shoot_clean(stage, folder)
    shoot_differences(stage, folder)
    shoot_history(stage)
    shoot_past(stage, folder)
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
    stage.shoot("import-running", at_once=True)
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
    stage.until(products.pager.busy.isHidden)
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
    shoot_errors(stage)
    shoot_settings(stage)
    shoot_messages(stage)
    stage.leave()


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
    dialog.tabs.setCurrentIndex(1)
    stage.shoot("settings-program")
    dialog.reject()
    stage.window.open_about()
    dialog = stage.dialog("aboutDialog")
    stage.shoot("about")
    dialog.close()


def take(look: Look, out: Path | None) -> None:
    """Take a look's pictures: those that are kept, or all of them into another folder."""
    with tempfile.TemporaryDirectory(prefix="acme-") as name, screen(look, Path(name)):
        folder = Path(name) / "suppliers"
        folder.mkdir()
        wanted = kept(look) if out is None else None
        stage = Stage(Path(name), (out or PICTURES) / look.folder, look, wanted)
        shoot_all(stage, folder)


def main() -> int:
    """Take the pictures of the looks that are asked for, each in a process: Qt reads the scale once."""
    by_name = {look.folder: look for look in LOOKS}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="take every scene, into this folder")
    parser.add_argument("--look", action="append", choices=by_name, help="only this one; may be given again")
    arguments = parser.parse_args()
    names = arguments.look or list(by_name)
    if len(names) == 1:
        take(by_name[names[0]], arguments.all)
        return 0
    more = ["--all", str(arguments.all)] if arguments.all else []
    for name in names:
        subprocess.run([sys.executable, __file__, "--look", name, *more], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
