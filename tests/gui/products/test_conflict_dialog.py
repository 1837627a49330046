"""The conflict dialog as the product dialog opens it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import edits, listing
from acme_desktop.core.products.product import Changes
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.products.conflict_dialog import ConflictDialog
from acme_desktop.gui.products.product_dialog import ProductDialog
from acme_desktop.gui.widgets.marked_text import MarkedText
from tests.gui.driving import find, shown

SKU = "P-000000"


@pytest.fixture
def met(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, filled: Callable[[int], None]
) -> tuple[ProductDialog, ConflictDialog]:
    """I changed name and description, they changed name and active meanwhile."""
    filled(2)
    window.products.table.selectRow(0)
    find(window, QAction, "actionEditProduct").trigger()
    editing = shown(qtbot, window, ProductDialog)
    editing.name.setText("Product mine")
    editing.description.setPlainText("My text")
    edits.update(database, SKU, Changes(name="Product theirs", active=False), author=author)
    editing.save_button.click()
    return editing, shown(qtbot, window, ConflictDialog)


def values(dialog: ConflictDialog, field: str) -> list[str]:
    return [find(dialog, MarkedText, f"conflict{side}{field}").toPlainText() for side in ("Original", "Theirs", "Mine")]


def now(database: Database) -> tuple[str, str | None, bool]:
    product = listing.get(database, SKU)
    return product.name, product.description, product.active


def test_all_three_stand_side_by_side(
    database: Database, met: tuple[ProductDialog, ConflictDialog], author: Author
) -> None:
    _, dialog = met
    assert values(dialog, "Name") == ["Product 0", "Product theirs", "Product mine"]
    assert values(dialog, "Description") == ["Text of 0", "Text of 0", "My text"]
    assert values(dialog, "Active") == ["No", "No", "No"]
    assert values(dialog, "Sku") == [SKU] * 3
    said = dialog.banner.text.text()
    assert author.actor in said
    assert author.client in said
    assert f"Edit {SKU}" in said
    assert "changed" in find(dialog, MarkedText, "conflictTheirsName").accessibleName()
    assert "changed" not in find(dialog, MarkedText, "conflictTheirsDescription").accessibleName()
    assert set(dialog.choices) == {"name", "description"}
    assert now(database)[0] == "Product theirs"


def test_values_are_as_high_as_their_text_and_equal_side_by_side(
    qtbot: QtBot, met: tuple[ProductDialog, ConflictDialog]
) -> None:
    _, dialog = met
    for field in ("Sku", "Name", "Description", "Active"):
        texts = [find(dialog, MarkedText, f"conflict{side}{field}") for side in ("Original", "Theirs", "Mine")]
        assert len({text.height() for text in texts}) == 1, field
        for text in texts:
            assert text.viewport().height() >= text.document().size().height(), text.objectName()
            assert not text.verticalScrollBar().isVisible(), text.objectName()


def keep(dialog: ConflictDialog, side: str) -> None:
    for field in dialog.choices:
        find(dialog, QRadioButton, f"{side}{field.capitalize()}Button").click()
    find(dialog, QPushButton, "saveMergeButton").click()


def test_there_is_one_way_to_choose(met: tuple[ProductDialog, ConflictDialog]) -> None:
    _, dialog = met
    assert [button.text() for button in dialog.findChildren(QPushButton)] == ["&Go on editing", "&Save the choice"]


def test_mine_is_kept(qtbot: QtBot, database: Database, met: tuple[ProductDialog, ConflictDialog]) -> None:
    editing, dialog = met
    with qtbot.waitSignal(editing.accepted, timeout=10_000):
        keep(dialog, "mine")
    assert now(database) == ("Product mine", "My text", False)


def test_theirs_is_taken(qtbot: QtBot, database: Database, met: tuple[ProductDialog, ConflictDialog]) -> None:
    editing, dialog = met
    with qtbot.waitSignal(editing.accepted, timeout=10_000):
        keep(dialog, "theirs")
    assert now(database) == ("Product theirs", "Text of 0", False)


def test_field_by_field(qtbot: QtBot, database: Database, met: tuple[ProductDialog, ConflictDialog]) -> None:
    editing, dialog = met
    find(dialog, QRadioButton, "theirsNameButton").setChecked(True)
    assert dialog.outlook.text() == "The choice: yours for Description; theirs for Name."
    with qtbot.waitSignal(editing.accepted, timeout=10_000):
        find(dialog, QPushButton, "saveMergeButton").click()
    assert now(database) == ("Product theirs", "My text", False)


def test_going_on_takes_in_their_change_and_keeps_mine(
    qtbot: QtBot, database: Database, met: tuple[ProductDialog, ConflictDialog]
) -> None:
    editing, dialog = met
    find(dialog, QRadioButton, "theirsNameButton").setChecked(True)
    dialog.reject()
    assert editing.isVisible()
    assert (editing.name.text(), editing.description.toPlainText()) == ("Product theirs", "My text")
    assert editing.save_button.isEnabled()
    assert now(database) == ("Product theirs", "Text of 0", False)
    with qtbot.waitSignal(editing.accepted, timeout=10_000):
        editing.save_button.click()
    assert now(database) == ("Product theirs", "My text", False)


def test_a_third_change_is_not_written_over_either(
    qtbot: QtBot, window: MainWindow, database: Database, author: Author, met: tuple[ProductDialog, ConflictDialog]
) -> None:
    editing, dialog = met
    edits.update(database, SKU, Changes(name="Third"), author=author)
    keep(dialog, "mine")
    second = shown(qtbot, window, ConflictDialog)
    assert values(second, "Name") == ["Product theirs", "Third", "Product mine"]
    assert now(database)[0] == "Third"
    with qtbot.waitSignal(editing.accepted, timeout=10_000):
        keep(second, "mine")
    assert now(database) == ("Product mine", "My text", False)
