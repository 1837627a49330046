"""The mapping dialog by itself: what it costs to open it, and what it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.gui.importer.entry import ImportEntry
from acme_desktop.gui.importer.mapping_dialog import MappingDialog
from acme_desktop.gui.importer.sample_table import SampleModel, SampleTable
from acme_desktop.gui.main_window import MainWindow


class Events(QObject):
    """Counts what reaches any object."""

    def __init__(self) -> None:
        super().__init__()
        self.count: Counter[QEvent.Type] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count[event.type()] += 1
        return False


def test_what_it_is_made_of_is_polished_in_its_place_only(window: MainWindow) -> None:
    """Built from the inside out, each widget was styled anew for each parent it got: 30 ms of a stall."""
    app, events = QApplication.instance(), Events()
    assert isinstance(app, QApplication)
    app.installEventFilter(events)
    dialog = MappingDialog(ImportEntry(Path("products.csv"), window), window)
    app.removeEventFilter(events)
    assert events.count[QEvent.Type.StyleChange] < 2.5 * len(dialog.findChildren(QWidget))
    dialog.deleteLater()


def test_columns_are_as_wide_as_what_is_in_them(qtbot: QtBot, window: MainWindow) -> None:
    model = SampleModel()
    table = SampleTable(model)
    qtbot.addWidget(table)
    header = ("a", "A header of some thirty letters", "c", "d")
    model.show(header, [("1", "2", "A cell that is wider than all the others", "x" * 300)] * 5)
    for column in range(3):
        assert table.columnWidth(column) >= table.sizeHintForColumn(column)
        assert table.columnWidth(column) >= table.horizontalHeader().sectionSizeHint(column)
    assert table.columnWidth(0) < table.columnWidth(2) < table.columnWidth(3) == 420
