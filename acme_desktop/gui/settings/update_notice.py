"""Looks for a new version where a person agreed to that, and says in the status bar that there is one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation import build_info, settings, updates
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.core.foundation.updates import Look
from acme_desktop.gui import icons
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.widgets import on_screen, spacing

_FIRST_MS = 10_000
"""The start itself is left in peace."""
_ASK_AGAIN_MS = 3_600_000


class UpdateNotice(QObject):
    """Belongs to the window; an error is told in the settings only."""

    def __init__(self, runner: JobRunner, folder: DataFolder, window: QMainWindow) -> None:
        super().__init__(window)
        self._runner, self._folder, self._window = runner, folder, window
        self._found = Look()
        self.button = QPushButton(objectName="updateButton", flat=True)
        self.button.clicked.connect(self.open)
        self.button.hide()
        window.statusBar().addPermanentWidget(self.button)
        self._timer = QTimer(self, interval=_ASK_AGAIN_MS)
        self._timer.timeout.connect(self.look_where_due)
        self._timer.start()
        QTimer.singleShot(_FIRST_MS, self, self.look_where_due)

    def look_where_due(self) -> None:
        """Look, off the main thread, where consent was given and the last look is a day ago."""
        folder = self._folder

        def work(progress: Progress) -> Look:
            chosen = settings.load(folder.settings_file)
            if updates.due(folder, chosen):
                return updates.look(folder, updates.source(chosen), progress)
            return updates.last(folder) if chosen.updates else Look()

        self._runner.start(work, lane=Lane.UPKEEP, owner=self, succeeded=self.show_look, failed=lambda _: None)

    def show_look(self, found: Look) -> None:
        """Show or hide the button, as there is a new version or none."""
        self._found = found
        self.button.setText(f"Version {found.version} is available")
        self.button.setVisible(bool(found.version))

    def open(self) -> None:
        """Tell about the new version."""
        UpdateDialog(self._found, self._window).open()


class UpdateDialog(QDialog):
    """What is new, and where it is; opening that page is the person's own step."""

    def __init__(self, found: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("updateDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._found = found
        self._setup_ui()

    def _setup_ui(self) -> None:
        found = self._found
        self.setWindowTitle("New version")
        self.setMinimumWidth(520)
        on_screen.fit(self)
        title = QLabel(f"Version {found.version} is available")
        title.setProperty("role", "heading")
        mine = QLabel(
            f"This is version {build_info.current().version}. The note is signed with the key in the settings.",
            wordWrap=True,
        )
        mine.setProperty("role", "muted")
        notes = QPlainTextEdit(found.notes, readOnly=True, accessibleName="What is new", objectName="updateNotes")
        notes.setTabChangesFocus(True)
        facts = QLabel(f"{found.url}\nSHA-256 {found.sha256}", objectName="updateFacts", wordWrap=True)
        facts.setTextFormat(Qt.TextFormat.PlainText)
        facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        facts.setAccessibleName("Address and checksum")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        page = buttons.addButton("&Open in the browser", QDialogButtonBox.ButtonRole.AcceptRole)
        page.setObjectName("openUpdateButton")
        copy = buttons.addButton("Copy the &checksum", QDialogButtonBox.ButtonRole.ActionRole)
        for button in buttons.buttons():
            button.setAutoDefault(False)  # type: ignore[attr-defined]
        page.setDefault(True)
        icons.wear(copy, "copy")
        buttons.rejected.connect(self.reject)
        page.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(found.url)))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(found.sha256))
        layout = QVBoxLayout(self, spacing=10)
        spacing.dialog(layout)
        for widget in (title, mine, notes, facts, buttons):
            layout.addWidget(widget)
