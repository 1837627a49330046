"""New versions: consent in the settings, a look at a real server, and the note in the status bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from acme_desktop.core.foundation import settings
from acme_desktop.core.foundation.paths import DataFolder
from acme_desktop.core.foundation.settings import Settings
from acme_desktop.gui.background.jobs import JobRunner
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.settings.settings_dialog import SettingsDialog
from acme_desktop.gui.settings.update_notice import UpdateDialog, UpdateNotice
from tests.gui.driving import find, shown
from tests.support.release_notes import Publisher, note, public, publisher

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def maker() -> Iterator[Publisher]:
    with publisher() as server:
        server.publish(KEY, note(datetime.now(UTC), notes="Imports are faster."))
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow) -> SettingsDialog:
    window.open_settings()
    opened = shown(qtbot, window, SettingsDialog)
    qtbot.waitUntil(opened.save.isEnabled, timeout=10_000)
    opened.tabs.setCurrentIndex(1)
    return opened


def type_into(dialog: QWidget, qtbot: QtBot, name: str, text: str) -> None:
    line = find(dialog, QLineEdit, name)
    line.clear()
    qtbot.keyClicks(line, text)


def test_it_is_off_and_asks_for_nothing_until_a_person_agrees(
    qtbot: QtBot, dialog: SettingsDialog, maker: Publisher, folder: DataFolder
) -> None:
    assert not find(dialog, QCheckBox, "updatesChoice").isChecked()
    assert not find(dialog, QWidget, "updateMore").isVisible()
    with qtbot.waitSignal(dialog.finished):
        dialog.save.click()
    assert not settings.load(folder.settings_file).updates
    assert maker.asked == []


def test_consent_needs_an_address_and_a_key(
    qtbot: QtBot, dialog: SettingsDialog, maker: Publisher, folder: DataFolder
) -> None:
    find(dialog, QCheckBox, "updatesChoice").click()
    assert not dialog.save.isEnabled()
    type_into(dialog, qtbot, "updateUrl", "http://example.com/x.json")
    assert find(dialog, QLabel, "updateUrlMessage").text() == "It must begin with https://."
    type_into(dialog, qtbot, "updateUrl", maker.url)
    type_into(dialog, qtbot, "updateKey", "AAAA")
    assert find(dialog, QLabel, "updateKeyMessage").text() == "It is not 32 bytes long."
    type_into(dialog, qtbot, "updateKey", public(KEY))
    with qtbot.waitSignal(dialog.finished):
        dialog.save.click()
    saved = settings.load(folder.settings_file)
    assert (saved.updates, saved.update_url, saved.update_key) == (True, maker.url, public(KEY))


def test_look_now_says_what_it_found(qtbot: QtBot, dialog: SettingsDialog, maker: Publisher) -> None:
    find(dialog, QCheckBox, "updatesChoice").click()
    type_into(dialog, qtbot, "updateUrl", maker.url)
    type_into(dialog, qtbot, "updateKey", public(KEY))
    result = find(dialog, QLabel, "updateResult")
    assert result.text() == "Not looked yet."
    find(dialog, QPushButton, "lookNowButton").click()
    qtbot.waitUntil(lambda: result.text().endswith("Version 9.9.9 is available."))
    type_into(dialog, qtbot, "updateKey", public(Ed25519PrivateKey.generate()))
    find(dialog, QPushButton, "lookNowButton").click()
    qtbot.waitUntil(lambda: "not signed with the key" in result.text())


@pytest.fixture
def notice(qtbot: QtBot, runner: JobRunner, window: MainWindow, folder: DataFolder) -> UpdateNotice:
    return UpdateNotice(runner, folder, window)


def looked(qtbot: QtBot, runner: JobRunner, notice: UpdateNotice) -> None:
    notice.look_where_due()
    qtbot.waitUntil(lambda: not runner.busy)


class _Browser(QObject):
    opened = Signal(QUrl)

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.emit(url)


def test_a_new_version_is_offered_and_only_a_click_opens_its_page(
    qtbot: QtBot, runner: JobRunner, window: MainWindow, notice: UpdateNotice, maker: Publisher, folder: DataFolder
) -> None:
    settings.save(folder.settings_file, Settings(updates=True, update_url=maker.url, update_key=public(KEY)))
    looked(qtbot, runner, notice)
    assert notice.button.isVisible()
    assert notice.button.text() == "Version 9.9.9 is available"
    notice.button.click()
    dialog = shown(qtbot, window, UpdateDialog)
    assert find(dialog, QPlainTextEdit, "updateNotes").toPlainText() == "Imports are faster."
    assert "ab" * 32 in find(dialog, QLabel, "updateFacts").text()
    browser = _Browser()
    QDesktopServices.setUrlHandler("https", browser, "take")
    with qtbot.waitSignal(browser.opened) as opened:
        find(dialog, QPushButton, "openUpdateButton").click()
    QDesktopServices.unsetUrlHandler("https")
    assert opened.args[0].toString() == "https://example.com/acme-desktop-9.9.9.tar.gz"
    assert {path for path, _ in maker.asked} == {"/latest.json", "/latest.json.sig"}


def test_it_looks_once_a_day(
    qtbot: QtBot, runner: JobRunner, notice: UpdateNotice, maker: Publisher, folder: DataFolder
) -> None:
    settings.save(folder.settings_file, Settings(updates=True, update_url=maker.url, update_key=public(KEY)))
    for _ in range(3):
        looked(qtbot, runner, notice)
    assert len(maker.asked) == 2
    assert notice.button.isVisible()


@pytest.mark.parametrize("chosen", [lambda url: Settings(), lambda url: Settings(update_url=url)])
def test_without_consent_nothing_is_asked(
    qtbot: QtBot,
    runner: JobRunner,
    notice: UpdateNotice,
    maker: Publisher,
    folder: DataFolder,
    chosen: Callable[[str], Settings],
) -> None:
    settings.save(folder.settings_file, chosen(maker.url))
    looked(qtbot, runner, notice)
    assert maker.asked == []
    assert not notice.button.isVisible()


def test_an_error_is_quiet(
    qtbot: QtBot, runner: JobRunner, window: MainWindow, notice: UpdateNotice, maker: Publisher, folder: DataFolder
) -> None:
    maker.files.clear()
    settings.save(folder.settings_file, Settings(updates=True, update_url=maker.url, update_key=public(KEY)))
    looked(qtbot, runner, notice)
    assert not notice.button.isVisible()
    window.open_settings()
    dialog = shown(qtbot, window, SettingsDialog)
    qtbot.waitUntil(lambda: "status 404" in find(dialog, QLabel, "updateResult").text())
