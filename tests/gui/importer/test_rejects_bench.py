from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.rejects_bench import RejectsBench
from acme_desktop.gui.importer.report_dialog import ImportReportDialog
from acme_desktop.gui.main_window import MainWindow
from tests.gui.driving import drop, shown, skus, write_csv

ROWS = [
    "A-1,Lamp,Bright,yes",
    ",Chair,,yes",
    "A-3,Desk,,perhaps",
    'A-4,Sofa,"over\ntwo lines",perhaps',
    "A-5,Bed,one,two,yes",
    "A-6,Shelf",
]


@pytest.fixture
def bench(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> RejectsBench:
    drop(window, [write_csv(tmp_path / "new.csv", ROWS)])
    dialog = shown(qtbot, window, MappingDialog)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    dialog.start.click()
    shown(qtbot, window, ImportReportDialog).mend.click()
    opened: RejectsBench = shown(qtbot, window, RejectsBench)
    return opened


def tried(qtbot: QtBot, bench: RejectsBench) -> None:
    bench.retry.click()
    qtbot.waitUntil(lambda: bench._job is None, timeout=20_000)


def test_rejects_are_grouped_by_reason(bench: RejectsBench) -> None:
    words = [bench.reasons.item(row).text() for row in range(bench.reasons.count())]
    assert words[0] == "All reasons (5)"
    assert set(words[1:]) == {"Not yes or no (2)", "Wrong number of cells (2)", "No SKU (1)"}
    bench.reasons.setCurrentRow(words.index("Not yes or no (2)"))
    assert [one.cells[0] for one in bench.model.shown] == ["A-3", "A-4"]
    assert not bench.retry.isEnabled()
    bench.close()


def test_what_is_wrong_and_what_is_mended_is_marked(bench: RejectsBench) -> None:
    model = bench.model

    def marked(row: int) -> list[int]:
        ground = Qt.ItemDataRole.BackgroundRole
        return [column - 2 for column in range(2, model.columnCount()) if model.data(model.index(row, column), ground)]

    places = {one.cells[0]: row for row, one in enumerate(model.shown)}
    assert marked(places[""]) == [0]
    assert marked(places["A-3"]) == [3]
    assert marked(places["A-5"]) == [4]  # one cell too many
    assert marked(places["A-6"]) == [2, 3]  # two too few
    model.set_all([model.shown[places[""]]], 1, "Stool")
    assert marked(places[""]) == [0, 1]
    bench.close()


def test_one_cell_is_mended_and_only_that_row_is_imported(
    qtbot: QtBot, bench: RejectsBench, database: Database
) -> None:
    place = next(row for row, one in enumerate(bench.model.shown) if one.record["reason"] == "missing_sku")
    assert bench.model.setData(bench.model.index(place, 2), "A-2", Qt.ItemDataRole.EditRole)
    tried(qtbot, bench)
    assert skus(database) == ["A-1", "A-2"]
    assert len(bench.model.rejects) == 4
    assert "1 mended row was imported" in bench.banner.title.text()
    bench.close()


def test_all_are_mended_alike_and_what_is_still_wrong_stays(
    qtbot: QtBot, bench: RejectsBench, database: Database
) -> None:
    words = [bench.reasons.item(row).text() for row in range(bench.reasons.count())]
    bench.reasons.setCurrentRow(next(row for row, text in enumerate(words) if text.startswith("Not yes")))
    mending = bench.mending
    mending.column.setCurrentIndex(3)
    mending.find.setText("perhaps")
    mending.by.setText("yes")
    mending.replace.click()
    bench.model.set_all(bench.model.shown[:1], 1, "")  # this one loses its name
    tried(qtbot, bench)
    assert skus(database) == ["A-1", "A-4"]
    with database.connect() as connection:
        assert connection.execute("SELECT description FROM products WHERE sku = 'A-4'").fetchone() == (
            "over\ntwo lines",
        )
    left = {one.cells[0]: one.record["reason"] for one in bench.model.rejects}
    assert left["A-3"] == "missing_name"
    assert set(left) == {"", "A-3", "A-5", "A-6"}
    assert "still rejected" in bench.banner.title.text()
    bench.close()


def test_shifted_rows_are_put_right(qtbot: QtBot, bench: RejectsBench, database: Database) -> None:
    model = bench.model
    long = [one for one in model.shown if one.cells[0] == "A-5"]
    assert model.join_next(long, 2, ",") == 1
    assert long[0].cells == ["A-5", "Bed", "one,two", "yes"]
    bench.mending.fill.click()
    bench.mending.column.setCurrentIndex(3)
    bench.mending.value.setText("no")
    bench.mending.set.click()
    bench.mending.column.setCurrentIndex(0)
    model.set_all([one for one in model.shown if not one.cells[0]], 0, "A-2")
    tried(qtbot, bench)
    assert skus(database) == ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6"]
    assert model.rejects == []
    assert "No row is left" in bench.banner.title.text()
    bench.close()


def test_the_rows_are_saved_as_they_are_mended(qtbot: QtBot, bench: RejectsBench, tmp_path: Path) -> None:
    bench.model.set_all(bench.model.shown[:1], 0, "MENDED")
    bench.save_to(tmp_path / "mend.csv")
    qtbot.waitUntil(lambda: "saved" in bench.banner.title.text(), timeout=10_000)
    text = (tmp_path / "mend.csv").read_text(encoding="utf-8")
    assert text.startswith("_line,_reason,_message,sku,name")
    assert "MENDED,Chair" in text
    bench.close()
