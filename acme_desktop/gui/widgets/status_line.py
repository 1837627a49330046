"""The line at the bottom of a window: the last message, what goes on in the background, and which database it is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from acme_desktop.gui.widgets.fields import ElidedLabel
from acme_desktop.gui.widgets.notices import Picture


class StatusLine(QStatusBar):
    """The message takes what room the others leave, and is shortened where that is little."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = ElidedLabel(objectName="messageLabel", accessibleName="Last message")
        self.said.setContentsMargins(12, 0, 0, 0)
        self.upkeep = QLabel(objectName="upkeepLabel", accessibleName="Work in the background")
        self.database = QLabel("No database yet", objectName="databaseLabel", accessibleName="Database in use")
        place = QWidget(objectName="databaseIndicator")
        row = QHBoxLayout(place, spacing=6)
        row.setContentsMargins(8, 3, 10, 3)
        row.addWidget(Picture("database", 16))
        row.addWidget(self.database)
        self.addWidget(self.said, 1)
        self.addPermanentWidget(self.upkeep)
        self.addPermanentWidget(place)
        self.setSizeGripEnabled(False)
