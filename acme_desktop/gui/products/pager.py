"""First, previous, next, last, any page; which page is in sight; how many products there are, at first about."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QToolButton, QWidget

from acme_desktop.gui import icons
from acme_desktop.gui.products.columns import COLUMNS, place_of
from acme_desktop.gui.products.model import ProductModel
from acme_desktop.gui.widgets import formatting

HINT_AFTER_MS = 400
"""How long a slow order may take before it is named."""


class Pager(QFrame):
    """Buttons and labels below the table; `go` comes with the page wanted, counted from 0."""

    go = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="pager")
        self.setProperty("role", "bar")
        self._page, self._pages = 0, 1
        self._model: ProductModel | None = None
        self._filtered = False
        self._patience = QTimer(self, interval=HINT_AFTER_MS, singleShot=True)
        self._patience.timeout.connect(self._name_the_wait)
        self._setup_ui()
        self.show_place(0, 1)

    def _setup_ui(self) -> None:
        layout = QHBoxLayout(self, spacing=4)
        layout.setContentsMargins(12, 4, 12, 4)
        self.count = QLabel(objectName="rowCountLabel", accessibleName="Number of products")
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Loading products")
        # It gives way where the words need the room.
        self.busy.setMinimumWidth(16)
        self.busy.setMaximumWidth(64)
        policy = self.busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(policy)
        self.busy.hide()
        self.hint = QLabel(objectName="slowSortLabel", accessibleName="Why it takes a while")
        self.hint.setProperty("role", "muted")
        self.field = QLineEdit(
            objectName="pageField",
            accessibleName="Go to page",
            placeholderText="Go to page",
            toolTip="A page's number, then Enter",
            validator=QIntValidator(1, 2_000_000_000, self),
        )
        self.field.setFixedWidth(self.fontMetrics().horizontalAdvance("Go to page") + 34)
        self.field.returnPressed.connect(self._go_to_page)
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
        layout.addWidget(self.hint)
        layout.addStretch()
        for widget in (self.first, self.previous, self.label, self.next, self.last):
            layout.addWidget(widget)
        layout.addSpacing(8)
        layout.addWidget(self.field)

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

    def watch(self, model: ProductModel) -> None:
        """Tell of this model's estimates, and what keeps it waiting."""
        self._model = model
        model.estimated.connect(lambda _: self.show_count(model.count, filtered=self._filtered))
        model.asked.connect(self._asked)
        model.answered.connect(self._answered)

    def focus_page(self) -> None:
        """Put the keyboard into the page field."""
        self.field.setFocus()
        self.field.selectAll()

    def _go_to_page(self) -> None:
        if self.field.hasAcceptableInput():
            self.go.emit(min(int(self.field.text()), self._pages) - 1)
            self.field.clear()

    def _asked(self) -> None:
        self.hint.clear()
        self._patience.start()

    def _answered(self) -> None:
        if self._model is not None and not self._model.waiting:
            self._patience.stop()
            if self.hint.text():  # to clear it lays out and paints anew, for every page that comes
                self.hint.clear()

    def _name_the_wait(self) -> None:
        if self._model is not None and self._model.waiting and self._model.question.sort.slow:
            title = COLUMNS[place_of(self._model.question.sort.field)].title.lower()
            self.hint.setText(f"Sorting by {title} looks at every product…")

    def show_count(self, count: int | None, *, filtered: bool) -> None:
        """Show how many products match; None is not known yet, and told about where there is an estimate."""
        self._filtered = filtered
        about = self._model.estimate if self._model is not None else None
        if count is None and about is None:
            self.count.setText("Counting…")
            return
        one, many = ("matching product", "matching products") if filtered else ("product", "products")
        if count is not None:
            self.count.setText(formatting.counted(count, one, many))
        elif about is not None:
            self.count.setText(f"about {formatting.counted(_rounded(about), one, many)}")


def _rounded(about: int) -> int:
    """With no more digits than an estimate has to tell."""
    step = 10 ** max(0, len(str(about)) - 4)
    return round(about / step) * step
