"""Settings: which database, how the window looks, and whether to look for new versions."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from acme_desktop.core.foundation.settings import Settings
from acme_desktop.core.foundation.updates import Source
from acme_desktop.gui import errors
from acme_desktop.gui.background.jobs import Job, JobRunner, Lane
from acme_desktop.gui.settings import work
from acme_desktop.gui.settings.server_fields import ServerFields
from acme_desktop.gui.settings.update_fields import UpdateFields
from acme_desktop.gui.settings.work import Choice
from acme_desktop.gui.widgets import on_screen, spacing
from acme_desktop.gui.widgets.fields import Form
from acme_desktop.gui.widgets.notices import Banner, rule
from acme_desktop.gui.widgets.theme import THEMES, Theme


class SettingsDialog(QDialog):
    """Nothing holds before Save, except the theme, which shows at once and goes back on Cancel.

    `saved` comes with the URL to open, which may have a password, or None for the embedded database.
    """

    saved = Signal(object)

    def __init__(self, runner: JobRunner, theme: Theme, store: work.Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runner, self._theme, self._store = runner, theme, store
        self._before = Settings()
        self._testing: Job | None = None
        self._setup_ui()
        self._busy(True)
        runner.start(lambda _: store.read(), lane=Lane.QUERY, owner=self, succeeded=self._show)
        self.rejected.connect(lambda: theme.choose(self._before.theme))

    def _setup_ui(self) -> None:
        self.setWindowTitle("Settings")
        self.setMinimumWidth(600)
        on_screen.fit(self)
        self.embedded = QRadioButton("&On this computer", objectName="embeddedChoice")
        self.server = QRadioButton("On a PostgreS&QL server", objectName="serverChoice")
        self.embedded.setChecked(True)
        self.embedded.setAccessibleDescription("An embedded PostgreSQL that needs no set-up")
        hint = QLabel("An embedded PostgreSQL that needs no set-up; only you can read it.", wordWrap=True)
        server_hint = QLabel("A catalogue that a team shares. PostgreSQL 14 or newer.", wordWrap=True)
        for label in (hint, server_hint):
            label.setProperty("role", "muted")
            label.setContentsMargins(spacing.INDENT, 0, 0, 0)
        self.fields = ServerFields()
        self.fields.setContentsMargins(spacing.INDENT, 4, 0, 0)
        self.test = QPushButton("&Test the connection", objectName="testConnectionButton")
        self.test.setAutoDefault(False)
        self.test.clicked.connect(self._test)
        self.busy = QProgressBar(maximum=0, textVisible=False, accessibleName="Testing the connection")
        self.busy.setFixedWidth(90)
        self.busy.hide()
        self.result = Banner()
        self.result.setObjectName("connectionTestResult")
        testing = QHBoxLayout(spacing=10)
        testing.setContentsMargins(spacing.INDENT, 0, 0, 0)
        testing.addWidget(self.test)
        testing.addWidget(self.busy)
        testing.addStretch()
        self.override = Banner()
        self.theme = QComboBox(objectName="themeChoice", accessibleName="Theme")
        for name, words in THEMES.items():
            self.theme.addItem(words, name)
        self.theme.activated.connect(lambda: self._theme.choose(self.theme.currentData()))
        self.updates = UpdateFields()
        self.updates.changed.connect(self._show_choice)
        self.updates.consent.clicked.connect(self._grow)
        self.updates.look_wanted.connect(self._look)
        self.server.toggled.connect(self._show_choice)
        self.fields.changed.connect(self._show_choice)
        self._arrange(hint, server_hint, testing)

    def _arrange(self, hint: QLabel, server_hint: QLabel, testing: QHBoxLayout) -> None:
        self.tabs = QTabWidget(objectName="settingsTabs", documentMode=True)
        inner = _page()
        inner.addWidget(self.override)
        for widget in (self.embedded, hint, self.server, server_hint, self.fields):
            inner.addWidget(widget)
        inner.addLayout(testing)
        inner.addWidget(self.result)
        inner.addStretch()
        self.tabs.addTab(on_screen.Scrolling(inner, "settingsDatabase"), "Database")
        inner = _page()
        inner.addWidget(_heading("Appearance"))
        rows = Form()
        label = QLabel("T&heme")
        label.setBuddy(self.theme)
        rows.add(label, self.theme)
        inner.addLayout(rows)
        inner.addSpacing(6)
        inner.addWidget(rule())
        inner.addSpacing(2)
        inner.addWidget(_heading("New versions"))
        inner.addWidget(self.updates)
        inner.addStretch()
        self.tabs.addTab(on_screen.Scrolling(inner, "settingsProgram"), "Program")
        layout = QVBoxLayout(self, spacing=8)
        spacing.dialog(layout, tabs=True)
        layout.addWidget(self.tabs, 1)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setObjectName("saveSettingsButton")
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        layout.addSpacing(6)
        layout.addWidget(self.buttons)

    def _show(self, read: work.Read) -> None:
        self._busy(False)
        self._before = read.settings
        if read.settings.database_url:
            self.server.setChecked(True)
            self.fields.show_url(read.settings.database_url)
            self.fields.password.setPlaceholderText("kept in the system's keyring" if read.has_password else "")
        self.theme.setCurrentIndex(max(0, self.theme.findData(read.settings.theme)))
        self.updates.show_saved(read.settings, read.last_look)
        if read.override:
            self.override.say("info", read.override, "What is saved here is the default for starts without it.")
        if not read.has_keyring:
            self.fields.password_field.say_hint("This computer has no keyring: the password is kept until you quit.")
        self._show_choice()
        self._grow()

    def _show_choice(self) -> None:
        chosen = self.server.isChecked()
        self.fields.setEnabled(chosen)
        complete = not chosen or not (self.fields.address.problem or self.fields.url_field.problem)
        self.test.setEnabled(chosen and complete and self._testing is None)
        self.save.setEnabled(complete and not self.updates.problem)
        self.result.hide()

    def _busy(self, busy: bool) -> None:
        self.save.setEnabled(not busy)
        self.test.setEnabled(not busy)

    def choice(self) -> Choice:
        """What is chosen now."""
        address = self.fields.address if self.server.isChecked() else None
        return Choice(
            database_url=address.url if address else None,
            password=address.password if address else "",
            theme=self.theme.currentData(),
            updates=self.updates.consent.isChecked(),
            update_url=self.updates.url.text().strip(),
            update_key=self.updates.key.text().strip(),
        )

    def _look(self, where: Source) -> None:
        self.updates.show_looking()
        self._runner.start(
            lambda progress: self._store.look(where, progress),
            lane=Lane.QUERY,
            owner=self,
            succeeded=self.updates.show_look,
        )

    def _test(self) -> None:
        self.result.hide()
        self.test.setEnabled(False)
        self.busy.show()
        choice = self.choice()
        self._testing = self._runner.start(
            lambda progress: self._store.test(choice, progress),
            lane=Lane.QUERY,
            owner=self,
            succeeded=self._test_passed,
            failed=self._test_failed,
        )
        self._testing.ended.connect(self._test_ended)

    def _test_passed(self, words: str) -> None:
        self.result.say("success", "The connection works.", words)
        self._grow()

    def _test_failed(self, error: Exception) -> None:
        told = errors.account(error)
        self.result.say(
            "danger", told.title, "\n".join(text for text in (told.advice, *told.details.splitlines()[:1]) if text)
        )
        self._grow()

    def _grow(self) -> None:
        """Make room for what is new, as far as there is any; a layout knows its height only after a look at it."""

        def grow() -> None:
            page = self.tabs.currentWidget()
            assert isinstance(page, on_screen.Scrolling)
            self.resize(self.width(), self.height() + page.hidden_height)
            on_screen.bound(self, on_screen.room_around(self).size())
            # Not QWidget.screen(): its Python object dies with the dialog, for everybody.
            screen = QGuiApplication.screenAt(self.frameGeometry().topLeft())
            below = self.frameGeometry().bottom() - screen.availableGeometry().bottom() if screen else 0
            if below > 0:
                self.move(self.x(), max(screen.availableGeometry().top(), self.y() - below))

        QTimer.singleShot(0, self, grow)

    def _test_ended(self) -> None:
        self._testing = None
        self.busy.hide()
        self.test.setEnabled(self.server.isChecked())

    def _save(self) -> None:
        choice = self.choice()
        self._busy(True)
        self._runner.start(
            lambda _: self._store.save(choice),
            owner=self,
            succeeded=self._saved,
            failed=self._not_saved,
        )

    def _saved(self, url: str | None) -> None:
        self.saved.emit(url)
        self.accept()

    def _not_saved(self, error: Exception) -> None:
        self._busy(False)
        errors.show(self, error)


def _page() -> QVBoxLayout:
    layout = QVBoxLayout(spacing=8)
    layout.setContentsMargins(6, 14, 6, 6)
    return layout


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
