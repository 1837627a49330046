"""After a breakdown: what the last run left, to save, copy or discard. Nothing is sent anywhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.errors import EnvironmentProblem
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.gui import errors, icons
from acme_desktop.gui.background import crash_watch
from acme_desktop.gui.background.crash_watch import CrashReport
from acme_desktop.gui.background.jobs import JobRunner, Lane
from acme_desktop.gui.widgets import file_to_save, on_screen, spacing
from acme_desktop.gui.widgets.notices import Picture

FILE_NAME = "acme-desktop-report.txt"


def offer(runner: JobRunner, folder: DataFolder, window: QWidget) -> None:
    """Look for a report off the main thread, and open the dialog where there is one."""

    def show(report: CrashReport | None) -> None:
        if report is not None:
            CrashDialog(runner, report, window).open()

    # A report that cannot be read stays where it is; starting matters more.
    runner.start(
        lambda _: crash_watch.pending(folder), lane=Lane.QUERY, owner=window, succeeded=show, failed=lambda _: None
    )


class CrashDialog(QDialog):
    """Shows the whole report before anything is done with it. Closed without a choice, it is offered again."""

    def __init__(self, runner: JobRunner, report: CrashReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crashDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._report = runner, report
        self._setup_ui()

    def _setup_ui(self) -> None:
        self.setWindowTitle("Report of a breakdown")
        on_screen.fit(self, 720, 520)
        title = QLabel("The program broke down the last time", wordWrap=True)
        title.setProperty("role", "heading")
        text = QLabel(
            "An import that was cut off changed nothing. This report helps to mend the mistake. It has no passwords "
            "and no product data, and it is sent nowhere: save it and give it to whoever looks after the program.",
            wordWrap=True,
        )
        words = QVBoxLayout(spacing=4)
        words.addWidget(title)
        words.addWidget(text)
        top = QHBoxLayout(spacing=14)
        top.addWidget(Picture("warning", 36, "warning"), alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        shown = QPlainTextEdit(self._report.text, objectName="crashText", readOnly=True, accessibleName="The report")
        shown.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        shown.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        shown.setTabChangesFocus(True)
        layout = QVBoxLayout(self, spacing=14)
        spacing.dialog(layout)
        layout.addLayout(top)
        layout.addWidget(shown, 1)
        layout.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        save = buttons.addButton("&Save report…", QDialogButtonBox.ButtonRole.AcceptRole)
        copy = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        discard = buttons.addButton("&Discard", QDialogButtonBox.ButtonRole.RejectRole)
        for button, name in ((save, "saveCrashButton"), (copy, "copyCrashButton"), (discard, "discardCrashButton")):
            button.setObjectName(name)
            button.setAutoDefault(False)
        save.setDefault(True)
        icons.wear(copy, "copy")
        save.clicked.connect(self._choose_file)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._report.text))
        discard.clicked.connect(self._discard)
        return buttons

    def _choose_file(self) -> None:
        file_to_save.ask(self, "saveCrashFile", "Save report", Path(FILE_NAME), "Text (*.txt)", self.save)

    def save(self, path: Path) -> None:
        """Write the report to `path`; then it is not offered again."""
        report = self._report

        def work(_: object) -> None:
            try:
                path.write_text(report.text, encoding="utf-8")
            except OSError as error:
                raise EnvironmentProblem(
                    f"The report cannot be written to {path}.", "Choose another place.", str(error)
                ) from error
            report.discard()

        self._runner.start(
            work, owner=self, succeeded=lambda _: self.accept(), failed=lambda error: errors.show(self, error)
        )

    def _discard(self) -> None:
        report = self._report
        self._runner.start(lambda _: report.discard(), owner=self, succeeded=lambda _: self.accept())
