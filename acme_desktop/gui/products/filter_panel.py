"""The filter panel: asks about the products, a moment after the typing stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.date_ranges import DateRange
from acme_desktop.core.products.filters import Filter
from acme_desktop.gui import icons
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.products import filter_words
from acme_desktop.gui.products.import_field import ImportField
from acme_desktop.gui.widgets import spacing
from acme_desktop.gui.widgets.chips import Chip
from acme_desktop.gui.widgets.date_range_field import DateRangeField

DEBOUNCE_MS = 120
_WIDTH, _COLLAPSED_WIDTH = 228, 44
_GAP = 8  # below a field, so that a label stands nearer to its own
_ACTIVE = (("All products", None), ("Active only", True), ("Inactive only", False))


class FilterPanel(QFrame):
    """Search and filter fields.

    `asked` comes with the `Filter` that they describe, `worded` where only the words for it are others now.
    """

    asked = Signal(Filter)
    worded = Signal()

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterPanel")
        self.setAccessibleName("Filters")
        self.setProperty("role", "side")
        self._last = Filter()
        self._filling = self._collapsed = False
        self._debounce = QTimer(self, interval=DEBOUNCE_MS, singleShot=True)
        self._debounce.timeout.connect(self.ask)
        self.changed_in = ImportField(runner)
        self._setup_ui()
        self.collapse(False)

    def _setup_ui(self) -> None:
        self.toggle = QToolButton(objectName="toggleFiltersButton", iconSize=QSize(18, 18))
        self.toggle.setProperty("kind", "quiet")
        icons.wear(self.toggle, "sidebar")
        self.toggle.clicked.connect(lambda: self.collapse(not self.collapsed))
        self.title = QLabel("Filters")
        self.title.setProperty("role", "heading")
        self.clear_button = QPushButton("C&lear", objectName="clearFiltersButton", accessibleName="Clear all filters")
        self.clear_button.setProperty("kind", "link")
        self.clear_button.setEnabled(False)
        self.clear_button.clicked.connect(self.clear)
        head = QHBoxLayout(spacing=6)
        head.setContentsMargins(8, 6, 10, 2)
        head.addWidget(self.toggle)
        head.addWidget(self.title)
        head.addStretch()
        head.addWidget(self.clear_button)
        self.fields = self._setup_fields()
        layout = QVBoxLayout(self, spacing=0)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.fields, 1)
        layout.addStretch()
        self.setTabOrder(self.toggle, self.clear_button)
        self.setTabOrder(self.clear_button, self.search)

    def _setup_fields(self) -> QScrollArea:
        inner = QWidget()
        column = QVBoxLayout(inner, spacing=2)
        column.setContentsMargins(14, 0, 14, 6)
        self.search = self._line(column, "&Search everywhere", "searchBox", "Any of the fields")
        icons.wear(self.search.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition), "search")
        self.sku = self._line(column, "S&KU", "filterSku", "Contains…")
        self.name = self._line(column, "Na&me", "filterName", "Contains…")
        self.description = self._line(column, "Des&cription", "filterDescription", "Contains…")
        self.accents = QCheckBox("I&gnore accents", objectName="filterAccents", toolTip="“cafe” finds “café” as well")
        self.accents.setAccessibleDescription("cafe finds café as well")
        self.accents.toggled.connect(self._changed)
        column.addWidget(self.accents)
        column.addSpacing(_GAP)
        self.active = QComboBox(objectName="filterActive", accessibleName="Active or inactive")
        for text, value in _ACTIVE:
            self.active.addItem(text, value)
        self.active.currentIndexChanged.connect(self._changed)
        self._labelled(column, "&Active", self.active)
        self.ranges = {
            "created": DateRangeField("filterCreated", "Created"),
            "updated": DateRangeField("filterUpdated", "Updated"),
        }
        for name, label in (("created", "C&reated"), ("updated", "Upda&ted")):
            self.ranges[name].changed.connect(self._changed)
            self._labelled(column, label, self.ranges[name])
        self.changed_in.changed.connect(self._changed)
        self.changed_in.named.connect(self.worded)
        self._labelled(column, "Changed &by import", self.changed_in)
        column.addStretch()
        area = QScrollArea(objectName="filterFields", widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        for box in inner.findChildren(QComboBox):
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.installEventFilter(self)
        return area

    def _line(self, column: QVBoxLayout, label: str, name: str, hint: str) -> QLineEdit:
        line = QLineEdit(objectName=name, placeholderText=hint, clearButtonEnabled=True)
        line.setAccessibleName(label.replace("&", ""))
        line.textChanged.connect(self._typed)
        line.returnPressed.connect(self.ask)
        self._labelled(column, label, line)
        return line

    def _labelled(self, column: QVBoxLayout, text: str, control: QWidget) -> None:
        label = QLabel(text)
        label.setProperty("role", "muted")
        label.setBuddy(control)
        column.addWidget(label)
        column.addWidget(control)
        column.addSpacing(_GAP)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The wheel scrolls the panel; it changes no list that merely passes under it.
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            QApplication.sendEvent(self.fields.verticalScrollBar(), event)
            return True
        return False

    # What is asked

    def set_database(self, database: Database | None) -> None:
        """Offer this database's imports; what another one's import changed is not asked for here."""
        self.changed_in.set_database(database)
        if database is None:
            self.remove("changed_in")

    @property
    def filter(self) -> Filter:
        """What the fields describe; ranges that move with the day are as of today."""
        bounds = {}
        for name, field in self.ranges.items():
            bounds[f"{name}_from"], bounds[f"{name}_to"] = field.value.moments()
        texts = {name: getattr(self, name).text().strip() or None for name in filter_words.TEXTS}
        return Filter(
            **texts,
            **bounds,
            active=self.active.currentData(),
            changed_in=self.changed_in.value,
            ignore_accents=any(texts.values()) and self.accents.isChecked(),
        )

    @property
    def moving(self) -> dict[str, str]:
        """By "created" or "updated", the range that moves with the day."""
        return {name: preset for name, field in self.ranges.items() if (preset := field.value.preset) is not None}

    @property
    def chips(self) -> list[Chip]:
        """What the fields describe, in words."""
        ranges = {name: field.value for name, field in self.ranges.items()}
        return filter_words.chips(self.filter, ranges, self.changed_in.describe())

    @property
    def empty(self) -> bool:
        """Whether nothing is filtered."""
        return self.filter.empty

    def show_filter(self, asked: Filter, moving: Mapping[str, str] | None = None) -> None:
        """Fill the fields and ask.

        Args:
            asked: what they shall describe.
            moving: ranges that move with the day, in place of the filter's own bounds for "created" or "updated".
        """
        self._filling = True
        for name in filter_words.TEXTS:
            getattr(self, name).setText(filter_words.one_line(getattr(asked, name) or ""))
        if any(getattr(asked, name) for name in filter_words.TEXTS):  # without a text it is a habit, and stays
            self.accents.setChecked(asked.ignore_accents)
        self.active.setCurrentIndex(self.active.findData(asked.active))
        for name, field in self.ranges.items():
            preset = (moving or {}).get(name)
            bounds = getattr(asked, f"{name}_from"), getattr(asked, f"{name}_to")
            field.set_value(DateRange(preset) if preset else DateRange.between(*bounds))
        self.changed_in.set_value(asked.changed_in)
        self._filling = False
        self.ask()

    def clear(self) -> None:
        """Show everything again."""
        self.show_filter(Filter())

    def remove(self, key: str) -> None:
        """Ask no longer for what this chip says."""
        if key in self.ranges:
            none = {f"{key}_from": None, f"{key}_to": None}
            moving = {name: preset for name, preset in self.moving.items() if name != key}
            self.show_filter(replace(self.filter, **none), moving)
        else:
            self.show_filter(replace(self.filter, **{key: None}), self.moving)

    def follow_the_day(self) -> None:
        """Ask again where a range has moved with the day, but not in the middle of typing."""
        if not self._debounce.isActive():
            self.ask()

    def ask(self) -> None:
        """Ask now, where something else is asked for than before."""
        self._debounce.stop()
        asked = self.filter
        self.clear_button.setEnabled(not asked.empty)
        if asked != self._last:
            self._last = asked
            self.asked.emit(asked)
        else:
            self.worded.emit()

    def _typed(self) -> None:
        if not self._filling:
            self._debounce.start()

    def _changed(self) -> None:
        if not self._filling:
            self.ask()

    # The keyboard, and the room it takes

    def focus_search(self) -> None:
        """Put the cursor into the search box."""
        self.focus_field("search")

    def focus_field(self, key: str) -> None:
        """Put the keyboard into the field of this chip."""
        self.collapse(False)
        field = self.ranges.get(key) or getattr(self, key)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.fields.ensureWidgetVisible(field)
        if isinstance(field, QLineEdit):
            field.selectAll()

    @property
    def collapsed(self) -> bool:
        """Whether only its button is shown."""
        return self._collapsed

    def collapse(self, collapsed: bool) -> None:
        """Hide the fields, or show them again; what they ask for stays."""
        self._collapsed = collapsed
        words = "Show the filters" if collapsed else "Hide the filters"
        self.toggle.setToolTip(f"{words} (F9)")
        self.toggle.setAccessibleName(words)
        here = self.fields.isAncestorOf(self.focusWidget() or self)
        for part in (self.title, self.clear_button, self.fields):
            part.setHidden(collapsed)
        self.setFixedWidth(_COLLAPSED_WIDTH if collapsed else spacing.scaled(self, _WIDTH))
        if collapsed and here:
            self.toggle.setFocus(Qt.FocusReason.OtherFocusReason)
