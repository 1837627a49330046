"""Whether the program can work with a server and its database, and what to do where it cannot."""

from __future__ import annotations

from acme_desktop.core.database import sessions
from acme_desktop.core.database.failures import sentence_case
from acme_desktop.core.database.sessions import Connection
from acme_desktop.core.foundation.errors import EnvironmentProblem

_LOOK = """
SELECT lower('ÄŻΣ') = 'äżσ', current_schema(), current_setting('search_path'), current_user
"""
# The locales differ from system to system; C.UTF-8 sorts the fastest.
_LOCALES = """
SELECT collcollate FROM pg_collation
WHERE collprovider = 'c' AND pg_encoding_to_char(collencoding) = 'UTF8'
ORDER BY collcollate !~* '^C\\.', collcollate !~* '^en_US\\.', collcollate
LIMIT 1
"""


def check(connection: Connection, place: str) -> None:
    """Look at the server behind a new connection; `place` is the database in the middle of a sentence.

    Raises:
        EnvironmentProblem: a server before PostgreSQL 14, a database that is not kept in UTF-8 or cannot fold
            letters, no schema to work in.
    """
    version = connection.info.server_version
    if version < sessions.OLDEST_SERVER * 10000:
        raise EnvironmentProblem(
            f"{sentence_case(place)} is PostgreSQL {version // 10000}; "
            f"the oldest that works is {sessions.OLDEST_SERVER}.",
            "Use a newer server, or the embedded database.",
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise EnvironmentProblem(
            f"{sentence_case(place)} is kept in {encoding}, and a catalogue needs UTF-8.",
            f"Have another database made, and use that: {_creation(connection)}",
        )
    row = connection.execute(_LOOK).fetchone()
    assert row is not None
    folds, schema, path, role = row
    if folds is not True:
        raise EnvironmentProblem(
            f"{sentence_case(place)} cannot tell upper from lower case beyond ASCII.",
            f"Have another database made, and use that: {_creation(connection)}",
            "lower('ÄŻΣ') is not 'äżσ'",
        )
    if schema is None:
        raise EnvironmentProblem(
            f"{sentence_case(place)} has no schema to work in: search_path is {path or 'empty'}, and the role {role} "
            "may use none of that.",
            "Have that schema made and USAGE and CREATE in it granted, or choose another: "
            f"ALTER ROLE {quoted(str(role))} SET search_path = public; or options=-csearch_path%3Dpublic in the URL.",
        )


def _creation(connection: Connection) -> str:
    """The statement that makes a database fit for the program on this server."""
    name = connection.execute("SELECT current_database()").fetchone()
    assert name is not None
    begin = f"CREATE DATABASE {quoted(f'{name[0]}_utf8')} TEMPLATE template0 ENCODING 'UTF8'"
    if connection.info.server_version >= 170000:
        return f"{begin} LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';"
    found = connection.execute(_LOCALES).fetchone()
    return f"{begin} LOCALE '{found[0] if found else 'C.UTF-8'}';"


def quoted(name: str) -> str:
    """A name as SQL wants it: in quotation marks where it needs them."""
    plain = name.isascii() and name.isidentifier() and name == name.lower()
    return name if plain else '"' + name.replace('"', '""') + '"'
