"""The certificates that a webhook's receiver is checked with, besides the usual ones: chosen from a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.webhooks import rules
from acme_desktop.gui import errors
from acme_desktop.gui.widgets.fields import ElidedLabel

_SHOWN = 3


class CertificatesField(QWidget):
    """`changed` comes when others count; `file_chosen` wants the text of a file for `take`, or `fail`."""

    changed = Signal()
    file_chosen = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pem = ""
        self.held = ElidedLabel(objectName="webhookCertificates", accessibleName="Certificates")
        self.choose = QPushButton("&File…", objectName="chooseCertificatesButton")
        self.choose.setAutoDefault(False)
        self.choose.setAccessibleName("Choose a file with certificates")
        self.choose.setToolTip(
            "Certificates (PEM) to trust besides the usual ones, for a receiver with an authority of its own."
        )
        self.choose.setAccessibleDescription(self.choose.toolTip())
        self.choose.clicked.connect(self._choose)
        self.remove = QPushButton("Re&move", objectName="removeCertificatesButton")
        self.remove.setAccessibleName("Remove the certificates")
        self.remove.setAutoDefault(False)
        self.remove.clicked.connect(self._remove)
        self.message = QLabel(objectName="webhookCertificatesMessage", wordWrap=True)
        self.message.setProperty("role", "error")
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.held, 1)
        row.addWidget(self.choose)
        row.addWidget(self.remove)
        layout = QVBoxLayout(self, spacing=3)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.message)
        self.show_certificates("")

    def show_certificates(self, pem: str) -> None:
        """Show these; "" is none."""
        self.pem = pem
        self.held.setText(_told(pem))
        self.remove.setVisible(bool(pem))
        self._complain("")

    def take(self, pem: str) -> None:
        """Let these count from now on, if they are certificates."""
        try:
            rules.check_certificates(pem)
        except InputProblem as problem:
            self.fail(problem)
            return
        self.show_certificates(pem)
        self.changed.emit()

    def fail(self, error: Exception) -> None:
        """Say why the file is no use; what counted before still does."""
        told = errors.account(error)
        self._complain(f"{told.title} {told.advice}".strip())

    def _complain(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _choose(self) -> None:
        chooser = QFileDialog(self, "Choose certificates")
        chooser.setObjectName("chooseCertificatesDialog")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilters(["Certificates (*.pem *.crt *.cer)", "All files (*)"])
        chooser.fileSelected.connect(lambda name: self.file_chosen.emit(Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _remove(self) -> None:
        self.show_certificates("")
        self.choose.setFocus()
        self.changed.emit()


def _told(pem: str) -> str:
    if not pem:
        return "The usual ones only"
    held = rules.certificates(pem)
    names = [f"{one.name} (until {one.until})" for one in held[:_SHOWN]]
    more = len(held) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
