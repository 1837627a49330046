"""Where a PostgreSQL server is: as single fields or as one URL, whichever a person has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSpinBox, QWidget

from acme_desktop.gui.widgets.fields import Field, Form

DEFAULT_PORT = 5432


@dataclass(frozen=True)
class ServerAddress:
    """The parts of a connection URL; `query` is kept as it was given ("sslmode=require")."""

    host: str = ""
    port: int = DEFAULT_PORT
    database: str = ""
    user: str = ""
    password: str = ""
    query: str = ""

    @classmethod
    def parse(cls, url: str) -> ServerAddress:
        """The parts of a URL.

        Raises:
            ValueError: it is no ``postgresql://`` URL; the message is for people.
        """
        parts = urlsplit(url.strip())
        if parts.scheme not in ("postgresql", "postgres"):
            raise ValueError("The URL begins with postgresql://")
        try:
            port = parts.port or DEFAULT_PORT
        except ValueError:
            raise ValueError("The port is a number up to 65535.") from None
        return cls(
            unquote(parts.hostname or ""),
            port,
            unquote(parts.path.lstrip("/")),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            parts.query,
        )

    @property
    def url(self) -> str:
        """The URL without the password."""
        return self._url("")

    @property
    def full_url(self) -> str:
        """The URL with the password, to connect with; never to be shown or saved."""
        return self._url(self.password)

    def _url(self, password: str) -> str:
        who = quote(self.user, safe="") + (f":{quote(password, safe='')}" if password else "")
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port != DEFAULT_PORT else ""
        query = f"?{self.query}" if self.query else ""
        return f"postgresql://{who}{'@' if who else ''}{host}{port}/{quote(self.database, safe='')}{query}"

    @property
    def problem(self) -> str:
        """What is missing, or ""."""
        # A server on this computer may be named by the folder of its socket: ?host=/run/postgresql
        if not self.host and "host=" not in self.query:
            return "Enter the server's name."
        return "" if self.database else "Enter the name of the database."


class ServerFields(QWidget):
    """Fields and URL show the same address at all times; `changed` comes with each keystroke."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = ""
        self.host = QLineEdit(objectName="serverHost", placeholderText="db.example.com")
        self.port = QSpinBox(objectName="serverPort", minimum=1, maximum=65535, value=DEFAULT_PORT)
        self.port.setGroupSeparatorShown(False)
        self.port.lineEdit().setTextMargins(6, 0, 0, 0)
        self.port.setMinimumWidth(92)
        self.database = QLineEdit(objectName="serverDatabase", placeholderText="catalogue")
        self.user = QLineEdit(objectName="serverUser")
        self.password = QLineEdit(objectName="serverPassword", echoMode=QLineEdit.EchoMode.Password)
        self.url = QLineEdit(objectName="serverUrl", placeholderText="postgresql://user@db.example.com/catalogue")
        self.password_field = Field(self.password, "Password")
        self.url_field = Field(self.url, "Connection URL")
        self._setup_ui()
        for line in (self.host, self.database, self.user, self.password):
            line.textEdited.connect(self._fields_edited)
        self.port.valueChanged.connect(self._fields_edited)
        self.url.textEdited.connect(self._url_edited)
        self.url.editingFinished.connect(self._move_password)

    def _setup_ui(self) -> None:
        place = QHBoxLayout(spacing=8)
        place.addWidget(self.host, 1)
        port_label = QLabel("&Port")
        port_label.setBuddy(self.port)
        place.addWidget(port_label)
        place.addWidget(self.port)
        rows = Form()
        self.setLayout(rows)
        for caption, control, buddy, words in (
            ("S&erver", place, self.host, "Server name"),
            ("&Database", self.database, self.database, "Database name"),
            ("&User", self.user, self.user, "User"),
            ("Pass&word", self.password_field, self.password, "Password"),
            ("U&RL", self.url_field, self.url, "Connection URL"),
        ):
            label = QLabel(caption)
            label.setBuddy(buddy)
            buddy.setAccessibleName(words)
            rows.add(label, control)
        self.port.setAccessibleName("Port")

    @property
    def address(self) -> ServerAddress:
        """What the fields say."""
        return ServerAddress(
            self.host.text().strip(),
            self.port.value(),
            self.database.text().strip(),
            self.user.text().strip(),
            self.password.text(),
            self._query,
        )

    def show_url(self, url: str) -> None:
        """Fill everything from a URL; one that cannot be read is shown as it is."""
        self.url.setText(url)
        self._url_edited()
        self._move_password()

    def _fields_edited(self) -> None:
        self.url.setText(self.address.url)
        self.url_field.complain("")
        self.changed.emit()

    def _url_edited(self) -> None:
        try:
            address = ServerAddress.parse(self.url.text())
        except ValueError as error:
            self.url_field.complain(str(error) if self.url.text() else "")
            self.changed.emit()
            return
        self.url_field.complain("")
        self._query = address.query
        for line, text in (
            (self.host, address.host),
            (self.database, address.database),
            (self.user, address.user),
        ):
            line.setText(text)
        if address.password:
            self.password.setText(address.password)
        self.port.blockSignals(True)
        self.port.setValue(address.port)
        self.port.blockSignals(False)
        self.changed.emit()

    def _move_password(self) -> None:
        """A password in a pasted URL goes to its own field and out of sight."""
        try:
            address = ServerAddress.parse(self.url.text())
        except ValueError:
            return
        self.url.setText(address.url)
