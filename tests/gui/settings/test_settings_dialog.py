from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from acme_desktop.core.database.connections import Database
from acme_desktop.core.foundation import settings
from acme_desktop.gui.main_window import MainWindow
from acme_desktop.gui.settings.server_fields import ServerAddress, ServerFields
from acme_desktop.gui.settings.settings_dialog import SettingsDialog
from acme_desktop.gui.widgets import theme
from tests.gui.driving import find, open_at, shown


class _Keyring(KeyringBackend):
    priority = 9  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[_Keyring]:
    before = keyring.get_keyring()
    mine = _Keyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow, ring: _Keyring) -> SettingsDialog:
    window.open_settings()
    opened = shown(qtbot, window, SettingsDialog)
    qtbot.waitUntil(opened.save.isEnabled, timeout=10_000)
    return opened


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna@db.example.com/catalogue",
        "postgresql://anna@db.example.com:6543/catalogue?sslmode=require",
        "postgresql://db.example.com/catalogue",
        "postgresql://a%40b@[::1]:6543/my%20catalogue",
    ],
)
def test_fields_and_url_say_the_same(qtbot: QtBot, url: str) -> None:
    fields = ServerFields()
    qtbot.addWidget(fields)
    fields.show_url(url)
    assert fields.address.url == url
    assert fields.address.problem == ""
    fields.host.setText("elsewhere")
    fields.host.textEdited.emit("elsewhere")
    assert ServerAddress.parse(fields.url.text()).host == "elsewhere"


def test_a_password_in_a_pasted_url_moves_out_of_sight(qtbot: QtBot) -> None:
    fields = ServerFields()
    qtbot.addWidget(fields)
    fields.show_url("postgresql://anna:p%40ss@db.example.com/catalogue")
    assert "p%40ss" not in fields.url.text()
    assert fields.password.text() == "p@ss"
    assert fields.address.full_url == "postgresql://anna:p%40ss@db.example.com/catalogue"


def test_a_url_that_is_none_is_refused_beside_the_field(qtbot: QtBot) -> None:
    fields = ServerFields()
    qtbot.addWidget(fields)
    fields.show_url("mysql://db/x")
    assert "postgresql://" in find(fields, QLabel, "serverUrlMessage").text()


def test_the_connection_is_tested(qtbot: QtBot, dialog: SettingsDialog, database: Database) -> None:
    dialog.server.setChecked(True)
    dialog.fields.show_url(database.url)
    find(dialog, QPushButton, "testConnectionButton").click()
    qtbot.waitUntil(dialog.result.isVisible, timeout=20_000)
    assert dialog.result.title.text() == "The connection works."
    assert "PostgreSQL 18" in dialog.result.text.text()
    dialog.reject()


def test_a_connection_that_fails_says_why(qtbot: QtBot, dialog: SettingsDialog) -> None:
    dialog.server.setChecked(True)
    dialog.fields.show_url("postgresql://anna@127.0.0.1:9/catalogue")
    find(dialog, QPushButton, "testConnectionButton").click()
    qtbot.waitUntil(dialog.result.isVisible, timeout=20_000)
    assert dialog.result.property("tone") == "danger"
    assert dialog.test.isEnabled()
    dialog.reject()


def test_an_incomplete_address_cannot_be_saved(dialog: SettingsDialog) -> None:
    dialog.server.setChecked(True)
    assert not dialog.save.isEnabled()
    assert not dialog.test.isEnabled()
    dialog.embedded.setChecked(True)
    assert dialog.save.isEnabled()
    dialog.reject()


def test_the_theme_shows_at_once_and_goes_back_on_cancel(qtbot: QtBot, dialog: SettingsDialog) -> None:
    assert theme.colours() == theme.LIGHT
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    dialog.theme.activated.emit(dialog.theme.currentIndex())
    assert theme.colours() == theme.DARK
    dialog.reject()
    assert theme.colours() == theme.LIGHT


def test_saving_switches_the_window_to_the_server_and_keeps_the_password_in_the_keyring(
    qtbot: QtBot,
    new_window: Callable[[], MainWindow],
    database: Database,
    tmp_path: Path,
    ring: _Keyring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from acme_desktop.core.database import passwords

    window = new_window()
    open_at(qtbot, window, database)
    other = ServerAddress.parse(database.url)
    kept: list[str] = []
    monkeypatch.setattr(passwords, "save", lambda url: kept.append(url.password) or True)
    window.open_settings()
    dialog = shown(qtbot, window, SettingsDialog)
    qtbot.waitUntil(dialog.save.isEnabled, timeout=10_000)
    dialog.server.setChecked(True)
    dialog.fields.show_url(database.url + ("&" if "?" in database.url else "?") + "application_name=switched")
    dialog.fields.password.setText("secret")
    with qtbot.waitSignal(window._session.opened, timeout=20_000):
        dialog.save.click()
    assert window._session.database is not None
    assert "application_name=switched" in window._session.database.url
    assert kept == ["secret"]
    saved = (tmp_path / "data" / "settings.json").read_text(encoding="utf-8")
    assert "secret" not in saved
    assert other.database in str(settings.load(tmp_path / "data" / "settings.json").database_url)


def test_without_a_keyring_it_says_so(qtbot: QtBot, window: MainWindow, no_ring: None) -> None:
    window.open_settings()
    dialog = shown(qtbot, window, SettingsDialog)
    qtbot.waitUntil(dialog.save.isEnabled, timeout=10_000)
    assert "no keyring" in find(dialog, QLabel, "serverPasswordMessage").text()
    dialog.reject()


def test_what_goes_before_the_saved_database_is_said(qtbot: QtBot, dialog: SettingsDialog) -> None:
    assert dialog.override.isVisible()  # the window of these tests is started with a URL
    assert "--database-url" in dialog.override.title.text()
    dialog.reject()
