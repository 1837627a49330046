"""Goes to a product by its SKU: finds where it stands in what the table shows, or offers to show everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.products import listing, positions
from acme_desktop.core.products.positions import Anchor, Stretch, Surroundings
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.products.pages import PAGE
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.widgets import on_screen, spacing
from acme_desktop.gui.widgets.fields import Field

_AROUND = 60
"""How many products at both sides are loaded with the one that is wanted."""


@dataclass(frozen=True)
class Found:
    """A product and where it stands; without `stretch` it does not match the filter."""

    product_id: int
    sku: str
    stretch: Stretch | None


class GoToDialog(QDialog):
    """Asks for a SKU. `wanted` comes with it, `clearing_wanted` where it is to be looked for without any filter."""

    wanted = Signal(str)
    clearing_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="goToSkuDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Go to SKU")
        self.sku = QLineEdit(objectName="goToSkuField")
        self.field = Field(self.sku, "SKU", "The whole SKU, in any letter case.")
        label = QLabel("&SKU")
        label.setBuddy(self.sku)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton("&Go", QDialogButtonBox.ButtonRole.ActionRole)
        self.go.setObjectName("goToSkuButton")
        self.go.setDefault(True)
        self.clear = self.buttons.addButton("Clear the &filters and go", QDialogButtonBox.ButtonRole.ActionRole)
        self.clear.setObjectName("goToSkuClearButton")
        self.clear.hide()
        self.buttons.addButton("&Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.go.clicked.connect(lambda: self.wanted.emit(self.sku.text().strip()))
        self.clear.clicked.connect(lambda: self.clearing_wanted.emit(self.sku.text().strip()))
        self.buttons.rejected.connect(self.reject)
        self.sku.textChanged.connect(self._judge)
        layout = QVBoxLayout(self, spacing=6)
        spacing.dialog(layout)
        layout.addWidget(label)
        layout.addWidget(self.field)
        layout.addSpacing(8)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(420)
        on_screen.fit(self)
        self._judge()

    def _judge(self) -> None:
        self.field.complain("")
        self.clear.hide()
        self.go.setEnabled(bool(self.sku.text().strip()))
        self.go.setDefault(True)

    def refuse(self, words: str, *, filtered: bool = False) -> None:
        """Say why it is not gone to; where a filter hides it, offer to clear that."""
        self.field.complain(words)
        self.clear.setVisible(filtered)
        (self.clear if filtered else self.go).setDefault(True)


class GoTo(QObject):
    """Asks, looks off the main thread, and brings the product into sight.

    Args:
        runner: looks.
        table: where it goes.
        clear_filters: shows every product again.
    """

    def __init__(self, runner: JobRunner, table: ProductTable, clear_filters: Callable[[], object]) -> None:
        super().__init__(table)
        self._runner, self._table, self._model = runner, table, table.products_model
        self._clear_filters = clear_filters
        self._job: Job | None = None
        self._then: str | None = None
        self._model.answered.connect(self._answered)

    def open(self) -> None:
        """Ask for a SKU."""
        dialog = GoToDialog(self._table.window())
        dialog.wanted.connect(lambda sku: self._look(sku, dialog))
        dialog.clearing_wanted.connect(lambda sku: self._show_all(sku, dialog))
        dialog.finished.connect(lambda _: self._runner.drop(self._job))
        dialog.open()

    def _look(self, sku: str, dialog: GoToDialog | None) -> None:
        loader, question = self._model.loader, self._model.question
        database, landmarks = loader.database, loader.landmarks
        if database is None or not sku:
            return
        self._runner.drop(self._job)

        def work(progress: Progress) -> Found:
            product = listing.get(database, sku)
            around = Surroundings((Anchor(product.id, _AROUND, _AROUND),), 0, 1, PAGE, (product.id,))
            stretch = positions.stretch(database, question.filter, question.sort, around, progress, landmarks=landmarks)
            return Found(product.id, product.sku, stretch if product.id in stretch.places else None)

        def failed(error: Exception) -> None:
            if dialog is not None and isinstance(error, NotFound):
                dialog.refuse(f"There is no product with the SKU {sku}.")
            else:
                errors.show(self._table, error)

        self._job = self._runner.start(
            work,
            lane=Lane.QUERY,
            owner=dialog or self._table,
            succeeded=lambda found: self._go(found, dialog),
            failed=failed,
        )

    def _go(self, found: Found, dialog: GoToDialog | None) -> None:
        if found.stretch is None:
            if dialog is not None:
                dialog.refuse(f"{found.sku} does not match the filters.", filtered=True)
            return
        self._model.put(found.stretch)
        if dialog is not None:
            dialog.accept()
        self._table.go_to_row(found.stretch.places[found.product_id])
        self._table.setFocus()

    def _show_all(self, sku: str, dialog: GoToDialog) -> None:
        dialog.accept()
        self._then = sku
        self._clear_filters()

    def _answered(self) -> None:
        if self._then is not None and not self._model.waiting and self._model.question.filter.empty:
            sku, self._then = self._then, None
            self._look(sku, None)
