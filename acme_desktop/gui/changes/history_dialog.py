"""The history of the catalogue: every change, by whom, what it did to which product, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.database.connections import Database
from acme_desktop.core.products.difference import Between
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.changes import work
from acme_desktop.gui.changes.difference_view import DifferenceView
from acme_desktop.gui.changes.entries import Cursor, Entry
from acme_desktop.gui.changes.facts import facts
from acme_desktop.gui.changes.feed import Feed
from acme_desktop.gui.changes.history_filters import HistoryFilters
from acme_desktop.gui.widgets import formatting, on_screen, spacing
from acme_desktop.gui.widgets.endless import EndlessTable
from acme_desktop.gui.widgets.fields import ElidedLabel, Form
from acme_desktop.gui.widgets.notices import Banner
from acme_desktop.gui.widgets.records import MOMENT, Column

_LONG_FACTS = ("Error", "Settings", "Columns", "Rows", "Products")


def _count(place: int, title: str) -> Column:
    return Column(
        title, 84, lambda entry: formatting.number(entry.counts[place]) if entry.counts[place] else "–", right=True
    )


_COLUMNS = (
    Column("When", MOMENT, lambda entry: formatting.moment(entry.at)),
    Column("Kind", 78, lambda entry: entry.kind),
    Column("What", 0, lambda entry: entry.name),
    Column("By", 92, lambda entry: entry.actor),
    _count(0, "Created"),
    _count(1, "Updated"),
    _count(2, "Deleted"),
    Column("Status", 86, lambda entry: entry.state, tone=lambda entry: entry.tone),
)


class HistoryDialog(QDialog):
    """Everything that changed the catalogue, the newest first; what is to be done with it is asked for by signals."""

    undo_wanted = Signal(int)
    bench_wanted = Signal(int)
    resume_wanted = Signal(int, str)
    products_wanted = Signal(int)
    product_wanted = Signal(str)
    said = Signal(str)

    def __init__(self, runner: JobRunner, database: Database, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._database = runner, database
        self._shown: Between | None = None
        self._setup_ui()
        self.feed = Feed(runner, self.table, self.banner)
        self.feed.answered.connect(self._show_state)
        self.filters.changed.connect(self._ask)
        self.table.picked.connect(self._show_picked)
        self.table.activated.connect(lambda _: self.tabs.setCurrentWidget(self.products))
        self.tabs.currentChanged.connect(lambda _: self._show_products())
        self._show_picked()
        self._ask()
        self._ask_actors()

    def _setup_ui(self) -> None:
        self.setWindowTitle("History")
        on_screen.fit(self, 980, 670)
        self.setMinimumSize(780, 460)
        self.banner = Banner()
        self.filters = HistoryFilters()
        self.filter = self.filters.words
        self.table = EndlessTable(_COLUMNS, "historyTable", "Changes of the catalogue")
        self._details = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="entryDetails")
        self._details.setAccessibleName("Details of the change")
        self.products = DifferenceView(self._runner, self._database, "changeRows")
        self.products.said.connect(self.said)
        self.products.history_wanted.connect(self.product_wanted)
        self.tabs = QTabWidget(objectName="historyTabs", documentMode=True)
        self.tabs.addTab(self._details, "&Details")
        self.tabs.addTab(self.products, "&Products")
        halves = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        halves.addWidget(self.table)
        halves.addWidget(self.tabs)
        halves.setSizes([310, 290])
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        layout.addWidget(self.filters)
        layout.addWidget(self.banner)
        layout.addWidget(halves, 1)
        layout.addWidget(self._setup_buttons())

    def _setup_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self.undo = self._button(buttons, "&Undo…", "undoImportButton")
        self.show_products = self._button(buttons, "Sho&w in the table", "showProductsButton")
        self.show_products.setToolTip("Show the products that this change created or updated in the main window")
        self.bench = self._button(buttons, "&Mend rejects…", "openBenchButton")
        self.resume = self._button(buttons, "&Resume", "resumeImportButton")
        self.undo.clicked.connect(self._undo)
        self.show_products.clicked.connect(self._show_in_table)
        self.bench.clicked.connect(self._mend)
        self.resume.clicked.connect(self._resume)
        return buttons

    def _button(self, buttons: QDialogButtonBox, text: str, name: str) -> QPushButton:
        button = buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button

    # What is shown

    def _ask(self) -> None:
        database, wanted = self._database, self.filters.wanted
        self.banner.hide()
        self.feed.ask(lambda there, size, progress: work.entries(database, wanted, Cursor.below(there), size, progress))

    def _ask_actors(self) -> None:
        database = self._database
        self._runner.start(
            lambda _: work.actors(database), lane=Lane.QUERY, owner=self, succeeded=self.filters.show_actors
        )

    def refresh(self) -> None:
        """Read again what is shown; selection and place stay."""
        self.feed.refresh()
        self._ask_actors()

    def _show_state(self) -> None:
        if self.feed.records:
            self.banner.hide()
        elif self.filters.empty:
            self.banner.say("info", "Nothing was changed yet.", "Drop a product file on the window to begin.")
        else:
            self.banner.say("info", "", "Nothing in the history fits these filters.")
        if not self.table.selected() and self.feed.records:
            self.table.selectRow(0)
        self._show_picked()

    def picked(self) -> Entry | None:
        """The entry that is selected."""
        selected: Sequence[Entry] = self.table.selected()
        return selected[0] if selected else None

    def _show_picked(self) -> None:
        entry = self.picked()
        change = entry.change if entry is not None else None
        record = entry.record if entry is not None else None
        undone = entry is not None and entry.standing is not None and entry.standing.undone
        self.undo.setEnabled(change is not None and not change.empty)
        self.undo.setText("&Bring back…" if undone else "&Undo…")
        self.show_products.setEnabled(change is not None and change.created + change.updated > 0)
        self.bench.setVisible(record is not None and record.rejected > 0 and record.status != "reading")
        self.resume.setVisible(record is not None and record.status == "interrupted")
        self._show_facts(entry)
        self._show_products()

    def _show_facts(self, entry: Entry | None) -> None:
        inside = QWidget()
        rows = Form()
        rows.setContentsMargins(4, 8, 4, 4)
        rows.setVerticalSpacing(5)
        for name, text in facts(entry) if entry is not None else ():
            caption = QLabel(name)
            caption.setProperty("role", "muted")
            if name in _LONG_FACTS:
                value = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
                value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            else:
                value = ElidedLabel(text, Qt.TextElideMode.ElideMiddle)
            value.setObjectName(f"fact{name.replace(' ', '').replace('-', '')}")
            value.setAccessibleName(f"{name}: {text}")
            rows.addRow(caption, value)
        inside.setLayout(rows)
        self._details.setWidget(inside)

    def _show_products(self) -> None:
        """What the change did is compared only while somebody looks."""
        entry = self.picked()
        change = entry.change if entry is not None else None
        between = Between(change_set_id=change.id) if change is not None else None
        if self.tabs.currentWidget() is self.products and between != self._shown:
            self._shown = between
            self.products.show_between(between)

    # What is done

    def _undo(self) -> None:
        entry = self.picked()
        if entry is not None and entry.change is not None:
            self.undo_wanted.emit(entry.change.id)

    def _show_in_table(self) -> None:
        entry = self.picked()
        if entry is not None and entry.change is not None:
            self.products_wanted.emit(entry.change.id)
            self.close()

    def _mend(self) -> None:
        entry = self.picked()
        if entry is not None and entry.record is not None:
            self.bench_wanted.emit(entry.record.id)

    def _resume(self) -> None:
        entry = self.picked()
        if entry is not None and entry.record is not None:
            self.resume_wanted.emit(entry.record.id, entry.record.file)
            self.close()
