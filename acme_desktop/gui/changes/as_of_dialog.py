"""The catalogue as it was: searched and looked through like the one of now, and only looked at."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products import as_of, export
from acme_desktop.core.products.filters import Filter, Sort
from acme_desktop.core.products.product import Product
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.changes.feed import Feed, last
from acme_desktop.gui.changes.moment_field import MomentField
from acme_desktop.gui.widgets import file_to_save, formatting, on_screen, spacing
from acme_desktop.gui.widgets.endless import EndlessTable
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.records import MOMENT, Column

_TYPING_MS = 250
# A change that was finished by then is seen at the latest so much later.
_SETTLED = timedelta(seconds=10)
_FILES = ";;".join(f"{name.upper()} files (*.{name})" for name in export.FORMATS)
_COLUMNS = (
    Column("SKU", 130, lambda one: one.sku),
    Column("Name", 230, lambda one: one.name),
    Column("Description", 0, lambda one: " ".join((one.description or "")[:500].split())),
    Column("Active", 64, lambda one: "Yes" if one.active else "No"),
    Column("Created", MOMENT, lambda one: formatting.moment(one.created_at), right=True),
    Column("Updated", MOMENT, lambda one: formatting.moment(one.updated_at), right=True),
)


class AsOfDialog(QDialog):
    """A moment, two search fields and the products of then; `compare_wanted` comes with the moment."""

    said = Signal(str)
    history_wanted = Signal(str)
    compare_wanted = Signal(datetime)

    def __init__(self, runner: JobRunner, database: Database, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("asOfDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._database = runner, database
        self._counting: Job | None = None
        self._typing = QTimer(self, interval=_TYPING_MS, singleShot=True)
        self._setup_ui()
        self.feed = Feed(runner, self.table, self.banner)
        self.feed.answered.connect(self._show_state)
        self.feed.busy.connect(self.busy.setVisible)
        self._typing.timeout.connect(self._ask)
        self.when.changed.connect(self._ask)
        self.table.activated.connect(self._open)
        self.show_moment(_end_of_yesterday())

    def _setup_ui(self) -> None:
        self.setWindowTitle("Catalogue as of a date")
        on_screen.fit(self, 980, 620)
        self.setMinimumSize(760, 420)
        self.when = MomentField("asOfMoment", "As of", at_end=True)
        self.sku = self._search("asOfSku", "SKU contains")
        self.name = self._search("asOfName", "Name contains")
        self.banner = Banner()
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Reading the catalogue")
        self.busy.hide()
        self.table = EndlessTable(_COLUMNS, "asOfTable", "Products as they were")
        self.label = QLabel(objectName="asOfCount")
        self.label.setProperty("role", "muted")
        caption = QLabel("&As of")
        caption.setBuddy(self.when)
        row = QHBoxLayout(spacing=10)
        row.addWidget(caption)
        row.addWidget(self.when)
        row.addWidget(self.sku, 1)
        row.addWidget(self.name, 1)
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        layout.addLayout(row)
        layout.addWidget(self.banner)
        layout.addWidget(self.table, 1)
        below = QHBoxLayout()
        below.addWidget(self.label)
        below.addWidget(self.busy, 1)
        below.addStretch(1)
        layout.addLayout(below)
        layout.addWidget(self._setup_buttons())

    def _search(self, name: str, words: str) -> QLineEdit:
        field = QLineEdit(objectName=name, accessibleName=words, placeholderText=words, clearButtonEnabled=True)
        field.textChanged.connect(lambda _: self._typing.start())
        return field

    def _setup_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.save = buttons.addButton("&Export…", role)
        self.save.setObjectName("asOfExportButton")
        self.compare = buttons.addButton("&Compare with now…", role)
        self.compare.setObjectName("asOfCompareButton")
        for button in buttons.buttons():
            button.setAutoDefault(False)  # type: ignore[attr-defined]
        self.save.clicked.connect(self.choose_file)
        self.compare.clicked.connect(lambda: self.compare_wanted.emit(self.moment))
        return buttons

    @property
    def moment(self) -> datetime:
        """The moment that is shown."""
        return self.when.value or datetime.now().astimezone()

    def show_moment(self, when: datetime) -> None:
        """Show the catalogue as it was then."""
        self.when.set_value(when)
        self._ask()

    def refresh(self) -> None:
        """Read again what is shown, where a change of just now may belong to it."""
        if self.moment >= datetime.now().astimezone() - _SETTLED:
            self._count()
            self.feed.refresh()

    def _question(self) -> Filter:
        return Filter(sku=self.sku.text(), name=self.name.text())

    def _ask(self) -> None:
        self._typing.stop()
        database, when, question = self._database, self.moment, self._question()
        self.banner.hide()
        self.feed.ask(
            lambda there, size, progress: as_of.page(database, when, question, Sort(), last(there), size, progress)
        )
        self._count()

    def _count(self) -> None:
        database, when, question = self._database, self.moment, self._question()
        self._runner.drop(self._counting)
        self.label.setText("Counting…")
        self._counting = self._runner.start(
            lambda progress: as_of.count(database, when, question, progress),
            lane=Lane.QUERY,
            owner=self,
            succeeded=self._show_count,
            failed=lambda _: self.label.setText(""),  # the rows fail for the same reason, and tell it
        )

    def _show_count(self, count: int) -> None:
        self.label.setText(f"{formatting.counted(count, 'product', 'products')} at {formatting.moment(self.moment)}")

    def _show_state(self) -> None:
        nothing = not self.feed.records
        self.save.setEnabled(not nothing)
        if nothing:
            self.banner.say("info", "", f"No product matches as of {formatting.moment(self.moment)}.")
        else:
            self.banner.hide()

    def _open(self) -> None:
        picked: list[Product] = self.table.selected()
        if picked:
            self.history_wanted.emit(picked[0].sku)

    # The file

    def choose_file(self) -> None:
        """Ask for a file, then write what is shown into it."""
        proposed = Path(f"catalogue {self.moment:%Y-%m-%d}.csv")
        file_to_save.ask(self, "asOfFileDialog", "Export the catalogue of then", proposed, _FILES, self.save_to)

    def save_to(self, path: Path) -> None:
        """Write what is shown to a file whose name tells its format."""
        database, when, question = self._database, self.moment, self._question()
        self.save.setEnabled(False)
        job = self._runner.start(
            lambda progress: export.export(database, question, Sort(), path, progress, when=when),
            lane=Lane.EDIT,
            owner=self,
            succeeded=lambda count: self.said.emit(
                f"{formatting.counted(count, 'product was', 'products were')} exported to {path.name}."
            ),
        )
        job.ended.connect(lambda: self.save.setEnabled(True))


def _end_of_yesterday() -> datetime:
    day = datetime.now().astimezone().date() - timedelta(days=1)
    return datetime.combine(day, time.max).astimezone()
