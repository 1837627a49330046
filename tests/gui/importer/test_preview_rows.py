from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.importer import templates
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.gui.importer.differences_dialog import PAGE, DifferencesDialog
from acme_desktop.gui.importer.entry import State
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.report_dialog import ImportReportDialog
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.widgets.changed_parts import MARKS, _format, changed_parts
from tests.gui.driving import drop, fill, find, many_rows, shown, skus, write_csv


def asked(qtbot: QtBot, window: MainWindow, file: Path) -> MappingDialog:
    drop(window, [file])
    dialog: MappingDialog = shown(qtbot, window, MappingDialog)
    return dialog


def differences(qtbot: QtBot, window: MainWindow, dialog: MappingDialog) -> DifferencesDialog:
    button = find(dialog, QPushButton, "showDifferencesButton")
    qtbot.waitUntil(button.isEnabled, timeout=20_000)
    button.click()
    opened: DifferencesDialog = shown(qtbot, window, DifferencesDialog)
    qtbot.waitUntil(lambda: opened.model.rowCount() > 0, timeout=10_000)
    return opened


def rows(shown_: DifferencesDialog) -> list[list[str]]:
    model = shown_.model
    return [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("Desk lamp", "Desk lamp", [], []),
        ("Desk lamp, black", "Desk lamp, white", [(11, 5)], [(11, 5)]),
        ("", "Text", [], [(0, 4)]),
        ("a b", "a c b", [], [(2, 2)]),
        ("red, wide", "blue, tall", [(0, 9)], [(0, 10)]),
        ("Our best seller.", "Two years.", [(0, 16)], [(0, 10)]),
        ("…", "…", [], []),
        ("x" * 3000, "x" * 3000 + "y", [], [(3000, 1)]),
    ],
)
def test_the_parts_that_changed(old: str, new: str, gone: list[tuple[int, int]], come: list[tuple[int, int]]) -> None:
    assert changed_parts(old, new) == (gone, come)


def test_marks_are_where_qt_counts_its_letters() -> None:
    """An emoji counts as two, in a mark and before one."""
    for shown_, start, end, at, length in (("Bolt 🔩", 5, 6, 5, 2), ("🔩🔩 steel", 3, 8, 5, 5), ("…🔩 a", -2, 2, 0, 3)):
        mark = _format(shown_, start, end, new=True)
        assert (mark.start, mark.length) == (at, length), shown_


def test_each_kind_of_row_has_its_list(qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path) -> None:
    fill(database, 3)
    lines = [
        "P-000000,Product zero,Text of 0,no",
        "P-000001,Product 1,,yes",
        "N-1,New,,yes",
        "n-1,Newer,,yes",
        ",X,,yes",
    ]
    dialog = asked(qtbot, window, write_csv(tmp_path / "new.csv", lines))
    opened = differences(qtbot, window, dialog)
    assert opened.fate == "updated"
    assert rows(opened) == [
        ["2", "P-000000", "Name", "Product 0", "Product zero"],
        ["3", "P-000001", "Description", "Text of 1", "(cleared)"],
    ]
    assert opened.model.data(opened.model.index(0, 4), MARKS) == ([(8, 4)], True)
    for fate, expected in (
        ("created", [["5", "n-1", "Newer", "", "Created"]]),
        ("superseded", [["4", "N-1", "New", "", "Superseded by line 5"]]),
    ):
        opened.show_fate(fate)
        qtbot.waitUntil(lambda: opened.model.rowCount() > 0, timeout=10_000)
        assert rows(opened) == expected
    opened.show_fate("rejected")
    qtbot.waitUntil(lambda: opened.model.rowCount() == 1, timeout=10_000)
    assert rows(opened)[0][2] == "No SKU"
    opened.close()
    dialog.reject()


