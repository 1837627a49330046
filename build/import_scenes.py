"""Scenes of the import engine for `screenshots.py`: differences, encoding, rejects bench, history, undo's report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "samples" / "sample_products.csv"


_REWORDED = (
    ("included", "not included"),
    ("Warm", "Neutral"),
    ("Each", "Every"),
    ("ohne BPA", "frei von BPA"),
    ("induction comprise", "induction incluse"),
    ("Forged steel", "Drop-forged carbon steel"),
    ("1/2", "3/4"),
    ("true", "false"),
    ("yes", "no"),
)


def second_sample(folder: Path) -> Path:
    """The supplier's next file: texts reworded, a few products new."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    for place in range(2, 90, 3):
        words = lines[place]
        for old, better in _REWORDED:
            if old in words:
                lines[place] = words.replace(old, better, 1)
                break
    new = [f"NEW-{number},Garden Bench {number},Weatherproof teak with brass screws.,true" for number in range(1, 19)]
    file = folder / "autumn-catalogue.csv"
    file.write_text("\n".join([*lines[:30], *new, *lines[30:], ",No number,,true"]) + "\n", encoding="utf-8")
    return file


def shoot_differences(stage: Any, folder: Path) -> None:
    """The preview row by row, then that import itself."""
    stage.window.import_files([second_sample(folder)])
    mapping = stage.dialog("mappingDialog")
    stage.until(mapping.outlook.differences.isEnabled)
    mapping.outlook.differences.click()
    shown = stage.dialog("differencesDialog")
    stage.until(shown.model.rowCount)
    stage.shoot("import-differences")
    shown.reject()
    mapping.start.click()
    stage.dialog("importReportDialog").close()
    stage.rest()


def shoot_clean(stage: Any, folder: Path) -> None:
    """The receipt of a file of which every row was taken."""
    file = folder / "glasses.csv"
    file.write_text("sku,name\nGLS-1,Tumbler\nGLS-2,Wine glass\n", encoding="utf-8")
    stage.window.import_files([file])
    mapping = stage.dialog("mappingDialog")
    stage.until(mapping.start.isEnabled)
    mapping.start.click()
    report = stage.dialog("importReportDialog")
    stage.shoot("import-report-clean")
    report.close()
    stage.until(lambda: not report.isVisible())


def shoot_encoding(stage: Any, folder: Path) -> None:
    """A file that is not UTF-8, and how it reads in each likely encoding."""
    old = folder / "ancien.csv"
    lines = ("Référence;Désignation;Prix", "A-1;Théière émaillée;24 €", "A-2;Moule à crème brûlée;18 €")
    old.write_bytes("\n".join([*lines, "A-3;Bougie «Forêt»;12 €", ""]).encode("cp1252"))
    stage.window.import_files([old])
    dialog = stage.dialog("mappingDialog")
    stage.until(dialog.question.isVisible)
    names = [dialog.question.list.item(row).text() for row in range(dialog.question.list.count())]
    dialog.question.list.setCurrentRow(next(row for row, name in enumerate(names) if "1252" in name))
    stage.shoot("encoding-question")
    dialog.reject()
    stage.until(lambda: not dialog.isVisible())


def shoot_history(stage: Any) -> None:
    """The history, the bench with a mended row, and what an undo kept."""
    window = stage.window
    window.changes.open_history()
    history = stage.dialog("historyDialog")
    stage.until(history.table.records.rowCount)
    stage.shoot("import-history")
    history.table.selectRow(history.table.records.rowCount() - 1)
    history.bench.click()
    bench = stage.dialog("rejectsBench")
    bench.model.set_all(bench.model.shown[:1], 0, "LMP-999")
    bench.mending.value.setFocus()
    stage.shoot("rejects-bench")
    bench.close()
    history.table.selectRow(0)
    shoot_undo(stage, history)
    history.close()


def shoot_undo(stage: Any, history: Any) -> None:
    """Asking before an undo, and its report after others edited a few products."""
    from acme_desktop.core.changes.change_set import Author
    from acme_desktop.core.products import edits
    from acme_desktop.core.products.product import Changes

    database = stage.window._session.database
    for number, actor in ((2, "anna"), (5, "anna"), (11, "mehmet")):
        author = Author(actor, "window on office-2")
        edits.update(database, f"NEW-{number}", Changes(name=f"Garden Bench {number}, teak"), author=author)
    history.undo.click()
    dialog = stage.dialog("undoDialog")
    stage.shoot("undo-question")
    dialog.go.click()
    told = stage.dialog("undoReportDialog")
    stage.shoot("undo-report")
    told.close()
