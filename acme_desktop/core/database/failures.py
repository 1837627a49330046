"""What a server or the way to it does wrong, as a person should hear it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg

from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import EnvironmentProblem

_NOT_POSTGRESQL = (
    "What answers for {place} does not speak PostgreSQL's language.",
    "Is this a PostgreSQL server? Check host and port: a web server or another program may listen there.",
)
_ENDED = (
    "{place} ended the connection, which had a limit of time.",
    "Have idle_in_transaction_session_timeout, idle_session_timeout or transaction_timeout raised, and try again.",
)
_TOO_LONG = (
    "{place} stopped the work because it took too long.",
    "Raise statement_timeout in the database URL, or leave it out; nothing was changed.",
)
_NO_SERVICE = (
    "There is no connection service of that name.",
    "The service in the database URL or PGSERVICE must be in pg_service.conf; see the details.",
)
# By SQLSTATE, or its first two characters: title and advice. A place is "the database catalogue on db.example.com".
_BY_STATE = {
    "28": ("{place} refuses the user name or the password.", "Check both in the database URL or the settings."),
    "3D000": ("{place} does not exist.", "Check the database's name, or have it created."),
    "53100": ("The disk of {place} is full.", "Free some space there and try again; nothing was changed."),
    "53200": ("{place} is out of memory.", "Try again later, or give the server more memory."),
    "53300": ("{place} takes no more connections.", "Close other programs that use it and try again."),
    "57P03": ("{place} is just starting or stopping.", "Try again in a moment."),
    "57P": ("{place} was stopped.", "Start it, or wait until it is back, and try again; nothing was changed."),
    "25006": (
        "{place} may only be read.",
        "It is a replica, or default_transaction_read_only is on for the role or the database: connect to the primary "
        "server, or have that setting put off.",
    ),
    "25P03": _ENDED,
    "25P04": _ENDED,
    "40": ("Another program changed the same in {place} at that moment.", "Try again; nothing was changed."),
    "42501": ("The user has too few permissions in {place}.", "Ask its administrator for the right that is missing."),
    "57014": (
        "{place} was told to stop the work.",
        "Somebody else cancelled it there: try again; nothing was changed.",
    ),
    "57P05": _ENDED,
    "55P03": ("Another program holds what is needed in {place}.", "Try again when it is done."),
}
_BAD_SETTING = ("The database URL has a setting that cannot be.", "The details name it; correct it in the URL.")
_BAD_SERVER_SETTING = (
    "{place} does not take a setting of this connection.",
    "The details name it; correct it in the database URL or in PGOPTIONS.",
)
_NO_COMPUTER = ("There is no computer with the name {host}.", "Check the host name and the network.")
_STARTING = "starting up|not yet accepting connections|in recovery mode"
# By what libpq says where no server answered, as a regular expression.
_BY_WORDS = (
    ("definition of service|service file", *_NO_SERVICE),
    (
        "permission denied for database",
        "This user may not connect to {place}.",
        "Its owner can grant it: GRANT CONNECT ON DATABASE name TO user;",
    ),
    ("is not permitted to log in", "{place} does not let this user in.", "Have it allowed: ALTER ROLE user LOGIN;"),
    (
        "not currently accepting connections",
        "{place} takes no connections.",
        "Have it allowed: ALTER DATABASE name ALLOW_CONNECTIONS true;",
    ),
    ("too many connections for", *_BY_STATE["53300"]),
    ("unrecognized configuration parameter|invalid value for parameter", *_BAD_SERVER_SETTING),
    ("invalid integer value", *_BAD_SETTING),
    (' value: "', *_BAD_SETTING),
    ("invalid response to SSL negotiation", *_NOT_POSTGRESQL),
    ("expected authentication request", *_NOT_POSTGRESQL),
    ("invalid port number", *_BAD_SETTING),
    ("wrong version number", *_NOT_POSTGRESQL),
    (
        "^connection .*(server closed the connection unexpectedly|SSL error: unexpected eof)",
        "What answers for {place} closed the connection at once.",
        _NOT_POSTGRESQL[1],
    ),
    ('role ".*" does not exist', "{place} does not know the user.", "Check the user name in the database URL."),
    ('database ".*" does not exist', "{place} does not exist.", "Check the database's name, or have it created."),
    ("no encryption", "{place} takes encrypted connections only.", "Add sslmode=require to the database URL."),
    ("SSL off", "{place} takes encrypted connections only.", "Add sslmode=require to the database URL."),
    ("password authentication failed", *_BY_STATE["28"]),
    ("authentication failed", "{place} does not let this user in.", "Check the user name in the database URL."),
    ("no password supplied", "{place} wants a password.", "Put it in the database URL or in the settings."),
    ("no pg_hba.conf entry", "{place} does not let this user in.", "Ask its administrator to allow user and computer."),
    (_STARTING, *_BY_STATE["57P03"]),
    ("shutting down", *_BY_STATE["57P03"]),
    ("too many clients", *_BY_STATE["53300"]),
    ("remaining connection slots", *_BY_STATE["53300"]),
    ("resolve host", *_NO_COMPUTER),
    ("translate host name", *_NO_COMPUTER),
    (
        "timeout expired",
        "{place} does not answer.",
        "Check the host name, the port and the network. Is this a PostgreSQL server?",
    ),
    ("refused", "No server answers for {place}.", "Check that the server runs and that host and port are right."),
    ("No such file", "No server answers for {place}.", "Check that the server runs and that the folder is right."),
    ("unreachable", "{place} cannot be reached.", "Check the network."),
    ("does not support SSL", "{place} has no encryption.", "Take sslmode out of the database URL, if that is safe."),
    ("certificate", "{place} could not prove who it is.", "Check the server's certificate and sslmode in the URL."),
    (
        "SSL",
        "{place} and this program do not agree on encryption.",
        "Check sslmode in the database URL. Is this a PostgreSQL server?",
    ),
)
# A person has no host and no server to look after where the database is our own.
_EMBEDDED_LOST = ("{place} was cut off.", "It starts again by itself: try again in a moment; nothing was changed.")
_EMBEDDED_GONE = (
    "{place} does not answer.",
    "Close this program everywhere and start it again. If that does not help, postgres/server.log in the data folder "
    "says why.",
)


def named(url: DatabaseUrl, *, embedded: bool) -> str:
    """A database in the middle of a sentence."""
    return "the embedded database" if embedded else f"the database {url.for_people}"


def explain(error: BaseException, url: DatabaseUrl, *, embedded: bool = False) -> EnvironmentProblem:
    """The environment's fault that a psycopg error stands for; details never hold the password.

    Args:
        error: what psycopg raised.
        url: where it was connected to.
        embedded: whether it is the embedded one.
    """
    said = url.hide_password(str(error).strip())
    place = named(url, embedded=embedded)
    state = getattr(error, "sqlstate", None) or ""
    if embedded and (not state or state.startswith("57P")):
        unreached = any(words in said for words in ("refused", "No such file", "timeout expired"))
        return _problem(_EMBEDDED_GONE if unreached else _EMBEDDED_LOST, place, said)
    if state == "57014" and "statement timeout" in said:
        return _problem(_TOO_LONG, place, said)
    for key in (state, state[:3], state[:2]):
        if key and key in _BY_STATE:
            return _problem(_BY_STATE[key], place, said)
    if not state:
        for words, title, advice in _BY_WORDS:
            if re.search(words, said, re.S):
                return _problem((title.replace("{host}", url.host), advice), place, said)
    return _problem(
        ("The connection to {place} failed.", "Check the network and the server, and try again."), place, said
    )


def is_starting(error: BaseException) -> bool:
    """Whether a server is there and takes no connections yet, as after a crash while it replays its log."""
    return re.search(_STARTING, str(error)) is not None


def is_environments_fault(error: BaseException) -> bool:
    """Whether a psycopg error is about the server or the way to it, and not about the statement."""
    if isinstance(error, (psycopg.OperationalError, pg.InsufficientPrivilege, pg.ReadOnlySqlTransaction)):
        return True
    return getattr(error, "sqlstate", None) in ("25P03", "25P04")


@contextmanager
def translated(url: DatabaseUrl, *, embedded: bool = False) -> Iterator[None]:
    """Raise `EnvironmentProblem` for a lost connection, a full disk and the like; other errors pass as they are.

    Errors that SQLAlchemy wrapped are recognised as well.
    """
    try:
        yield
    except Exception as error:
        cause = original(error)
        if cause is None or not is_environments_fault(cause):
            raise
        raise explain(cause, url, embedded=embedded) from error


def original(error: BaseException | None) -> BaseException | None:
    """What psycopg raised, where SQLAlchemy wrapped it."""
    return getattr(error, "orig", None) or error


def _problem(sentence: tuple[str, str], place: str, said: str) -> EnvironmentProblem:
    title, advice = (text.format(place=place) for text in sentence)
    return EnvironmentProblem(sentence_case(title), advice, said)


def sentence_case(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
