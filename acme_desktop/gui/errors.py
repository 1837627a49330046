"""How an error is shown: a title, advice, and details to copy. The environment's fault looks different from our bug."""

from __future__ import annotations

import platform
import sys
import traceback
from dataclasses import dataclass

import PySide6
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation import build_info
from acme_desktop.core.foundation.errors import EnvironmentProblem, Problem
from acme_desktop.gui import icons

_MARKS = {"warning": ("#8a5a00", "#f0bd63"), "error": ("#b3261e", "#ff8f86")}
"""Colours of the signs on a light and on a dark ground."""
_MIDDLE = 128


@dataclass(frozen=True)
class Account:
    """An error as people read it."""

    title: str
    advice: str
    details: str


def account(error: BaseException) -> Account:
    """Title, advice and details of any exception; one that is no `Problem` is a bug of ours and says so."""
    if isinstance(error, Problem):
        return Account(error.title, error.advice, error.details)
    return Account(
        "Something went wrong inside the program.",
        "Nothing was saved by this step. The details help us to mend it.",
        "".join(traceback.format_exception(error)),
    )


def diagnostics() -> str:
    """Versions for a report: the program and its build, Python, Qt and the system."""
    return f"{program()}\n{surroundings()}"


def program() -> str:
    """The program's version and build."""
    build = build_info.current()
    return f"Acme Product Importer {build.version} ({build.words})"


def surroundings() -> str:
    """What it runs on: Python, Qt and the system."""
    return f"Python {sys.version.split()[0]}, Qt {qVersion()}, PySide6 {PySide6.__version__}\n{platform.platform()}"


class ErrorDialog(QDialog):
    """Says what happened and what to do; the details are folded away and can be copied."""

    def __init__(self, parent: QWidget | None, error: BaseException) -> None:
        super().__init__(parent)
        self.setObjectName("errorDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._account = account(error)
        self._ours = not isinstance(error, Problem)
        self._mark = "warning" if isinstance(error, EnvironmentProblem) else "error"
        self._setup_ui()

    def _setup_ui(self) -> None:
        self.setWindowTitle("Internal error" if self._ours else "Acme Product Importer")
        self.setMinimumWidth(460)
        dark = self.palette().window().color().lightness() < _MIDDLE
        colour = _MARKS[self._mark][dark]
        mark = QLabel()
        mark.setPixmap(icons.pixmap(self._mark, 40, self.devicePixelRatioF(), colour))
        self.title_label = QLabel(self._account.title, objectName="errorTitle", wordWrap=True)
        self.title_label.setProperty("role", "heading")
        self.advice_label = QLabel(self._account.advice, objectName="errorAdvice", wordWrap=True)
        for label in (self.title_label, self.advice_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout(spacing=6)
        words.addWidget(self.title_label)
        words.addWidget(self.advice_label)
        words.addStretch()
        top = QHBoxLayout(spacing=14)
        top.addWidget(mark, alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)

        self.details = QPlainTextEdit(self._account.details, objectName="errorDetails", readOnly=True)
        self.details.setAccessibleName("Details of the error")
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setMinimumHeight(160)
        self.details.hide()
        self._fold = QPushButton("Show &details", checkable=True, objectName="errorFold")
        self._fold.toggled.connect(self._unfold)
        copy = QPushButton("&Copy", objectName="errorCopy", accessibleName="Copy the error with its details")
        copy.clicked.connect(self._copy)
        for button in (self._fold, copy):
            button.setAutoDefault(False)
        self._fold.setVisible(bool(self._account.details))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        buttons.addButton(self._fold, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)

        layout = QVBoxLayout(self, spacing=14)
        layout.setContentsMargins(20, 18, 20, 16)  # as of every dialog: widgets.spacing
        layout.addLayout(top)
        layout.addWidget(self.details, 1)
        layout.addWidget(buttons)

    def _unfold(self, shown: bool) -> None:
        self._fold.setText("Hide &details" if shown else "Show &details")
        self.details.setVisible(shown)
        self.adjustSize()

    def _copy(self) -> None:
        parts = (self._account.title, self._account.advice, self._account.details, diagnostics())
        QGuiApplication.clipboard().setText("\n\n".join(part for part in parts if part))


_open: set[ErrorDialog] = set()


def show(parent: QWidget | None, error: BaseException) -> ErrorDialog:
    """Open the dialog without waiting for it."""
    dialog = ErrorDialog(parent.window() if parent is not None else None, error)
    # Held until it is closed: one without a parent belongs to nobody else.
    _open.add(dialog)
    dialog.finished.connect(lambda: _open.discard(dialog))
    dialog.open()
    return dialog
