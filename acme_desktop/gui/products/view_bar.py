"""The bar above the table: which view is in use, and what is filtered, as chips."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from acme_desktop.core.products.saved_views import View
from acme_desktop.gui.products.filter_panel import FilterPanel
from acme_desktop.gui.products.table import ProductTable
from acme_desktop.gui.products.view_button import ViewButton
from acme_desktop.gui.products.views import Views
from acme_desktop.gui.widgets.chips import ChipBar


class ViewBar(QFrame):
    """Keeps button and chips in step with the filter panel; `view_chosen` comes with a `SavedView` or None.

    Args:
        views: the saved views.
        filters: the panel whose filter is told.
        shown: gives the view as the window shows it now.
    """

    view_chosen = Signal(object)

    def __init__(
        self, views: Views, filters: FilterPanel, shown: Callable[[], View], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, objectName="viewBar")
        self.setProperty("role", "head")
        self._filters = filters
        self.button = ViewButton(views, shown)
        self.chips = ChipBar("filterChips", self.button)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.addWidget(self.chips)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.button.chosen.connect(self.view_chosen)
        self.chips.removed.connect(filters.remove)
        self.chips.chosen.connect(filters.focus_field)
        self.chips.cleared.connect(filters.clear)
        self.chips.emptied.connect(filters.focus_search)
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self.button.show_state)

    def watch(self, table: ProductTable) -> None:
        """Tell of the view in use as changed where columns are moved, hidden, frozen or sorted."""
        header = table.horizontalHeader()
        for moved in (header.sectionMoved, header.sectionResized, header.sortIndicatorChanged, table.frozen):
            moved.connect(lambda *_: self._soon.start())

    def show_state(self) -> None:
        """Show what is filtered now, and whether the view in use was changed."""
        self.chips.show_chips(self._filters.chips)
        self.button.show_state()
