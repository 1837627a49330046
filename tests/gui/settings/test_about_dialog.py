"""About: versions, places, licences."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import __version__ as pyside
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QListWidget, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

import acme_desktop
from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation.progress import Progress
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.settings.about_dialog import AboutDialog
from acme_desktop.gui.settings.licences_dialog import LicencesDialog
from tests.gui.driving import find, shown


@pytest.fixture
def about(qtbot: QtBot, window: MainWindow) -> AboutDialog:
    window.open_about()
    opened = shown(qtbot, window, AboutDialog)
    qtbot.waitUntil(lambda: "asking" not in opened.facts.text())
    return opened


def test_it_names_all_versions(about: AboutDialog, database: Database) -> None:
    facts = about.facts.text()
    shown_texts = [label.text() for label in about.findChildren(QLabel)]
    assert sum(text.count(acme_desktop.__version__) for text in shown_texts) == 1  # not in two places
    assert f"Version {acme_desktop.__version__}, from source" in shown_texts
    assert f"PySide6 {pyside}" in facts
    with database.cancellable(Progress()) as connection:
        (version,) = connection.execute("SHOW server_version").fetchone()
    assert f"PostgreSQL server: {version}" in facts


def test_what_is_copied_has_no_secret(about: AboutDialog, qtbot: QtBot, runner: JobRunner) -> None:
    find(about, QPushButton, "copyDiagnosticsButton").click()
    assert "PostgreSQL server: " in QGuiApplication.clipboard().text()
    assert f"Acme Product Importer {acme_desktop.__version__} (from source)" in QGuiApplication.clipboard().text()
    assert str(Path.home()) not in QGuiApplication.clipboard().text()
    alone = AboutDialog(runner, None, Path("/x"), "postgresql://anna:s3cret@db/cat")
    qtbot.addWidget(alone)
    find(alone, QPushButton, "copyDiagnosticsButton").click()
    assert "PostgreSQL server: none is open" in QGuiApplication.clipboard().text()
    assert "s3cret" not in QGuiApplication.clipboard().text()


def test_the_licences_of_all_parts_can_be_read(about: AboutDialog, qtbot: QtBot) -> None:
    find(about, QPushButton, "licencesButton").click()
    licences = shown(qtbot, about, LicencesDialog)
    names = find(licences, QListWidget, "licenceList")
    qtbot.waitUntil(lambda: names.count() > 10)
    text = find(licences, QPlainTextEdit, "licenceText")
    assert text.toPlainText().startswith("Acme Product Importer")
    row = next(row for row in range(names.count()) if names.item(row).text().startswith("pyarrow"))
    names.setCurrentRow(row)
    assert "Apache License" in text.toPlainText()
