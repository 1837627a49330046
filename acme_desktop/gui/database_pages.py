"""What the window shows in the place of the catalogue: the database starts, or it cannot be opened."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from acme_desktop.gui import errors
from acme_desktop.gui.widgets.notices import EmptyPage


def starting_page() -> EmptyPage:
    """The database is on its way."""
    page = EmptyPage("database", "Starting the database…", "The first start prepares it and takes a few seconds.")
    page.setObjectName("startingPage")
    page.busy.show()
    return page


class StuckPage(EmptyPage):
    """The database cannot be opened: why, and what can be done about it."""

    retry_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("warning", "The database cannot be opened", "", parent, colour="warning")
        self.setObjectName("stuckPage")
        self._error: Exception | None = None
        self.retry = self.add_button("&Try again", "retryButton", primary=True)
        self.retry.clicked.connect(lambda: self.retry_wanted.emit())
        settings = self.add_button("&Settings…", "stuckSettingsButton")
        settings.clicked.connect(lambda: self.settings_wanted.emit())
        self.details = self.add_button("Show &details", "stuckDetailsButton")
        self.details.clicked.connect(self._show_error)

    def tell(self, error: Exception) -> None:
        """Say why."""
        self._error = error
        told = errors.account(error)
        self.title.setText(told.title.removesuffix("."))
        self.text.setText(told.advice)
        self.details.setVisible(bool(told.details))

    def _show_error(self) -> None:
        if self._error is not None:
            errors.show(self.window(), self._error)
