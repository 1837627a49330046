"""What happened to one product: a timeline, each step's old and new values, and the way back to any version."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.changes.change_set import Author
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.errors import NotFound
from acme_desktop.core.products.restore import restore
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.changes.lines import lines_of, value_columns
from acme_desktop.gui.changes.stories import Story, Told, story
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.records import MOMENT, Column, RecordTable

_TONES = {"created": "success", "restored": "success", "deleted": "danger"}


def _who(told: Told) -> str:
    return told.event.change_set.actor if told.event.change_set else "–"


def _client(told: Told) -> str:
    return told.event.change_set.client if told.event.change_set else "Another program"


_COLUMNS = (
    Column("When", MOMENT, lambda told: formatting.moment(told.event.at)),
    Column("What", 180, lambda told: told.what, tone=lambda told: _TONES.get(told.event.operation, "")),
    Column("Who", 80, _who),
    Column("From", 215, _client),
    Column("Change", 0, lambda told: told.source),
)


class ProductHistoryDialog(QDialog):
    """Finds a product by any SKU that it ever had, deleted ones too. `changed` comes after a restore."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, runner: JobRunner, database: Database, author: Author, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("productHistoryDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._database, self._author = runner, database, author
        self._job: Job | None = None
        self._sku = ""
        self._setup_ui()
        self.table.picked.connect(self._show_picked)
        self._show_picked()

    def _setup_ui(self) -> None:
        self.setWindowTitle("Product history")
        on_screen.fit(self, 920, 600)
        self.setMinimumSize(700, 420)
        self.sku = QLineEdit(objectName="historySku", placeholderText="SKU of a product, also of a deleted one")
        self.sku.setAccessibleName("SKU")
        self.sku.returnPressed.connect(lambda: self.show_sku(self.sku.text()))
        self.find = QPushButton("&Find", objectName="findHistoryButton", autoDefault=False)
        self.find.clicked.connect(lambda: self.show_sku(self.sku.text()))
        caption = QLabel("&SKU")
        caption.setBuddy(self.sku)
        row = QHBoxLayout(spacing=8)
        row.addWidget(caption)
        row.addWidget(self.sku, 1)
        row.addWidget(self.find)
        self.banner = Banner()
        self.table = RecordTable(_COLUMNS, "timelineTable", "What happened, the newest first")
        self.fields = RecordTable(value_columns("Before", "After"), "timelineFields", "What changed in this step")
        halves = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        halves.addWidget(self.table)
        halves.addWidget(self.fields)
        halves.setSizes([320, 190])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self.restore = buttons.addButton("&Restore this version", QDialogButtonBox.ButtonRole.ActionRole)
        self.restore.setObjectName("restoreVersionButton")
        self.restore.setAutoDefault(False)
        self.restore.clicked.connect(self._restore)
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        layout.addLayout(row)
        layout.addWidget(self.banner)
        layout.addWidget(halves, 1)
        layout.addWidget(buttons)

    # What is shown

    def show_sku(self, sku: str) -> None:
        """Show what happened to the products that have or had that SKU."""
        self.sku.setText(sku)
        self._sku = sku.strip()
        self.banner.hide()
        if self._sku:
            self._read()

    def refresh(self) -> None:
        """Read again what is shown."""
        if self._sku:
            self._read()

    def _read(self) -> None:
        database, sku = self._database, self._sku
        self._runner.drop(self._job)
        self._job = self._runner.start(
            lambda _: story(database, sku), lane=Lane.QUERY, owner=self, succeeded=self._show, failed=self._fail
        )

    def _show(self, found: Story) -> None:
        self.setWindowTitle(f"History of {found.sku}")
        self.table.refill(found.told)
        if not self.table.selected():
            self.table.selectRow(0)
        self._show_picked()

    def _fail(self, error: Exception) -> None:
        self.table.refill([])
        self._show_picked()
        told = errors.account(error)
        self.banner.say("info" if isinstance(error, NotFound) else "danger", told.title, told.advice)

    def picked(self) -> Told | None:
        """The step that is selected."""
        selected = self.table.selected()
        return selected[0] if selected else None

    def _show_picked(self) -> None:
        told = self.picked()
        self.fields.records.show(
            lines_of(told.id, told.event.operation, told.event.before, told.event.after) if told is not None else []
        )
        self.restore.setEnabled(told is not None and told.restorable)
        deleted = told is not None and told.standing is None
        self.restore.setText("&Bring back this version" if deleted else "&Restore this version")
        self.restore.setToolTip(
            "" if told is None or told.restorable else "The product has the values of this version now."
        )

    # What is done

    def _restore(self) -> None:
        told, database, author = self.picked(), self._database, self._author
        if told is None:
            return
        self.restore.setEnabled(False)
        self.banner.hide()
        self._runner.start(
            lambda _: restore(database, told.version, current=told.standing, author=author),
            lane=Lane.EDIT,
            owner=self,
            succeeded=lambda _: self._restored(told),
            failed=self._refuse,
        )

    def _restored(self, told: Told) -> None:
        words = f"{told.version.sku} has its values of {formatting.moment(told.event.at)} again."
        self.banner.say("success", words, "This can be undone like any other change.")
        self._sku = told.version.sku
        self.table.clearSelection()
        self.said.emit(words)
        self.changed.emit()
        self._read()

    def _refuse(self, error: Exception) -> None:
        told = errors.account(error)
        self.banner.say("warning", told.title, told.advice)
        self._read()
