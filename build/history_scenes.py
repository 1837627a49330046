"""The history's scenes: every change, a product's story, the catalogue of then and what became of it since."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any


def live(database: Any, folder: Path) -> datetime:
    """Let a few people work on the catalogue; returns a moment in the middle of it."""
    from acme_desktop.core.changes import change_set
    from acme_desktop.core.changes.change_set import Author
    from acme_desktop.core.changes.undo import undo
    from acme_desktop.core.foundation.progress import Progress
    from acme_desktop.core.importer import run
    from acme_desktop.core.importer.options import ImportOptions
    from acme_desktop.core.products import edits
    from acme_desktop.core.products.product import Changes

    anna, mehmet = Author("anna", "window on office-2"), Author("mehmet", "command line on warehouse-1")
    file = folder / "supplier-week-47.csv"
    rows = [f"TEA-{n:03d},Teapot No. {n},Glazed stoneware in colour {n},yes" for n in range(1, 60)]
    file.write_text("\n".join(["sku,name,description,active", *rows]) + "\n", encoding="utf-8")
    run.import_file(database, file, ImportOptions(), Progress(), mehmet)
    edits.update(database, "TEA-004", Changes(name="Teapot No. 4, with warmer"), author=anna)
    moment = datetime.now().astimezone()
    edits.update(
        database, "TEA-004", Changes(description="Glazed stoneware in colour 4, dishwasher safe"), author=mehmet
    )
    edits.set_active(database, [f"TEA-{n:03d}" for n in range(10, 22)], False, author=anna)
    gone = edits.delete(database, ["TEA-030", "TEA-031", "TEA-032"], author=anna)
    undo(database, gone.id, author=mehmet)
    edits.update(database, "TEA-005", Changes(sku="POT-005", name="Pot No. 5"), author=anna)
    edits.delete(database, ["TEA-040"], author=mehmet)
    rows = [f"TEA-{n:03d},Tea pot No. {n},Glazed stoneware in colour {n + 1},yes" for n in range(41, 66)]
    file.write_text("\n".join(["sku,name,description,active", *rows]) + "\n", encoding="utf-8")
    run.import_file(database, file, ImportOptions(blank="keep"), Progress(), mehmet)
    with database.connect() as connection:
        assert change_set.latest(connection, limit=1)
    return moment


def shoot_past(stage: Any, folder: Path) -> None:
    """Every dialog of the history."""
    window = stage.window
    moment = live(window._session.database, folder)
    stage.rest()
    window.importer._clear_finished()
    window.changes.open_history()
    history = stage.dialog("historyDialog")
    stage.until(lambda: history.table.records.rowCount() > 5)
    stage.shoot("history")
    history.tabs.setCurrentWidget(history.products)
    stage.until(lambda: history.products.table.records.rowCount() and "(" in history.products.kinds.tabText(0))
    stage.shoot("history-products")
    history.close()
    window.changes.open_product_history("TEA-004")
    story = stage.dialog("productHistoryDialog")
    stage.until(lambda: story.table.records.rowCount() > 2)
    stage.shoot("product-history")
    story.show_sku("TEA-040")
    stage.until(lambda: story.table.records.rowCount() == 2)
    stage.shoot("product-history-deleted")
    story.close()
    window.changes.open_as_of()
    then = stage.dialog("asOfDialog")
    then.show_moment(moment)
    then.name.setText("tea")
    stage.until(lambda: then.table.records.rowCount() and "products" in then.label.text())
    stage.rest()
    stage.shoot("as-of")
    then.compare.click()
    compared = stage.dialog("differenceDialog")
    stage.until(lambda: compared.view.table.records.rowCount() and "(" in compared.view.kinds.tabText(0))
    stage.shoot("difference")
    compared.close()
    then.close()
