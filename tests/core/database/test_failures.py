"""What libpq says of servers that are no PostgreSQL of ours to start in a test, as a person should hear it."""

from __future__ import annotations

import psycopg
import pytest

from acme_desktop.core.database import failures
from acme_desktop.core.database.urls import DatabaseUrl

URL = DatabaseUrl.parse("postgresql://me:s3cret@db.example.com/catalogue")
PLACE = "The database catalogue on db.example.com:5432"
AT = 'connection failed: connection to server at "192.0.2.7", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "title", "advice"),
    [
        (
            'FATAL:  no pg_hba.conf entry for host "192.0.2.9", user "me", database "catalogue", no encryption',
            f"{PLACE} takes encrypted connections only.",
            "sslmode=require",
        ),
        (
            'FATAL:  no pg_hba.conf entry for host "192.0.2.9", user "me", database "catalogue", SSL encryption',
            f"{PLACE} does not let this user in.",
            "administrator",
        ),
        ("server does not support SSL, but SSL was required", f"{PLACE} has no encryption.", "sslmode"),
        ("SSL error: certificate verify failed", f"{PLACE} could not prove who it is.", "certificate"),
        ('FATAL:  role "me" does not exist', f"{PLACE} does not know the user.", "user name"),
        ('FATAL:  database "catalogue" does not exist', f"{PLACE} does not exist.", "database's name"),
        ('FATAL:  password authentication failed for user "me"', f"{PLACE} refuses the user name", "Check both"),
        ("FATAL:  the database system is starting up", f"{PLACE} is just starting or stopping.", "in a moment"),
        ("Connection refused", "No server answers for the database catalogue on db.example.com:5432.", "host and port"),
        (
            "server closed the connection unexpectedly",
            "What answers for the database catalogue",
            "Is this a PostgreSQL",
        ),
        (
            'FATAL:  permission denied for database "catalogue"\nDETAIL:  User does not have CONNECT privilege.',
            "This user may not connect to the database catalogue",
            "GRANT CONNECT ON DATABASE",
        ),
        ('FATAL:  role "me" is not permitted to log in', f"{PLACE} does not let this user in.", "ALTER ROLE"),
        (
            'FATAL:  database "catalogue" is not currently accepting connections',
            f"{PLACE} takes no connections.",
            "ALLOW_CONNECTIONS",
        ),
        ("FATAL:  sorry, too many clients already", f"{PLACE} takes no more connections.", "Close other programs"),
        ('FATAL:  too many connections for role "me"', f"{PLACE} takes no more connections.", "Close other programs"),
        (
            'FATAL:  unrecognized configuration parameter "bogus"',
            f"{PLACE} does not take a setting of this connection.",
            "PGOPTIONS",
        ),
        ("received invalid response to SSL negotiation: H", "What answers for the database", "Is this a PostgreSQL"),
    ],
)
def test_what_is_said_where_no_connection_comes_about(said: str, title: str, advice: str) -> None:
    problem = failures.explain(psycopg.OperationalError(AT + said), URL)
    assert problem.title.startswith(title)
    assert advice in problem.advice
    assert said in problem.details


def test_a_lost_connection_is_not_taken_for_another_program() -> None:
    said = "consuming input failed: server closed the connection unexpectedly"
    problem = failures.explain(psycopg.OperationalError(said), URL)
    assert problem.title == "The connection to the database catalogue on db.example.com:5432 failed."
    assert failures.explain(psycopg.OperationalError(said), URL, embedded=True).title == (
        "The embedded database was cut off."
    )