def test_the_list_is_read_page_by_page(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = asked(qtbot, window, write_csv(tmp_path / "new.csv", many_rows(PAGE + 30)))
    opened = differences(qtbot, window, dialog)
    assert opened.model.rowCount() == PAGE
    opened.table.scrollToBottom()
    qtbot.waitUntil(lambda: opened.model.rowCount() == PAGE + 30, timeout=10_000)
    assert not opened.model.canFetchMore()
    opened.close()
    find(dialog, QPushButton, "startImportButton").click()
    shown(qtbot, window, ImportReportDialog)


def test_a_choice_of_columns_is_remembered_for_the_next_file_with_that_header(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    with database.connect() as connection:
        options = ImportOptions(mapping={"sku": "foo", "name": "bar"}, blank="keep")
        templates.remember(connection, ["foo", "bar"], options)
    dialog = asked(qtbot, window, write_csv(tmp_path / "odd.csv", ["A-1,Lamp"], header="foo,bar"))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    assert dialog.columns.columns == {"sku": 0, "name": 1}
    assert dialog.reading.blank.currentData() == "keep"
    assert dialog.source.isVisible()
    assert "last file" in dialog.source.text()
    dialog.start.click()
    qtbot.waitUntil(lambda: skus(database) == ["A-1"], timeout=20_000)


VARIANTS = ("Handle,Title,Variant SKU,Body", ["cup,Cup,C-1,red", "cup,,C-2,", "mug,,M-1,"])


def rejected(qtbot: QtBot, dialog: MappingDialog, count: str) -> None:
    figure = dialog.outlook.tiles["rejected"].figure
    qtbot.waitUntil(lambda: figure.text() == count, timeout=20_000)


def pick(box: QComboBox, text: str) -> None:
    """Choose as a person does."""
    place = box.findText(text)
    assert place >= 0, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_names_are_filled_down_by_the_column_that_is_offered(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    dialog = asked(qtbot, window, write_csv(tmp_path / "shop.csv", VARIANTS[1], header=VARIANTS[0]))
    rejected(qtbot, dialog, "2")
    told = dialog.banner.text.text()
    assert "“Handle”" in told
    assert "--" not in told
    assert dialog.columns.offer.isVisible()
    dialog.columns.offer.click()
    assert dialog.columns.fills["name"].currentText() == "From the row above, by “Handle”"
    assert not dialog.columns.offer.isVisible()
    assert not dialog.banner.isVisible()
    assert dialog.sample.headerData(0, Qt.Orientation.Horizontal) == "Handle\nfills Name"
    rejected(qtbot, dialog, "1")
    dialog.start.click()
    shown(qtbot, window, ImportReportDialog).close()
    with database.connect() as connection:
        found = connection.execute("SELECT sku, name FROM products ORDER BY sku_key").fetchall()
        template = templates.for_header(connection, VARIANTS[0].split(","))
    assert found == [("C-1", "Cup"), ("C-2", "Cup")]
    assert template is not None
    assert template.options["fill_down"] == {"name": "Handle"}
    again = asked(qtbot, window, write_csv(tmp_path / "next.csv", VARIANTS[1], header=VARIANTS[0]))
    qtbot.waitUntil(again.start.isEnabled, timeout=10_000)
    assert again.columns.fill_down == {"name": "Handle"}  # remembered
    again.reject()


def test_each_field_is_filled_down_by_a_column_of_its_own_choice(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    file = write_csv(
        tmp_path / "shop.csv", ["a,x,C-1,Cup,red", "b,x,C-2,,", "b,y,C-3,Mug,"], "g,h,sku,name,description"
    )
    dialog = asked(qtbot, window, file)
    rejected(qtbot, dialog, "1")
    pick(dialog.columns.fills["name"], "From the row above, by “name”")
    assert "own column" in dialog.banner.title.text()
    assert not dialog.start.isEnabled()
    pick(dialog.columns.fills["name"], "From the row above, by “h”")
    pick(dialog.columns.fills["description"], "From the row above, by “g”")
    assert dialog.columns.fill_down == {"name": "h", "description": "g"}
    rejected(qtbot, dialog, "0")
    pick(dialog.columns.boxes["description"], "Not in this file")
    assert not dialog.columns.fills["description"].isEnabled()
    assert dialog.columns.fill_down == {"name": "h"}
    dialog.templates.save_wanted.emit("Variants")
    qtbot.waitUntil(lambda: "Variants" in dialog.source.text(), timeout=10_000)
    dialog.reject()
    with database.connect() as connection:
        assert templates.named(connection, "Variants").options["fill_down"] == {"name": "h"}
    again = asked(qtbot, window, file)
    qtbot.waitUntil(lambda: bool(again.templates._names), timeout=10_000)
    qtbot.waitUntil(again.start.isEnabled, timeout=10_000)
    pick(again.columns.fills["name"], "No, leave them blank")
    assert again.columns.fill_down == {}
    again.templates.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: again.columns.fill_down == {"name": "h"}, timeout=10_000)
    again.reject()


def test_the_handle_becomes_the_sku_at_a_click(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    dialog = asked(
        qtbot, window, write_csv(tmp_path / "shop.csv", ["cup,Cup,", "mug,Mug,"], "Handle,Title,Variant SKU")
    )
    rejected(qtbot, dialog, "2")
    dialog.columns.offer.click()
    assert dialog.columns.columns["sku"] == 0
    assert not dialog.banner.isVisible()
    rejected(qtbot, dialog, "0")
    dialog.reject()


def test_a_template_is_saved_by_name_and_chosen(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "odd.csv", ["A-1,Lamp,B-1"], header="sku,name,other")
    dialog = asked(qtbot, window, file)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    box = dialog.columns.boxes["sku"]
    box.setCurrentIndex(3)
    box.activated.emit(3)
    dialog.templates.save_wanted.emit("Supplier B")
    qtbot.waitUntil(lambda: "Supplier B" in dialog.source.text(), timeout=10_000)
    dialog.reject()
    again = asked(qtbot, window, file)
    qtbot.waitUntil(again.start.isEnabled, timeout=10_000)
    assert again.columns.columns["sku"] == 2
    assert "Supplier B" in again.source.text()
    box = again.columns.boxes["sku"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    qtbot.waitUntil(lambda: bool(again.templates._names), timeout=10_000)
    again.templates.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: again.columns.columns.get("sku") == 2, timeout=10_000)
    again.reject()


def test_the_encoding_is_chosen_by_how_the_file_reads(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes("sku;name\nA-1;Café\nA-2;Thé\nA-3;Crème\n".encode("cp1252"))
    dialog = asked(qtbot, window, file)
    question = dialog.question
    qtbot.waitUntil(question.isVisible, timeout=10_000)
    names = [question.list.item(row).text() for row in range(question.list.count())]
    question.list.setCurrentRow(next(row for row, name in enumerate(names) if "1252" in name))
    assert "Café" in question.preview.text.toPlainText()
    question.use.click()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
    assert not question.isVisible()
    dialog.start.click()
    shown(qtbot, window, ImportReportDialog).close()
    # The next file of this supplier needs no answer any more.
    file.write_bytes("sku;name\nA-4;Pâté\n".encode("cp1252"))
    again = asked(qtbot, window, file)
    qtbot.waitUntil(again.start.isEnabled, timeout=10_000)
    assert again.reading.encoding.currentData() == "cp1252"
    again.reject()


def test_the_queue_is_paused_reordered_and_goes_on(
    qtbot: QtBot, window: MainWindow, database: Database, tmp_path: Path
) -> None:
    panel = window.importer.panel
    panel.pause.setChecked(True)
    files = [write_csv(tmp_path / f"{name}.csv", [f"A-1,{name},,yes"]) for name in ("first", "second")]
    drop(window, files)
    for _ in files:
        dialog = shown(qtbot, window, MappingDialog)
        qtbot.waitUntil(dialog.start.isEnabled, timeout=10_000)
        dialog.start.click()
    entries = window.importer._entries
    qtbot.waitUntil(lambda: all(entry.state is State.QUEUED for entry in entries), timeout=10_000)
    panel._rows[entries[1]].up.click()
    assert [entry.path.stem for entry in entries] == ["second", "first"]
    panel.pause.click()
    qtbot.waitUntil(lambda: all(entry.state is State.DONE for entry in entries), timeout=20_000)
    with database.connect() as connection:
        assert connection.execute("SELECT name FROM products").fetchall() == [("first",)]
