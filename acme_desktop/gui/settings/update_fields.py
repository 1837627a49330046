"""The settings' part about new versions: consent, where to look, whom to believe, and what the last look found."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from acme_desktop.core.foundation import releases, updates
from acme_desktop.core.foundation.settings import Settings
from acme_desktop.core.foundation.updates import Look, Source
from acme_desktop.gui.widgets import spacing
from acme_desktop.gui.widgets.fields import Field, Form


class UpdateFields(QWidget):
    """`changed` comes with each change; `look_wanted` when a person asks to look at once."""

    changed = Signal()
    look_wanted = Signal(Source)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stamped = updates.source(Settings())
        self.consent = QCheckBox("Look for new &versions once a day", objectName="updatesChoice")
        self.url = QLineEdit(objectName="updateUrl", placeholderText=self._stamped.url or "https://…/latest.json")
        self.key = QLineEdit(objectName="updateKey", placeholderText=self._stamped.key or "base64, 32 bytes")
        self.url_field = Field(self.url, "Address of new versions")
        self.key_field = Field(self.key, "Public key of new versions")
        self.look_now = QPushButton("&Look now", objectName="lookNowButton")
        self.look_now.setAutoDefault(False)
        self.result = QLabel(objectName="updateResult", wordWrap=True, accessibleName="What the last look found")
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.setProperty("role", "muted")
        self._setup_ui()
        self.consent.toggled.connect(self._edited)
        self.url.textEdited.connect(self._edited)
        self.key.textEdited.connect(self._edited)
        self.look_now.clicked.connect(lambda: self.look_wanted.emit(self.source))
        self._edited()

    def _setup_ui(self) -> None:
        hint = QLabel(
            "Asks one address for a signed note, and tells it nothing about you. "
            "Nothing is downloaded or installed by itself.",
            wordWrap=True,
        )
        hint.setProperty("role", "muted")
        hint.setContentsMargins(spacing.INDENT, 0, 0, 0)
        rows = Form()
        for caption, field in (("&Address", self.url_field), ("Public &key", self.key_field)):
            label = QLabel(caption)
            label.setBuddy(field.control)
            rows.add(label, field)
        looking = QHBoxLayout(spacing=10)
        looking.addWidget(self.look_now)
        looking.addWidget(self.result, 1)
        self.more = QWidget(objectName="updateMore")
        inner = QVBoxLayout(self.more, spacing=10)
        inner.setContentsMargins(spacing.INDENT, 4, 0, 0)
        inner.addLayout(rows)
        inner.addLayout(looking)
        layout = QVBoxLayout(self, spacing=6)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.consent)
        layout.addWidget(hint)
        layout.addWidget(self.more)

    @property
    def source(self) -> Source:
        """Where a look now would ask."""
        return Source(self.url.text().strip() or self._stamped.url, self.key.text().strip() or self._stamped.key)

    @property
    def problem(self) -> str:
        """What keeps this from being saved, or ""; without consent nothing does."""
        return (self.url_field.problem or self.key_field.problem) if self.consent.isChecked() else ""

    def show_saved(self, saved: Settings, last: Look) -> None:
        """Fill in what is saved."""
        self.consent.setChecked(saved.updates)
        self.url.setText(saved.update_url)
        self.key.setText(saved.update_key)
        self.show_look(last)
        self._edited()

    def show_look(self, found: Look) -> None:
        """Say what a look found, and when."""
        self.look_now.setEnabled(True)
        when = f"{datetime.fromisoformat(found.at).astimezone():%Y-%m-%d %H:%M}: " if found.at else ""
        self.result.setText(f"{when}{found.words}" if found.at else "Not looked yet.")

    def show_looking(self) -> None:
        """Say that a look is under way."""
        self.look_now.setEnabled(False)
        self.result.setText("Looking…")

    def _edited(self) -> None:
        asked = self.consent.isChecked()
        self.more.setVisible(asked)
        where = self.source
        self.url_field.complain(updates.check_url(where.url) if where.url else "Give the maker's address.")
        self.key_field.complain(releases.check_key(where.key) if where.key else "Give the maker's key.")
        self.look_now.setEnabled(asked and not self.problem)
        self.changed.emit()
