"""The scenes of editing: a cell with what is wrong beside it, a conflict, a bulk edit's preview, a delete under way."""

from __future__ import annotations

from typing import Any


def shoot_editing(stage: Any) -> None:
    """Needs a filled catalogue that is shown."""
    table = stage.window.products.table
    table.setFocus()
    table.setCurrentIndex(table.model().index(2, 1))
    shoot_cells(stage)
    shoot_conflict(stage)
    shoot_bulk_edit(stage)
    shoot_delete(stage)


def shoot_cells(stage: Any) -> None:
    """A name that is blank, and a description in its larger editor."""
    from PySide6.QtWidgets import QWidget

    table = stage.window.products.table
    stage.shoot("cell-current")
    stage.window.products.edit_cell()
    name = table.viewport().findChild(QWidget, "cellName")
    name.clear()
    stage.shoot("cell-invalid")
    delegate = table.itemDelegate()
    delegate.closeEditor.emit(name, delegate.EndEditHint.RevertModelCache)
    table.setCurrentIndex(table.model().index(2, 2))
    stage.window.products.edit_cell()
    text = table.viewport().findChild(QWidget, "cellDescription")
    stage.shoot("cell-description")
    delegate.closeEditor.emit(text, delegate.EndEditHint.RevertModelCache)


def shoot_conflict(stage: Any) -> None:
    """Mine, theirs and the original of a product that someone else changed at the same time."""
    from acme_desktop.core.changes.change_set import Author
    from acme_desktop.core.products import edits
    from acme_desktop.core.products.product import Changes

    window = stage.window
    window.products.edit_selected()
    dialog = stage.dialog("productDialog")
    product = dialog.product
    edits.update(
        window._session.database,
        product.sku,
        Changes(name=f"{product.name} (2nd edition)", active=not product.active),
        author=Author("ben", "window on lab-7"),
    )
    dialog.name.setText(f"{product.name}, boxed")
    dialog.description.setPlainText(f"{product.description or 'A fine thing.'}\nShips in a gift box.")
    dialog._save()
    conflict = stage.dialog("conflictDialog")
    stage.rest()
    stage.until(window.products.pager.busy.isHidden)
    stage.shoot("conflict")
    conflict.choose("theirs")
    conflict.save.click()
    stage.until(lambda: not dialog.isVisible())


def shoot_bulk_edit(stage: Any) -> None:
    """The preview of a replacement in every name, and of a description."""
    window = stage.window
    window.products.table.clearSelection()
    stage.rest()
    stage.until(window.products.pager.busy.isHidden)
    window.products.bulk_edit()
    dialog = stage.dialog("bulkEditDialog")
    dialog.form.find.control.setText("desk lamp")
    dialog.form.by.control.setText("Table Lamp")
    dialog.form.any_case.setChecked(True)
    stage.until(lambda: dialog.rows.rowCount() > 0)
    stage.shoot("bulk-edit")
    dialog.form.choose("extend")
    dialog.form.prefix.control.setText("x" * 985)
    stage.until(lambda: dialog.preview is not None)
    dialog.kinds.setCurrentIndex(2)
    stage.until(lambda: dialog.rows.rowCount() > 0)
    stage.shoot("bulk-edit-refused")
    dialog.form.choose("description")
    dialog.form.text.control.setPlainText("Two year warranty.")
    stage.until(lambda: dialog.rows.rowCount() > 0)
    stage.shoot("bulk-edit-description")
    dialog.form.choose("inactive")
    stage.until(lambda: dialog.rows.rowCount() > 0)
    stage.shoot("bulk-edit-inactive")
    dialog.reject()


def shoot_delete(stage: Any) -> None:
    """Deleting everything, while another program holds it up."""
    window = stage.window
    window.products.delete_all()
    dialog = stage.dialog("deleteAllDialog")
    stage.until(dialog.continue_button.isEnabled)
    dialog.continue_button.click()
    dialog.typed.setText(str(dialog._count))
    with window._session.database.connect() as connection:
        connection.execute("LOCK TABLE products IN ROW EXCLUSIVE MODE")
        dialog.delete_button.click()
        stage.until(lambda: dialog.stage.text())
        stage.shoot("delete-all-running")
        dialog.reject()
        stage.until(lambda: "Cancelled" in dialog.heading.text())
    dialog.reject()
