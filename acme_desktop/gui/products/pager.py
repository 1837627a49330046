"""First, previous, next, last; which page is in sight; how many products there are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import formatting


class Pager(QFrame):
    """Buttons and labels below the table; `go` comes with the page wanted, counted from 0."""

    go = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="pager")
        self.setProperty("role", "bar")
        self._page, self._pages = 0, 1
        self._setup_ui()
        self.show_place(0, 1)

    def _setup_ui(self) -> None:
        layout = QHBoxLayout(self, spacing=4)
        layout.setContentsMargins(12, 4, 12, 4)
        self.count = QLabel(objectName="rowCountLabel", accessibleName="Number of products")
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Loading products")
        self.busy.setFixedWidth(64)
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(policy)
        self.busy.hide()
        self.first = self._button("first", "firstPageButton", "First page")
        self.previous = self._button("previous", "previousPageButton", "Previous page")
        self.label = QLabel(objectName="pageLabel", accessibleName="Page in sight")
        self.next = self._button("next", "nextPageButton", "Next page")
        self.last = self._button("last", "lastPageButton", "Last page")
        self.first.clicked.connect(lambda: self.go.emit(0))
        self.previous.clicked.connect(lambda: self.go.emit(self._page - 1))
        self.next.clicked.connect(lambda: self.go.emit(self._page + 1))
        self.last.clicked.connect(lambda: self.go.emit(self._pages - 1))
        layout.addWidget(self.count)
        layout.addSpacing(10)
        layout.addWidget(self.busy)
        layout.addStretch()
        for widget in (self.first, self.previous, self.label, self.next, self.last):
            layout.addWidget(widget)

    def _button(self, picture: str, name: str, words: str) -> QToolButton:
        button = QToolButton(objectName=name, toolTip=words, accessibleName=words, iconSize=QSize(18, 18))
        button.setProperty("kind", "quiet")
        icons.wear(button, picture)
        return button

    def show_place(self, page: int, pages: int) -> None:
        """Show which page, from 0, of how many."""
        self._page, self._pages = page, max(1, pages)
        self.label.setText(f"Page {formatting.number(page + 1)} of {formatting.number(self._pages)}")
        for button in (self.first, self.previous):
            button.setEnabled(page > 0)
        for button in (self.next, self.last):
            button.setEnabled(page < self._pages - 1)

    def show_count(self, count: int | None, *, filtered: bool) -> None:
        """Show how many products match; None is not known yet."""
        if count is None:
            self.count.setText("Counting…")
        elif filtered:
            self.count.setText(formatting.counted(count, "matching product", "matching products"))
        else:
            self.count.setText(formatting.counted(count, "product", "products"))
