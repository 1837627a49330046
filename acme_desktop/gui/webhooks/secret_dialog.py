"""A webhook's secret, shown this once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.gui import icons
from acme_desktop.gui.widgets import on_screen, spacing
from acme_desktop.gui.widgets.notices import Banner


class SecretDialog(QDialog):
    """The secret is selected and can be copied; nobody can show it again."""

    def __init__(self, secret: str, *, rotated: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("webhookSecretDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("New secret" if rotated else "The webhook's secret")
        self.setMinimumWidth(560)
        on_screen.fit(self)
        self.banner = Banner()
        old = " For 24 hours the old one signs as well, so that there is time for the change." if rotated else ""
        self.banner.say("warning", "This secret is shown this once.", f"Put it where the requests are received.{old}")
        self.secret = QLineEdit(secret, objectName="webhookSecret", readOnly=True, accessibleName="Secret")
        self.secret.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.secret.selectAll()
        self.copy = QPushButton("&Copy", objectName="copySecretButton", accessibleName="Copy the secret")
        self.copy.setAutoDefault(False)
        icons.wear(self.copy, "copy")
        self.copy.clicked.connect(self._copy)
        hint = QLabel(
            "With it the receiver checks the signature (Standard Webhooks v1) of each request.", wordWrap=True
        )
        hint.setProperty("role", "muted")
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.secret, 1)
        row.addWidget(self.copy)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText("I have &kept it")
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self, spacing=12)
        spacing.dialog(layout)
        layout.addWidget(self.banner)
        layout.addLayout(row)
        layout.addWidget(hint)
        layout.addWidget(buttons)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.secret.text())
        self.copy.setText("Copied")
