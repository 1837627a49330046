"""About: what this is, which versions it is made of, where its data lies, and the licences of its parts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation import build_info, redaction
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.gui import errors, icons
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.settings.licences_dialog import LicencesDialog
from acme_desktop.gui.widgets import on_screen, spacing

_ASKING = "asking…"


def server_version(database: Database, progress: Progress) -> str:
    """What the database's server calls itself: "18.6 (Debian …)" and the like."""
    with database.cancellable(progress) as connection:
        row = connection.execute("SELECT current_setting('server_version')").fetchone()
    return str(row[0]) if row else ""


class AboutDialog(QDialog):
    """Versions to read and to copy; the server's comes as soon as it has answered.

    Args:
        database: the one in use, or None where none is open.
        database_name: what the window calls it, without a password.
    """

    def __init__(
        self,
        runner: JobRunner,
        database: Database | None,
        data_folder: Path,
        database_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._database_name, self._data_folder = database_name, data_folder
        self.setObjectName("aboutDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._setup_ui()
        self._tell(_ASKING if database else "none is open")
        if database is not None:
            runner.start(
                lambda progress: server_version(database, progress),
                lane=Lane.QUERY,
                owner=self,
                succeeded=self._tell,
                failed=lambda _: self._tell("does not answer"),
            )

    def _setup_ui(self) -> None:
        self.setWindowTitle("About Acme Product Importer")
        self.setMinimumWidth(500)
        on_screen.fit(self)
        picture = QLabel()
        picture.setPixmap(icons.application_icon().pixmap(72, 72))
        title = QLabel("Acme Product Importer")
        title.setProperty("role", "title")
        build = build_info.current()
        version = QLabel(f"Version {build.version}, {build.words}", objectName="aboutVersion")
        version.setProperty("role", "muted")
        text = QLabel("Drop a supplier's file, see what it changes, import it.", wordWrap=True)
        facts = self.facts = QLabel(objectName="aboutFacts", wordWrap=True)
        facts.setTextFormat(Qt.TextFormat.PlainText)
        facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        facts.setAccessibleName("Versions and places")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setProperty("kind", "plain")
        buttons.rejected.connect(self.reject)
        copy = buttons.addButton("&Copy diagnostics", QDialogButtonBox.ButtonRole.ActionRole)
        licences = buttons.addButton("&Licences…", QDialogButtonBox.ButtonRole.ActionRole)
        for button, name in ((copy, "copyDiagnosticsButton"), (licences, "licencesButton")):
            button.setObjectName(name)
            button.setAutoDefault(False)
        icons.wear(copy, "copy")
        copy.clicked.connect(self._copy)
        licences.clicked.connect(lambda: LicencesDialog(self._runner, self).open())
        words = QVBoxLayout(spacing=6)
        for label in (title, version, text):
            words.addWidget(label)
        words.addSpacing(8)
        words.addWidget(facts)
        top = QHBoxLayout(spacing=20)
        top.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self, spacing=18)
        spacing.dialog(layout)
        layout.addLayout(top)
        layout.addWidget(buttons)

    def _tell(self, server: str) -> None:
        self.facts.setText(
            f"{errors.surroundings()}\nPostgreSQL server: {server}\nDatabase: {self._database_name}\n"
            f"Data folder: {self._data_folder}"
        )

    def _copy(self) -> None:
        told = f"{errors.program()}\n{self.facts.text()}"
        QGuiApplication.clipboard().setText(redaction.redact(told))
