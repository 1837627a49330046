"""The filter panel: asks about the products, a moment after the typing stops."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from acme_desktop.core.products.filters import Filter
from acme_desktop.gui import icons

DEBOUNCE_MS = 200
_ACTIVE = (("All products", None), ("Active only", True), ("Inactive only", False))


class FilterPanel(QFrame):
    """Search and filter fields; `asked` comes with the `Filter` that they describe."""

    asked = Signal(Filter)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterPanel")
        self.setAccessibleName("Filters")
        self.setProperty("role", "side")
        self._last = Filter()
        self._debounce = QTimer(self, interval=DEBOUNCE_MS, singleShot=True)
        self._debounce.timeout.connect(self._ask)
        self._setup_ui()

    def _setup_ui(self) -> None:
        self.setFixedWidth(216)
        layout = QVBoxLayout(self, spacing=4)
        layout.setContentsMargins(14, 12, 14, 12)
        head = QHBoxLayout()
        title = QLabel("Filters")
        title.setProperty("role", "heading")
        self.clear_button = QPushButton("C&lear", objectName="clearFiltersButton", accessibleName="Clear all filters")
        self.clear_button.setProperty("kind", "link")
        self.clear_button.setEnabled(False)
        self.clear_button.clicked.connect(self.clear)
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self.clear_button)
        layout.addLayout(head)
        layout.addSpacing(4)
        self.search = self._line(layout, "&Search everywhere", "searchBox", "Any of the fields")
        icons.wear(self.search.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition), "search")
        self.sku = self._line(layout, "S&KU", "filterSku", "Contains…")
        self.name = self._line(layout, "Na&me", "filterName", "Contains…")
        self.description = self._line(layout, "Des&cription", "filterDescription", "Contains…")
        self.active = QComboBox(objectName="filterActive", accessibleName="Active or inactive")
        for text, value in _ACTIVE:
            self.active.addItem(text, value)
        self.active.currentIndexChanged.connect(self._ask)
        self._labelled(layout, "&Active", self.active)
        layout.addStretch()
        self.setTabOrder(self.clear_button, self.search)

    def _line(self, layout: QVBoxLayout, label: str, name: str, hint: str) -> QLineEdit:
        line = QLineEdit(objectName=name, placeholderText=hint, clearButtonEnabled=True)
        line.setAccessibleName(label.replace("&", ""))
        line.textChanged.connect(lambda: self._debounce.start())
        line.returnPressed.connect(self._ask)
        self._labelled(layout, label, line)
        return line

    def _labelled(self, layout: QVBoxLayout, text: str, control: QWidget) -> None:
        label = QLabel(text)
        label.setProperty("role", "muted")
        label.setBuddy(control)
        layout.addWidget(label)
        layout.addWidget(control)
        layout.addSpacing(8)

    @property
    def filter(self) -> Filter:
        """What the fields describe."""
        return Filter(
            sku=self.sku.text().strip() or None,
            name=self.name.text().strip() or None,
            description=self.description.text().strip() or None,
            search=self.search.text().strip() or None,
            active=self.active.currentData(),
        )

    @property
    def empty(self) -> bool:
        """Whether nothing is filtered."""
        return self.filter.empty

    def clear(self) -> None:
        """Show everything again."""
        for line in (self.search, self.sku, self.name, self.description):
            line.clear()
        self.active.setCurrentIndex(0)
        self._ask()

    def focus_search(self) -> None:
        """Put the cursor into the search box."""
        self.search.setFocus()
        self.search.selectAll()

    def _ask(self) -> None:
        self._debounce.stop()
        asked = self.filter
        self.clear_button.setEnabled(not self.empty)
        if asked != self._last:
            self._last = asked
            self.asked.emit(asked)
