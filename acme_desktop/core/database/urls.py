"""Database URLs as people write them, made into what libpq takes; never shown with a password."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from acme_desktop.core.foundation.errors import UsageProblem

_URL = re.compile(
    r"(?P<scheme>postgres|postgresql|postgresql\+psycopg)://(?P<authority>[^/?#]*@[^/?#]*|[^/?#]*)(?P<rest>.*)", re.S
)
_HIDDEN = "***"


@dataclass(frozen=True)
class DatabaseUrl:
    """One parsed URL.

    Attributes:
        parameters: libpq's connection parameters by name, the password among them.
    """

    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Take ``postgres://``, ``postgresql://`` or ``postgresql+psycopg://`` with any libpq parameter.

        An ``@`` in the password need not be encoded; other special characters are percent-encoded.

        Raises:
            UsageProblem: it is no such URL.
        """
        found = _URL.fullmatch(text.strip())
        if found is None:
            raise UsageProblem(
                "The database URL is not one of PostgreSQL.",
                "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
                _without_password(text),
            )
        user, at, host = found["authority"].rpartition("@")
        try:
            parsed = conninfo_to_dict("postgresql://" + user.replace("@", "%40") + at + host + found["rest"])
        except ProgrammingError as error:
            raise UsageProblem(
                "The database URL cannot be read.",
                "Percent-encode special characters in the password: % as %25, / as %2F, ? as %3F, # as %23.",
                _without_password(str(error)) if "@" in str(error) else _without_password(text),
            ) from None
        return cls({name: str(value) for name, value in parsed.items() if value is not None})

    @property
    def password(self) -> str | None:
        """The password, or None."""
        return self.parameters.get("password")

    def with_password(self, password: str) -> DatabaseUrl:
        """The same URL with that password."""
        return DatabaseUrl({**self.parameters, "password": password})

    def without_password(self) -> DatabaseUrl:
        """The same URL without a password: fit to be saved and shown."""
        return DatabaseUrl({name: value for name, value in self.parameters.items() if name != "password"})

    @property
    def host(self) -> str:
        """The server's host name, address or socket folder; empty where libpq chooses."""
        return self.parameters.get("host") or self.parameters.get("hostaddr") or ""

    @property
    def local(self) -> bool:
        """Whether it is a socket on this computer."""
        return not self.host or self.host.startswith(("/", "@"))

    @property
    def identity(self) -> str:
        """Who and where, as one word: the name under which a password is kept."""
        port = self.parameters.get("port", "5432")
        return f"{self.parameters.get('user', '')}@{self.host}:{port}/{self.parameters.get('dbname', '')}"

    @property
    def for_people(self) -> str:
        """Which database it is, in words: "catalogue on db.example.com:5432"."""
        around = os.environ  # libpq takes from there what the URL leaves out
        user = self.parameters.get("user") or around.get("PGUSER")
        name = self.parameters.get("dbname") or around.get("PGDATABASE") or user or "default database"
        host = self.host or around.get("PGHOST", "")
        if not host or host.startswith(("/", "@")):
            return f"{name} on this computer"
        return f"{name} on {host}:{self.parameters.get('port') or around.get('PGPORT') or '5432'}"

    def conninfo(self, **defaults: str | int) -> str:
        """A connection string for libpq; `defaults` count where the URL does not say otherwise.

        The client speaks UTF-8 always: a catalogue has letters of every alphabet.
        """
        return make_conninfo("", **{**defaults, **self.parameters, "client_encoding": "UTF8"})

    def __str__(self) -> str:
        """A URL that psycopg takes, with the password where there is one."""
        left = dict(self.parameters)
        user, password = left.pop("user", ""), left.pop("password", None)
        authority = quote(user, safe="")
        if password is not None:
            authority += ":" + quote(password, safe="")
        host, port, name = left.get("host", ""), left.get("port", ""), left.pop("dbname", "")
        if host and "," not in host and not host.startswith(("/", "@")):
            del left["host"]
            left.pop("port", None)
            place = (f"[{host}]" if ":" in host else quote(host, safe="")) + (f":{port}" if port else "")
        else:
            place = ""
        query = urlencode(left, quote_via=quote, safe="/")
        before = f"{authority}@" if authority else ""
        after = f"?{query}" if query else ""
        return f"postgresql://{before}{place}/{quote(name, safe='')}{after}"

    def hide_password(self, text: str) -> str:
        """`text` with every form of the password made unreadable."""
        if self.password:
            for form in {self.password, quote(self.password, safe=""), quote(self.password)}:
                text = text.replace(form, _HIDDEN)
        return text


def _without_password(text: str) -> str:
    text = re.sub(r"([^:/?#@\s]*):(?!//).*@", rf"\1:{_HIDDEN}@", text, flags=re.S)
    return re.sub(r"(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'?|[^&\s]*)", rf"\1{_HIDDEN}", text, flags=re.S)
