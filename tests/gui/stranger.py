"""A visitor who knows the contract and nothing else: the names of section "The window", and what the screen shows.

``python -m tests.gui.stranger DATA_FOLDER DATABASE_URL FILE`` starts the program as a person would, with 250 products
in the file to import, and goes through it by mouse and keys; it ends with the program's exit status, or 70 and what it
waited for in vain.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QTableView, QWidget

PATIENCE_SECONDS = 60
Condition = Callable[[], object]


def named(name: str, kind: type[Any] = QWidget) -> Any:
    """What carries that object name, among all that stands on the screen; None where nothing does."""
    for top in QApplication.topLevelWidgets():
        if top.isVisible():
            found = top if top.objectName() == name and isinstance(top, kind) else top.findChild(kind, name)
            if found is not None:
                return found
    return None


def on_screen(name: str) -> bool:
    widget = named(name)
    return widget is not None and widget.isVisible()


def text(name: str) -> str:
    return str(named(name).text())


def asked() -> QDialog | None:
    """The dialog that waits for an answer."""
    found = QApplication.activeModalWidget()
    return found if isinstance(found, QDialog) else None


def button(words: str) -> QPushButton | None:
    """The button of the dialog in front that says so."""
    dialog = asked()
    if dialog is not None:
        for one in dialog.findChildren(QPushButton):
            if one.isVisible() and one.isEnabled() and one.text().replace("&", "") == words:
                return one
    return None


def field(words: str) -> QLineEdit:
    """The field of the dialog in front that a screen reader reads so."""
    dialog = asked()
    assert dialog is not None
    return next(one for one in dialog.findChildren(QLineEdit) if one.accessibleName() == words and one.isVisible())


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def fill_in(line: QLineEdit, words: str) -> None:
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, words)


def choose(action: str) -> None:
    named(action, QAction).trigger()


def cell(title: str) -> object:
    """What the first row of the table shows in the column of that title."""
    table: QTableView = named("productTable")
    model = table.model()
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    return model.index(0, titles.index(title)).data()


def click_first_row() -> None:
    table: QTableView = named("productTable")
    place = QPoint(30, table.rowHeight(0) // 2)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def visit() -> Iterator[Condition]:
    yield from imports()
    yield from looks()
    yield from edits()
    yield from deletes_everything()
    choose("actionHistory")
    yield lambda: on_screen("historyDialog")
    QTest.keyClick(named("historyDialog"), Qt.Key.Key_Escape)
    yield lambda: not on_screen("historyDialog")
    named("mainWindow").close()


def imports() -> Iterator[Condition]:
    """The file handed over at the start, and its report."""
    yield lambda: on_screen("mainWindow") and on_screen("mappingDialog") and named("startImportButton").isEnabled()
    press(named("startImportButton"))
    yield lambda: on_screen("importReportDialog")
    assert on_screen("importStatusLabel")
    words = [label.text() for label in named("importReportDialog").findChildren(QLabel)]
    assert "250" in words, words
    QTest.keyClick(named("importReportDialog"), Qt.Key.Key_Escape)
    yield lambda: not on_screen("importReportDialog")
    yield lambda: text("rowCountLabel") == "250 products"


def looks() -> Iterator[Condition]:
    """Pages and filters."""
    for name, page in (("next", 2), ("last", 3), ("previous", 2), ("first", 1)):
        press(named(f"{name}PageButton"))
        yield lambda page=page: text("pageLabel") == f"Page {page} of 3"
    for name, words in (("filterSku", "p-00001"), ("filterName", "Product 1"), ("filterDescription", "text of 1")):
        fill_in(named(name), words)
    yield lambda: text("rowCountLabel") == "10 matching products" and cell("SKU") == "P-000010"
    QTest.keyClick(named("filterActive"), Qt.Key.Key_End)
    yield lambda: text("rowCountLabel") == "0 matching products"
    QTest.keyClick(named("filterActive"), Qt.Key.Key_Home)
    for name in ("filterName", "filterDescription", "filterSku"):
        fill_in(named(name), "")
    fill_in(named("searchBox"), "product 249")
    yield lambda: text("rowCountLabel") == "1 matching product"
    fill_in(named("searchBox"), "")
    yield lambda: text("rowCountLabel") == "250 products"


def edits() -> Iterator[Condition]:
    """One product: made, changed, that taken back, deleted, brought back."""
    choose("actionNewProduct")
    yield lambda: on_screen("productDialog")
    fill_in(field("SKU"), "A-NEW")
    fill_in(field("Name"), "First of all")
    QTest.keyClick(field("Name"), Qt.Key.Key_Return)
    yield lambda: not on_screen("productDialog") and text("rowCountLabel") == "251 products"
    yield lambda: cell("SKU") == "A-NEW"
    click_first_row()
    choose("actionEditProduct")
    yield lambda: on_screen("productDialog")
    fill_in(field("Name"), "Renamed")
    press(button("Save"))
    yield lambda: cell("Name") == "Renamed"
    yield from answers("actionUndo", "Undo")
    yield lambda: cell("Name") == "First of all"
    yield from answers("actionRedo", "Bring back")
    yield lambda: cell("Name") == "Renamed"
    click_first_row()
    choose("actionDeleteProducts")
    yield lambda: button("Delete") is not None
    press(button("Delete"))
    yield lambda: text("rowCountLabel") == "250 products"
    yield from answers("actionUndo", "Undo")
    yield lambda: text("rowCountLabel") == "251 products"


def deletes_everything() -> Iterator[Condition]:
    """Behind two questions, of which the second wants the number typed; and back."""
    choose("actionDeleteAll")
    yield lambda: on_screen("deleteAllDialog") and button("Continue…") is not None
    press(button("Continue…"))
    assert button("Delete all products") is None, "it can be pressed before the number is typed"
    fill_in(next(one for one in asked().findChildren(QLineEdit) if one.isVisible()), "251")
    press(button("Delete all products"))
    yield lambda: not on_screen("deleteAllDialog") and text("rowCountLabel") == "0 products"
    yield from answers("actionUndo", "Undo")
    yield lambda: text("rowCountLabel") == "251 products"


def answers(action: str, words: str) -> Iterator[Condition]:
    """Choose, agree, and put the report away."""
    choose(action)
    yield lambda: button(words) is not None
    press(button(words))
    yield lambda: button("Close") is not None
    press(button("Close"))
    yield lambda: asked() is None


class Visit:
    """Goes on whenever what it waits for has come."""

    def __init__(self) -> None:
        self._steps = visit()
        self._awaited: Condition = lambda: True
        self._since = time.monotonic()
        self._timer = QTimer(interval=20)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        try:
            if self._awaited():
                self._awaited = next(self._steps)
                self._since = time.monotonic()
            elif time.monotonic() - self._since > PATIENCE_SECONDS:
                shown = [label.text() for top in QApplication.topLevelWidgets() for label in top.findChildren(QLabel)]
                raise TimeoutError(f"line {self._awaited.__code__.co_firstlineno}, with {shown} on the screen")
        except StopIteration:
            self._timer.stop()
        except BaseException:  # noqa: BLE001  a slot has nobody to raise it to
            traceback.print_exc()
            os._exit(70)


def main() -> int:
    """Start the program, and visit it."""
    data_folder, url, file = sys.argv[1:]
    sys.argv = ["acme-desktop", "--data-dir", data_folder, "--database-url", url, file]
    QApplication(sys.argv[:1])
    visit_ = Visit()
    from acme_desktop.__main__ import main as program

    status = program()
    del visit_
    return status


if __name__ == "__main__":
    sys.exit(main())
