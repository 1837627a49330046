"""Database URLs: what is taken, what is shown, what is hidden."""

from __future__ import annotations

import psycopg.conninfo
import pytest

from acme_desktop.core.database.urls import DatabaseUrl
from acme_desktop.core.foundation.errors import UsageProblem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://me@db/x", {"user": "me", "host": "db", "dbname": "x"}),
        (
            "postgres://me:a%40b%2Fc@db:6543/x",
            {"user": "me", "password": "a@b/c", "host": "db", "port": "6543", "dbname": "x"},
        ),
        ("postgresql+psycopg://me:p@ss@db/x", {"user": "me", "password": "p@ss", "host": "db", "dbname": "x"}),
        ("postgresql:///x?host=/run/pg&port=5433", {"host": "/run/pg", "port": "5433", "dbname": "x"}),
        (
            "postgresql://[::1]:5432/x?sslmode=require",
            {"host": "::1", "port": "5432", "dbname": "x", "sslmode": "require"},
        ),
        ("postgresql://me:ż%C5%BC@db", {"user": "me", "password": "żż", "host": "db"}),
        ("postgresql://a:1,b:2/x", {"host": "a,b", "port": "1,2", "dbname": "x"}),
        ("postgresql://", {}),
    ],
)
def test_what_is_taken(text, expected):
    url = DatabaseUrl.parse(text)
    assert url.parameters == expected
    assert DatabaseUrl.parse(str(url)) == url
    assert psycopg.conninfo.conninfo_to_dict(str(url)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "mysql://me:s3cret@db/x",
        "me:s3cret@db",
        "postgresql://me:s3cret%zz@db/x",
        "postgresql://me:s3cret@db/x?n=1",
        "host=db password = s3cret",
        "host=db password='a\\' s3cret s3cret' user=me",
        "host=db password='a s3cret",
        "",
    ],
)
def test_what_is_refused_without_showing_the_password(text):
    with pytest.raises(UsageProblem) as raised:
        DatabaseUrl.parse(text)
    assert raised.value.advice
    assert "s3cret" not in f"{raised.value} {raised.value.details}"


def test_what_people_see():
    url = DatabaseUrl.parse("postgresql://me:s3cret@db.example.com/catalogue")
    assert url.for_people == "catalogue on db.example.com:5432"
    assert "s3cret" not in str(url.without_password())
    assert url.hide_password("it was s3cret, really") == "it was ***, really"
    assert DatabaseUrl.parse("postgresql://me@/x?host=/run").for_people == "x on this computer"
    assert url.identity == "me@db.example.com:5432/catalogue"


def test_defaults_give_way_to_the_url():
    url = DatabaseUrl.parse("postgresql://db/x?application_name=mine")
    given = psycopg.conninfo.conninfo_to_dict(url.conninfo(application_name="ours", connect_timeout=10))
    assert given["application_name"] == "mine"
    assert given["connect_timeout"] == "10"
